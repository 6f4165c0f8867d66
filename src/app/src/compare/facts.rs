//! The figures of the compared models: what ships beside what was published.

use std::cmp::Ordering;

use headstart_protocol::{CurvePoint, Learner, ModelFacts, Shipped, TestRecord, TuningRecords};

use super::published::{self, Published};
use crate::wording::{counted, megabytes, share, thousands};

/// The accuracy that [`needed`] asks for.
const ENOUGH: f64 = 0.9;
/// What stands where nothing is known.
const NOTHING: &str = "–";

/// A figure of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Figure {
    Parameters,
    Trainable,
    Download,
    TrainedOn,
    Needed,
    Epochs,
    Time,
    Validated,
    Tested,
}

impl Figure {
    /// All, in the order in which they are shown.
    pub(super) const ALL: [Self; 9] = [
        Self::Parameters,
        Self::Trainable,
        Self::Download,
        Self::TrainedOn,
        Self::Needed,
        Self::Epochs,
        Self::Time,
        Self::Validated,
        Self::Tested,
    ];

    /// What the table calls it.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Parameters => "Parameters",
            Self::Trainable => "Trainable parameters",
            Self::Download => "Download",
            Self::TrainedOn => "Training photos",
            Self::Needed => "Photos a class for 90 % accuracy",
            Self::Epochs => "Epochs (best)",
            Self::Time => "Training time",
            Self::Validated => "Validation accuracy (best epoch)",
            Self::Tested => "Test accuracy (95 % interval)",
        }
    }
}

/// A compared model.
#[derive(Debug, Clone)]
pub(super) struct Column<'a> {
    /// What was trained of it. Columns of the same model stand side by side.
    pub(super) model: &'static str,
    /// Whose run it is.
    pub(super) whose: &'static str,
    source: Source<'a>,
}

/// Where its figures come from.
#[derive(Debug, Clone)]
enum Source<'a> {
    /// What is known of a shipped model, and its [`Figure::Needed`].
    Ours(Option<&'a ModelFacts>, Option<String>),
    /// A published run.
    Published(&'static Published),
}

impl<'a> Column<'a> {
    fn ours(model: &'static str, facts: Option<&'a ModelFacts>) -> Self {
        Self { model, whose: "ours", source: Source::Ours(facts, None) }
    }

    fn with_needed(self, shipped: Option<&Shipped>, learner: Learner) -> Self {
        let needed = shipped.and_then(|shipped| needed(&shipped.curve, learner));
        match self.source {
            Source::Ours(facts, _) => Self { source: Source::Ours(facts, needed), ..self },
            Source::Published(_) => self,
        }
    }

    fn published(model: &'static str, run: &'static Published) -> Self {
        Self { model, whose: "published", source: Source::Published(run) }
    }

    /// What the column says of that figure.
    pub(super) fn cell(&self, figure: Figure) -> String {
        let known = match &self.source {
            Source::Ours(_, needed) if figure == Figure::Needed => needed.clone(),
            Source::Ours(facts, _) => facts.and_then(|facts| of_ours(facts, figure)),
            Source::Published(run) => of_published(run, figure),
        };
        known.unwrap_or_else(|| NOTHING.to_owned())
    }
}

const FROZEN: &str = "Head on the frozen base";
const TUNED: &str = "Head and block 5";
const TUNED_FURTHER: &str = "Head and blocks 4, 5";
const SCRATCH: &str = "CNN from scratch";

/// All columns; `shipped` is what is here of ours. Once it is known that no tuned model ships, none is shown.
pub(super) fn columns(shipped: Option<&Shipped>) -> Vec<Column<'_>> {
    let transfer = shipped.map(|shipped| &shipped.transfer);
    let tuned = shipped.and_then(|shipped| shipped.tuned.as_ref());
    let has_tuned = tuned.is_some() || shipped.is_none();
    let scratch = shipped.and_then(|shipped| shipped.scratch.as_ref());
    let mut columns = vec![Column::ours(FROZEN, transfer).with_needed(shipped, Learner::Transfer)];
    columns.extend(has_tuned.then(|| Column::ours(TUNED, tuned)));
    columns.extend([
        Column::published(TUNED_FURTHER, &published::TRANSFER),
        Column::ours(SCRATCH, scratch).with_needed(shipped, Learner::Scratch),
        Column::published(SCRATCH, &published::SCRATCH),
    ]);
    columns
}

/// The columns of frozen and fine-tuned base.
pub(super) fn tuning_columns(records: Option<&TuningRecords>) -> Vec<Column<'_>> {
    let tuned = records.and_then(|records| records.tuned.as_ref());
    let has_tuned = tuned.is_some() || records.is_none();
    let mut columns = vec![Column::ours(FROZEN, records.map(|records| &records.transfer))];
    columns.extend(has_tuned.then(|| Column::ours(TUNED, tuned)));
    columns.push(Column::published(TUNED_FURTHER, &published::TRANSFER));
    columns
}

fn of_ours(facts: &ModelFacts, figure: Figure) -> Option<String> {
    match figure {
        Figure::Parameters => number(facts.parameters),
        Figure::Trainable => number(facts.trainable),
        Figure::Download => (facts.bytes > 0).then(|| megabytes(facts.bytes)),
        Figure::TrainedOn => facts.trained_on.and_then(|photos| number(photos.into())),
        // Of a learning curve, not of one model.
        Figure::Needed => None,
        Figure::Epochs => epochs(facts),
        Figure::Time => facts.run.as_ref().map(|run| span(run.seconds())),
        Figure::Validated => validated(facts),
        Figure::Tested => facts.test.as_ref().map(tested),
    }
}

fn of_published(run: &Published, figure: Figure) -> Option<String> {
    match figure {
        Figure::Parameters => number(run.parameters),
        Figure::Trainable => number(run.trainable),
        Figure::TrainedOn => number(published::TRAINED_ON.into()),
        Figure::Epochs => Some(format!("{} ({})", run.epochs(), run.best().1)),
        Figure::Time => Some(span(f64::from(run.seconds))),
        Figure::Validated => {
            Some(format!("{} of {}", share(run.best().0), counted(published::VALIDATED_ON as usize, "photo")))
        }
        Figure::Download | Figure::Needed | Figure::Tested => None,
    }
}

/// What training block 5 too changed on the same test photos, in a sentence.
pub(super) fn gain(records: &TuningRecords) -> Option<String> {
    let frozen = records.transfer.test?;
    let tuned = records.tuned.as_ref()?.test.filter(|test| test.photos == frozen.photos)?;
    let right = |test: TestRecord| (test.accuracy * f64::from(test.photos)).round() as u32;
    let [before, after] = [frozen, tuned].map(right);
    let photos = counted(frozen.photos as usize, "test photo");
    let model = "With block 5 trained, the model answers";
    Some(match after.cmp(&before) {
        Ordering::Greater => format!("{model} {} more of the same {photos} correctly.", after - before),
        Ordering::Equal => format!("{model} as many of the same {photos} correctly."),
        Ordering::Less => {
            format!("{model} {} fewer of the same {photos} correctly: it did not help.", before - after)
        }
    })
}

/// The fewest training photos a class with which `learner` came to that accuracy on held-out photos, by its learning
/// curve.
fn needed(curve: &[CurvePoint], learner: Learner) -> Option<String> {
    let own = || curve.iter().filter(|point| point.learner == learner);
    let most = own().map(|point| point.photos).max()?;
    let enough = own().filter(|point| point.mean >= ENOUGH).map(|point| point.photos).min();
    Some(enough.map_or_else(|| format!("over {}", thousands(most.into())), |photos| thousands(photos.into())))
}

fn epochs(facts: &ModelFacts) -> Option<String> {
    facts.run.as_ref().map(|run| format!("{} ({})", run.epochs.len(), run.best_epoch))
}

fn validated(facts: &ModelFacts) -> Option<String> {
    let run = facts.run.as_ref()?;
    run.epochs.iter().find(|epoch| epoch.epoch == run.best_epoch)?.val_accuracy.map(share)
}

fn tested(test: &TestRecord) -> String {
    let (low, high) = test.interval();
    let photos = counted(test.photos as usize, "photo");
    format!("{} ({} to {}) of {photos}", share(test.accuracy), share(low), share(high))
}

/// A count; none for zero, which is not known.
fn number(count: u64) -> Option<String> {
    (count > 0).then(|| thousands(count))
}

/// A span of time as people say it.
fn span(seconds: f64) -> String {
    match seconds {
        s if s < 90.0 => format!("{s:.1} s"),
        s if s < 5400.0 => format!("{:.0} min", s / 60.0),
        s => format!("{:.1} h", s / 3600.0),
    }
}

#[cfg(test)]
mod tests;
