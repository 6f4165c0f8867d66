//! Which examples are trained on and which only validate.
//!
//! Examples of one group (frames of a burst, copies of a photo) always stand on the same side: else the validation
//! accuracy would be a memory of the training photos.

use std::collections::BTreeMap;

use rand::seq::SliceRandom;

use crate::{TrainError, generator};

/// Splits examples into training and validation indices, `share` of each class of `labels` for validation (rounded, at
/// least one and at most all but one where a class has two or more), drawn by `seed`. Both lists are sorted. Examples
/// with the same number in `groups` stay together: no class has more than its share held out, unless its smallest group is
/// larger; a class of a single group is all trained on.
///
/// # Panics
/// Where `groups` has not one number a label.
#[must_use]
pub fn grouped(labels: &[usize], groups: &[u64], share: f64, seed: u64) -> (Vec<usize>, Vec<usize>) {
    let all = per_class(labels, labels.iter().max().map_or(0, |last| last + 1), 0..labels.len());
    let wanted: Vec<usize> =
        all.iter().map(|n| ((*n as f64 * share).round() as usize).max(1).min(n.saturating_sub(1))).collect();
    let mut held = vec![0; all.len()];
    let (mut waiting, mut validation) = (Vec::new(), Vec::new());
    for group in shuffled(labels, groups, seed) {
        let own = per_class(labels, all.len(), group.iter().copied());
        if (0..all.len()).all(|class| own[class] == 0 || held[class] + own[class] <= wanted[class]) {
            add(&mut held, &own);
            validation.extend(group);
        } else {
            waiting.push((group, own));
        }
    }
    waiting.sort_by_key(|(group, _)| group.len());
    let mut training = Vec::new();
    for (group, own) in waiting {
        let needed = (0..all.len()).any(|class| own[class] > 0 && held[class] == 0);
        if needed && (0..all.len()).all(|class| own[class] == 0 || held[class] + own[class] < all[class]) {
            add(&mut held, &own);
            validation.extend(group);
        } else {
            training.extend(group);
        }
    }
    training.sort_unstable();
    validation.sort_unstable();
    (training, validation)
}

/// For each example the fold, of `most` at most, in which it validates. A class has about as many examples in one fold as
/// in another, no group is torn apart, and `seed` draws which. There are fewer folds where a class has fewer groups.
///
/// # Errors
/// [`TrainError::TooFewToValidate`] for a class that would be missing from the training side of a fold: one of a single
/// group, most often. `classes` are the names for it.
///
/// # Panics
/// Where `groups` has not one number a label, or a label is no class.
pub fn folds(
    labels: &[usize],
    groups: &[u64],
    classes: &[String],
    most: usize,
    seed: u64,
) -> Result<Vec<usize>, TrainError> {
    let mut members = shuffled(labels, groups, seed);
    // The largest first: small ones even out what large ones leave uneven.
    members.sort_by_key(|group| std::cmp::Reverse(group.len()));
    let all = per_class(labels, classes.len(), 0..labels.len());
    let owned: Vec<Vec<usize>> =
        members.iter().map(|group| per_class(labels, classes.len(), group.iter().copied())).collect();
    let groups_of = |class: usize| owned.iter().filter(|own| own[class] > 0).count();
    let fewest = (0..classes.len()).min_by_key(|class| groups_of(*class));
    let count = match fewest.map(|class| (class, groups_of(class))) {
        Some((class, 0 | 1)) => return Err(TrainError::TooFewToValidate { class: classes[class].clone() }),
        Some((_, groups)) => most.min(groups).max(1),
        None => 1,
    };

    let mut held = vec![vec![0; classes.len()]; count];
    let mut fold_of = vec![0; labels.len()];
    for (group, own) in members.iter().zip(&owned) {
        let fullness = |fold: usize| -> f64 {
            (0..classes.len()).filter(|class| own[*class] > 0).map(|c| held[fold][c] as f64 / all[c] as f64).sum()
        };
        let size = |fold: usize| held[fold].iter().sum::<usize>();
        let emptiest = (0..count).min_by(|a, b| fullness(*a).total_cmp(&fullness(*b)).then(size(*a).cmp(&size(*b))));
        let fold = emptiest.unwrap_or(0);
        add(&mut held[fold], own);
        for index in group {
            fold_of[*index] = fold;
        }
    }
    match (0..classes.len()).find(|class| held.iter().any(|fold| fold[*class] == all[*class])) {
        Some(class) => Err(TrainError::TooFewToValidate { class: classes[class].clone() }),
        None => Ok(fold_of),
    }
}

/// The indices of each group, the groups in an order drawn by `seed`.
fn shuffled(labels: &[usize], groups: &[u64], seed: u64) -> Vec<Vec<usize>> {
    assert_eq!(labels.len(), groups.len(), "one group number an example");
    let mut members = BTreeMap::<u64, Vec<usize>>::new();
    for (index, group) in groups.iter().enumerate() {
        members.entry(*group).or_default().push(index);
    }
    let mut members: Vec<_> = members.into_values().collect();
    members.shuffle(&mut generator(seed, 0));
    members
}

/// How many of the examples at `indices` each class has.
fn per_class(labels: &[usize], classes: usize, indices: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut counts = vec![0; classes];
    for index in indices {
        counts[labels[index]] += 1;
    }
    counts
}

fn add(counts: &mut [usize], more: &[usize]) {
    for (count, more) in counts.iter_mut().zip(more) {
        *count += more;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CLASSES: usize = 4;

    fn names() -> Vec<String> {
        (0..CLASSES).map(|class| format!("class {class}")).collect()
    }

    /// Labels and groups; a group mostly has one class.
    fn examples() -> impl Strategy<Value = (Vec<usize>, Vec<u64>)> {
        prop::collection::vec((0..CLASSES, 0u64..12, any::<bool>()), 0..150).prop_map(|drawn| {
            drawn
                .into_iter()
                .map(|(label, group, mixed)| (label, group * 8 + if mixed { 7 } else { label as u64 }))
                .unzip()
        })
    }

    /// Every example in a group of its own.
    fn single(labels: &[usize], share: f64, seed: u64) -> (Vec<usize>, Vec<usize>) {
        let groups: Vec<u64> = (0..labels.len() as u64).collect();
        grouped(labels, &groups, share, seed)
    }

    proptest! {
        #[test]
        fn every_example_stands_on_one_side_and_every_class_on_both(
            labels in prop::collection::vec(0..CLASSES, 0..200), share in 0.05f64..0.6, seed: u64,
        ) {
            let (training, validation) = single(&labels, share, seed);
            let mut all = [training.clone(), validation.clone()].concat();
            all.sort_unstable();
            prop_assert_eq!(all, (0..labels.len()).collect::<Vec<_>>());
            for class in 0..CLASSES {
                let of = |side: &[usize]| side.iter().filter(|index| labels[**index] == class).count();
                let (trained, held_out) = (of(&training), of(&validation));
                let n = trained + held_out;
                prop_assert!(n < 2 || (trained >= 1 && held_out >= 1));
                prop_assert!(n < 2 || (held_out as f64 - n as f64 * share).abs() <= 1.0);
            }
            prop_assert_eq!((training, validation), single(&labels, share, seed));
        }

        #[test]
        fn no_group_straddles_a_split_and_no_class_is_all_held_out(
            (labels, groups) in examples(), share in 0.05f64..0.6, seed: u64,
        ) {
            let (training, validation) = grouped(&labels, &groups, share, seed);
            prop_assert_eq!(training.len() + validation.len(), labels.len());
            for held in &validation {
                prop_assert!(training.iter().all(|trained| groups[*trained] != groups[*held]));
                prop_assert!(training.iter().any(|trained| labels[*trained] == labels[*held]));
            }
        }

        #[test]
        fn no_group_straddles_folds_and_every_class_is_in_every_training_side(
            (labels, groups) in examples(), seed: u64,
        ) {
            let Ok(fold_of) = folds(&labels, &groups, &names(), 5, seed) else { return Ok(()) };
            for a in 0..labels.len() {
                prop_assert!((0..labels.len()).all(|b| groups[a] != groups[b] || fold_of[a] == fold_of[b]));
                prop_assert!((0..labels.len()).any(|b| labels[a] == labels[b] && fold_of[a] != fold_of[b]));
            }
        }

        #[test]
        fn folds_of_single_photos_are_even_in_every_class(
            labels in prop::collection::vec(0..CLASSES, 30..200), seed: u64,
        ) {
            let groups: Vec<u64> = (0..labels.len() as u64).collect();
            let Ok(fold_of) = folds(&labels, &groups, &names(), 5, seed) else { return Ok(()) };
            let count = fold_of.iter().max().unwrap() + 1;
            for class in 0..CLASSES {
                let sizes: Vec<_> = (0..count)
                    .map(|fold| (0..labels.len()).filter(|i| labels[*i] == class && fold_of[*i] == fold).count())
                    .collect();
                prop_assert!(sizes.iter().max().unwrap() - sizes.iter().min().unwrap() <= 1, "{sizes:?}");
            }
            prop_assert_eq!(fold_of, folds(&labels, &groups, &names(), 5, seed).unwrap());
        }
    }

    #[test]
    fn another_seed_draws_others() {
        let labels = vec![0; 100];
        assert_ne!(single(&labels, 0.2, 1), single(&labels, 0.2, 2));
        let (labels, groups) = ((0..100).map(|i| i % 4).collect::<Vec<_>>(), (0..100).collect::<Vec<_>>());
        assert_ne!(folds(&labels, &groups, &names(), 5, 1), folds(&labels, &groups, &names(), 5, 2));
    }

    #[test]
    fn a_burst_larger_than_its_share_is_held_out_only_where_nothing_smaller_is_there() {
        // A burst of five and two of two photos: a fifth would be 2.
        let groups = [1, 1, 1, 1, 1, 2, 2, 3, 3];
        for seed in 0..20 {
            let (_, validation) = grouped(&[0; 9], &groups, 0.2, seed);
            assert!(validation == [5, 6] || validation == [7, 8], "{validation:?}");
        }
        assert_eq!(grouped(&[0; 4], &[1, 1, 1, 2], 0.2, 1).1, [3]);
        assert_eq!(grouped(&[0; 6], &[1, 1, 1, 2, 2, 2], 0.2, 1).1.len(), 3);
    }

    #[test]
    fn a_class_of_one_group_cannot_validate() {
        let names = vec!["cat".to_owned(), "dog".to_owned()];
        let error = folds(&[0, 0, 1, 1], &[1, 2, 3, 3], &names, 5, 1).unwrap_err();
        assert_eq!(error, TrainError::TooFewToValidate { class: "dog".into() });
        assert_eq!(folds(&[0, 0, 1, 1], &[1, 2, 3, 4], &names, 5, 1).unwrap().iter().max(), Some(&1));
    }
}
