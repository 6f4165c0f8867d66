//! A learning curve, accuracy against training photos a class, as a chart and as a table.

use headstart_protocol::{CurvePoint, Learner};
use leptos::prelude::*;

use super::component::Chart;
use super::data::{Axis, Colour, Point, Scale, Series, Stroke, Unit};
use crate::ui::TableScroller;
use crate::wording::{fixed, share};

/// Factors, not differences, in the number of photos are what counts.
const PHOTOS: Axis = Axis { title: "Training photos a class", scale: Scale::Log, unit: Unit::Count };
const ACCURACY: Axis = Axis { title: "Held-out photos answered correctly", scale: Scale::Linear, unit: Unit::Share };

/// The points in the order of their photos a class, the head's before the CNN's.
fn in_order(mut points: Vec<CurvePoint>) -> Vec<CurvePoint> {
    points.sort_unstable_by_key(|point| (point.photos, point.learner == Learner::Scratch));
    points
}

/// A line for each learner that has points; the points are in order.
fn lines(points: &[CurvePoint]) -> Vec<Series> {
    let line = |learner| {
        let own = points.iter().filter(|point| point.learner == learner);
        let points = own.map(|point| Point { x: f64::from(point.photos), y: point.mean, deviation: point.deviation });
        let (colour, stroke) = match learner {
            Learner::Transfer => (Colour::Accent, Stroke::Solid),
            Learner::Scratch => (Colour::Warm, Stroke::Dashed),
        };
        Series { name: name(learner), colour, stroke, points: points.collect() }
    };
    [Learner::Transfer, Learner::Scratch].map(line).into_iter().filter(|series| !series.points.is_empty()).collect()
}

fn name(learner: Learner) -> &'static str {
    match learner {
        Learner::Transfer => "head on VGG16",
        Learner::Scratch => "CNN from scratch",
    }
}

/// The chart, with error bars of one standard deviation over the draws, and its table. Nothing without points.
#[component]
pub(crate) fn LearningCurve(
    /// The points so far, in any order.
    #[prop(into)]
    points: Signal<Vec<CurvePoint>>,
) -> impl IntoView {
    let points = Memo::new(move |_| in_order(points.get()));
    let has_points = Memo::new(move |_| points.with(|points| !points.is_empty()));
    view! {
        <Show when=move || has_points.get()>
            <div class="learning-chart">
                <Chart title="Learning curve" x=PHOTOS y=ACCURACY series=move || points.with(|points| lines(points)) />
            </div>
            <details class="history">
                <summary>"The learning curve as a table"</summary>
                <TableScroller label="The learning curve as a table">
                    <table>
                        <thead>
                            <tr>
                                <th scope="col">"Photos a class"</th>
                                <th scope="col">"Model"</th>
                                <th scope="col">"Accuracy, mean"</th>
                                <th scope="col">"Standard deviation"</th>
                                <th scope="col">"Draws"</th>
                            </tr>
                        </thead>
                        <tbody>{move || points.get().into_iter().map(row).collect_view()}</tbody>
                    </table>
                </TableScroller>
            </details>
        </Show>
    }
}

fn row(point: CurvePoint) -> impl IntoView {
    view! {
        <tr
            data-testid="curve-point"
            data-model=point.learner.name()
            data-photos=point.photos.to_string()
            data-mean=fixed(point.mean, 6)
            data-draws=point.draws.to_string()
        >
            <th scope="row">{point.photos}</th>
            <td>{name(point.learner)}</td>
            <td>{share(point.mean)}</td>
            <td>{point.deviation.map_or_else(|| "–".to_owned(), share)}</td>
            <td>{point.draws}</td>
        </tr>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(learner: Learner, photos: u32, deviation: Option<f64>) -> CurvePoint {
        CurvePoint { learner, photos, draws: 3, mean: 0.5, deviation }
    }

    #[test]
    fn each_learner_has_its_line_in_order() {
        let points = in_order(vec![
            point(Learner::Transfer, 100, None),
            point(Learner::Scratch, 1, None),
            point(Learner::Transfer, 1, Some(0.1)),
        ]);
        assert_eq!((points[0].learner, points[2].photos), (Learner::Transfer, 100));
        let lines = lines(&points);
        let places = |line: &Series| line.points.iter().map(|point| (point.x, point.deviation)).collect::<Vec<_>>();
        assert_eq!(places(&lines[0]), [(1.0, Some(0.1)), (100.0, None)]);
        assert_eq!((places(&lines[1]), lines[1].name), (vec![(1.0, None)], "CNN from scratch"));
        assert!(super::lines(&[]).is_empty());
    }
}
