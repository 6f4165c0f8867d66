//! The classes, and what concerns all of them.

use leptos::prelude::*;

use super::button::Action;
use super::class_card::ClassCard;
use super::picker::{FileButton, PHOTOS};
use crate::state::{Describing, Page, Place};
use crate::teach::counts::{Tally, lopsided};
use crate::teach::undo::UndoStack;
use crate::wording::counted;

/// The classes as cards.
#[component]
pub(super) fn Classes() -> impl IntoView {
    let page = Page::here();
    let teach = page.teach;
    let is_empty = Memo::new(move |_| teach.classes.with(Vec::is_empty));
    view! {
        <section class="teach-classes" aria-labelledby="classes-title">
            <div class="teach-head">
                <h2 id="classes-title">"Classes"</h2>
                <Counts />
                <UndoButton />
            </div>
            <Progress />
            <Show when=move || is_empty.get()>
                <FirstSteps />
            </Show>
            <ul class="class-list">
                <For each=move || teach.classes.get() key=|class| class.id let(class)>
                    <ClassCard class />
                </For>
            </ul>
            <Uneven />
            <div class="teach-add">
                <Action label="Add a class" testid="add-class" press=move |()| drop(page.add_class(None)) />
                <FileButton
                    label="Add photos or zips"
                    testid="import-photos"
                    accept=PHOTOS
                    multiple=true
                    take=move |given| page.take_given(given, Place::Anywhere)
                />
                <FileButton
                    label="Add folders"
                    testid="import-folder"
                    accept=""
                    multiple=true
                    folder=true
                    take=move |given| page.take_given(given, Place::Anywhere)
                />
                <Show when=move || !is_empty.get()>
                    <Practice />
                </Show>
            </div>
            <p class="hint">
                "Photos can be dropped on a class or pasted into the one you used last. Each folder that you drop or choose becomes \
                 a class of its own; so does a zip of photos."
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
                "Add a class for each thing that it should know: “Mug” and “Plate”, say. \
                 No photos at hand? Draw a practice set and press Train."
            </p>
            <Practice />
        </div>
    }
}

#[component]
fn Practice() -> impl IntoView {
    let page = Page::here();
    view! {
        <Action
            label="Draw a practice set"
            testid="practice"
            disabled=Signal::derive(move || page.teach.busy.with(Option::is_some))
            press=move |()| page.practise()
        />
    }
}

#[component]
fn Counts() -> impl IntoView {
    let teach = Page::here().teach;
    let classes = Memo::new(move |_| teach.classes.with(Vec::len));
    let tally = Memo::new(move |_| {
        teach.classes.with(|classes| classes.iter().map(|class| class.tally.get()).fold(Tally::default(), |a, b| a + b))
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
            data-classes=Signal::derive(move || classes.get().to_string())
            data-photos=Signal::derive(move || tally.get().photos().to_string())
            data-described=Signal::derive(move || tally.get().ready.to_string())
        >
            {words}
        </p>
    }
}

#[component]
fn UndoButton() -> impl IntoView {
    let page = Page::here();
    let label = Memo::new(move |_| page.teach.undo.with(|undo: &UndoStack<_>| undo.label().map(ToOwned::to_owned)));
    view! {
        <button
            type="button"
            class="button quiet"
            data-testid="undo"
            disabled=move || label.get().is_none()
            title=move || label.get().map(|label| format!("Undo {label}"))
            on:click=move |_| page.undo()
        >
            "Undo"
            <span class="visually-hidden">{move || label.get().map(|label| format!(" {label}"))}</span>
        </button>
    }
}

/// How far the engine is with the photos, and what else goes on.
#[component]
fn Progress() -> impl IntoView {
    let page = Page::here();
    let describing = page.teach.describing;
    let engine_is_ready = Memo::new(move |_| page.phase.with(|phase| phase.ready().is_some()));
    let words = move || {
        let describing: Describing = describing.get();
        if engine_is_ready.get() {
            describing.words()
        } else {
            format!("{} waiting for the engine", counted(describing.of - describing.done, "photo"))
        }
    };
    view! {
        <Show when=move || describing.get().is_busy()>
            <div class="teach-progress">
                <progress
                    aria-label="Photos looked at"
                    max=move || describing.get().of.to_string()
                    value=move || describing.get().done.to_string()
                ></progress>
                <p>{words}</p>
            </div>
        </Show>
        <p class="teach-busy" role="status" data-testid="busy">
            {move || page.teach.busy.get()}
        </p>
    }
}

/// A word on classes of very different size.
#[component]
fn Uneven() -> impl IntoView {
    let teach = Page::here().teach;
    let words = Memo::new(move |_| {
        teach.classes.with(|classes| {
            let on = classes.iter().filter(|class| class.on.get());
            let sizes: Vec<_> = on.map(|class| (class.name.get(), class.tally.get().usable())).collect();
            lopsided(&sizes)
        })
    });
    move || words.get().map(|words| view! { <p class="honesty" data-testid="lopsided">{words}</p> })
}
