//! The table of the compared models: what ships beside what was published.

use headstart_protocol::{CurvePoint, Learner, ModelFacts, Shipped, TestRecord};

use super::published::{self, Published};
use crate::wording::{counted, megabytes, share, thousands};

/// The accuracy that [`needed`] asks for.
const ENOUGH: f64 = 0.9;
/// What stands where nothing is known.
const NOTHING: &str = "–";

/// A row: its title and what it says of each model, in the order of [`COLUMNS`].
pub(super) type Row = (&'static str, [String; 4]);

/// The compared models.
pub(super) const COLUMNS: [&str; 4] = [
    "Head on frozen VGG16, ours",
    "VGG16 partly retrained, published",
    "CNN from scratch, ours",
    "CNN from scratch, published",
];

/// All rows; `shipped` is what is here of ours.
pub(super) fn rows(shipped: Option<&Shipped>) -> Vec<Row> {
    let transfer = shipped.map(|shipped| &shipped.transfer);
    let scratch = shipped.and_then(|shipped| shipped.scratch.as_ref());
    let row = |title, own: fn(&ModelFacts) -> Option<String>, theirs: fn(&Published) -> Option<String>| {
        let own = |facts: Option<&ModelFacts>| facts.and_then(own).unwrap_or_else(|| NOTHING.to_owned());
        let theirs = |run: &Published| theirs(run).unwrap_or_else(|| NOTHING.to_owned());
        (title, [own(transfer), theirs(&published::TRANSFER), own(scratch), theirs(&published::SCRATCH)])
    };
    let needed = |learner| shipped.and_then(|shipped| needed(&shipped.curve, learner));
    let nothing = || NOTHING.to_owned();
    let needed = [needed(Learner::Transfer), None, needed(Learner::Scratch), None];
    vec![
        row("Parameters", |facts| number(facts.parameters), |run| number(run.parameters)),
        row("Trainable parameters", |facts| number(facts.trainable), |run| number(run.trainable)),
        row("Download", |facts| (facts.bytes > 0).then(|| megabytes(facts.bytes)), |_| None),
        row(
            "Training photos",
            |facts| facts.trained_on.and_then(|photos| number(u64::from(photos))),
            |_| number(u64::from(published::TRAINED_ON)),
        ),
        ("Photos a class for 90 % accuracy", needed.map(|photos| photos.unwrap_or_else(nothing))),
        row("Epochs (best)", epochs, |run| Some(format!("{} ({})", run.epochs(), run.best().1))),
        row(
            "Training time",
            |facts| facts.run.as_ref().map(|run| span(run.seconds())),
            |run| Some(span(f64::from(run.seconds))),
        ),
        row("Validation accuracy (best epoch)", validated, |run| {
            Some(format!("{} of {}", share(run.best().0), counted(published::VALIDATED_ON as usize, "photo")))
        }),
        row("Test accuracy (95 % interval)", |facts| facts.test.as_ref().map(tested), |_| None),
    ]
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
mod tests {
    use super::*;
    use headstart_protocol::{Epoch, RunRecord};

    fn of<'a>(rows: &'a [Row], title: &str) -> &'a [String; 4] {
        &rows.iter().find(|row| row.0 == title).unwrap().1
    }

    #[test]
    fn what_is_not_known_is_not_invented() {
        let rows = rows(None);
        for (title, cells) in &rows {
            assert_eq!((cells[0].as_str(), cells[2].as_str()), (NOTHING, NOTHING), "{title}");
        }
        assert_eq!(of(&rows, "Parameters")[3], "19,024,513");
        assert_eq!(of(&rows, "Test accuracy (95 % interval)")[1], NOTHING);
        assert_eq!(of(&rows, "Training time")[3], "22 min");
    }

    #[test]
    fn what_ships_is_shown() {
        let epoch = |epoch, val_accuracy| Epoch {
            epoch,
            loss: 0.5,
            accuracy: 0.8,
            val_loss: Some(0.4),
            val_accuracy,
            seconds: 3650.0 * f64::from(epoch),
        };
        let facts = ModelFacts {
            parameters: 14_718_786,
            trainable: 4098,
            bytes: 6_662_835,
            trained_on: Some(6000),
            run: Some(RunRecord {
                best_epoch: 2,
                val_accuracy: Some(0.98),
                epochs: vec![epoch(1, Some(0.9)), epoch(2, Some(0.98))],
            }),
            test: Some(TestRecord { photos: 2000, accuracy: 0.9825 }),
        };
        let point = |learner, photos, mean| CurvePoint { learner, photos, draws: 3, mean, deviation: None };
        let curve = vec![
            point(Learner::Transfer, 1, 0.8),
            point(Learner::Transfer, 5, 0.93),
            point(Learner::Transfer, 10, 0.89),
            point(Learner::Scratch, 5, 0.6),
            point(Learner::Scratch, 3000, 0.87),
        ];
        let rows = rows(Some(&Shipped { transfer: facts, curve, ..Shipped::default() }));
        let shown: Vec<&str> = rows.iter().map(|row| row.1[0].as_str()).collect();
        let expected = [
            "14,718,786",
            "4,098",
            "6.7 MB",
            "6,000",
            "5",
            "2 (2)",
            "2.0 h",
            "98.0 %",
            "98.2 % (97.6 % to 98.7 %) of 2,000 photos",
        ];
        assert_eq!(shown, expected);
        let of_scratch: Vec<_> = rows.iter().map(|row| row.1[2].as_str()).filter(|cell| *cell != NOTHING).collect();
        assert_eq!(of_scratch, ["over 3,000"]);
    }
}
