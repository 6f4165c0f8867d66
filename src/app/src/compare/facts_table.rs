//! The figures of the compared models as a table.

use leptos::prelude::*;

use super::Comparison;
use super::facts::{Column, Figure, columns};
use crate::ui::TableScroller;

/// How the figures are to be read.
pub(super) const READING: &str = "–: not known here. All accuracies are on photos of 150×150 pixels. Training times are those of \
                                  the machines that trained the models, which differ; the head’s is without the base’s one \
                                  pass over each photo.";

/// The table of all models.
#[component]
pub(super) fn FactsTable(
    /// What is here of ours.
    comparison: Comparison,
) -> impl IntoView {
    let table = move || comparison.shipped.with(|shipped| figures_table(&columns(shipped.as_deref()), &Figure::ALL));
    let lacks_tuned =
        move || comparison.shipped.with(|shipped| shipped.as_ref().is_some_and(|shipped| shipped.tuned.is_none()));
    view! {
        <section class="panel facts-panel" aria-labelledby="facts-title">
            <h2 id="facts-title">"Side by side"</h2>
            <p class="hint">{READING}</p>
            <Show when=lacks_tuned>
                <NoTuned />
            </Show>
            <TableScroller label="Figures of the compared models">
                <table class="figures-table models-table" role="table" data-testid="comparison-table">
                    {table}
                </table>
            </TableScroller>
        </section>
    }
}

/// That there is no tuned model of ours.
#[component]
pub(super) fn NoTuned() -> impl IntoView {
    view! {
        <p class="honesty" data-testid="no-tuned">
            "This release ships no fine-tuned model of our own; the published run, with blocks 4 and 5 trained, stands for it."
        </p>
    }
}

/// Head and body of a table of `figures`: a column a model, models that differ in whose they are under one title. On a
/// narrow screen each row becomes a block with a line a model; hence the roles, which it would lose, and the labels.
pub(super) fn figures_table(columns: &[Column<'_>], figures: &[Figure]) -> impl IntoView + use<> {
    let models = columns.chunk_by(|one, next| one.model == next.model).map(|models| {
        let count = models.len().to_string();
        view! {
            <th scope="colgroup" role="columnheader" colspan=count.clone() aria-colspan=count>
                {models[0].model}
            </th>
        }
    });
    let models = models.collect_view();
    let whose = columns.iter().map(|column| {
        view! {
            <th scope="col" role="columnheader">
                {column.whose}
            </th>
        }
    });
    let whose = whose.collect_view();
    let rows = figures.iter().map(|figure| {
        let cells = columns.iter().map(|column| {
            let label = format!("{}, {}", column.model, column.whose);
            view! {
                <td role="cell" data-label=label>
                    {column.cell(*figure)}
                </td>
            }
        });
        view! {
            <tr role="row">
                <th scope="row" role="rowheader">
                    {figure.title()}
                </th>
                {cells.collect_view()}
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <thead role="rowgroup">
            <tr role="row">
                <td role="cell" rowspan="2"></td>
                {models}
            </tr>
            <tr role="row">{whose}</tr>
        </thead>
        <tbody role="rowgroup">{rows}</tbody>
    }
}
