use super::*;
use crate::checkpoint::resealed;
use crate::generator;
use futures::executor::block_on;
use headstart_nn::{DESCRIPTOR, Head};
use headstart_weights::head::{HeadArchitecture, HeadFile};
use proptest::prelude::*;
use rand::Rng;

/// `count` photos in turn of each of three classes, each around an axis of its own.
fn photos(count: usize, noise: f32) -> Examples {
    let mut random = generator(7, 0);
    let labels: Vec<usize> = (0..count).map(|index| index % 3).collect();
    let mut row = |label: usize| -> Vec<f32> {
        (0..DESCRIPTOR).map(|at| f32::from(u8::from(at == label)) + noise * (random.random::<f32>() - 0.5)).collect()
    };
    let rows: Vec<_> = labels.iter().map(|label| row(*label)).collect();
    Examples::new(&rows, labels, 3).unwrap()
}

fn plan(examples: Examples, validation: ValidationSplit) -> HeadPlan {
    HeadPlan {
        settings: HeadSettings { epochs: 6, ..HeadSettings::default() },
        classes: ["a", "b", "c"].map(str::to_owned).into(),
        examples,
        validation,
        continue_from: None,
    }
}

fn finished(plan: HeadPlan) -> TrainedHead {
    let mut run = HeadTraining::new(plan, &Device::flex()).unwrap();
    while !run.is_over() {
        let before = run.progress();
        block_on(run.advance(0.0)).unwrap();
        let (done, of) = run.progress();
        assert!(done >= before.0 && done <= of, "{done} of {of} after {before:?}");
    }
    block_on(run.finish()).unwrap()
}

#[test]
fn every_photo_is_held_out_once_and_then_trained_on() {
    let examples = photos(30, 0.02);
    let labels = examples.labels().to_vec();
    let head = finished(plan(examples, ValidationSplit::Of(Validation::Cross)));
    assert_eq!(head.validated_by, ValidatedBy::CrossValidation { folds: 5 });
    assert_eq!(head.trained_on, 30);
    assert_eq!(head.answers.iter().map(|one| one.example).collect::<Vec<_>>(), (0..30).collect::<Vec<_>>());
    assert_eq!(head.answers.iter().map(|one| one.label).collect::<Vec<_>>(), labels);
    assert_eq!(head.confusion().accuracy(), Some(1.0));
    assert_eq!(count(head.history.len()), head.best_epoch);
}

#[test]
fn views_are_trained_on_and_never_validate() {
    let views = |examples: &Examples| (0..30).map(|index| (index, examples.descriptor(index).to_vec())).collect();
    for (validation, trained_on, validated_on) in
        [(ValidationSplit::Of(Validation::Cross), 30, 30), (ValidationSplit::Of(Validation::HoldOut(0.2)), 24, 6)]
    {
        let examples = photos(30, 0.02);
        let labels = examples.labels().to_vec();
        let views = views(&examples);
        let head = finished(plan(examples.with_views(views).unwrap(), validation));
        assert_eq!((head.trained_on, head.answers.len()), (trained_on, validated_on));
        assert!(head.answers.iter().all(|one| one.example < 30 && one.label == labels[one.example]));
        assert_eq!(head.confusion().accuracy(), Some(1.0));
    }
}

/// Were a view of a photo trained on where the photo is held out, any label would be learnt by heart.
#[test]
fn views_stay_on_their_photos_side() {
    let mut random = generator(9, 0);
    let rows: Vec<Vec<f32>> = (0..60).map(|_| (0..300).map(|_| random.random::<f32>() - 0.5).collect()).collect();
    let labels = (0..60).map(|_| random.random_range(0..3)).collect();
    let views = rows.iter().cloned().enumerate().collect();
    let examples = Examples::new(&rows, labels, 3).unwrap().with_views(views).unwrap();
    let accuracy = finished(plan(examples, ValidationSplit::Of(Validation::Cross))).confusion().accuracy().unwrap();
    assert!(accuracy < 0.6, "{accuracy}");
}

#[test]
fn photos_set_aside_are_never_trained_on() {
    let head = finished(plan(photos(30, 0.02), ValidationSplit::Of(Validation::HoldOut(0.2))));
    assert_eq!((head.validated_by, head.trained_on, head.answers.len()), (ValidatedBy::HeldOut, 24, 6));
    let given = finished(plan(photos(30, 0.02), ValidationSplit::Given(photos(9, 0.02))));
    assert_eq!((given.validated_by, given.trained_on, given.answers.len()), (ValidatedBy::HeldOut, 30, 9));
    assert_eq!(given.confusion().total(), 9);
    for share in [0.0, 1.0, -1.0, f64::NAN] {
        let error =
            HeadTraining::new(plan(photos(30, 0.02), ValidationSplit::Of(Validation::HoldOut(share))), &Device::flex())
                .err();
        assert!(matches!(error, Some(TrainError::Settings(_))), "{error:?}");
    }
}

#[test]
fn classes_too_small_to_leave_any_photo_out_get_a_head_without_a_validation_accuracy() {
    for validation in [ValidationSplit::Of(Validation::Cross), ValidationSplit::Of(Validation::HoldOut(0.3))] {
        let head = finished(plan(photos(3, 0.02), validation));
        assert_eq!((head.validated_by, head.trained_on), (ValidatedBy::Nothing, 3));
        assert!(head.answers.is_empty() && head.confusion().accuracy().is_none());
        assert_eq!((head.best_epoch, head.history.len()), (6, 6));
    }
}

#[test]
fn a_run_stopped_at_any_time_has_a_head() {
    for steps in [0, 1, 7, 89, 95] {
        let mut run =
            HeadTraining::new(plan(photos(30, 0.02), ValidationSplit::Of(Validation::Cross)), &Device::flex()).unwrap();
        for _ in 0..steps {
            block_on(run.advance(0.0)).unwrap();
        }
        let in_folds = !run.is_fitting();
        let head = block_on(run.finish()).unwrap();
        assert!(head.best_epoch > 0 && !head.history.is_empty());
        assert_eq!(head.trained_on, 30);
        assert_eq!(head.validated_by == ValidatedBy::Nothing, in_folds, "after {steps} steps");
        assert_eq!(head.answers.is_empty(), in_folds);
    }
}

#[test]
fn a_continued_head_is_checked_only_with_photos_that_it_has_never_seen() {
    let first = finished(plan(photos(30, 0.02), ValidationSplit::Of(Validation::HoldOut(0.2))));
    let start = StartingHead { layers: first.layers.clone(), held_out_sha256: first.held_out_sha256.clone() };
    let continued = |start: StartingHead, seed| {
        let mut plan = plan(photos(30, 0.02), ValidationSplit::Of(Validation::HoldOut(0.2)));
        plan.continue_from = Some(start);
        plan.settings.seed = seed;
        finished(plan)
    };
    let again = continued(start.clone(), 1);
    assert_eq!((again.validated_by, again.answers.len()), (ValidatedBy::HeldOut, 6));
    assert!(again.history[0].loss < first.history[0].loss);
    let other_split = continued(start.clone(), 2);
    assert_eq!((other_split.validated_by, other_split.trained_on), (ValidatedBy::Nothing, 24));
    assert!(other_split.history.iter().all(|epoch| epoch.val_loss.is_none()));
    // Whoever went on from it has no knowledge of what the first one has seen.
    assert_eq!(other_split.held_out_sha256, None);
    let foreign = StartingHead { held_out_sha256: None, ..start };
    assert_eq!(continued(foreign, 1).validated_by, ValidatedBy::Nothing);
}

#[test]
fn so_it_is_with_photos_that_were_given_to_check_it() {
    let given = |start: Option<&TrainedHead>| {
        let (training, validation) = (photos(30, 0.02).select(&Vec::from_iter(0..24)), photos(30, 0.02));
        let validation = ValidationSplit::Given(validation.select(&Vec::from_iter(24..30)));
        let start = start
            .map(|head| StartingHead { layers: head.layers.clone(), held_out_sha256: head.held_out_sha256.clone() });
        finished(HeadPlan { continue_from: start, ..plan(training, validation) })
    };
    let first = given(None);
    let again = given(Some(&first));
    assert_eq!((again.validated_by, again.answers.len(), again.trained_on), (ValidatedBy::HeldOut, 6, 24));
    // A head that was cross-validated has been trained on all of them.
    let all = finished(plan(photos(30, 0.02), ValidationSplit::Of(Validation::Cross)));
    let after_all = given(Some(&all));
    assert_eq!((after_all.validated_by, after_all.answers.len()), (ValidatedBy::Nothing, 0));
    assert_eq!((after_all.trained_on, after_all.held_out_sha256), (24, None));
}

#[test]
fn the_head_file_holds_what_the_run_has_found_and_answers_its_own_question() {
    for architecture in [HeadArchitecture::Linear, HeadArchitecture::Mlp { hidden: vec![8], dropout: 0.3 }] {
        let mut plan = plan(photos(30, 0.02), ValidationSplit::Of(Validation::Cross));
        plan.settings.architecture = architecture.clone();
        let head = finished(plan);
        let file = block_on(head.head_file(150, "base", &Device::flex())).unwrap();
        let file = HeadFile::from_bytes(&file.to_bytes().unwrap()).unwrap();
        let manifest = &file.manifest;
        assert_eq!((manifest.trained_on, manifest.validated_on, manifest.folds), (30, 30, Some(5)));
        assert_eq!((manifest.size, &*manifest.base_sha256, &manifest.architecture), (150, "base", &architecture));
        assert_eq!(manifest.val_accuracy, head.confusion().accuracy());
        assert!(block_on(Head::open(&file, &Device::flex())).is_ok());
    }
}

/// A fifth of the labels is wrong, so that no head is right more often than four times in five.
#[test]
fn a_head_is_as_sure_as_its_answers_to_held_out_photos_are_right() {
    let clean = photos(400, 0.02);
    let rows: Vec<_> = (0..clean.len()).map(|index| clean.descriptor(index).to_vec()).collect();
    let noisy = clean.labels().iter().enumerate().map(|(index, label)| (label + usize::from(index % 5 == 0)) % 3);
    let all = Examples::new(&rows, noisy.collect(), 3).unwrap();
    let [examples, others] = [0..200, 200..400].map(|half| all.select(&half.collect::<Vec<_>>()));
    for validation in [ValidationSplit::Of(Validation::Cross), ValidationSplit::Given(others)] {
        let head = finished(plan(examples.clone(), validation));
        let temperature = head.temperature.unwrap();
        let reliability = head.calibration.unwrap().reliability;
        assert_eq!((reliability.answers(), reliability.right() as usize), (200, head.confusion().right()));
        let sure: f64 = reliability.bins.iter().map(|bin| bin.confidence).sum::<f64>() / 200.0;
        let right = f64::from(reliability.right()) / 200.0;
        assert!((right - 0.8).abs() < 0.05 && (sure - right).abs() < 0.03, "{sure}, and {right} are right");
        let file = block_on(head.head_file(150, "base", &Device::flex())).unwrap();
        assert_eq!(file.manifest.temperature, Some(temperature));
        for (divided, plain) in file.layers[0].weight.iter().zip(&head.layers[0].weight) {
            assert!((f64::from(*divided) * temperature - f64::from(*plain)).abs() < 1e-5);
        }
    }
    // Too few to say.
    let head = finished(plan(photos(18, 0.02), ValidationSplit::Of(Validation::Cross)));
    assert!(head.temperature.is_none() && head.calibration.is_none());
    assert_eq!(block_on(head.head_file(150, "base", &Device::flex())).unwrap().manifest.temperature, None);
}

#[test]
fn a_run_that_diverges_says_so() {
    for validation in [ValidationSplit::Of(Validation::Cross), ValidationSplit::Of(Validation::HoldOut(0.2))] {
        let mut plan = plan(photos(30, 0.02), validation);
        plan.settings.learning_rate = f64::MAX;
        let mut run = HeadTraining::new(plan, &Device::flex()).unwrap();
        let error = (0..200).find_map(|_| block_on(run.advance(0.0)).err());
        assert!(matches!(error, Some(TrainError::Diverged { .. })), "{error:?}");
    }
}

/// Checkpoints of every phase of a small run, with the run that they are of.
fn checkpoints() -> (HeadPlan, Vec<Vec<u8>>) {
    let rows: Vec<Vec<f32>> = (0..18).map(|at| vec![(at % 3) as f32, (at as f32).sin(), 1.0]).collect();
    let examples = Examples::new(&rows, (0..18).map(|at| at % 3).collect(), 3).unwrap();
    let mut plan = plan(examples, ValidationSplit::Of(Validation::Cross));
    plan.settings.epochs = 3;
    let mut run = HeadTraining::new(plan.clone(), &Device::flex()).unwrap();
    let mut checkpoints = Vec::new();
    while !run.is_over() {
        block_on(run.advance(0.0)).unwrap();
        if run.is_between_epochs() {
            checkpoints.push(block_on(run.checkpoint(0.0)).unwrap());
        }
    }
    (plan, checkpoints)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whoever seals a checkpoint that nobody wrote gets a refusal, or a run that goes on somehow.
    #[test]
    fn no_checkpoint_panics(which in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        thread_local!(static KNOWN: (HeadPlan, Vec<Vec<u8>>) = checkpoints());
        KNOWN.with(|(plan, checkpoints)| {
            let forged = resealed(&checkpoints[which.index(checkpoints.len())], |file| {
                // The JSON in front is what can be understood wrongly.
                let end = file.len().min(1500);
                file[at.index(end)] = byte;
            });
            let mut run = HeadTraining::new(plan.clone(), &Device::flex()).unwrap();
            if run.restore(&forged).is_ok() {
                while !run.is_over() && block_on(run.advance(0.0)).is_ok() {}
                let _ = block_on(run.finish());
            }
        });
    }
}
