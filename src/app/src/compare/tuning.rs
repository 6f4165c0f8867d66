//! Frozen and fine-tuned base in figures, for the explanation.

use headstart_protocol::TuningRecords;
use leptos::prelude::*;

use super::Comparison;
use super::comparison::TuningState;
use super::facts::{Figure, gain, tuning_columns};
use super::facts_table::{NoTuned, READING, figures_table};
use crate::ui::TableScroller;

/// What the explanation is about.
const FIGURES: [Figure; 6] =
    [Figure::Trainable, Figure::Download, Figure::Epochs, Figure::Time, Figure::Validated, Figure::Tested];

/// The table of frozen and fine-tuned base, and what it says in a sentence.
#[component]
pub(crate) fn TuningTable(
    /// What is on record.
    comparison: Comparison,
) -> impl IntoView {
    let records = move |of: fn(Option<&TuningRecords>) -> AnyView| {
        comparison.tuning.with(|state| match state {
            TuningState::Here(records) => of(Some(records)),
            TuningState::Awaited | TuningState::Missing => of(None),
        })
    };
    let table = move || records(|records| figures_table(&tuning_columns(records), &FIGURES).into_any());
    let words = move || {
        comparison.tuning.with(|state| match state {
            TuningState::Awaited => None,
            TuningState::Here(records) if records.tuned.is_none() => Some(view! { <NoTuned /> }.into_any()),
            TuningState::Here(records) => {
                let gain = gain(records)?;
                Some(view! { <p data-testid="tuning-gain">{gain}</p> }.into_any())
            }
            TuningState::Missing => {
                let words = "The figures of our own models did not arrive; those of the published run stand alone.";
                Some(view! { <p class="honesty">{words}</p> }.into_any())
            }
        })
    };
    view! {
        <div class="panel tuning-facts">
            <TableScroller label="Figures of frozen and fine-tuned base">
                <table class="figures-table models-table" role="table" data-testid="tuning-table">
                    {table}
                </table>
            </TableScroller>
            <p class="hint">{READING}</p>
            {words}
        </div>
    }
}
