//! Which photos were answered with what. Each cell opens its photos, where a wrong label can be put right.

use std::collections::HashSet;
use std::rc::Rc;

use super::button::close;
use super::photo_grid::photo_grid;
use crate::html::{Html, html, show};
use crate::order::sort_by_key;
use crate::signal::{Memo, RwSignal};
use crate::state::{Example, Page};
use crate::teach::confusion::Confusion;
use crate::wording::{counted, fixed};

/// The matrix, and the photos of the cell that is open.
pub(super) fn confusion_panel(confusion: Confusion, names: Vec<String>) -> Html {
    let page = Page::here();
    let open = RwSignal::new(None::<(usize, usize)>);
    let header = names.iter().map(|name| html! { <th scope="col">{name.clone()}</th> }).collect::<Html>();
    let rows = names
        .iter()
        .enumerate()
        .map(|(label, name)| {
            let cells =
                (0..names.len()).map(|answer| cell(&confusion, &names, (label, answer), open)).collect::<Html>();
            html! {
                <tr>
                    <th scope="row">{name.clone()}</th>
                    {cells}
                </tr>
            }
        })
        .collect::<Html>();
    let ids = Memo::new(move |_| {
        open.get().map(|(label, answer)| confusion.cell(label, answer).iter().copied().collect::<HashSet<u32>>())
    });
    let photos: Rc<dyn Fn() -> Vec<Rc<Example>>> = Rc::new(move || {
        let Some(ids) = ids.get() else { return Vec::new() };
        let mut found: Vec<_> = page.teach.classes.with(|classes| {
            let all = classes.iter().flat_map(|class| class.photos.get());
            all.filter(|photo| ids.contains(&photo.id)).collect()
        });
        sort_by_key(&mut found, |photo| photo.id);
        found
    });
    let title = move || {
        let (label, answer) = open.get()?;
        let count = counted(ids.with(|ids| ids.as_ref().map_or(0, HashSet::len)), "photo");
        Some(if label == answer {
            format!("{count} of “{}”, answered rightly", names[label])
        } else {
            format!(
                "{count} of “{}”, answered as “{}”. Is a label wrong? Put it right here and train again.",
                names[label], names[answer]
            )
        })
    };
    html! {
        <div class="table-scroller">
            <table class="confusion">
                <caption>"Rows are what the photos are, columns what they were answered with. Press a number to see the photos."</caption>
                <thead>
                    <tr>
                        <td></td>
                        {header}
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        {show(move || open.get().is_some(), move || html! {
            <div class="opened" data-testid="opened-cell">
                <div class="opened-head">
                    <p role="status">{title.clone()}</p>
                    {close("close-cell", "", "Close these photos", move || open.set(None))}
                </div>
                {photo_grid(Rc::clone(&photos), "wrong-example")}
            </div>
        })}
    }
}

fn cell(
    confusion: &Confusion,
    names: &[String],
    place: (usize, usize),
    open: RwSignal<Option<(usize, usize)>>,
) -> Html {
    let (label, answer) = place;
    let count = confusion.cell(label, answer).len();
    let is_wrong = label != answer && count > 0;
    let words = format!("{} of “{}” answered as “{}”", counted(count, "photo"), names[label], names[answer]);
    let share = format!("{}%", fixed(confusion.share(label, answer) * 100.0, 0));
    html! {
        <td>
            <button
                type="button"
                class="cell"
                class:right={label == answer}
                class:wrong={is_wrong}
                style={format!("--share: {share}")}
                data-testid="confusion-cell"
                data-label={names[label].clone()}
                data-answer={names[answer].clone()}
                data-count={count.to_string()}
                aria-label={words}
                aria-pressed={move || (open.get() == Some(place)).to_string()}
                disabled={count == 0}
                on:click={move |_| open.update(|open| *open = if *open == Some(place) { None } else { Some(place) })}
            >
                {count}
            </button>
        </td>
    }
}
