//! The confusion matrix. Each cell opens its photos, where a wrong label can be put right.

use std::collections::HashSet;
use std::sync::Arc;

use leptos::prelude::*;

use super::confusion::Confusion;
use crate::project::album::{Album, Example};
use crate::project::photos::PhotoGrid;
use crate::ui::{CloseButton, TableScroller};
use crate::wording::counted;

/// A cell: the index of the photos' class and the index of the answer.
type Place = (usize, usize);

/// The matrix, and the photos of the cell that is open.
#[component]
pub(super) fn ConfusionMatrix(
    /// The held-out photos in their cells.
    confusion: Confusion,
    /// The names of the classes.
    names: Vec<String>,
) -> impl IntoView {
    let open = RwSignal::new(None::<Place>);
    let names = Arc::new(names);
    let row = |label: usize| {
        let cells = (0..names.len()).map(|answer| cell(&confusion, &names, (label, answer), open)).collect_view();
        view! {
            <tr>
                <th scope="row">{names[label].clone()}</th>
                {cells}
            </tr>
        }
    };
    let rows = (0..names.len()).map(row).collect_view();
    let header = names.iter().map(|name| view! { <th scope="col">{name.clone()}</th> }).collect_view();
    let opened = move || {
        let (label, answer) = open.get()?;
        let photos = confusion.cell(label, answer).to_vec();
        let title = title(photos.len(), &names[label], &names[answer]);
        Some(view! { <OpenedCell photos=photos title=title on_close=move || open.set(None) /> })
    };
    view! {
        <TableScroller label="Confusion matrix">
            <table class="confusion">
                <caption>
                    "Confusion matrix: rows are what the photos are, columns what they were answered with. Press a number to see \
                     the photos."
                </caption>
                <thead>
                    <tr>
                        <td></td>
                        {header}
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </TableScroller>
        {opened}
    }
}

fn cell(confusion: &Confusion, names: &[String], place: Place, open: RwSignal<Option<Place>>) -> impl IntoView + use<> {
    let (label, answer) = place;
    let count = confusion.cell(label, answer).len();
    let words = format!("{} of “{}” answered as “{}”", counted(count, "photo"), names[label], names[answer]);
    let is_wrong = label != answer && count > 0;
    view! {
        <td>
            <button
                type="button"
                class="cell"
                class:right=label == answer
                class:wrong=is_wrong
                style:--share=format!("{:.0}%", confusion.share(label, answer) * 100.0)
                data-testid="confusion-cell"
                data-label=names[label].clone()
                data-answer=names[answer].clone()
                data-count=count.to_string()
                aria-label=words
                aria-pressed=move || (open.get() == Some(place)).to_string()
                disabled=count == 0
                on:click=move |_| open.update(|open| *open = Some(place).filter(|place| *open != Some(*place)))
            >
                {count}
            </button>
        </td>
    }
}

/// The photos of a cell.
#[component]
fn OpenedCell(
    /// The number of each.
    photos: Vec<u32>,
    /// What they are.
    title: String,
    /// What closes them.
    on_close: impl Fn() + 'static,
) -> impl IntoView {
    let album = expect_context::<Album>();
    let ids: HashSet<u32> = photos.into_iter().collect();
    // Those that the project still has, wherever they lie now.
    let photos = Signal::derive(move || {
        let mut found: Vec<_> = album.classes.with(|classes| {
            let all = classes.iter().flat_map(|class| class.photos.get());
            all.filter(|photo| ids.contains(&photo.id)).collect()
        });
        Example::sort(&mut found);
        found
    });
    view! {
        <div class="opened" data-testid="opened-cell">
            <div class="opened-head">
                <p role="status">{title}</p>
                <CloseButton testid="close-cell" label="Close these photos" on_press=on_close />
            </div>
            <PhotoGrid photos=photos testid="wrong-example" />
        </div>
    }
}

/// What the photos of a cell are.
fn title(count: usize, label: &str, answer: &str) -> String {
    let count = counted(count, "photo");
    if label == answer {
        format!("{count} of “{label}”, answered rightly")
    } else {
        format!("{count} of “{label}”, answered as “{answer}”. Is a label wrong? Put it right here and train again.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_answers_ask_for_a_second_look() {
        assert_eq!(title(1, "cat", "cat"), "1 photo of “cat”, answered rightly");
        assert!(title(2, "cat", "dog").starts_with("2 photos of “cat”, answered as “dog”. Is a label wrong?"));
    }
}
