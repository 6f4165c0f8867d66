//! The frame of a chart, and the table of a run's epochs.

use headstart_protocol::Epoch;

use crate::html::{Html, IntoHtml, html};
use crate::teach::curves::{SIZE, rows};
use crate::wording::{fixed, share};

/// Rows of a table of epochs, at most.
const ROWS: usize = 24;

/// A drawing of [`SIZE`] with its axes: `top` stands at the top of the scale, `lines` are SVG, `below` is what stands under it.
pub(super) fn chart(title: &'static str, top: impl IntoHtml, lines: impl IntoHtml, below: impl IntoHtml) -> Html {
    // Room for the lines' own width.
    let view_box = format!("-3 -3 {} {}", fixed(SIZE.0 + 6.0, 0), fixed(SIZE.1 + 6.0, 0));
    html! {
        <figure class="chart">
            <figcaption>{title}</figcaption>
            <span class="chart-top">{top}</span>
            <svg viewBox={view_box} preserveAspectRatio="none">
                <path class="chart-axis" d={format!("M0 0V{}H{}", fixed(SIZE.1, 0), fixed(SIZE.0, 0))} />
                {lines}
            </svg>
            {below}
        </figure>
    }
}

/// A table of epochs to unfold; `rows` are [`epoch_rows`], `testid` names it.
pub(super) fn epoch_table(title: &'static str, testid: Option<&'static str>, rows: impl IntoHtml) -> Html {
    html! {
        <details class="history">
            <summary>{title}</summary>
            <div class="table-scroller">
                <table data-testid={testid}>
                    <thead>
                        <tr>
                            <th scope="col">"Epoch"</th>
                            <th scope="col">"Loss"</th>
                            <th scope="col">"Accuracy"</th>
                            <th scope="col">"Loss, set aside"</th>
                            <th scope="col">"Accuracy, set aside"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </details>
    }
}

/// The epochs worth a row.
pub(super) fn epoch_rows(history: &[Epoch]) -> Html {
    let shown = |figure: Option<String>| figure.unwrap_or_else(|| "–".to_owned());
    let row = |epoch: Epoch| {
        html! {
            <tr>
                <th scope="row">{epoch.epoch}</th>
                <td>{fixed(epoch.loss, 4)}</td>
                <td>{share(epoch.accuracy)}</td>
                <td>{shown(epoch.val_loss.map(|loss| fixed(loss, 4)))}</td>
                <td>{shown(epoch.val_accuracy.map(share))}</td>
            </tr>
        }
    };
    rows(history, ROWS).into_iter().map(row).collect()
}
