//! The teach view: classes with their photos on one side, training and its result on the other.

use leptos::prelude::*;

use super::Project;
use super::album::Album;
use super::cards::ClassesView;
use super::doctor::DoctorPanel;
use super::files::FilesView;
use super::labelling::LabellingPanel;
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
        <LibraryView
            on_rescue=move |(manifest, photos)| project.export.save_rescued(manifest, photos)
            on_export=move |()| project.export.save_project()
        />
        <Opening />
        <Show when=move || project.library.opened.get()>
            <div class="teach">
                <Editing>
                    <ClassesView />
                </Editing>
                <div class="teach-side">
                    <Soon>
                        <Editing>
                            <TrainPanel />
                        </Editing>
                    </Soon>
                    <Soon>
                        <TryIt />
                    </Soon>
                </div>
            </div>
            <Soon>
                <Editing>
                    <ResultPanel />
                </Editing>
            </Soon>
            <Soon>
                <Editing>
                    <DoctorPanel />
                </Editing>
            </Soon>
            <Soon>
                <Editing>
                    <LabellingPanel />
                </Editing>
            </Soon>
            <Soon>
                <Editing>
                    <ScratchResultPanel />
                </Editing>
            </Soon>
            <Soon>
                <Editing>
                    <LearningCurvePanel />
                </Editing>
            </Soon>
            <Soon>
                <FilesView />
            </Soon>
        </Show>
    }
}

/// What can be looked at but not changed while another tab writes the project.
#[component]
fn Editing(children: Children) -> impl IntoView {
    let is_reader = expect_context::<Album>().read_only;
    view! {
        <fieldset class="editing" disabled=move || is_reader.get()>
            {children()}
        </fieldset>
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
