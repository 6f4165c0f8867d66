//! The figures of both models and of the published ones.

use leptos::prelude::*;

use super::Comparison;
use super::facts::{COLUMNS, Row, rows};
use crate::ui::TableScroller;

/// The table.
#[component]
pub(super) fn FactsTable(
    /// What is here of ours.
    comparison: Comparison,
) -> impl IntoView {
    let rows = move || comparison.shipped.with(|shipped| rows(shipped.as_deref()));
    let row = |(title, cells): Row| {
        view! {
            <tr>
                <th scope="row">{title}</th>
                {cells.map(|cell| view! { <td>{cell}</td> }).collect_view()}
            </tr>
        }
    };
    view! {
        <section class="panel facts-panel" aria-labelledby="facts-title">
            <h2 id="facts-title">"Side by side"</h2>
            <TableScroller label="Figures of the compared models">
                <table class="figures-table" data-testid="comparison-table">
                    <caption>
                        "–: not known here. All accuracies are on photos of 150×150 pixels. Training times are those of the \
                         machines that trained the models, which differ; the head’s is without the base’s one pass over each photo."
                    </caption>
                    <thead>
                        <tr>
                            <td></td>
                            {COLUMNS.map(|column| view! { <th scope="col">{column}</th> }).collect_view()}
                        </tr>
                    </thead>
                    <tbody>{move || rows().into_iter().map(row).collect_view()}</tbody>
                </table>
            </TableScroller>
        </section>
    }
}
