//! The open project's name, how far it is saved, and the other projects.

use headstart_protocol::ProjectManifest;
use leptos::callback::UnsyncCallback;
use leptos::prelude::*;
use web_sys::Event;

use super::Library;
use crate::platform::dom::input;
use crate::project::album::{Album, Original, Tally};
use crate::project::saving::{SavedProject, Saver, SavingLine};
use crate::ui::Button;
use crate::wording::date;

/// What takes the photos of a project that cannot be opened.
type OnRescue = UnsyncCallback<(ProjectManifest, Vec<Original>)>;

/// The open project, and the list.
#[component]
pub(crate) fn LibraryView(
    /// Takes the photos of a project that cannot be opened, with a list of them.
    #[prop(into)]
    on_rescue: OnRescue,
    /// Hands the open project out as a zip.
    #[prop(into)]
    on_export: UnsyncCallback<()>,
) -> impl IntoView {
    let album = expect_context::<Album>();
    let library = expect_context::<Library>();
    let rename = move |event: Event| {
        if let Some(field) = input(&event) {
            album.rename(&field.value());
            field.set_value(&album.name.read_untracked());
        }
    };
    view! {
        <section class="project-bar" aria-label="Project">
            <label class="project-name">
                <span class="visually-hidden">"Name of the project"</span>
                <input
                    type="text"
                    data-testid="project-name"
                    maxlength="60"
                    prop:value=move || album.name.get()
                    disabled=move || album.read_only.get()
                    on:change=rename
                />
            </label>
            <SavingLine on_take_over=move |()| library.take_over() on_export=on_export />
            <Projects on_rescue=on_rescue />
        </section>
    }
}

/// The list.
#[component]
fn Projects(
    /// Takes the photos of a project that cannot be opened.
    on_rescue: OnRescue,
) -> impl IntoView {
    let library = expect_context::<Library>();
    let kept = move || library.list.get().into_iter().filter(|entry| entry.deleted().is_none()).collect::<Vec<_>>();
    let deleted = move || library.list.get().into_iter().filter(|entry| entry.deleted().is_some()).collect::<Vec<_>>();
    let has_deleted = Memo::new(move |_| !deleted().is_empty());
    view! {
        <details class="projects" data-testid="projects">
            <summary>{move || format!("Projects ({})", kept().len())}</summary>
            <ul class="project-list">
                <For each=kept key=SavedProject::key let:entry>
                    <ProjectEntry entry=entry on_rescue=on_rescue />
                </For>
            </ul>
            <Button testid="new-project" on_press=move || library.begin_new()>
                "New project"
            </Button>
            <Show when=move || has_deleted.get()>
                <h3>"Deleted"</h3>
                <p class="hint">"What was deleted is kept for a week."</p>
                <ul class="project-list">
                    <For each=deleted key=SavedProject::key let:entry>
                        <DeletedEntry entry=entry />
                    </For>
                </ul>
            </Show>
        </details>
    }
}

/// A project with what can be done to it.
#[component]
fn ProjectEntry(
    /// It.
    entry: SavedProject,
    /// Takes the photos of one that cannot be opened.
    on_rescue: OnRescue,
) -> impl IntoView {
    let library = expect_context::<Library>();
    let saver = expect_context::<Saver>();
    let album = expect_context::<Album>();
    let number = entry.number;
    let is_open = Memo::new(move |_| saver.open.get() == Some(number));
    let (saved_name, saved_photos) = (entry.name(), entry.photos as usize);
    let name = Signal::derive(move || if is_open.get() { album.name.get() } else { saved_name.clone() });
    let photos = Memo::new(move |_| match is_open.get() {
        true => album.classes.with(|classes| {
            classes.iter().map(|class| class.tally.get()).fold(Tally::default(), |a, b| a + b).photos()
        }),
        false => saved_photos,
    });
    let (changed, words) = (date(entry.changed()), entry.words());
    let rescue = move |()| library.rescue(number, move |manifest, photos| on_rescue.run((manifest, photos)));
    let can_be_read = entry.document.is_ok();
    let shown_words = move || if is_open.get() { "open".to_owned() } else { words.clone() };
    view! {
        <li
            class="project"
            class:open=is_open
            data-testid="project"
            data-name=name
            data-photos=photos
            data-open=move || is_open.get().to_string()
        >
            <span class="project-title">{name}</span>
            <span class="hint">{shown_words} ", " <time>{changed}</time></span>
            <span class="project-actions">
                <Show when=move || !can_be_read>
                    <Button testid="project-rescue" class="quiet" on_press=rescue>
                        "Save its photos as a zip"
                    </Button>
                </Show>
                <Show when=move || can_be_read>
                    <Button testid="project-open" class="quiet" disabled=is_open on_press=move || library.open(number)>
                        "Open"
                    </Button>
                    <Button testid="project-duplicate" class="quiet" on_press=move || library.duplicate(number)>
                        "Duplicate"
                    </Button>
                    <Button testid="project-delete" class="quiet" on_press=move || library.delete(number)>
                        "Delete"
                    </Button>
                </Show>
            </span>
        </li>
    }
}

/// A deleted project, which can be brought back.
#[component]
fn DeletedEntry(
    /// It.
    entry: SavedProject,
) -> impl IntoView {
    let library = expect_context::<Library>();
    let number = entry.number;
    view! {
        <li class="project" data-testid="deleted-project" data-name=entry.name()>
            <span class="project-title">{entry.name()}</span>
            <span class="hint">{entry.words()}</span>
            <span class="project-actions">
                <Button testid="project-undelete" class="quiet" on_press=move || library.undelete(number)>
                    "Bring it back"
                </Button>
                <Button testid="project-remove" class="quiet" on_press=move || library.remove(number)>
                    "Delete for good"
                </Button>
            </span>
        </li>
    }
}
