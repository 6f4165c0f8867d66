//! Learning curves from photos to points. They are a test binary of their own: the CPU backend's random numbers come from one
//! generator in the process, which each step of a CNN seeds.
#![cfg(test)]

use std::sync::Arc;

use burn::tensor::Device;
use futures::executor::block_on;
use headstart_protocol::Learner;
use headstart_train::scratch::{LabelledPhotos, ScratchSettings};
use headstart_train::{CurvePhotos, CurveSettings, Examples, HeadSettings, LearningCurve, TrainError};
use headstart_vision::RgbImage;
use headstart_weights::scratch::ScratchArchitecture;

/// 26 photos of two classes, dark and bright, that both learners tell apart.
fn pool(with_photos: bool) -> CurvePhotos {
    let labels: Vec<usize> = (0..26).map(|at| at % 2).collect();
    let rows: Vec<Vec<f32>> =
        (0..26u8).map(|at| vec![if at % 2 == 0 { 1.0 } else { -1.0 }, f32::from(at) / 26.0]).collect();
    let image =
        |at: u8| RgbImage::from_pixel(14, 14, [if at.is_multiple_of(2) { 30 + at } else { 190 + at }; 3].into());
    let photos = LabelledPhotos::new(14, (0..26).map(image).collect(), labels.clone(), 2).unwrap();
    CurvePhotos {
        classes: ["dark", "bright"].map(str::to_owned).to_vec(),
        examples: Examples::new(&rows, labels, 2).unwrap(),
        photos: with_photos.then(|| Arc::new(photos)),
        training: (0..20).collect(),
        held_out: (20..26).collect(),
    }
}

fn tiny(classes: usize, _photos: usize) -> ScratchSettings {
    let architecture = ScratchArchitecture { side: 14, channels: vec![3, 4], hidden: 5, classes, dropout: 0.0 };
    ScratchSettings { epochs: 40, batch: 4, learning_rate: 0.02, augment: false, ..ScratchSettings::new(architecture) }
}

fn settings() -> CurveSettings {
    CurveSettings {
        head: HeadSettings { epochs: 30, ..HeadSettings::default() },
        scratch: tiny,
        draws: [3, 2],
        most: 10,
        seed: 7,
    }
}

/// Runs to the end; the curve, and how often a point was new.
fn measured(pool: CurvePhotos) -> (LearningCurve, usize) {
    let mut curve = LearningCurve::new(pool, settings(), &Device::flex()).unwrap();
    let mut news = 0;
    while !curve.is_over() {
        news += usize::from(block_on(curve.advance()).unwrap());
    }
    (curve, news)
}

#[test]
fn both_learners_have_a_point_for_each_number_of_photos() {
    let (curve, news) = measured(pool(true));
    assert_eq!((curve.progress(), news), ((20, 20), 20));
    let seen: Vec<_> = curve.points().iter().map(|point| (point.learner, point.photos, point.draws)).collect();
    let head = [1, 2, 5, 10].map(|photos| (Learner::Transfer, photos, 3));
    let scratch = [1, 2, 5, 10].map(|photos| (Learner::Scratch, photos, 2));
    assert_eq!(seen, [head, scratch].concat());
    // The held-out photos are as easy as those trained on.
    for point in curve.points().into_iter().filter(|point| point.photos == 10) {
        assert_eq!((point.mean, point.deviation), (1.0, Some(0.0)), "{point:?}");
    }
    let again = measured(pool(true)).0;
    assert_eq!(again.points(), curve.points());
}

#[test]
fn without_photos_there_is_the_heads_curve_alone() {
    let (curve, news) = measured(pool(false));
    assert_eq!(news, 12);
    assert!(curve.points().iter().all(|point| point.learner == Learner::Transfer));
}

#[test]
fn what_is_given_up_leaves_the_other_ones_points() {
    let mut curve = LearningCurve::new(pool(true), settings(), &Device::flex()).unwrap();
    while curve.learner() == Some(Learner::Transfer) {
        block_on(curve.advance()).unwrap();
    }
    // In the middle of a training.
    assert!(!block_on(curve.advance()).unwrap());
    curve.give_up(Learner::Scratch);
    assert!(curve.is_over() && curve.learner().is_none());
    assert_eq!((curve.points().len(), curve.progress()), (4, (20, 20)));
}

#[test]
fn a_failed_training_loses_its_draw_only() {
    let wild = |classes, photos| ScratchSettings { learning_rate: f64::INFINITY, ..tiny(classes, photos) };
    let wild = CurveSettings { scratch: wild, ..settings() };
    let mut curve = LearningCurve::new(pool(true), wild, &Device::flex()).unwrap();
    let mut failures = 0;
    while !curve.is_over() {
        failures += usize::from(block_on(curve.advance()).is_err());
    }
    assert_eq!((failures, curve.points().len()), (8, 4));
}

#[test]
fn pools_that_no_curve_can_come_of_are_refused() {
    let refused = |change: fn(&mut CurvePhotos)| {
        let mut pool = pool(true);
        change(&mut pool);
        LearningCurve::new(pool, settings(), &Device::flex()).err()
    };
    assert!(matches!(refused(|pool| pool.held_out.clear()), Some(TrainError::TooFewToValidate { .. })));
    let dark = |pool: &mut CurvePhotos| pool.training.retain(|index| index % 2 == 0);
    assert_eq!(refused(dark), Some(TrainError::EmptyClass { class: "bright".into() }));
    assert!(matches!(refused(|pool| pool.classes.truncate(1)), Some(TrainError::TooFewClasses { found: 1 })));
    let other =
        |pool: &mut CurvePhotos| pool.photos = pool.photos.as_ref().map(|photos| Arc::new(photos.select(&[1, 0])));
    assert!(matches!(refused(other), Some(TrainError::Photos(_))));
}

/// Runs `steps` steps; fewer, where it is over before.
fn measured_so_far(steps: usize) -> LearningCurve {
    let mut curve = LearningCurve::new(pool(true), quick(), &Device::flex()).unwrap();
    for _ in 0..steps {
        block_on(curve.advance()).unwrap();
    }
    curve
}

fn quick() -> CurveSettings {
    let scratch = |classes, photos| ScratchSettings { epochs: 3, ..tiny(classes, photos) };
    CurveSettings { head: HeadSettings { epochs: 4, ..HeadSettings::default() }, scratch, ..settings() }
}

fn finish(mut curve: LearningCurve) -> LearningCurve {
    while !curve.is_over() {
        block_on(curve.advance()).unwrap();
    }
    curve
}

#[test]
fn an_interrupted_curve_ends_as_if_it_had_not_been_interrupted() {
    let uninterrupted = finish(measured_so_far(0)).points();
    // Between draws, in the middle of a head's and of a CNN's, and at the end.
    for steps in [0, 1, 5, 7, 59, 60, 75, 90, 120, 10_000] {
        let curve = measured_so_far(steps);
        let bytes = curve.checkpoint(&("notes", 3)).unwrap();
        let mut resumed = LearningCurve::new(pool(true), quick(), &Device::flex()).unwrap();
        let notes: (String, u8) = resumed.restore(&bytes).unwrap();
        assert_eq!(notes, ("notes".to_owned(), 3));
        assert_eq!((resumed.points(), resumed.learner()), (curve.points(), curve.learner()), "after {steps}");
        assert_eq!(resumed.progress(), curve.progress());
        assert_eq!(finish(resumed).points(), uninterrupted, "after {steps}");
    }
}

#[test]
fn what_was_given_up_stays_so() {
    let mut curve = measured_so_far(80);
    curve.give_up(Learner::Scratch);
    let bytes = curve.checkpoint(&()).unwrap();
    let mut resumed = LearningCurve::new(pool(true), quick(), &Device::flex()).unwrap();
    resumed.restore::<()>(&bytes).unwrap();
    assert!(resumed.is_over());
    assert_eq!(resumed.points(), curve.points());
}

#[test]
fn another_curves_checkpoint_is_refused() {
    let bytes = measured_so_far(9).checkpoint(&()).unwrap();
    let refused = |pool, settings, bytes: &[u8]| {
        let mut curve = LearningCurve::new(pool, settings, &Device::flex()).unwrap();
        matches!(curve.restore::<()>(bytes), Err(TrainError::Checkpoint(_)))
    };
    assert!(!refused(pool(true), quick(), &bytes));
    assert!(refused(pool(false), quick(), &bytes));
    assert!(refused(pool(true), settings(), &bytes));
    assert!(refused(pool(true), CurveSettings { seed: 8, ..quick() }, &bytes));
    assert!(refused(pool(true), quick(), &bytes[..bytes.len() - 1]));
    assert!(refused(pool(true), quick(), b""));
    let other = CurvePhotos { held_out: (19..26).collect(), training: (0..19).collect(), ..pool(true) };
    assert!(refused(other, quick(), &bytes));
}
