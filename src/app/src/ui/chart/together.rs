//! The validation accuracy of many runs, one chart for all.

use headstart_protocol::Epoch;
use leptos::prelude::*;

use super::component::Chart;
use super::data::{Axis, Colour, Point, Scale, Series, Stroke, Unit};

/// The longest run has many times the epochs of the shortest.
const EPOCHS: Axis = Axis { title: "Epoch", scale: Scale::Log, unit: Unit::Count };
const ACCURACY: Axis = Axis { title: "Validation photos answered correctly", scale: Scale::Linear, unit: Unit::Share };

/// The epochs of a run, by what was trained. The colour of its line says that, the stroke whose run it is.
pub(crate) enum Together {
    /// The head on the frozen base, ours.
    Frozen(Vec<Epoch>),
    /// Block 5 with it, ours.
    Tuned(Vec<Epoch>),
    /// Blocks 4 and 5 with it, published.
    TunedPublished(Vec<Epoch>),
    /// The CNN from scratch, ours.
    Scratch(Vec<Epoch>),
    /// The CNN from scratch, published.
    ScratchPublished(Vec<Epoch>),
}

impl Together {
    /// Its line; none where it has no validation photos.
    fn line(&self) -> Option<Series> {
        let (name, colour, stroke, history) = match self {
            Self::Frozen(history) => ("frozen base (ours)", Colour::Soft, Stroke::Solid, history),
            Self::Tuned(history) => ("block 5 trained (ours)", Colour::Accent, Stroke::Solid, history),
            Self::TunedPublished(history) => {
                ("blocks 4, 5 trained (published)", Colour::Accent, Stroke::Dashed, history)
            }
            Self::Scratch(history) => ("from scratch (ours)", Colour::Warm, Stroke::Solid, history),
            Self::ScratchPublished(history) => ("from scratch (published)", Colour::Warm, Stroke::Dashed, history),
        };
        let point = |epoch: &Epoch| Some(Point { x: epoch.epoch.into(), y: epoch.val_accuracy?, deviation: None });
        let points: Vec<_> = history.iter().filter_map(point).collect();
        (!points.is_empty()).then_some(Series { name, colour, stroke, points })
    }
}

/// The validation accuracy of each run over its epochs.
#[component]
pub(crate) fn RunsTogether(
    /// The runs; one without epochs has no line.
    runs: Vec<Together>,
) -> impl IntoView {
    let series: Vec<_> = runs.iter().filter_map(Together::line).collect();
    let runs = series.len().to_string();
    view! {
        <div class="learning-chart" data-testid="runs-together" data-runs=runs>
            <Chart title="Validation accuracy of all" x=EPOCHS y=ACCURACY series=Signal::stored(series) />
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_run_that_was_validated_has_a_line_of_its_own_look() {
        let epoch =
            |epoch, val_accuracy| Epoch { epoch, loss: 0.5, accuracy: 0.8, val_loss: None, val_accuracy, seconds: 0.0 };
        let run = || vec![epoch(1, Some(0.7)), epoch(2, None), epoch(3, Some(0.9))];
        let all = [Together::Frozen, Together::Tuned, Together::TunedPublished, Together::Scratch];
        let all = all.into_iter().chain([Together::ScratchPublished as fn(_) -> _]);
        let lines: Vec<_> = all.map(|of| of(run()).line().unwrap()).collect();
        for (at, line) in lines.iter().enumerate() {
            assert_eq!(line.points.iter().map(|point| point.x).collect::<Vec<_>>(), [1.0, 3.0]);
            assert!(lines[at + 1..].iter().all(|other| other.class() != line.class() && other.name != line.name));
        }
        assert_eq!(Together::Tuned(Vec::new()).line(), None);
        assert_eq!(Together::Tuned(vec![epoch(1, None)]).line(), None);
    }
}
