//! Precision and recall of each class.

use headstart_protocol::ClassFigures;
use leptos::prelude::*;

use crate::wording::share;

/// The table.
#[component]
pub(super) fn ClassTable(classes: Vec<(String, ClassFigures)>) -> impl IntoView {
    let shown = |figure: Option<f64>| figure.map_or_else(|| "–".to_owned(), share);
    let rows = classes
        .into_iter()
        .map(|(name, figures)| {
            let title = name.clone();
            view! {
                <tr data-testid="class-figures" data-class=name>
                    <th scope="row">{title}</th>
                    <td>{shown(figures.recall)}</td>
                    <td>{shown(figures.precision)}</td>
                    <td>{figures.photos}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="table-scroller">
            <table class="figures-table">
                <caption>
                    "Recall: of the photos of a class, how many were answered so. Precision: of the answers with a class, how many are true."
                </caption>
                <thead>
                    <tr>
                        <th scope="col">"Class"</th>
                        <th scope="col">"Recall"</th>
                        <th scope="col">"Precision"</th>
                        <th scope="col">"Photos"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}
