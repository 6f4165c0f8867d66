//! A class with its photos.

use std::sync::Arc;

use leptos::prelude::*;
use web_sys::{DragEvent, Event, FileList};

use crate::platform::dom;
use crate::platform::folders::{carries_files, dropped, listed};
use crate::project::album::{Album, Class, DropTarget, Example};
use crate::project::classes::Edits;
use crate::project::intake::Intake;
use crate::project::photos::{DRAGGED, PhotoGrid};
use crate::project::recording::{HoldButton, Recorder, RecorderView};
use crate::ui::{Button, CloseButton, FailureText, FileButton, PHOTOS, Soon};

/// A class's card. Files and photos of other classes can be dropped on it.
#[component]
pub(super) fn ClassCard(
    /// The class.
    class: Class,
) -> impl IntoView {
    let album = expect_context::<Album>();
    let edits = expect_context::<Edits>();
    let intake = expect_context::<Intake>();
    let recorder = expect_context::<Recorder>();
    let (id, key) = (class.id, class.key);
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
        let photo = transfer.get_data(DRAGGED).ok().and_then(|id| album.photo(id.parse().ok()?));
        if let Some(photo) = photo {
            edits.move_photo(&photo, id);
        } else if carries_files(&transfer) {
            intake.take_entries(dropped(&transfer), DropTarget::Class(key));
        } else {
            return;
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let (name, on, photos) =
        (RwSignal::from(class.name.clone()), RwSignal::from(class.on.clone()), class.photos.clone());
    let tally = RwSignal::from(class.tally.clone());
    let photos = Signal::<Vec<Arc<Example>>>::from(RwSignal::from(photos));
    let has_photos = Memo::new(move |_| photos.with(|photos| !photos.is_empty()));
    let is_recording_here = Memo::new(move |_| recorder.open.get() == Some(id));
    let failed = Memo::new(move |_| tally.get().failed);
    let advice = Memo::new(move |_| on.get().then(|| tally.get().advice()).flatten());
    let of_failed = StoredValue::new(class.clone());
    let take = move |files: FileList| intake.take_given(listed(&files), DropTarget::Class(key));
    view! {
        <li
            class="class"
            class:off=move || !on.get()
            class:hovered=hovered
            data-testid="class"
            data-class=move || name.get()
            data-name=move || name.get()
            data-id=id.to_string()
            on:dragover=drag_over
            on:dragleave=move |_| hovered.set(false)
            on:drop=drop_on
            on:pointerdown=move |_| album.active.set(Some(id))
            on:focusin=move |_| album.active.set(Some(id))
        >
            <ClassHead class=class />
            <p class="class-count">{move || tally.get().words()}</p>
            <div class="class-buttons">
                <FileButton testid="class-input" accept=PHOTOS multiple=true on_pick=take>
                    "Add photos"
                </FileButton>
                <HoldButton class=id />
            </div>
            <Show when=move || is_recording_here.get()>
                <RecorderView class=id />
            </Show>
            <Show when=move || has_photos.get()>
                <Soon>
                    <PhotoGrid photos=photos testid="example" />
                </Soon>
            </Show>
            {move || advice.get().map(|advice| view! { <p class="class-advice">{advice}</p> })}
            <Show when=move || { failed.get() > 1 }>
                <Button
                    testid="remove-failed"
                    class="quiet"
                    on_press=move || of_failed.with_value(|class| edits.remove_failed(class))
                >
                    "Remove the unreadable ones"
                </Button>
            </Show>
        </li>
    }
}

/// Its name, its switch, and the button that takes it away.
#[component]
fn ClassHead(
    /// The class.
    class: Class,
) -> impl IntoView {
    let edits = expect_context::<Edits>();
    let (name, on) = (RwSignal::from(class.name.clone()), RwSignal::from(class.on.clone()));
    let class = StoredValue::new(class);
    let failure = RwSignal::new(None);
    let rename = move |event: Event| {
        let Some(input) = dom::input(&event) else { return };
        failure.set(class.with_value(|class| edits.rename(class, &input.value())).err());
        // The name as it is now, with or without the change.
        input.set_value(&name.get_untracked());
    };
    let switch = move |event: Event| class.with_value(|class| edits.switch(class, dom::checked(&event)));
    view! {
        <div class="class-head">
            <input
                type="text"
                class="class-name"
                data-testid="class-name"
                aria-label="Name of the class"
                autocomplete="off"
                spellcheck="false"
                prop:value=move || name.get()
                on:change=rename
            />
            <label class="class-switch">
                <input type="checkbox" data-testid="class-on" prop:checked=move || on.get() on:change=switch />
                "Use"
            </label>
            <CloseButton
                testid="remove-class"
                label=Signal::derive(move || format!("Remove the class “{}”", name.get()))
                on_press=move || class.with_value(|class| edits.remove_class(class))
            />
        </div>
        {move || failure.get().map(|failure| view! { <FailureText failure=failure /> })}
    }
}
