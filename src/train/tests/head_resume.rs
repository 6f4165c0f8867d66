//! A head's training that was interrupted goes on as if it had not been. In a process of its own: dropout draws from a
//! generator that all of a process shares.
#![cfg(test)]

use burn::tensor::Device;
use futures::executor::block_on;
use headstart_protocol::{Epoch, OptimizerKind, Validation};
use headstart_train::{
    Examples, HeadPlan, HeadSettings, HeadTraining, StartingHead, TrainError, TrainedHead, ValidationSplit,
};
use headstart_weights::head::HeadArchitecture;

const WIDTH: usize = 24;

/// Photos in turn of three classes that overlap, and a view of every other one.
fn examples(count: usize, seed: usize) -> Examples {
    let noise = |at: usize| ((at * 2_654_435_761 + seed * 40_503) % 1013) as f32 / 1013.0 - 0.5;
    let row = |index: usize, shift: usize| -> Vec<f32> {
        (0..WIDTH).map(|at| f32::from(u8::from(at == index % 3)) + noise(index * WIDTH + at + shift)).collect()
    };
    let rows: Vec<_> = (0..count).map(|index| row(index, 0)).collect();
    let labels = (0..count).map(|index| index % 3).collect();
    let views = (0..count).step_by(2).map(|index| (index, row(index, 7))).collect();
    Examples::new(&rows, labels, 3).unwrap().with_views(views).unwrap()
}

fn mlp() -> HeadSettings {
    let architecture = HeadArchitecture::Mlp { hidden: vec![7, 5], dropout: 0.3 };
    HeadSettings { epochs: 5, batch: 16, ..HeadSettings::of(architecture) }
}

fn plan(settings: HeadSettings, validation: ValidationSplit) -> HeadPlan {
    let classes = ["a", "b", "c"].map(str::to_owned).into();
    HeadPlan { settings, classes, examples: examples(30, 1), validation, continue_from: None }
}

fn cross() -> ValidationSplit {
    ValidationSplit::Of(Validation::Cross)
}

/// Every way through a training.
fn plans() -> Vec<HeadPlan> {
    let linear = HeadSettings { epochs: 8, ..HeadSettings::default() };
    let rmsprop = HeadSettings { optimizer: OptimizerKind::RmsProp, ..linear.clone() };
    // Too fast to go on getting better, so that the best epoch is not the last one.
    let wild = HeadSettings { learning_rate: 0.3, settling: 0.0, patience: 4, epochs: 12, ..mlp() };
    let mut plans = vec![
        plan(linear.clone(), cross()),
        plan(mlp(), cross()),
        plan(rmsprop, cross()),
        plan(wild, ValidationSplit::Of(Validation::HoldOut(0.3))),
        plan(linear.clone(), ValidationSplit::Given(examples(9, 2))),
    ];
    let first = finish(begin(plan(linear.clone(), cross()))).0;
    let start = StartingHead { layers: first.layers, held_out_sha256: None };
    plans.push(HeadPlan { continue_from: Some(start), ..plan(linear.clone(), cross()) });
    // Too few photos to hold any out.
    plans.push(HeadPlan { examples: examples(3, 1), ..plan(linear, cross()) });
    plans
}

fn begin(plan: HeadPlan) -> HeadTraining {
    HeadTraining::new(plan, &Device::flex()).unwrap()
}

/// The head, and its file.
fn finish(mut run: HeadTraining) -> (TrainedHead, Vec<u8>) {
    while !run.is_over() {
        block_on(run.advance(2.5)).unwrap();
    }
    let head = block_on(run.finish()).unwrap();
    let file = block_on(head.head_file(150, "base", &Device::flex())).unwrap();
    (head, file.to_bytes().unwrap())
}

fn figures(head: &TrainedHead) -> Vec<Epoch> {
    head.history.iter().map(|epoch| Epoch { seconds: 0.0, ..*epoch }).collect()
}

#[test]
fn an_interrupted_run_ends_as_if_it_had_not_been_interrupted() {
    let mut best_was_not_the_last = false;
    for (number, plan) in plans().into_iter().enumerate() {
        let (uninterrupted, file) = finish(begin(plan.clone()));
        best_was_not_the_last |= uninterrupted.best_epoch as usize != uninterrupted.history.len();
        let mut run = begin(plan.clone());
        let mut interruptions = 0;
        while !run.is_over() {
            block_on(run.advance(1.0)).unwrap();
            if !run.is_between_epochs() {
                continue;
            }
            let checkpoint = block_on(run.checkpoint(1.5)).unwrap();
            let mut resumed = begin(plan.clone());
            assert_eq!(resumed.restore(&checkpoint), Ok(1.5), "plan {number}");
            assert_eq!((resumed.progress(), resumed.history()), (run.progress(), run.history()), "plan {number}");
            let (head, resumed) = finish(resumed);
            assert_eq!(resumed, file, "plan {number}, after {:?}", run.progress());
            assert_eq!(figures(&head), figures(&uninterrupted));
            assert_eq!((head.best_epoch, &head.answers), (uninterrupted.best_epoch, &uninterrupted.answers));
            assert_eq!((head.validated_by, &head.settings), (uninterrupted.validated_by, &uninterrupted.settings));
            // The clock goes on.
            let seconds: Vec<f64> = head.history.iter().map(|epoch| epoch.seconds).collect();
            assert!(seconds.is_sorted() && seconds.iter().all(|seconds| [1.0, 2.5].contains(seconds)), "{seconds:?}");
            interruptions += 1;
        }
        let (_, of) = run.progress();
        assert!(interruptions + 1 >= of.min(uninterrupted.history.len()), "plan {number}: {interruptions} of {of}");
    }
    assert!(best_was_not_the_last);
}

/// The first checkpoint of a run, and how large it was said to be.
fn first_checkpoint(plan: HeadPlan) -> (Vec<u8>, usize) {
    let mut run = begin(plan);
    while !run.is_between_epochs() {
        block_on(run.advance(0.0)).unwrap();
    }
    (block_on(run.checkpoint(0.0)).unwrap(), run.checkpoint_len())
}

#[test]
fn another_runs_checkpoint_is_refused_and_the_run_begins_by_itself() {
    let own = plan(mlp(), cross());
    let (file, (checkpoint, len)) = (finish(begin(own.clone())).1, first_checkpoint(own.clone()));
    assert!(checkpoint.len() < len + 4000, "{} where {len} was said", checkpoint.len());
    let mut others = vec![
        plan(HeadSettings { seed: 2, ..mlp() }, cross()),
        plan(HeadSettings { epochs: 6, ..mlp() }, cross()),
        plan(mlp(), ValidationSplit::Of(Validation::HoldOut(0.2))),
        HeadPlan { examples: examples(30, 2), ..own.clone() },
        HeadPlan { examples: examples(29, 1), ..own.clone() },
        HeadPlan { classes: ["a", "b", "d"].map(str::to_owned).into(), ..own.clone() },
    ];
    let grouped = examples(30, 1).with_groups((0..45).map(|at| at / 2).collect()).unwrap();
    others.push(HeadPlan { examples: grouped, ..own.clone() });
    for other in others {
        let mut run = begin(own.clone());
        let refused = run.restore(&first_checkpoint(other).0);
        assert!(matches!(refused, Err(TrainError::Checkpoint(_))), "{refused:?}");
        assert_eq!(finish(run).1, file);
    }
}

#[test]
fn a_checkpoint_has_its_time() {
    let mut run = begin(plan(mlp(), cross()));
    assert!(matches!(block_on(run.checkpoint(0.0)), Err(TrainError::Order(_))));
    block_on(run.advance(0.0)).unwrap();
    assert!(!run.is_between_epochs(), "three batches an epoch");
    let (checkpoint, _) = first_checkpoint(plan(mlp(), cross()));
    while !run.is_between_epochs() {
        block_on(run.advance(0.0)).unwrap();
    }
    assert!(matches!(run.restore(&checkpoint), Err(TrainError::Order(_))));
}
