use rand::Rng;

use super::*;

/// Photos about directions that `kinds` names: numbers of a descriptor's compared part that are large in them. Numbers below 20
/// are large in all of them, so that all photos share something.
fn photos(kinds: &[usize], seed: u64) -> Vec<Vec<f32>> {
    let mut random = generator(seed, 9);
    let row = |kind: &usize| {
        let mut descriptor = vec![0.5; DESCRIPTOR];
        for (at, value) in descriptor[PART[0]..PART[1]].iter_mut().enumerate() {
            let peak = if at < 20 { 1.0 } else { f32::from(u8::from(at / 20 == *kind)) };
            *value = peak + 0.6 * random.random::<f32>();
        }
        descriptor
    };
    kinds.iter().map(row).collect()
}

/// `n` photos of each of `classes` classes, which have two kinds each.
fn taught(classes: usize, n: usize, seed: u64) -> Examples {
    let labels: Vec<usize> = (0..classes * n).map(|at| at % classes).collect();
    let kinds: Vec<usize> = labels.iter().enumerate().map(|(at, label)| 1 + 2 * label + (at / classes) % 2).collect();
    Examples::new(&photos(&kinds, seed), labels, classes).unwrap()
}

fn bank(examples: &Examples, held_out: Option<&Examples>, classes: usize) -> Option<Bank> {
    BankBuild::new(examples, held_out, classes, 7).unwrap().finish()
}

/// The share of `photos` that are known where 95 % of the held-out ones shall be.
fn known(bank: &Bank, photos: &[Vec<f32>]) -> f64 {
    photos.iter().filter(|photo| bank.familiarity(photo) >= 0.05).count() as f64 / photos.len() as f64
}

fn rows(examples: &Examples) -> Vec<Vec<f32>> {
    (0..examples.len()).map(|index| examples.descriptor(index).to_vec()).collect()
}

#[test]
fn photos_of_what_was_taught_are_known_and_others_are_not() {
    let (others, fresh) = (photos(&[9; 200], 3), taught(2, 500, 4));
    let given = taught(2, 200, 2);
    for held_out in [Some(&given), None] {
        let bank = bank(&taught(2, 300, 1), held_out, 2).unwrap();
        assert_eq!((bank.len(), bank.manifest().photos), (256, 600));
        // Two parts of 120 are enough.
        assert_eq!(bank.manifest().held_out, if held_out.is_some() { 400 } else { 240 });
        assert_eq!(known(&bank, &others), 0.0);
        let accepted = known(&bank, &rows(&fresh));
        let middle = rows(&fresh).iter().filter(|photo| bank.familiarity(photo) >= 0.5).count();
        if held_out.is_some() {
            assert!((0.9..0.99).contains(&accepted), "{accepted}");
            // A half of them is more familiar than the middle one.
            assert!((400..600).contains(&middle), "{middle}");
        } else {
            // Scored with fewer photos than the bank has, none is more familiar than it would be now.
            assert!(accepted >= 0.95 && middle >= 500, "{accepted} {middle}");
        }
    }
}

#[test]
fn the_first_photos_are_enough() {
    let bank = bank(&taught(2, 4, 1), None, 2).unwrap();
    assert_eq!((bank.len(), bank.manifest().held_out), (8, 8));
    assert_eq!(known(&bank, &photos(&[9; 50], 3)), 0.0);
    assert!(known(&bank, &rows(&taught(2, 50, 2))) > 0.5);
}

#[test]
fn no_photo_vouches_for_its_near_duplicate() {
    let once = taught(2, 6, 1);
    let twice: Vec<Vec<f32>> = rows(&once).into_iter().chain(rows(&once)).collect();
    let labels = once.labels().repeat(2);
    let groups = (0..12).chain(0..12).collect();
    let grouped = Examples::new(&twice, labels.clone(), 2).unwrap().with_groups(groups).unwrap();
    let of = |examples: &Examples| {
        let bank = bank(examples, None, 2).unwrap();
        rows(&taught(2, 20, 2)).iter().map(|photo| bank.familiarity(photo)).sum::<f64>()
    };
    assert!((of(&grouped) - of(&once)).abs() < 2.0, "{} {}", of(&grouped), of(&once));
    // Were they torn apart, each would be as familiar as its copy, and nothing else.
    let torn = Examples::new(&twice, labels, 2).unwrap();
    assert!(of(&torn) < 0.5 * of(&once), "{} {}", of(&torn), of(&once));
}

#[test]
fn recordings_of_many_frames_are_not_all_left_out() {
    let examples = taught(2, 400, 1);
    // Ten recordings of 80 frames, each of both classes.
    let groups = (0..800).map(|at| at / 80).collect();
    let bank = bank(&examples.with_groups(groups).unwrap(), None, 2).unwrap();
    assert_eq!((bank.manifest().photos, bank.manifest().held_out), (800, 240));
}

#[test]
fn too_little_to_say_is_no_bank() {
    assert_eq!(bank(&Examples::new(&[], Vec::new(), 2).unwrap(), None, 2), None);
    assert_eq!(bank(&taught(1, 1, 1), None, 1), None);
    // One photo a class: none of them can be left out.
    assert_eq!(bank(&taught(2, 1, 1), None, 2), None);
    let equal = Examples::new(&vec![vec![1.0; DESCRIPTOR]; 30], (0..30).map(|at| at % 2).collect(), 2).unwrap();
    assert_eq!(bank(&equal, None, 2), None);
    assert_eq!(bank(&equal, Some(&taught(2, 20, 1)), 2), None);
    assert!(BankBuild::new(&Examples::new(&[vec![1.0]], vec![0], 1).unwrap(), None, 1, 1).is_err());
}

#[test]
fn one_class_and_two_photos_are_a_bank() {
    let bank = bank(&Examples::new(&photos(&[1, 1], 1), vec![0, 0], 1).unwrap(), None, 1).unwrap();
    assert_eq!((bank.len(), bank.manifest().held_out), (2, 2));
    assert!(bank.familiarity(&photos(&[9], 3)[0]) < 0.05);
}

#[test]
fn five_hundred_classes_are_not_larger() {
    let labels: Vec<usize> = (0..1_000).map(|at| at / 2).collect();
    let kinds: Vec<usize> = labels.iter().map(|label| 1 + label % 20).collect();
    let bank = bank(&Examples::new(&photos(&kinds, 1), labels, 500).unwrap(), None, 500).unwrap();
    assert!(bank.len() <= MOST_CENTRES && bank.bytes() <= 150_000, "{}", bank.bytes());
    assert_eq!(known(&bank, &photos(&[24; 50], 3)), 0.0);
    assert!(known(&bank, &photos(&(1..=20).collect::<Vec<_>>(), 4)) > 0.8);
}

#[test]
fn augmented_views_are_no_photos() {
    let examples = taught(2, 6, 1);
    let views = photos(&[9; 12], 3).into_iter().enumerate().collect();
    assert_eq!(bank(&examples.clone().with_views(views).unwrap(), None, 2), bank(&examples, None, 2));
}
