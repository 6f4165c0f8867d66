//! The curves of a run, and the same as a table.

use headstart_protocol::Epoch;
use leptos::prelude::*;

use crate::teach::curves::{Curves, SIZE, rows};
use crate::wording::share;

/// Rows of the table, at most.
const ROWS: usize = 24;

/// Loss and accuracy over the epochs of a run; `testid` names the table.
#[component]
pub(super) fn CurvesPanel(history: RwSignal<Vec<Epoch>>, testid: &'static str) -> impl IntoView {
    let has_history = Memo::new(move |_| history.with(|history| !history.is_empty()));
    let loss = Memo::new(move |_| history.with(|history| Curves::of_loss(history)));
    let accuracy = Memo::new(move |_| history.with(|history| Curves::of_accuracy(history)));
    let has_validation = Memo::new(move |_| loss.with(|loss| !loss.validation.is_empty()));
    view! {
        <Show when=move || has_history.get()>
            <div class="curves" aria-hidden="true">
                <Chart title="Loss" curves=loss top=|curves| format!("{:.2}", curves.top) />
                <Chart title="Accuracy" curves=accuracy top=|_| "100 %".to_owned() />
                <p class="legend">
                    <span class="legend-training">"photos trained on"</span>
                    <Show when=move || has_validation.get()>
                        <span class="legend-validation">"photos set aside"</span>
                    </Show>
                </p>
            </div>
            <details class="history">
                <summary>"The curves as a table"</summary>
                <div class="table-scroller">
                    <table data-testid=testid>
                        <thead>
                            <tr>
                                <th scope="col">"Epoch"</th>
                                <th scope="col">"Loss"</th>
                                <th scope="col">"Accuracy"</th>
                                <th scope="col">"Loss, set aside"</th>
                                <th scope="col">"Accuracy, set aside"</th>
                            </tr>
                        </thead>
                        <tbody>{move || history.with(|history| rows(history, ROWS).into_iter().map(row).collect_view())}</tbody>
                    </table>
                </div>
            </details>
        </Show>
    }
}

#[component]
fn Chart(title: &'static str, curves: Memo<Curves>, top: fn(&Curves) -> String) -> impl IntoView {
    // Room for the lines' own width.
    let view_box = format!("-3 -3 {} {}", SIZE.0 + 6.0, SIZE.1 + 6.0);
    view! {
        <figure class="chart">
            <figcaption>{title}</figcaption>
            <span class="chart-top">{move || curves.with(top)}</span>
            <svg viewBox=view_box preserveAspectRatio="none">
                <path class="chart-axis" d=format!("M0 0V{}H{}", SIZE.1, SIZE.0) />
                <polyline class="chart-training" points=move || curves.with(|curves| curves.training.clone()) />
                <polyline class="chart-validation" points=move || curves.with(|curves| curves.validation.clone()) />
            </svg>
            <span class="chart-last">{move || curves.with(|curves| format!("epoch {}", curves.last))}</span>
        </figure>
    }
}

fn row(epoch: Epoch) -> impl IntoView {
    let loss = |loss: Option<f64>| loss.map_or_else(|| "–".to_owned(), |loss| format!("{loss:.4}"));
    view! {
        <tr>
            <th scope="row">{epoch.epoch}</th>
            <td>{loss(Some(epoch.loss))}</td>
            <td>{share(epoch.accuracy)}</td>
            <td>{loss(epoch.val_loss)}</td>
            <td>{epoch.val_accuracy.map_or_else(|| "–".to_owned(), share)}</td>
        </tr>
    }
}
