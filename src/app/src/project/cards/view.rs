//! The classes, and what concerns all of them.

use leptos::prelude::*;
use web_sys::FileList;

use super::class_card::ClassCard;
use crate::platform::folders::listed;
use crate::project::album::{Album, DropTarget, Tally, lopsided};
use crate::project::busy::Busy;
use crate::project::classes::Undo;
use crate::project::describing::DescribingView;
use crate::project::intake::Intake;

use crate::ui::{Button, FileButton, PHOTOS};

/// The classes as cards.
#[component]
pub(crate) fn ClassesView() -> impl IntoView {
    let album = expect_context::<Album>();
    let intake = expect_context::<Intake>();
    let classes = album.classes;
    let is_empty = Memo::new(move |_| classes.with(Vec::is_empty));
    let take = move |files: FileList| intake.take_given(listed(&files), DropTarget::Anywhere);
    view! {
        <section class="teach-classes" aria-labelledby="classes-title">
            <div class="teach-head">
                <h2 id="classes-title">"Classes"</h2>
                <Counts />
                <UndoButton />
            </div>
            <DescribingView />
            <Show when=move || is_empty.get()>
                <FirstSteps />
            </Show>
            <ul class="class-list">
                <For each=move || classes.get() key=|class| class.key let:class>
                    <ClassCard class=class />
                </For>
            </ul>
            <Lopsided />
            <div class="teach-add">
                <Button testid="add-class" on_press=move || drop(album.add_class(None))>
                    "Add a class"
                </Button>
                <FileButton testid="import-photos" accept=PHOTOS multiple=true on_pick=take>
                    "Add photos or zips"
                </FileButton>
                <FileButton testid="import-folder" multiple=true folder=true on_pick=take>
                    "Add folders"
                </FileButton>
                <Show when=move || !is_empty.get()>
                    <Practice />
                </Show>
            </div>
            <p class="hint">
                <span class="no-touch">"Photos can be dropped on a class or pasted into the one you used last. "</span>
                "Each folder becomes a class of its own; so does a zip of photos."
            </p>
        </section>
    }
}

#[component]
fn FirstSteps() -> impl IntoView {
    view! {
        <div class="empty first-steps">
            <svg viewBox="0 0 120 72" aria-hidden="true">
                <rect x="4" y="10" width="50" height="52" rx="8" />
                <rect class="strong" x="14" y="20" width="30" height="7" rx="3.5" />
                <rect x="66" y="10" width="50" height="52" rx="8" />
                <rect class="strong" x="76" y="20" width="30" height="7" rx="3.5" />
            </svg>
            <p>
                "Add a class for each thing that it should know: “Mug” and “Plate”, say. "
                "No photos at hand? Draw a practice set and press Train."
            </p>
            <Practice />
        </div>
    }
}

#[component]
fn Practice() -> impl IntoView {
    let intake = expect_context::<Intake>();
    let busy = expect_context::<Busy>();
    let is_busy = Signal::derive(move || busy.is_on());
    view! {
        <Button testid="practice" disabled=is_busy on_press=move || intake.practise()>
            "Draw a practice set"
        </Button>
    }
}

#[component]
fn Counts() -> impl IntoView {
    let all = expect_context::<Album>().classes;
    let classes = Memo::new(move |_| all.with(Vec::len));
    let tally = Memo::new(move |_| {
        all.with(|classes| classes.iter().map(|class| class.tally.get()).fold(Tally::default(), |a, b| a + b))
    });
    let words = move || match classes.get() {
        0 => String::new(),
        1 => format!("1 class, {}", tally.get().words()),
        many => format!("{many} classes, {}", tally.get().words()),
    };
    view! {
        <p
            class="results-count"
            data-testid="teach-count"
            data-classes=classes
            data-photos=move || tally.get().photos()
            data-described=move || tally.get().ready
        >
            {words}
        </p>
    }
}

#[component]
fn UndoButton() -> impl IntoView {
    let undo = expect_context::<Undo>();
    view! {
        <button
            type="button"
            class="button quiet"
            data-testid="undo"
            disabled=move || undo.label.with(Option::is_none)
            title=move || undo.label.get().map(|label| format!("Undo {label}"))
            on:click=move |_| undo.undo()
        >
            "Undo"
            <span class="visually-hidden">{move || undo.label.get().map(|label| format!(" {label}"))}</span>
        </button>
    }
}

/// A word on classes of very different size.
#[component]
fn Lopsided() -> impl IntoView {
    let classes = expect_context::<Album>().classes;
    let words = Memo::new(move |_| {
        classes.with(|classes| {
            let on = classes.iter().filter(|class| class.on.get());
            let sizes: Vec<_> = on.map(|class| (class.name.get(), class.tally.get().training())).collect();
            lopsided(&sizes)
        })
    });
    move || {
        words.get().map(|words| {
            view! {
                <p class="honesty" data-testid="lopsided">
                    {words}
                </p>
            }
        })
    }
}
