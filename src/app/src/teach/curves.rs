//! Where a run's curves stand on the screen.

use headstart_protocol::Epoch;

use crate::wording::fixed;

/// Width and height of a drawing, in its own units.
pub(crate) const SIZE: (f64, f64) = (300.0, 150.0);

/// More points than these are thinned out: the screen shows no more.
const POINTS: usize = 240;

/// What guessing between two classes comes to.
const HALF: f64 = 0.5;

/// One figure of each epoch.
type Figure = fn(&Epoch) -> Option<f64>;

/// A drawing of the same figure over training photos and over photos left out.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Curves {
    /// The training curve's corners, as SVG's `points` takes them.
    pub(crate) training: String,
    /// The curve over photos that were left out; empty where there is none.
    pub(crate) validation: String,
    /// What stands at the bottom of the scale.
    pub(crate) bottom: f64,
    /// What stands at its top.
    pub(crate) top: f64,
    /// The last epoch on the scale.
    pub(crate) last: u32,
}

impl Curves {
    /// The loss, on a scale from zero to its largest figure.
    pub(crate) fn of_loss(history: &[Epoch]) -> Self {
        let figures: [Figure; 2] = [|epoch| Some(epoch.loss), |epoch| epoch.val_loss];
        let all = history.iter().flat_map(|epoch| figures.iter().filter_map(|figure| figure(epoch)));
        let top = all.filter(|loss| loss.is_finite()).fold(0.0, f64::max);
        Self::draw(history, figures, if top > 0.0 { top } else { 1.0 })
    }

    /// The accuracy, on a scale from zero to one.
    pub(crate) fn of_accuracy(history: &[Epoch]) -> Self {
        Self::draw(history, [|epoch| Some(epoch.accuracy), |epoch| epoch.val_accuracy], 1.0)
    }

    fn draw(history: &[Epoch], figures: [Figure; 2], top: f64) -> Self {
        let last = history.last().map_or(1, |epoch| epoch.epoch).max(1);
        let [training, validation] = figures.map(|figure| line(history, figure, [0.0, top], last));
        Self { training, validation, bottom: 0.0, top, last }
    }
}

/// Two runs in one drawing.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Beside {
    /// The first run's curves; empty where there is none.
    pub(crate) own: Curves,
    /// The second one's, on the same scale.
    pub(crate) other: Curves,
}

impl Beside {
    /// The losses of two runs, on a scale from zero to the largest.
    pub(crate) fn of_losses(own: &[Epoch], other: &[Epoch]) -> Self {
        let top = [Curves::of_loss(own).top, Curves::of_loss(other).top].into_iter().fold(0.0, f64::max);
        // An empty run's scale is 1, which no other should have to follow.
        let top = if own.is_empty() { Curves::of_loss(other).top } else { top };
        Self::draw([own, other], [|epoch| Some(epoch.loss), |epoch| epoch.val_loss], [0.0, top])
    }

    /// The accuracies of two runs, on a scale from one half, or zero where one is lower, to one.
    pub(crate) fn of_accuracies(own: &[Epoch], other: &[Epoch]) -> Self {
        let figures: [Figure; 2] = [|epoch| Some(epoch.accuracy), |epoch| epoch.val_accuracy];
        let mut all = own.iter().chain(other).flat_map(|epoch| figures.iter().filter_map(|figure| figure(epoch)));
        let bottom = if all.any(|accuracy| accuracy < HALF) { 0.0 } else { HALF };
        Self::draw([own, other], figures, [bottom, 1.0])
    }

    fn draw(runs: [&[Epoch]; 2], figures: [Figure; 2], scale: [f64; 2]) -> Self {
        let last = runs.iter().filter_map(|run| run.last()).map(|epoch| epoch.epoch).max().unwrap_or(1).max(1);
        let [own, other] = runs.map(|run| {
            let [training, validation] = figures.map(|figure| line(run, figure, scale, last));
            let [bottom, top] = scale;
            Curves { training, validation, bottom, top, last }
        });
        Self { own, other }
    }
}

fn line(history: &[Epoch], figure: Figure, [bottom, top]: [f64; 2], last: u32) -> String {
    let step = history.len().div_ceil(POINTS).max(1);
    let kept = history.iter().enumerate().filter(|(index, _)| index % step == 0 || index + 1 == history.len());
    let corners = kept.filter_map(|(_, epoch)| {
        let value = figure(epoch).filter(|value| value.is_finite())?;
        let x = if last > 1 { f64::from(epoch.epoch - 1) / f64::from(last - 1) } else { 0.0 };
        let y = 1.0 - ((value - bottom) / (top - bottom)).clamp(0.0, 1.0);
        Some(format!("{},{}", fixed(x * SIZE.0, 1), fixed(y * SIZE.1, 1)))
    });
    corners.collect::<Vec<_>>().join(" ")
}

/// The epochs worth a row in a table: the first, the last, and some between.
pub(crate) fn rows(history: &[Epoch], at_most: usize) -> Vec<Epoch> {
    let step = history.len().div_ceil(at_most.max(1)).max(1);
    let kept = history.iter().enumerate().filter(|(index, _)| index % step == 0 || index + 1 == history.len());
    kept.map(|(_, epoch)| *epoch).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(losses: &[f64]) -> Vec<Epoch> {
        let epochs = losses.iter().zip(1..);
        epochs
            .map(|(loss, epoch)| Epoch { epoch, loss: *loss, accuracy: 0.5, val_loss: None, val_accuracy: Some(1.0) })
            .collect()
    }

    #[test]
    fn curves_fill_the_drawing() {
        let curves = Curves::of_loss(&history(&[2.0, 1.0, 0.0]));
        assert_eq!(curves.training, "0.0,0.0 150.0,75.0 300.0,150.0");
        assert_eq!((curves.validation.as_str(), curves.top, curves.last), ("", 2.0, 3));
        let curves = Curves::of_accuracy(&history(&[2.0, 1.0]));
        assert_eq!(
            (curves.training.as_str(), curves.validation.as_str()),
            ("0.0,75.0 300.0,75.0", "0.0,0.0 300.0,0.0")
        );
    }

    #[test]
    fn odd_histories_are_drawn_too() {
        assert_eq!(Curves::of_loss(&[]).training, "");
        assert_eq!(Curves::of_loss(&history(&[f64::NAN])).training, "");
        assert_eq!(Curves::of_loss(&history(&[1.0])).training, "0.0,0.0");
        assert!(Curves::of_loss(&history(&vec![1.0; 5000])).training.split(' ').count() <= POINTS + 1);
    }

    #[test]
    fn two_runs_share_a_scale() {
        let both = Beside::of_losses(&history(&[1.0, 0.5]), &history(&[2.0, 1.0, 0.0]));
        assert_eq!(both.own.training, "0.0,75.0 150.0,112.5");
        assert_eq!(both.other.training, "0.0,0.0 150.0,75.0 300.0,150.0");
        assert_eq!((both.own.last, both.own.top), (3, 2.0));
        let alone = Beside::of_losses(&[], &history(&[0.5, 0.25]));
        assert_eq!((alone.own.training.as_str(), alone.other.training.as_str()), ("", "0.0,0.0 300.0,75.0"));
        let accuracies = Beside::of_accuracies(&history(&[1.0]), &[]);
        assert_eq!((accuracies.own.validation.as_str(), accuracies.other.training.as_str()), ("0.0,0.0", ""));
        assert_eq!(
            (accuracies.own.training.as_str(), accuracies.own.bottom),
            ("0.0,150.0", 0.5),
            "half right at the bottom"
        );
        let worse = Epoch { accuracy: 0.25, ..history(&[1.0])[0] };
        assert_eq!(Beside::of_accuracies(&[worse], &[]).own.training, "0.0,112.5", "and below it on a whole scale");
    }

    #[test]
    fn tables_keep_the_ends() {
        let rows = rows(&history(&vec![1.0; 95]), 10);
        assert_eq!((rows.first().unwrap().epoch, rows.last().unwrap().epoch), (1, 95));
        assert!(rows.len() <= 11);
    }
}
