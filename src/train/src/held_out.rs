//! The photos on which two models are compared.

use std::collections::HashSet;

use headstart_protocol::Validation;

use crate::cross_validation::MOST_FOLDS;
use crate::{Examples, TrainError, folds, grouped};

/// The photos that neither of two models is trained on, sorted: those that a [`crate::HeadTraining`] on the same `examples`
/// with the same `seed` holds out or, where it cross-validates, its first fold. Either way it has answers to them of a head
/// that has not seen them.
///
/// # Errors
/// [`TrainError::TooFewToValidate`] where none can be held out, [`TrainError::Settings`] for a share that is none.
pub fn held_out(
    examples: &Examples,
    classes: &[String],
    validation: Validation,
    seed: u64,
) -> Result<Vec<usize>, TrainError> {
    if let Validation::HoldOut(share) = validation {
        if !(share > 0.0 && share < 1.0) {
            return Err(TrainError::Settings("the share of held-out photos must be above 0 and below 1".into()));
        }
        let (_, held_out) = set_aside(examples, share, seed);
        if held_out.is_empty() {
            let counts = examples.per_class(classes.len());
            let fewest = counts.iter().zip(classes).min_by_key(|(count, _)| **count);
            let class = fewest.map(|(_, class)| class.clone()).unwrap_or_default();
            return Err(TrainError::TooFewToValidate { class });
        }
        return Ok(held_out);
    }
    let fold_of = folds(examples.labels(), examples.groups(), classes, MOST_FOLDS, seed)?;
    Ok(examples.photos().filter(|index| fold_of[*index] == 0).collect())
}

/// The examples to train on, and the photos (none of them an augmented view) that are held out.
pub(crate) fn set_aside(examples: &Examples, share: f64, seed: u64) -> (Vec<usize>, Vec<usize>) {
    let (training, validation) = grouped(examples.labels(), examples.groups(), share, seed);
    let photos: HashSet<usize> = examples.photos().collect();
    (training, validation.into_iter().filter(|index| photos.contains(index)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Vec<String> {
        ["a", "b"].map(str::to_owned).to_vec()
    }

    /// 20 photos of two classes, two of each group, and a view of each photo.
    fn examples() -> Examples {
        let rows: Vec<Vec<f32>> = (0..20u8).map(|at| vec![f32::from(at), 1.0]).collect();
        let examples = Examples::new(&rows, (0..20).map(|at| at / 10).collect(), 2).unwrap();
        let examples = examples.with_groups((0..20).map(|at| at / 2).collect()).unwrap();
        examples.with_views((0..20).map(|at| (at, vec![0.5, 0.5])).collect()).unwrap()
    }

    #[test]
    fn whole_groups_of_photos_are_held_out_and_of_each_class() {
        let examples = examples();
        for validation in [Validation::Cross, Validation::HoldOut(0.2)] {
            let held_out = held_out(&examples, &names(), validation, 3).unwrap();
            assert_eq!(held_out.len(), 4, "{validation:?}");
            assert!(held_out.is_sorted() && held_out.iter().all(|index| *index < 20));
            assert!(held_out.iter().all(|index| held_out.contains(&(index ^ 1))));
            assert_eq!(held_out.iter().filter(|index| **index < 10).count(), 2);
        }
    }

    #[test]
    fn where_nothing_can_be_held_out_the_class_is_named() {
        let rows = [vec![1.0], vec![2.0], vec![3.0]];
        let examples = Examples::new(&rows, vec![0, 0, 1], 2).unwrap();
        let refused = held_out(&examples, &names(), Validation::Cross, 1);
        assert_eq!(refused, Err(TrainError::TooFewToValidate { class: "b".into() }));
        let one_each = Examples::new(&rows[..2], vec![0, 1], 2).unwrap();
        assert!(matches!(
            held_out(&one_each, &names(), Validation::HoldOut(0.2), 1),
            Err(TrainError::TooFewToValidate { .. })
        ));
        assert!(matches!(held_out(&examples, &names(), Validation::HoldOut(1.0), 1), Err(TrainError::Settings(_))));
    }
}
