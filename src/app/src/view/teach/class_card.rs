//! A class with its photos.

use std::rc::Rc;

use web_sys::{DragEvent, Event};

use super::button::{action, close, refusal};
use super::photo_grid::{DRAGGED, photo_grid};
use super::picker::{PHOTOS, file_button};
use super::recorder::{hold_button, recorder};
use crate::dom;
use crate::folders;
use crate::html::{Html, html, show};
use crate::signal::{Memo, RwSignal};
use crate::state::{Class, Example, Page, Place};
use crate::view::shell::carries_files;

/// A class's card. Files and photos of other classes can be dropped on it.
pub(super) fn class_card(class: Class) -> Html {
    let page = Page::here();
    let id = class.id;
    let hovered = RwSignal::new(false);
    let drag_over = move |event: DragEvent| {
        let Some(transfer) = event.data_transfer() else { return };
        if carries_files(&transfer) || transfer.types().iter().any(|kind| kind == DRAGGED) {
            event.prevent_default();
            hovered.set(true);
        }
    };
    let drop_on = move |event: DragEvent| {
        hovered.set(false);
        let Some(transfer) = event.data_transfer() else { return };
        let photo = transfer.get_data(DRAGGED).ok().and_then(|id| page.teach.photo(id.parse().ok()?));
        if let Some(photo) = photo {
            page.move_photo(&photo, id);
        } else if carries_files(&transfer) {
            page.take_entries(folders::dropped(&transfer), Place::Class(id));
        } else {
            return;
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let (name, on, photos, tally) = (class.name.clone(), class.on.clone(), class.photos.clone(), class.tally.clone());
    let has_photos = Memo::new({
        let photos = photos.clone();
        move |_| photos.with(|photos| !photos.is_empty())
    });
    let is_recording_here = Memo::new(move |_| page.teach.recorder.get() == Some(id));
    let photos: Rc<dyn Fn() -> Vec<Rc<Example>>> = Rc::new(move || photos.get());
    let (counted, advised, failed) = (tally.clone(), tally.clone(), tally);
    let (off, shown_on) = (on.clone(), on);
    let class_of_failed = class.clone();
    let take = move |given| page.take_given(given, Place::Class(id));
    html! {
        <li
            class="class"
            class:off={move || !off.get()}
            class:hovered={hovered}
            data-testid="class"
            data-class={move || name.get()}
            data-id={id.to_string()}
            on:dragover={drag_over}
            on:dragleave={move |_| hovered.set(false)}
            on:drop={drop_on}
            on:pointerdown={move |_| page.teach.active.set(Some(id))}
            on:focusin={move |_| page.teach.active.set(Some(id))}
        >
            {class_head(class)}
            <p class="class-count">{move || counted.get().words()}</p>
            <div class="class-buttons">
                {file_button("class-input", "Add photos", PHOTOS, take).multiple()}
                {hold_button(id)}
            </div>
            {show(move || is_recording_here.get(), move || recorder(id))}
            {show(move || has_photos.get(), move || photo_grid(Rc::clone(&photos), "example"))}
            {move || {
                let advice = shown_on.get().then(|| advised.get().advice()).flatten();
                advice.map(|advice| html! { <p class="class-advice">{advice}</p> })
            }}
            {move || {
                let class = class_of_failed.clone();
                let remove = move || page.remove_failed(&class);
                (failed.get().failed > 1)
                    .then(|| action("remove-failed", "Remove the unreadable ones", remove).class("quiet"))
            }}
        </li>
    }
}

/// Its name, its switch, and the button that takes it away.
fn class_head(class: Class) -> Html {
    let page = Page::here();
    let failure = RwSignal::new(None);
    let rename = {
        let class = class.clone();
        move |event: Event| {
            let Some(input) = dom::input(&event) else { return };
            failure.set(page.rename_class(&class, &input.value()).err());
            // The name as it is now, with or without the change.
            input.set_value(&class.name.get_untracked());
        }
    };
    let switch = {
        let class = class.clone();
        move |event| page.switch_class(&class, dom::checked(&event))
    };
    let (name, on, named) = (class.name.clone(), class.on.clone(), class.name.clone());
    let label = move || format!("Remove the class “{}”", named.get());
    html! {
        <div class="class-head">
            <input
                type="text"
                class="class-name"
                data-testid="class-name"
                aria-label="Name of the class"
                autocomplete="off"
                spellcheck="false"
                prop:value={move || name.get()}
                on:change={rename}
            />
            <label class="class-switch">
                <input type="checkbox" data-testid="class-on" prop:checked={move || on.get()} on:change={switch} />
                "Use"
            </label>
            {close("remove-class", "", label, move || page.remove_class(&class))}
        </div>
        {move || failure.get().map(refusal)}
    }
}
