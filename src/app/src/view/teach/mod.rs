//! The teach view: classes with their photos on one side, training and its result on the other.

pub(super) mod button;
mod class_card;
mod classes;
mod confusion;
mod curve;
mod curves;
mod figures;
mod notices;
mod photo_grid;
pub(super) mod picker;
mod project_files;
mod recorder;
mod result;
mod scratch;
mod settings;
mod train;
mod try_it;

use leptos::prelude::*;

use self::classes::Classes;
use self::curve::CurvePanel;
use self::notices::Notices;
use self::project_files::ProjectFiles;
use self::result::ResultPanel;
use self::scratch::ScratchResultPanel;
use self::train::TrainPanel;
use self::try_it::TryIt;
use crate::state::Page;

/// The teach view.
#[component]
pub(super) fn Teach() -> impl IntoView {
    let page = Page::here();
    on_cleanup(move || page.close_recorder());
    view! {
        <div class="hero">
            <h1>"Teach it something new"</h1>
            <p class="lead">
                "Name two or more things, show a few photos of each, and press Train. \
                 Seconds later it tells them apart. Your photos never leave this machine."
            </p>
        </div>
        <Notices />
        <Show
            when=move || page.teach.opened.get()
            fallback=|| view! { <p class="teach-opening" role="status">"Opening your project"</p> }
        >
            <div class="teach">
                <Classes />
                <div class="teach-side">
                    <TrainPanel />
                    <TryIt />
                </div>
            </div>
            <ResultPanel />
            <ScratchResultPanel />
            <CurvePanel />
            <ProjectFiles />
        </Show>
    }
}
