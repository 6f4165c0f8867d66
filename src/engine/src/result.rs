//! A finished run in the page's words.

use headstart_protocol::{ClassFigures, Epoch, Figure, TrainingResult};
use headstart_train::metrics::wilson_interval;
use headstart_train::{EpochFigures, Outcome};

/// What run `id` has come to; `head` is the file.
pub(crate) fn of(outcome: &Outcome, id: u32, head: Vec<u8>, stopped: bool, seconds: f64) -> TrainingResult {
    let confusion = outcome.confusion();
    let classes = 0..outcome.classes.len();
    TrainingResult {
        run: id,
        head,
        figure: match outcome.figure {
            headstart_train::Figure::CrossValidated { folds } => Figure::CrossValidated { folds: count(folds) },
            headstart_train::Figure::HeldOut => Figure::HeldOut,
            headstart_train::Figure::Missing => Figure::Missing,
        },
        right: count(confusion.right()),
        validated_on: count(confusion.total()),
        interval: wilson_interval(confusion.right(), confusion.total()),
        answers: outcome.answers.iter().map(|one| (count(one.example), count(one.answer))).collect(),
        classes: classes
            .clone()
            .map(|class| ClassFigures {
                precision: confusion.precision(class),
                recall: confusion.recall(class),
                photos: count(classes.clone().map(|answer| confusion.count(class, answer)).sum()),
            })
            .collect(),
        history: outcome.history.iter().map(epoch).collect(),
        best_epoch: count(outcome.best_epoch),
        stopped,
        seconds,
    }
}

/// An epoch's figures.
pub(crate) fn epoch(figures: &EpochFigures) -> Epoch {
    Epoch {
        epoch: count(figures.epoch),
        loss: figures.loss,
        accuracy: figures.accuracy,
        val_loss: figures.val_loss,
        val_accuracy: figures.val_accuracy,
    }
}

/// As the page counts.
pub(crate) fn count(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}
