//! The teach view: classes with their photos on one side, training and its result on the other.

use leptos::prelude::*;

use super::Project;
use super::cards::ClassesView;
use super::files::FilesView;
use super::library::{Library, LibraryView};
use super::notices::NoticesView;
use super::training::{LearningCurvePanel, ResultPanel, ScratchResultPanel, TrainPanel};
use super::try_it::TryIt;
use crate::ui::Soon;
use crate::wording::{counted, thousands};

/// With so many photos it is said how far the opening is.
const LONG: usize = 500;

/// The teach view.
#[component]
pub(crate) fn TeachView() -> impl IntoView {
    let project = expect_context::<Project>();
    on_cleanup(move || project.recorder.close());
    view! {
        <div class="hero">
            <h1>"Teach it something new"</h1>
            <p class="lead">
                "Name two or more things, show a few photos of each, and press Train. "
                "Seconds later it tells them apart. Your photos never leave this machine."
            </p>
        </div>
        <NoticesView />
        <LibraryView on_rescue=move |(manifest, photos)| project.export.save_rescued(manifest, photos) />
        <Opening />
        <Show when=move || project.library.opened.get()>
            // Where another tab writes the project, nothing in it can be changed.
            <fieldset class="editing" disabled=move || project.saver.is_reader.get()>
                <div class="teach">
                    <ClassesView />
                    <div class="teach-side">
                        <Soon>
                            <TrainPanel />
                        </Soon>
                        <Soon>
                            <TryIt />
                        </Soon>
                    </div>
                </div>
                <Soon>
                    <ResultPanel />
                </Soon>
                <Soon>
                    <ScratchResultPanel />
                </Soon>
                <Soon>
                    <LearningCurvePanel />
                </Soon>
            </fieldset>
            <Soon>
                <FilesView />
            </Soon>
        </Show>
    }
}

/// How far the opening of a project is, where that takes a while.
#[component]
fn Opening() -> impl IntoView {
    let progress = expect_context::<Library>().progress;
    let is_long = Memo::new(move |_| progress.get().is_some_and(|(_, of)| of >= LONG));
    let words = move || {
        progress
            .get()
            .map(|(read, of)| format!("Opening the project: {} of {}", thousands(read as u64), counted(of, "photo")))
    };
    view! {
        <Show when=move || is_long.get()>
            <p class="hint" role="status" data-testid="opening">
                {words}
            </p>
        </Show>
    }
}
