use super::*;
use crate::generator;
use futures::executor::block_on;
use headstart_nn::{DESCRIPTOR, Head};
use headstart_weights::head::{HeadArchitecture, HeadFile};
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

fn plan(examples: Examples, left_out: LeftOut) -> Plan {
    Plan {
        settings: Settings { epochs: 6, ..Settings::default() },
        classes: ["a", "b", "c"].map(str::to_owned).into(),
        examples,
        left_out,
        continue_from: None,
    }
}

fn finished(plan: Plan) -> Outcome {
    let mut run = Run::new(plan, &Device::flex()).unwrap();
    while !run.is_over() {
        let before = run.progress();
        block_on(run.advance()).unwrap();
        let (done, of) = run.progress();
        assert!(done >= before.0 && done <= of, "{done} of {of} after {before:?}");
    }
    block_on(run.finish()).unwrap()
}

#[test]
fn every_photo_is_left_out_once_and_then_trained_on() {
    let examples = photos(30, 0.02);
    let labels = examples.labels().to_vec();
    let outcome = finished(plan(examples, LeftOut::InTurn));
    assert_eq!(outcome.figure, Figure::CrossValidated { folds: 5 });
    assert_eq!(outcome.trained_on, 30);
    assert_eq!(outcome.answers.iter().map(|one| one.example).collect::<Vec<_>>(), (0..30).collect::<Vec<_>>());
    assert_eq!(outcome.answers.iter().map(|one| one.label).collect::<Vec<_>>(), labels);
    assert_eq!(outcome.confusion().accuracy(), Some(1.0));
    assert_eq!(outcome.history.len(), outcome.best_epoch);
}

#[test]
fn views_are_trained_on_and_never_validate() {
    let views = |examples: &Examples| (0..30).map(|index| (index, examples.descriptor(index).to_vec())).collect();
    for (left_out, trained_on, validated_on) in [(LeftOut::InTurn, 30, 30), (LeftOut::Share(0.2), 24, 6)] {
        let examples = photos(30, 0.02);
        let labels = examples.labels().to_vec();
        let views = views(&examples);
        let outcome = finished(plan(examples.with_views(views).unwrap(), left_out));
        assert_eq!((outcome.trained_on, outcome.answers.len()), (trained_on, validated_on));
        assert!(outcome.answers.iter().all(|one| one.example < 30 && one.label == labels[one.example]));
        assert_eq!(outcome.confusion().accuracy(), Some(1.0));
    }
}

/// Were a view of a photo trained on where the photo is left out, any label would be learnt by heart.
#[test]
fn views_stay_on_their_photos_side() {
    let mut random = generator(9, 0);
    let rows: Vec<Vec<f32>> = (0..60).map(|_| (0..300).map(|_| random.random::<f32>() - 0.5).collect()).collect();
    let labels = (0..60).map(|_| random.random_range(0..3)).collect();
    let views = rows.iter().cloned().enumerate().collect();
    let examples = Examples::new(&rows, labels, 3).unwrap().with_views(views).unwrap();
    let accuracy = finished(plan(examples, LeftOut::InTurn)).confusion().accuracy().unwrap();
    assert!(accuracy < 0.6, "{accuracy}");
}

#[test]
fn photos_set_aside_are_never_trained_on() {
    let outcome = finished(plan(photos(30, 0.02), LeftOut::Share(0.2)));
    assert_eq!((outcome.figure, outcome.trained_on, outcome.answers.len()), (Figure::HeldOut, 24, 6));
    let given = finished(plan(photos(30, 0.02), LeftOut::Given(photos(9, 0.02))));
    assert_eq!((given.figure, given.trained_on, given.answers.len()), (Figure::HeldOut, 30, 9));
    assert_eq!(given.confusion().total(), 9);
    for share in [0.0, 1.0, -1.0, f64::NAN] {
        let error = Run::new(plan(photos(30, 0.02), LeftOut::Share(share)), &Device::flex()).err();
        assert!(matches!(error, Some(TrainError::Settings(_))), "{error:?}");
    }
}

#[test]
fn classes_too_small_to_leave_any_photo_out_get_a_head_without_a_figure() {
    for left_out in [LeftOut::InTurn, LeftOut::Share(0.3)] {
        let outcome = finished(plan(photos(3, 0.02), left_out));
        assert_eq!((outcome.figure, outcome.trained_on), (Figure::Missing, 3));
        assert!(outcome.answers.is_empty() && outcome.confusion().accuracy().is_none());
        assert_eq!((outcome.best_epoch, outcome.history.len()), (6, 6));
    }
}

#[test]
fn a_run_stopped_at_any_time_has_a_head() {
    for steps in [0, 1, 7, 89, 95] {
        let mut run = Run::new(plan(photos(30, 0.02), LeftOut::InTurn), &Device::flex()).unwrap();
        for _ in 0..steps {
            block_on(run.advance()).unwrap();
        }
        let in_folds = !run.is_fitting();
        let outcome = block_on(run.finish()).unwrap();
        assert!(outcome.best_epoch > 0 && !outcome.history.is_empty());
        assert_eq!(outcome.trained_on, 30);
        assert_eq!(outcome.figure == Figure::Missing, in_folds, "after {steps} steps");
        assert_eq!(outcome.answers.is_empty(), in_folds);
    }
}

#[test]
fn a_continued_head_is_checked_only_with_photos_that_it_has_never_seen() {
    let first = finished(plan(photos(30, 0.02), LeftOut::Share(0.2)));
    let start = Start { layers: first.layers.clone(), held_out_sha256: first.held_out_sha256.clone() };
    let continued = |start: Start, seed| {
        let mut plan = plan(photos(30, 0.02), LeftOut::Share(0.2));
        plan.continue_from = Some(start);
        plan.settings.seed = seed;
        finished(plan)
    };
    let again = continued(start.clone(), 1);
    assert_eq!((again.figure, again.answers.len()), (Figure::HeldOut, 6));
    assert!(again.history[0].loss < first.history[0].loss);
    let other_split = continued(start.clone(), 2);
    assert_eq!((other_split.figure, other_split.trained_on), (Figure::Missing, 24));
    assert!(other_split.history.iter().all(|epoch| epoch.val_loss.is_none()));
    // Whoever went on from it has no knowledge of what the first one has seen.
    assert_eq!(other_split.held_out_sha256, None);
    let foreign = Start { held_out_sha256: None, ..start };
    assert_eq!(continued(foreign, 1).figure, Figure::Missing);
}

#[test]
fn the_head_file_holds_what_the_run_has_found_and_answers_its_own_question() {
    for architecture in [HeadArchitecture::Linear, HeadArchitecture::Mlp { hidden: vec![8], dropout: 0.3 }] {
        let mut plan = plan(photos(30, 0.02), LeftOut::InTurn);
        plan.settings.architecture = architecture.clone();
        let outcome = finished(plan);
        let file = block_on(outcome.head_file(150, "base", &Device::flex())).unwrap();
        let file = HeadFile::from_bytes(&file.to_bytes().unwrap()).unwrap();
        let manifest = &file.manifest;
        assert_eq!((manifest.trained_on, manifest.validated_on, manifest.folds), (30, 30, Some(5)));
        assert_eq!((manifest.size, &*manifest.base_sha256, &manifest.architecture), (150, "base", &architecture));
        assert_eq!(manifest.val_accuracy, outcome.confusion().accuracy());
        assert!(block_on(Head::open(&file, &Device::flex())).is_ok());
    }
}

#[test]
fn a_run_that_diverges_says_so() {
    for left_out in [LeftOut::InTurn, LeftOut::Share(0.2)] {
        let mut plan = plan(photos(30, 0.02), left_out);
        plan.settings.learning_rate = f64::MAX;
        let mut run = Run::new(plan, &Device::flex()).unwrap();
        let error = (0..200).find_map(|_| block_on(run.advance()).err());
        assert!(matches!(error, Some(TrainError::Diverged { .. })), "{error:?}");
    }
}
