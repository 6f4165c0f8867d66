//! The classes, and what concerns all of them.

use super::button::action;
use super::class_card::class_card;
use super::picker::{PHOTOS, file_button};
use crate::html::{Html, IntoHtml, html, list, show};
use crate::signal::Memo;
use crate::state::{Describing, Page, Place};
use crate::teach::counts::{Tally, lopsided};
use crate::teach::undo::UndoStack;
use crate::wording::counted;

/// The classes as cards.
pub(super) fn classes() -> Html {
    let page = Page::here();
    let teach = page.teach;
    let is_empty = Memo::new(move |_| teach.classes.with(Vec::is_empty));
    let take = move |given| page.take_given(given, Place::Anywhere);
    html! {
        <section class="teach-classes" aria-labelledby="classes-title">
            <div class="teach-head">
                <h2 id="classes-title">"Classes"</h2>
                {counts()}
                {undo_button()}
            </div>
            {progress()}
            {show(move || is_empty.get(), first_steps)}
            <ul class="class-list">
                {list(move || teach.classes.get(), |class| class.id.into(), class_card)}
            </ul>
            {uneven()}
            <div class="teach-add">
                {action("add-class", "Add a class", move || drop(page.add_class(None)))}
                {file_button("import-photos", "Add photos or zips", PHOTOS, take).multiple()}
                {file_button("import-folder", "Add folders", "", take).multiple().folder()}
                {show(move || !is_empty.get(), practice)}
            </div>
            <p class="hint">
                "Photos can be dropped on a class or pasted into the one you used last. Each folder that you drop or choose becomes \
                 a class of its own; so does a zip of photos."
            </p>
        </section>
    }
}

fn first_steps() -> Html {
    html! {
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
            {practice()}
        </div>
    }
}

fn practice() -> Html {
    let page = Page::here();
    let is_busy = move || page.teach.busy.with(Option::is_some);
    action("practice", "Draw a practice set", move || page.practise()).disabled(is_busy).into_html()
}

fn counts() -> Html {
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
    html! {
        <p
            class="results-count"
            data-testid="teach-count"
            data-classes={classes}
            data-photos={move || tally.get().photos().to_string()}
            data-described={move || tally.get().ready.to_string()}
        >
            {words}
        </p>
    }
}

fn undo_button() -> Html {
    let page = Page::here();
    let label = Memo::new(move |_| page.teach.undo.with(|undo: &UndoStack<_>| undo.label().map(ToOwned::to_owned)));
    html! {
        <button
            type="button"
            class="button quiet"
            data-testid="undo"
            disabled={move || label.get().is_none()}
            title={move || label.get().map(|label| format!("Undo {label}"))}
            on:click={move |_| page.undo()}
        >
            "Undo"
            <span class="visually-hidden">{move || label.get().map(|label| format!(" {label}"))}</span>
        </button>
    }
}

/// How far the engine is with the photos, and what else goes on.
fn progress() -> Html {
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
    html! {
        {show(move || describing.get().is_busy(), move || html! {
            <div class="teach-progress">
                <progress
                    aria-label="Photos looked at"
                    max={move || describing.get().of.to_string()}
                    value={move || describing.get().done.to_string()}
                ></progress>
                <p>{words}</p>
            </div>
        })}
        <p class="teach-busy" role="status" data-testid="busy">
            {move || page.teach.busy.get()}
        </p>
    }
}

/// A word on classes of very different size.
fn uneven() -> Html {
    let teach = Page::here().teach;
    let words = Memo::new(move |_| {
        teach.classes.with(|classes| {
            let on = classes.iter().filter(|class| class.on.get());
            let sizes: Vec<_> = on.map(|class| (class.name.get(), class.tally.get().usable())).collect();
            lopsided(&sizes)
        })
    });
    (move || words.get().map(|words| html! { <p class="honesty" data-testid="lopsided">{words}</p> })).into_html()
}
