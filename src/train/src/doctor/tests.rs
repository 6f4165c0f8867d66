use std::collections::BTreeSet;

use headstart_protocol::{Cue, FindingKind, LeftOutAnswer, TrainingExample};
use proptest::prelude::*;
use rand::Rng;

use super::*;
use crate::generator;

/// Numbers of the drawn descriptors.
const WIDTH: usize = 24;

/// A folder as it is made up.
#[derive(Default)]
struct Folder {
    rows: Vec<Vec<f32>>,
    photos: Vec<ExaminedPhoto>,
}

/// A look as that of any photo, a little different each time.
fn look(number: u64) -> PhotoLook {
    let mut random = generator(number, 7);
    let mut about = |middle: f32| middle + 0.2 * (random.random::<f32>() - 0.5);
    PhotoLook {
        shape: about(0.5),
        sharpness: about(0.65),
        brightness: about(0.45),
        contrast: about(0.4),
        border: [about(0.4), about(0.4), about(0.4)],
        border_contrast: about(0.35),
    }
}

impl Folder {
    /// Photos of `kinds`, labelled by their place, about an axis for each kind, on which they are the farther the larger `apart` is.
    fn of(kinds: &[(usize, usize)], apart: f32) -> Self {
        let mut folder = Self::default();
        let mut random = generator(4, 0);
        for &(label, kind) in kinds {
            let row = (0..WIDTH).map(|axis| f32::from(u8::from(axis == kind)) * apart + random.random::<f32>() - 0.5);
            folder.push(row.collect(), label);
        }
        folder
    }

    fn push(&mut self, row: Vec<f32>, label: usize) {
        let example = TrainingExample { hash: [0; 32], label: label as u32, burst: None, held_out: false };
        let look = Some(look(self.photos.len() as u64));
        self.photos.push(ExaminedPhoto { example, look, answer: None });
        self.rows.push(row);
    }

    /// Has each photo answered as being of `kind`, as surely as `sure` says.
    fn answered(&mut self, kind: impl Fn(usize) -> usize, sure: impl Fn(usize) -> f32) {
        for (at, photo) in self.photos.iter_mut().enumerate() {
            let (class, confidence) = (kind(at) as u32, sure(at));
            let of_label = if class == photo.example.label { confidence } else { 1.0 - confidence };
            photo.answer = Some(LeftOutAnswer { class, confidence, of_label });
        }
    }

    fn findings(&self, classes: usize) -> Vec<Finding> {
        let labels = self.photos.iter().map(|photo| photo.example.label as usize).collect();
        let mut doctor =
            Doctor::new(Examples::new(&self.rows, labels, classes).unwrap(), &self.photos, classes).unwrap();
        let mut last = 0;
        while !doctor.step() {
            let (done, of) = doctor.progress();
            assert!(done >= last && done <= of);
            last = done;
        }
        doctor.finish()
    }

    fn kinds(&self, classes: usize) -> BTreeSet<&'static str> {
        self.findings(classes).iter().map(|finding| finding.kind.name()).collect()
    }
}

/// `n` photos of each of two classes, in turn.
fn in_turn(n: usize) -> Vec<(usize, usize)> {
    (0..2 * n).map(|at| (at % 2, at % 2)).collect()
}

fn photos(findings: &[Finding], kind: FindingKind) -> Vec<Vec<u32>> {
    findings.iter().filter(|finding| finding.kind == kind).map(|finding| finding.photos.clone()).collect()
}

#[test]
fn nothing_is_found_where_there_is_nothing() {
    let mut folder = Folder::of(&in_turn(60), 1.0);
    assert_eq!(folder.findings(2), []);
    folder.answered(|at| at % 2, |_| 0.95);
    assert_eq!(folder.findings(2), []);
}

#[test]
fn labels_are_doubted_where_head_and_neighbours_agree() {
    let mut kinds = in_turn(60);
    kinds[6].0 = 1;
    let mut folder = Folder::of(&kinds, 1.5);
    let found = folder.findings(2);
    assert_eq!(photos(&found, FindingKind::WrongLabel), [[6]]);
    assert_eq!((found[0].class, found[0].other), (1, Some(0)));

    // The head doubts another one besides, in which the neighbours do not follow it.
    folder.answered(|at| if at == 20 { 1 } else { kinds[at].1 }, |_| 0.95);
    assert_eq!(photos(&folder.findings(2), FindingKind::WrongLabel), [[6]]);
    // It is less sure of that photo than of others.
    folder.answered(|at| kinds[at].1, |at| if at == 6 { 0.6 } else { 0.95 });
    assert_eq!(folder.findings(2), []);
    // It does not doubt it at all.
    folder.answered(|at| kinds[at].0, |_| 0.95);
    assert_eq!(folder.findings(2), []);
}

#[test]
fn where_labels_are_bad_throughout_all_doubts_are_listed_the_surest_first() {
    let mut kinds = in_turn(60);
    let flipped = [3, 6, 40, 61, 90, 101];
    flipped.iter().for_each(|at| kinds[*at].0 = 1 - kinds[*at].0);
    let mut folder = Folder::of(&kinds, 1.5);
    folder.answered(|at| kinds[at].1, |at| if at == 90 { 0.6 } else { 0.95 });
    let mut found = photos(&folder.findings(2), FindingKind::WrongLabel).concat();
    assert_eq!(found.last(), Some(&90));
    found.sort_unstable();
    assert_eq!(found, flipped.map(|at| at as u32));
}

#[test]
fn photos_of_one_burst_do_not_bear_each_other_out() {
    // Fourteen frames of a thing that nothing else shows, two of which are labelled otherwise.
    let mut kinds = in_turn(40);
    kinds.extend([[(0, 2); 12].as_slice(), &[(1, 2); 2]].concat());
    let mut folder = Folder::of(&kinds, 3.0);
    folder.answered(|at| if at < 80 { kinds[at].1 } else { 0 }, |_| 0.95);
    let doubted = |folder: &Folder| photos(&folder.findings(2), FindingKind::WrongLabel).concat();
    let mut apart = doubted(&folder);
    apart.sort_unstable();
    assert_eq!(apart, [92, 93]);
    folder.photos[80..].iter_mut().for_each(|photo| photo.example.burst = Some(9));
    // The others are as near to them in either class.
    let votes = doubted(&folder);
    assert!(votes.len() < 2, "{votes:?}");
}

#[test]
fn copies_in_another_class_are_named_once_each() {
    let mut folder = Folder::of(&in_turn(20), 1.0);
    let copied = folder.rows[4].clone();
    for label in [1, 1, 0] {
        folder.push(copied.iter().map(|value| 2.0 * value).collect(), label);
    }
    let found = folder.findings(2);
    let copies = photos(&found, FindingKind::NearDuplicate);
    assert_eq!(copies, [[4, 40], [4, 41], [40, 42]]);
    assert!(found.iter().filter(|one| one.kind == FindingKind::NearDuplicate).all(|one| one.score > 0.999));
}

#[test]
fn dark_blank_and_blurred_photos_are_told_apart() {
    let mut folder = Folder::of(&in_turn(30), 1.0);
    let plain = look(0);
    let change = |folder: &mut Folder, at: usize, look: PhotoLook| folder.photos[at].look = Some(look);
    change(&mut folder, 3, PhotoLook { brightness: 0.05, contrast: 0.05, sharpness: 0.1, ..plain });
    change(&mut folder, 8, PhotoLook { brightness: 0.9, contrast: 0.02, sharpness: 0.1, ..plain });
    change(&mut folder, 12, PhotoLook { sharpness: 0.2, ..plain });
    change(&mut folder, 13, PhotoLook { sharpness: f32::NAN, contrast: 0.0, ..plain });
    folder.photos[14].look = None;
    let found = folder.findings(2);
    let all: Vec<_> = found.iter().map(|one| (one.kind, one.photos[0])).collect();
    assert_eq!(all, [(FindingKind::Blurred, 12), (FindingKind::Dark, 3), (FindingKind::Blank, 8)]);
    assert!(found.iter().all(|one| (0.5..=1.0).contains(&one.score)));
}

#[test]
fn where_all_photos_are_soft_none_is_blurred() {
    let mut folder = Folder::of(&in_turn(30), 1.0);
    for photo in &mut folder.photos {
        photo.look.as_mut().unwrap().sharpness *= 0.4;
    }
    assert_eq!(folder.findings(2), []);
    folder.photos[7].look.as_mut().unwrap().sharpness = 0.05;
    assert_eq!(photos(&folder.findings(2), FindingKind::Blurred), [[7]]);
}

#[test]
fn small_classes_beside_large_ones_are_lopsided() {
    let kinds = |n: usize| [vec![(0, 0); n], vec![(1, 1); 4], vec![(2, 2); 10]].concat();
    let found = Folder::of(&kinds(25), 1.0).findings(4);
    let lopsided: Vec<_> = found.iter().map(|one| (one.kind, one.class, one.other, one.photos.len())).collect();
    // The class without any photos first.
    assert_eq!(lopsided, [(FindingKind::Lopsided, 3, Some(0), 0), (FindingKind::Lopsided, 1, Some(0), 4)]);
    assert_eq!(Folder::of(&kinds(19), 1.0).findings(3), []);
}

#[test]
fn a_class_of_two_things_is_mixed_and_names_the_smaller() {
    let kinds: Vec<_> = (0..120).map(|at| (at % 2, if at % 6 == 0 { 2 } else { at % 2 })).collect();
    let found = Folder::of(&kinds, 2.0).findings(2);
    assert_eq!(found.iter().map(|one| (one.kind, one.class)).collect::<Vec<_>>(), [(FindingKind::Mixed, 0)]);
    let mut smaller = found[0].photos.clone();
    smaller.sort_unstable();
    assert_eq!(smaller, (0..120).step_by(6).collect::<Vec<u32>>());
}

#[test]
fn two_recordings_of_one_class_are_no_two_things() {
    let kinds: Vec<_> = (0..120).map(|at| (at % 2, if at % 4 == 0 { 2 } else { at % 2 })).collect();
    let mut folder = Folder::of(&kinds, 2.0);
    assert_eq!(folder.kinds(2), BTreeSet::from(["mixed"]));
    for (at, photo) in folder.photos.iter_mut().enumerate() {
        photo.example.burst = Some(at as u64 % 4);
    }
    assert_eq!(folder.findings(2), []);
}

#[test]
fn a_border_gives_its_class_away() {
    let mut folder = Folder::of(&in_turn(20), 1.0);
    let border = |folder: &mut Folder, at: usize, colour: f32, border_contrast: f32| {
        let look = folder.photos[at].look.as_mut().unwrap();
        (look.border, look.border_contrast) = ([colour; 3], border_contrast);
    };
    (1..40).step_by(2).for_each(|at| border(&mut folder, at, 1.0, 0.0));
    let given = |folder: &Folder| -> Vec<_> {
        folder.findings(2).iter().map(|one| (one.kind, one.class, one.cue, one.photos.len())).collect()
    };
    assert_eq!(given(&folder), [(FindingKind::GiveAway, 1, Some(Cue::Border), 4)]);
    // Half of the class has none.
    (1..40).step_by(4).for_each(|at| border(&mut folder, at, 0.4, 0.35));
    assert_eq!(given(&folder), []);
}

#[test]
fn one_shape_among_many_gives_its_class_away() {
    let mut folder = Folder::of(&[in_turn(20), vec![(2, 2); 20]].concat(), 1.0);
    for (at, photo) in folder.photos.iter_mut().enumerate() {
        // Neither the widest nor the narrowest.
        photo.look.as_mut().unwrap().shape = if at >= 40 { 0.5 } else { [0.4, 0.43, 0.57, 0.6][at % 4] };
    }
    let found = folder.findings(3);
    assert_eq!((found.len(), found[0].class, found[0].cue), (1, 2, Some(Cue::Shape)), "{found:?}");
    // Frames of one recording are of one shape, of course.
    folder.photos[40..].iter_mut().for_each(|photo| photo.example.burst = Some(1));
    assert_eq!(folder.findings(3), []);
}

#[test]
fn next_to_nothing_is_no_end() {
    assert_eq!(Folder::default().findings(0), []);
    assert_eq!(Folder::default().findings(3), []);
    assert_eq!(Folder::of(&[(0, 0)], 1.0).findings(1), []);
    assert_eq!(Folder::of(&[(0, 0), (1, 1)], 1.0).findings(2), []);
    assert_eq!(
        Folder::of(&in_turn(40).iter().map(|(_, kind)| (0, *kind / 2)).collect::<Vec<_>>(), 1.0).findings(1),
        []
    );
    let many: Vec<_> = (0..1_000).map(|at| (at % 500, at % WIDTH)).collect();
    let found = Folder::of(&many, 1.0).findings(500);
    assert!(found.iter().all(|one| one.kind == FindingKind::WrongLabel), "{found:?}");
}

#[test]
fn photos_that_are_all_equal_are_copies_and_nothing_else() {
    let mut folder = Folder::default();
    for at in 0..60 {
        folder.push(vec![0.3; WIDTH], at % 2);
        folder.photos[at].look = Some(look(0));
    }
    assert_eq!(folder.kinds(2), BTreeSet::from(["near-duplicate"]));
    folder.answered(|at| 1 - at % 2, |_| 0.99);
    assert_eq!(folder.kinds(2), BTreeSet::from(["near-duplicate"]));
    // And those of which nothing is known are not even that.
    folder.rows.iter_mut().for_each(|row| row.fill(0.0));
    assert_eq!(folder.findings(2), []);
    folder.rows.iter_mut().for_each(Vec::clear);
    assert_eq!(folder.findings(2), []);
}

#[test]
fn what_does_not_fit_together_is_refused() {
    let folder = Folder::of(&in_turn(2), 1.0);
    let examples = |classes| Examples::new(&folder.rows, vec![0, 1, 0, 1], classes).unwrap();
    assert!(Doctor::new(examples(2), &folder.photos[1..], 2).is_err());
    assert!(Doctor::new(examples(2), &folder.photos, 1).is_err());
    let wild = Examples::new(&[vec![f32::NAN], vec![1.0]], vec![0, 1], 2).unwrap();
    assert!(Doctor::new(wild, &folder.photos[..2], 2).is_err());
}

#[test]
fn augmented_views_are_not_looked_at() {
    let folder = Folder::of(&in_turn(2), 1.0);
    let examples = Examples::new(&folder.rows, vec![0, 1, 0, 1], 2).unwrap();
    let with_views = examples.with_views(vec![(1, vec![0.5; WIDTH]), (0, vec![0.5; WIDTH])]).unwrap();
    assert_eq!(Doctor::new(with_views, &folder.photos, 2).unwrap().finish(), []);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn whatever_it_is_given_findings_name_photos_and_classes_that_there_are(
        drawn in prop::collection::vec(
            (0usize..4, prop::collection::vec(prop::num::f32::NORMAL, 3), prop::array::uniform6(any::<f32>()), 0u32..6), 0..80),
    ) {
        let mut folder = Folder::default();
        for (label, row, look, class) in &drawn {
            folder.push(row.clone(), *label);
            let photo = folder.photos.last_mut().unwrap();
            let [shape, sharpness, brightness, contrast, red, border_contrast] = *look;
            photo.look = Some(PhotoLook { shape, sharpness, brightness, contrast, border: [red, 0.0, 0.0], border_contrast });
            photo.answer = (class % 2 == 0).then_some(LeftOutAnswer { class: *class, confidence: shape, of_label: sharpness });
        }
        for finding in folder.findings(4) {
            prop_assert!((0.0..=1.0).contains(&finding.score) && finding.class < 4, "{:?}", finding);
            prop_assert!(finding.photos.iter().all(|photo| (*photo as usize) < drawn.len()));
            prop_assert!(finding.other.is_none_or(|class| class < 4));
        }
    }
}
