//! One photo of the project, with its class.

use std::sync::Arc;

use headstart_protocol::Part;
use leptos::prelude::*;
use web_sys::{DragEvent, Event};

use crate::platform::dom;
use crate::project::album::{Album, Class, Example, ExampleState, folder};
use crate::project::classes::Edits;
use crate::ui::CloseButton;

/// How a dragged photo is called in the browser's transfer.
pub(crate) const DRAGGED: &str = "application/x-headstart-photo";

/// A photo as a thumbnail that can be dragged, removed and moved to another class.
#[component]
pub(super) fn PhotoCell(
    /// The photo.
    photo: Arc<Example>,
    /// What it is called in `data-testid`.
    testid: &'static str,
) -> impl IntoView {
    let album = expect_context::<Album>();
    let edits = expect_context::<Edits>();
    let (id, name) = (photo.id, photo.name.clone());
    let photo_name = StoredValue::new(name.clone());
    let (class, state) = (RwSignal::from(photo.class.clone()), RwSignal::from(photo.state.clone()));
    let class_name = move || {
        let id = class.get();
        album.classes.with(|classes| classes.iter().find(|class| class.id == id).map(|class| class.name.get()))
    };
    let kind = move || {
        state.with(|state| match state {
            ExampleState::Failed(error) => Some(error.kind().name()),
            ExampleState::Pending | ExampleState::Ready(_) => None,
        })
    };
    let drag = move |event: DragEvent| {
        if let Some(transfer) = event.data_transfer() {
            transfer.set_effect_allowed("move");
            // Where the browser refuses, the select below does the same.
            let _ = transfer.set_data(DRAGGED, &id.to_string());
        }
    };
    let removed = photo.clone();
    let unsaved = RwSignal::from(photo.unsaved.clone());
    let why_unsaved = move || {
        unsaved.get().map(|error| {
            let words = format!("{}: not saved. {error}", photo_name.get_value());
            view! {
                <span class="example-unsaved" role="img" data-testid="unsaved" title=words.clone() aria-label=words>
                    "not saved"
                </span>
            }
        })
    };
    let part = RwSignal::from(photo.part.clone());
    let held_out = move || {
        let part = part.get().filter(|part| *part != Part::Training)?;
        let title = format!("From your {}: it is not trained on", folder(part));
        Some(view! {
            <span class="example-part" title=title>
                {part_name(part)}
            </span>
        })
    };
    view! {
        <li
            class="example"
            data-testid=testid
            data-name=name.clone()
            data-id=id.to_string()
            data-class=class_name
            data-part=move || part.get().map(part_name)
            data-state=move || state.with(ExampleState::name)
            data-kind=kind
            title=name.clone()
            draggable="true"
            on:dragstart=drag
        >
            <div class="example-picture">
                <Picture state=state name=name.clone() />
                {held_out}
                {why_unsaved}
            </div>
            <CloseButton
                testid="remove-example"
                class="example-remove"
                label=format!("Remove {name}")
                on_press=move || edits.remove_photo(&removed)
            />
            <ClassSelect photo=photo />
        </li>
    }
}

/// The name of a part, on the photo and in `data-part`.
fn part_name(part: Part) -> &'static str {
    match part {
        Part::Training => "training",
        Part::Validation => "validation",
        Part::Test => "test",
    }
}

/// The thumbnail, or why there is none.
#[component]
fn Picture(
    /// What became of the photo.
    state: RwSignal<ExampleState>,
    /// Its name.
    name: String,
) -> impl IntoView {
    move || match state.get() {
        ExampleState::Pending => {
            view! { <div class="example-pending" role="img" aria-label=format!("{name}, waiting")></div> }.into_any()
        }
        ExampleState::Ready(described) => {
            view! { <img src=described.address().to_owned() alt=name.clone() decoding="async" draggable="false" /> }
                .into_any()
        }
        ExampleState::Failed(error) => view! {
            <p class="example-failure" role="alert" data-testid="error" data-kind=error.kind().name()>
                {error.to_string()}
            </p>
        }
        .into_any(),
    }
}

/// Which class the photo belongs to.
#[component]
fn ClassSelect(
    /// The photo.
    photo: Arc<Example>,
) -> impl IntoView {
    let album = expect_context::<Album>();
    let edits = expect_context::<Edits>();
    let label = format!("Class of {}", photo.name);
    let chosen = RwSignal::from(photo.class.clone());
    let option = move |class: Class| {
        let (id, name) = (class.id, class.name);
        view! {
            <option value=id prop:selected=move || chosen.get() == id>
                {move || name.get()}
            </option>
        }
    };
    let move_to = move |event: Event| {
        if let Some(class) = dom::chosen(&event).and_then(|class| class.parse().ok()) {
            edits.move_photo(&photo, class);
        }
    };
    view! {
        <select class="example-class" data-testid="move-example" aria-label=label on:change=move_to>
            <For each=move || album.classes.get() key=|class| class.key children=option />
        </select>
    }
}
