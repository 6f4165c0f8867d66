//! Precision and recall of each class.

use headstart_protocol::ClassFigures;
use leptos::prelude::*;

use crate::ui::TableScroller;
use crate::wording::share;

/// The table.
#[component]
pub(super) fn ClassTable(
    /// The name and the figures of each class.
    classes: Vec<(String, ClassFigures)>,
) -> impl IntoView {
    let shown = |figure: Option<f64>| figure.map_or_else(|| "–".to_owned(), share);
    let row = move |(name, figures): (String, ClassFigures)| {
        view! {
            <tr data-testid="class-figures" data-class=name.clone()>
                <th scope="row">{name.clone()}</th>
                <td>{shown(figures.recall)}</td>
                <td>{shown(figures.precision)}</td>
                <td>{figures.photos}</td>
            </tr>
        }
    };
    view! {
        <TableScroller label="Precision and recall">
            <table class="figures-table">
                <caption>
                    "Recall: of the photos of a class, the share answered with it. Precision: of the answers with a class, the \
                     share that is right."
                </caption>
                <thead>
                    <tr>
                        <th scope="col">"Class"</th>
                        <th scope="col">"Recall"</th>
                        <th scope="col">"Precision"</th>
                        <th scope="col">"Photos"</th>
                    </tr>
                </thead>
                <tbody>{classes.into_iter().map(row).collect_view()}</tbody>
            </table>
        </TableScroller>
    }
}
