//! Precision and recall of each class.

use headstart_protocol::ClassFigures;

use crate::html::{Html, html};
use crate::wording::share;

/// The table.
pub(super) fn class_table(classes: Vec<(String, ClassFigures)>) -> Html {
    let shown = |figure: Option<f64>| figure.map_or_else(|| "–".to_owned(), share);
    let rows = classes
        .into_iter()
        .map(|(name, figures)| {
            let title = name.clone();
            html! {
                <tr data-testid="class-figures" data-class={name}>
                    <th scope="row">{title}</th>
                    <td>{shown(figures.recall)}</td>
                    <td>{shown(figures.precision)}</td>
                    <td>{figures.photos}</td>
                </tr>
            }
        })
        .collect::<Html>();
    html! {
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
