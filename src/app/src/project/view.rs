//! The teach view: classes with their photos on one side, training and its result on the other.

use leptos::prelude::*;

use super::Project;
use super::cards::ClassesView;
use super::files::FilesView;
use super::notices::NoticesView;
use super::training::{LearningCurvePanel, ResultPanel, ScratchResultPanel, TrainPanel};
use super::try_it::TryIt;
use crate::ui::Soon;

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
        <Show when=move || project.opened.get()>
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
            <Soon>
                <FilesView />
            </Soon>
        </Show>
    }
}
