//! A learning curve as a drawing and as a table.

use headstart_protocol::{CurvePoint, Learner};

use super::chart::chart;
use crate::compare::learning_curve::{draw, ticks};
use crate::html::{Html, IntoHtml, html, svg};
use crate::order::sort_by_key;
use crate::wording::{fixed, share};

/// The chart and its table; nothing without points.
pub(super) fn curve_chart(points: impl Fn() -> Vec<CurvePoint> + 'static) -> Html {
    let chart = move || Some(points()).filter(|points| !points.is_empty()).map(|points| shown(&points));
    chart.into_html()
}

fn shown(points: &[CurvePoint]) -> Html {
    let transfer = draw(points, Learner::Transfer);
    let scratch = draw(points, Learner::Scratch);
    let has_scratch = !scratch.line.is_empty();
    let ticks = ticks(points).into_iter().map(|tick| {
        html! { <span style:left={format!("{}%", fixed(tick.at, 1))}>{tick.photos}</span> }
    });
    let mut rows = points.to_vec();
    sort_by_key(&mut rows, |point| 2 * point.photos + u32::from(point.learner == Learner::Scratch));
    let lines = svg! {
        <polyline class="chart-training" points={transfer.line} />
        <path class="chart-training marks" d={transfer.marks} />
        <polyline class="chart-validation" points={scratch.line} />
        <path class="chart-validation marks" d={scratch.marks} />
    };
    let below = html! {
        <span class="ticks">{ticks.collect::<Html>()}</span>
        <span class="chart-last">"photos a class"</span>
        <p class="legend">
            <span class="legend-training">"head on VGG16"</span>
            {has_scratch.then(|| html! { <span class="legend-validation">"CNN from scratch"</span> })}
        </p>
    };
    html! {
        <div class="learning-chart" aria-hidden="true">{chart("Right, of photos held out", "100 %", lines, below)}</div>
        <details class="history">
            <summary>"The curve as a table"</summary>
            <div class="table-scroller">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"Photos a class"</th>
                            <th scope="col">"Model"</th>
                            <th scope="col">"Right, mean"</th>
                            <th scope="col">"Standard deviation"</th>
                            <th scope="col">"Draws"</th>
                        </tr>
                    </thead>
                    <tbody>{rows.into_iter().map(row).collect::<Html>()}</tbody>
                </table>
            </div>
        </details>
    }
}

fn row(point: CurvePoint) -> Html {
    let model = match point.learner {
        Learner::Transfer => "Head on VGG16",
        Learner::Scratch => "CNN from scratch",
    };
    html! {
        <tr
            data-testid="curve-point"
            data-model={point.learner.name()}
            data-photos={point.photos.to_string()}
            data-mean={fixed(point.mean, 6)}
            data-draws={point.draws.to_string()}
        >
            <th scope="row">{point.photos}</th>
            <td>{model}</td>
            <td>{share(point.mean)}</td>
            <td>{point.deviation.map_or_else(|| "–".to_owned(), share)}</td>
            <td>{point.draws}</td>
        </tr>
    }
}
