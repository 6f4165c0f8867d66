//! Photos as thumbnails. Only those on the screen are in the document.

use std::rc::Rc;

use web_sys::{DragEvent, Event, HtmlElement};

use super::button::close;
use crate::dom::{self, ev, request_animation_frame, window_event_listener};
use crate::html::{Html, html, list};
use crate::signal::{Memo, RwSignal, effect};
use crate::state::{Example, ExampleState, Page};
use crate::teach::grid::{CELL, GAP, columns, height, offset, visible};
use crate::wording::fixed;

/// How a dragged photo is called in the browser's transfer.
pub(super) const DRAGGED: &str = "application/x-headstart-photo";

/// The grid's height at most, in pixels: a little more than three rows, so that one sees that it goes on.
const VIEWPORT: f64 = 3.0 * (CELL.1 + GAP) + 24.0;

/// A scrolling grid of photos; each cell is named `testid`.
pub(super) fn photo_grid(photos: Rc<dyn Fn() -> Vec<Rc<Example>>>, testid: &'static str) -> Html {
    let scroller = RwSignal::new(None::<HtmlElement>);
    let top = RwSignal::new(0.0);
    let width = RwSignal::new(0.0);
    let measure = move || {
        if let Some(scroller) = scroller.get_untracked() {
            width.set(f64::from(scroller.client_width()));
        }
    };
    effect(move || {
        if scroller.get().is_some() {
            request_animation_frame(measure);
        }
    });
    window_event_listener(ev::resize, move |_| measure());

    let all = Rc::clone(&photos);
    let count = Memo::new(move |_| all().len());
    let fitting = Memo::new(move |_| columns(width.get()));
    let cells = Memo::new(move |_| visible(top.get(), VIEWPORT, count.get(), fitting.get()));
    let shown = move || photos().get(cells.get()).map(<[_]>::to_vec).unwrap_or_default();
    let scrolled = move |_| {
        if let Some(scroller) = scroller.get_untracked() {
            top.set(f64::from(scroller.scroll_top()));
        }
    };
    html! {
        <div
            class="grid-scroller"
            node_ref={scroller}
            style:max-height={pixels(VIEWPORT)}
            data-testid="grid"
            data-count={move || count.get().to_string()}
            on:scroll={scrolled}
        >
            <ul
                class="grid"
                style:height={move || pixels(height(count.get(), fitting.get()))}
                style:padding-top={move || pixels(offset(cells.get().start, fitting.get()))}
                style:grid-template-columns={move || format!("repeat({}, {})", fitting.get(), pixels(CELL.0))}
                style:grid-auto-rows={pixels(CELL.1)}
                style:gap={pixels(GAP)}
            >
                {list(shown, |photo| photo.id.into(), move |photo| cell(photo, testid))}
            </ul>
        </div>
    }
}

/// A length in CSS.
fn pixels(length: f64) -> String {
    format!("{}px", fixed(length, 0))
}

fn cell(photo: Rc<Example>, testid: &'static str) -> Html {
    let page = Page::here();
    let name = photo.name.clone();
    let class_name = {
        let class = photo.class.clone();
        move || {
            let id = class.get();
            page.teach.classes.with(|classes| classes.iter().find(|class| class.id == id).map(|class| class.name.get()))
        }
    };
    let (state, picture) = (photo.state.clone(), photo.state.clone());
    let kind = photo.state.clone();
    let id = photo.id;
    let drag = move |event: DragEvent| {
        if let Some(transfer) = event.data_transfer() {
            transfer.set_effect_allowed("move");
            // Where the browser refuses, the select below does the same.
            let _ = transfer.set_data(DRAGGED, &id.to_string());
        }
    };
    let removed = photo.clone();
    let alt = name.clone();
    html! {
        <li
            class="example"
            data-testid={testid}
            data-name={name.clone()}
            data-id={id.to_string()}
            data-class={class_name}
            data-state={move || state.with(ExampleState::name)}
            data-kind={move || {
                kind.with(|state| match state {
                    ExampleState::Failed(failure) => Some(failure.kind.name()),
                    _ => None,
                })
            }}
            title={name.clone()}
            draggable="true"
            on:dragstart={drag}
        >
            <div class="example-picture">
                {move || {
                    match picture.get() {
                        ExampleState::Pending => html! { <div class="example-pending" role="img" aria-label={format!("{alt}, waiting")}></div> },
                        ExampleState::Ready(described) => {
                            html! {
                                <img src={described.address().to_owned()} alt={alt.clone()} decoding="async" draggable="false" />
                            }
                        }
                        ExampleState::Failed(failure) => {
                            html! {
                                <p class="example-failure" role="alert" data-testid="error" data-kind={failure.kind.name()}>
                                    {failure.message}
                                </p>
                            }
                        }
                    }
                }}
            </div>
            {close("remove-example", "example-remove", format!("Remove {name}"), move || page.remove_photo(&removed))}
            {class_select(photo)}
        </li>
    }
}

/// Which class the photo belongs to.
fn class_select(photo: Rc<Example>) -> Html {
    let page = Page::here();
    let label = format!("Class of {}", photo.name);
    let class = photo.class.clone();
    let options = move || {
        let chosen = class.clone();
        let option = move |class: &crate::state::Class| {
            let (id, name, chosen) = (class.id, class.name.clone(), chosen.clone());
            html! {
                <option value={id.to_string()} prop:selected={move || chosen.get() == id}>
                    {move || name.get()}
                </option>
            }
        };
        page.teach.classes.with(|classes| classes.iter().map(option).collect::<Html>())
    };
    let move_to = move |event: Event| {
        if let Some(class) = dom::chosen(&event).and_then(|class| class.parse().ok()) {
            page.move_photo(&photo, class);
        }
    };
    html! {
        <select class="example-class" data-testid="move-example" aria-label={label} on:change={move_to}>
            {options}
        </select>
    }
}
