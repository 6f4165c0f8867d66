//! The curves of a run, and the same as a table.

use headstart_protocol::Epoch;

use crate::html::{Html, html, show, svg};
use crate::signal::{Memo, RwSignal};
use crate::teach::curves::Curves;
use crate::view::chart::{chart, epoch_rows, epoch_table};
use crate::wording::fixed;

/// Loss and accuracy over the epochs of a run; `testid` names the table.
pub(super) fn curves_panel(history: RwSignal<Vec<Epoch>>, testid: &'static str) -> Html {
    let has_history = Memo::new(move |_| history.with(|history| !history.is_empty()));
    let loss = Memo::new(move |_| history.with(|history| Curves::of_loss(history)));
    let accuracy = Memo::new(move |_| history.with(|history| Curves::of_accuracy(history)));
    let has_validation = Memo::new(move |_| loss.with(|loss| !loss.validation.is_empty()));
    html! {
        {show(move || has_history.get(), move || html! {
            <div class="curves" aria-hidden="true">
                {drawn("Loss", loss, |curves| fixed(curves.top, 2))}
                {drawn("Accuracy", accuracy, |_| "100 %".to_owned())}
                <p class="legend">
                    <span class="legend-training">"photos trained on"</span>
                    {show(move || has_validation.get(), move || html! {
                        <span class="legend-validation">"photos set aside"</span>
                    })}
                </p>
            </div>
            {epoch_table("The curves as a table", Some(testid), move || history.with(|history| epoch_rows(history)))}
        })}
    }
}

fn drawn(title: &'static str, curves: Memo<Curves>, top: fn(&Curves) -> String) -> Html {
    let lines = svg! {
        <polyline class="chart-training" points={move || curves.with(|curves| curves.training.clone())} />
        <polyline class="chart-validation" points={move || curves.with(|curves| curves.validation.clone())} />
    };
    let last =
        html! { <span class="chart-last">{move || curves.with(|curves| format!("epoch {}", curves.last))}</span> };
    chart(title, move || curves.with(top), lines, last)
}
