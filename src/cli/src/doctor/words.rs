//! Findings in words.

use headstart_protocol::{Cue, Finding, FindingKind};

/// Of a photo that was never described.
pub(super) const ONE_COLOUR: &str = "it shows nothing: all of it has one colour, or is transparent";

/// Why `finding` was made, of classes that are called `names`.
pub(super) fn reason(finding: &Finding, names: &[String]) -> String {
    let name = |class: u32| names.get(class as usize).map_or("?", String::as_str);
    let (class, other) = (name(finding.class), finding.other.map_or("another class", name));
    match finding.kind {
        FindingKind::WrongLabel => format!("labelled {class}, but more like {other}"),
        FindingKind::NearDuplicate => format!("nearly the same photo in {class} and in {other}"),
        FindingKind::Blurred => "out of focus or shaken".to_owned(),
        FindingKind::Dark => "too dark to show anything".to_owned(),
        FindingKind::Blank => "it shows next to nothing".to_owned(),
        FindingKind::Lopsided => format!("{class} has less than a fifth of the photos of {other}"),
        FindingKind::Mixed => format!("{class} looks like two different things; of the smaller part"),
        FindingKind::GiveAway => format!(
            "{} alone tells {class} from the rest, so a head may learn that instead; for example",
            finding.cue.map_or("one thing", cue)
        ),
    }
}

fn cue(cue: Cue) -> &'static str {
    match cue {
        Cue::Border => "the border of the photos",
        Cue::Brightness => "how bright the photos are",
        Cue::Contrast => "how much contrast the photos have",
        Cue::Sharpness => "how sharp the photos are",
        Cue::Shape => "the shape of the photos",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_reason_that_names_the_classes() {
        let names = ["cat".to_owned(), "dog".to_owned()];
        for kind in FindingKind::ALL {
            let finding =
                Finding { kind, photos: vec![0], class: 0, other: Some(1), cue: Some(Cue::Border), score: 1.0 };
            let words = reason(&finding, &names);
            let of_two = matches!(kind, FindingKind::WrongLabel | FindingKind::NearDuplicate | FindingKind::Lopsided);
            let of_one = of_two || matches!(kind, FindingKind::Mixed | FindingKind::GiveAway);
            assert_eq!((words.contains("cat"), words.contains("dog")), (of_one, of_two), "{words}");
        }
    }
}
