//! A reliability diagram, accuracy against confidence, as a chart and as a table with counts.

use headstart_protocol::{BINS, Bin, Reliability};
use leptos::prelude::*;

use super::component::Chart;
use super::data::{Axis, Colour, Point, Scale, Series, Stroke, Unit};
use crate::ui::TableScroller;
use crate::wording::{counted, fixed, share};

const CONFIDENCE: Axis = Axis { title: "Confidence of the answer", scale: Scale::Linear, unit: Unit::Share };
const ACCURACY: Axis = Axis { title: "Answers that are right", scale: Scale::Linear, unit: Unit::Share };

/// The bins that have answers, each with its index.
fn filled(reliability: &Reliability) -> Vec<(usize, Bin)> {
    reliability.bins.into_iter().enumerate().filter(|(_, bin)| bin.answers > 0).collect()
}

/// Mean confidence and accuracy of a bin with answers.
fn means(bin: Bin) -> (f64, f64) {
    let answers = f64::from(bin.answers);
    (bin.confidence / answers, f64::from(bin.right) / answers)
}

/// The bins, and where they would lie if confidence and accuracy were the same.
fn lines(reliability: &Reliability) -> Vec<Series> {
    let points: Vec<Point> = filled(reliability)
        .into_iter()
        .map(|(_, bin)| {
            let (confidence, accuracy) = means(bin);
            let deviation = (accuracy * (1.0 - accuracy) / f64::from(bin.answers)).sqrt();
            Point { x: confidence, y: accuracy, deviation: Some(deviation) }
        })
        .collect();
    let as_sure_as_right = points.iter().map(|point| Point { y: point.x, deviation: None, ..*point }).collect();
    vec![
        Series { name: "answers", colour: Colour::Accent, stroke: Stroke::Solid, points },
        Series { name: "as sure as right", colour: Colour::Soft, stroke: Stroke::Dashed, points: as_sure_as_right },
    ]
}

/// What the diagram shows, in words.
fn words(reliability: &Reliability) -> String {
    let answers = reliability.answers();
    let sure: f64 = reliability.bins.iter().map(|bin| bin.confidence).sum();
    let [confidence, accuracy] = [sure, f64::from(reliability.right())].map(|sum| share(sum / f64::from(answers)));
    format!(
        "On {} the mean confidence is {confidence}, and {accuracy} are right. Expected calibration error: {}. A point of few \
         answers says little; the table counts them.",
        counted(answers as usize, "answer"),
        fixed(reliability.expected_error(), 4)
    )
}

/// The diagram, with error bars of one standard error, its figures in words, and its table.
#[component]
pub(crate) fn ReliabilityDiagram(
    /// Of some answers.
    reliability: Reliability,
) -> impl IntoView {
    let rows = filled(&reliability).into_iter().map(|(index, bin)| row(index, bin)).collect_view();
    view! {
        <div data-testid="reliability" data-ece=fixed(reliability.expected_error(), 6)>
            <div class="learning-chart">
                <Chart title="Reliability diagram" x=CONFIDENCE y=ACCURACY series=Signal::stored(lines(&reliability)) />
            </div>
            <p class="hint">{words(&reliability)}</p>
            <details class="history">
                <summary>"The reliability diagram as a table"</summary>
                <TableScroller label="The reliability diagram as a table">
                    <table>
                        <thead>
                            <tr>
                                <th scope="col">"Confidence"</th>
                                <th scope="col">"Mean confidence"</th>
                                <th scope="col">"Accuracy"</th>
                                <th scope="col">"Answers"</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </TableScroller>
            </details>
        </div>
    }
}

fn row(index: usize, bin: Bin) -> impl IntoView {
    let (confidence, accuracy) = means(bin);
    let [low, high] = [index, index + 1].map(|edge| share(edge as f64 / BINS as f64));
    view! {
        <tr>
            <th scope="row">{low}"–"{high}</th>
            <td>{share(confidence)}</td>
            <td>{share(accuracy)}</td>
            <td>{bin.answers}</td>
        </tr>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_without_answers_are_left_out() {
        let mut reliability = Reliability::default();
        reliability.bins[14] = Bin { answers: 40, right: 36, confidence: 39.0 };
        reliability.bins[9] = Bin { answers: 10, right: 6, confidence: 6.5 };
        let [answers, diagonal] = &lines(&reliability)[..] else { panic!("two lines") };
        let places = |line: &Series| line.points.iter().map(|point| (point.x, point.y)).collect::<Vec<_>>();
        assert_eq!(places(answers), [(0.65, 0.6), (0.975, 0.9)]);
        assert_eq!(places(diagonal), [(0.65, 0.65), (0.975, 0.975)]);
        let deviation = answers.points[1].deviation.unwrap();
        assert!((deviation - (0.9f64 * 0.1 / 40.0).sqrt()).abs() < 1e-12);
        assert_eq!(
            words(&reliability),
            "On 50 answers the mean confidence is 91.0 %, and 84.0 % are right. Expected calibration error: 0.0700. A point of \
             few answers says little; the table counts them."
        );
    }
}
