//! What may be wrong, in words.

use headstart_protocol::{Cue, FindingKind};

use crate::wording::{counted, percent, thousands};

/// What a reason needs to know, with the classes' names as they are now.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Case {
    pub(super) kind: FindingKind,
    /// The class that it is about, and how many photos it has.
    pub(super) class: (String, usize),
    /// The other class.
    pub(super) other: Option<(String, usize)>,
    pub(super) cue: Option<Cue>,
    /// What a head said that had not seen the first photo: a class, and its probability.
    pub(super) answer: Option<(String, f32)>,
    /// Photos that it is about.
    pub(super) photos: usize,
}

/// What kind of thing it is, in a few words.
pub(super) fn title(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::WrongLabel => "Perhaps in the wrong class",
        FindingKind::NearDuplicate => "Twice, in two classes",
        FindingKind::Blurred => "Blurred",
        FindingKind::Dark => "Too dark",
        FindingKind::Blank => "Shows nothing",
        FindingKind::Lopsided => "Few photos",
        FindingKind::Mixed => "Two things in one class",
        FindingKind::GiveAway => "Given away",
    }
}

/// Why it may be wrong, and what that does.
pub(super) fn reason(case: &Case) -> String {
    let (class, of_class) = (&case.class.0, case.class.1);
    let other = case.other.as_ref().map(|other| (other.0.as_str(), other.1));
    match (case.kind, other) {
        (FindingKind::WrongLabel, Some((other, _))) => match &case.answer {
            Some((answer, confidence)) if answer == other => format!(
                "Labelled “{class}”; answered “{other}” with {} by a head that had not seen it, and so are most of the photos that are nearest to it.",
                percent(*confidence)
            ),
            _ => format!("Labelled “{class}”, but the photos that are most like it are “{other}”."),
        },
        (FindingKind::WrongLabel, None) => {
            format!("Labelled “{class}”, but the photos that are most like it are not.")
        }
        (FindingKind::NearDuplicate, Some((other, _))) => format!(
            "Nearly the same photo is in “{class}” and in “{other}”, so that one of them teaches the wrong thing.{}",
            if case.answer.is_some() {
                format!(" The one in “{class}” is the less likely.")
            } else {
                String::new()
            }
        ),
        (FindingKind::NearDuplicate, None) => "Nearly the same photo is there twice.".to_owned(),
        (FindingKind::Blurred, _) => {
            "It is out of focus, or was shaken: hardly any detail is left to learn from.".to_owned()
        }
        (FindingKind::Dark, _) => "It is so dark that it hardly shows anything.".to_owned(),
        (FindingKind::Blank, _) => "It is nearly all of one colour: there is nothing on it.".to_owned(),
        (FindingKind::Lopsided, Some((other, of_other))) => format!(
            "“{class}” has {}, “{other}” {}. More photos of “{class}” help most.",
            counted(of_class, "photo"),
            thousands(of_other as u64)
        ),
        (FindingKind::Lopsided, None) => {
            format!("“{class}” has only {}. More of them help most.", counted(of_class, "photo"))
        }
        (FindingKind::Mixed, _) => format!(
            "“{class}” may be two things: {} in it are like each other, and unlike the rest.",
            counted(case.photos, "photo")
        ),
        (FindingKind::GiveAway, _) => given_away(class, case.cue),
    }
}

/// What gives a class away, and what to do about it.
fn given_away(class: &str, cue: Option<Cue>) -> String {
    let (what, instead) = match cue {
        Some(Cue::Border) => ("what runs around its photos", "in front of the same things as the other classes"),
        Some(Cue::Brightness) => ("how bright its photos are", "in the same light as the other classes"),
        Some(Cue::Contrast) => ("how much contrast its photos have", "in the same light as the other classes"),
        Some(Cue::Sharpness) => ("how sharp its photos are", "with the same camera as the other classes"),
        Some(Cue::Shape) => ("how wide and high its photos are", "in the same format as the other classes"),
        None => ("something beside the thing", "in the same places as the other classes"),
    };
    format!(
        "“{class}” can be told by {what} alone. The head may have learned that instead of the thing. Take some of its photos {instead}."
    )
}

/// The words on the button that mends it.
pub(super) fn mend(case: &Case) -> String {
    match (case.kind, &case.other) {
        (FindingKind::WrongLabel, Some((other, _))) => format!("Move to “{other}”"),
        (FindingKind::WrongLabel, None) => "Move".to_owned(),
        (FindingKind::NearDuplicate, _) => format!("Remove the one in “{}”", case.class.0),
        (FindingKind::Blurred | FindingKind::Dark | FindingKind::Blank, _) => "Remove the photo".to_owned(),
        (FindingKind::Mixed, _) => "Split into two classes".to_owned(),
        (FindingKind::Lopsided, _) => "Add photos".to_owned(),
        (FindingKind::GiveAway, _) => "Show its photos".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(kind: FindingKind) -> Case {
        Case {
            kind,
            class: ("Cat".to_owned(), 5),
            other: Some(("Dog".to_owned(), 1200)),
            cue: None,
            answer: Some(("Dog".to_owned(), 0.97)),
            photos: 3,
        }
    }

    #[test]
    fn a_wrong_label_says_who_disagrees() {
        let mut case = case(FindingKind::WrongLabel);
        assert_eq!(
            reason(&case),
            "Labelled “Cat”; answered “Dog” with 97.0 % by a head that had not seen it, and so are most of the photos that are nearest to it."
        );
        assert_eq!(mend(&case), "Move to “Dog”");
        // A head that agrees with the label is no witness.
        case.answer = Some(("Cat".to_owned(), 0.6));
        assert_eq!(reason(&case), "Labelled “Cat”, but the photos that are most like it are “Dog”.");
    }

    #[test]
    fn every_kind_and_every_cue_has_words_of_its_own() {
        let mut all: Vec<String> = FindingKind::ALL.map(|kind| reason(&case(kind))).to_vec();
        let cues = [Cue::Border, Cue::Brightness, Cue::Contrast, Cue::Sharpness, Cue::Shape].map(Some);
        all.extend(cues.map(|cue| reason(&Case { cue, ..case(FindingKind::GiveAway) })));
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count, "{all:?}");
        assert!(all.iter().all(|words| words.ends_with('.')));
        let lopsided = reason(&case(FindingKind::Lopsided));
        assert_eq!(lopsided, "“Cat” has 5 photos, “Dog” 1,200. More photos of “Cat” help most.");
        // Where there is no other class there are words all the same.
        let alone = FindingKind::ALL.map(|kind| Case { other: None, answer: None, ..case(kind) });
        assert!(alone.iter().all(|case| !reason(case).contains("Dog") && !mend(case).is_empty()));
    }
}
