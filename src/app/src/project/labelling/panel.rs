//! The panel "What to photograph next".

use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{DragEvent, Element, FileList, KeyboardEvent};

use super::Labelling;
use super::figures::FiguresLine;
use super::labelling::Refusal;
use super::next_row::NextRow;
use super::question::{KEYS, Question};
use super::watch_view::WatchView;
use crate::camera::CameraFailure;
use crate::platform::files;
use crate::platform::folders::carries_files;
use crate::project::album::{Album, Class};
use crate::ui::{Button, FileButton, PICTURES, reveal_when};

/// What takes keys for itself.
const TYPED_INTO: &str = "select, textarea, input:not([type='file'])";

/// The panel; nothing before a head is taught.
#[component]
pub(crate) fn LabellingPanel() -> impl IntoView {
    let labelling = expect_context::<Labelling>();
    let is_possible = Memo::new(move |_| labelling.is_possible());
    on_cleanup(move || labelling.stop_watching());
    view! {
        <Show when=move || is_possible.get()>
            <Panel />
        </Show>
    }
}

#[component]
fn Panel() -> impl IntoView {
    let labelling = expect_context::<Labelling>();
    let album = expect_context::<Album>();
    let place = NodeRef::<Div>::new();
    let hovered = RwSignal::new(false);
    let waiting = Memo::new(move |_| labelling.waiting());
    let can_train = Memo::new(move |_| labelling.can_train());
    reveal_when(place, move || labelling.front.with(Option::is_some));

    let label = move |class: Class| {
        labelling.label(&class);
        keep_focus(place);
    };
    let skip = move || {
        labelling.skip();
        keep_focus(place);
    };
    let press_key = move |event: KeyboardEvent| {
        let Some(key) = key(&event).filter(|_| !album.read_only.get_untracked()) else { return };
        if labelling.front.with_untracked(Option::is_none) {
            return;
        }
        match key {
            Key::Skip => skip(),
            Key::Class(index) => {
                let Some(class) = album.classes.with_untracked(|classes| classes.get(index).cloned()) else { return };
                label(class);
            }
        }
        event.prevent_default();
    };
    let drag_over = move |event: DragEvent| {
        if event.data_transfer().as_ref().is_some_and(carries_files) {
            event.prevent_default();
            hovered.set(true);
        }
    };
    let drop_on = move |event: DragEvent| {
        hovered.set(false);
        let Some(transfer) = event.data_transfer() else { return };
        if carries_files(&transfer) {
            event.prevent_default();
            event.stop_propagation();
            labelling.add(files::dropped(&transfer));
            keep_focus(place);
        }
    };
    let clear = move || {
        labelling.clear();
        keep_focus(place);
    };
    let train = move || {
        labelling.train();
        keep_focus(place);
    };
    view! {
        <section
            class="panel labelling"
            class:hovered=hovered
            aria-labelledby="labelling-title"
            data-testid="labelling"
            data-waiting=waiting
            data-labelled=move || labelling.labelled.get()
            on:keydown=press_key
            on:dragover=drag_over
            on:dragleave=move |_| hovered.set(false)
            on:drop=drop_on
        >
            <h2 id="labelling-title">"What to photograph next"</h2>
            <p class="hint">
                "Give your head photos without a label. It asks you first about those that it is least sure of and those unlike all that \
                 it was taught: their labels teach it most. They are not kept when the page is closed until you label them."
            </p>
            <div class="class-buttons">
                <FileButton
                    testid="unlabelled-input"
                    accept=PICTURES
                    multiple=true
                    on_pick=move |list: FileList| labelling.add(files::files(&list))
                >
                    "Add unlabelled photos"
                </FileButton>
                <WatchButton />
                <Show when=move || waiting.get() != 0>
                    <Button testid="labelling-clear" class="quiet" on_press=clear>
                        "Put all away"
                    </Button>
                </Show>
            </div>
            <Show when=move || labelling.is_watching()>
                <WatchView />
            </Show>
            <Show when=move || labelling.wants_camera.get()>
                <CameraFailure camera=labelling.camera />
            </Show>
            <Refusals />
            <Question place on_label=label on_skip=skip />
            <NextRow />
            <FiguresLine />
            <Show when=move || can_train.get()>
                <div class="class-buttons">
                    <Button testid="labelling-train" class="primary" disabled=labelling.is_training() on_press=train>
                        "Train again"
                    </Button>
                </div>
            </Show>
        </section>
    }
}

/// The button that has the camera look for photos to label.
#[component]
fn WatchButton() -> impl IntoView {
    let labelling = expect_context::<Labelling>();
    let is_on = Memo::new(move |_| labelling.is_watching());
    let toggle = move |_| {
        if is_on.get_untracked() { labelling.stop_watching() } else { labelling.start_watching() }
    };
    view! {
        <button
            type="button"
            class="button"
            data-testid="unlabelled-camera"
            aria-pressed=move || is_on.get().to_string()
            on:click=toggle
        >
            {move || if is_on.get() { "Turn the camera off" } else { "From the camera" }}
        </button>
    }
}

/// The last photos that cannot be answered, and why.
#[component]
fn Refusals() -> impl IntoView {
    let refused = expect_context::<Labelling>().refused;
    let refusal = |(_, name, error): Refusal| {
        view! {
            <p class="failure" role="alert" data-testid="error" data-kind=error.kind().name() data-name=name.clone()>
                {format!("{name}: {error}")}
            </p>
        }
    };
    view! { <For each=move || refused.get() key=|refusal| refusal.0 children=refusal /> }
}

/// What a key asks for.
enum Key {
    /// The class of that index.
    Class(usize),
    Skip,
}

/// What a key on the panel asks for: 1 to 9 a class, 0 or S none. A key that is held says nothing a second time.
fn key(event: &KeyboardEvent) -> Option<Key> {
    let is_other = event.repeat() || event.ctrl_key() || event.alt_key() || event.meta_key();
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let is_typed = target.is_some_and(|target| target.closest(TYPED_INTO).ok().flatten().is_some());
    if is_other || is_typed {
        return None;
    }
    let (key, code) = (event.key(), event.code());
    if key.eq_ignore_ascii_case("s") {
        return Some(Key::Skip);
    }
    // On some keyboards the digits need Shift.
    let digit = key.parse::<usize>().ok().or_else(|| code.strip_prefix("Digit")?.parse().ok())?;
    match digit {
        0 => Some(Key::Skip),
        digit => digit.checked_sub(1).filter(|index| *index < KEYS).map(Key::Class),
    }
}

/// Keeps the focus in the panel, where what had it is not there any more or cannot be pressed: keys are heard within it only.
fn keep_focus(place: NodeRef<Div>) {
    // What happened is drawn by then.
    request_animation_frame(move || {
        let Some(place) = place.get_untracked() else { return };
        let panel = place.closest("section").ok().flatten();
        let is_kept = document().active_element().is_some_and(|active| {
            let is_within = panel.is_some_and(|panel| panel.contains(Some(&active)));
            is_within && !active.matches(":disabled").unwrap_or(false)
        });
        if !is_kept {
            // An element that cannot have it goes without.
            let _ = place.focus();
        }
    });
}
