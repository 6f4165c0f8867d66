//! The buttons that take the project and its head away, and bring them back.

use leptos::prelude::*;
use web_sys::FileList;

use super::Export;
use crate::platform::folders::listed;
use crate::project::album::{Album, DropTarget};
use crate::project::busy::Busy;
use crate::project::head::OwnHead;
use crate::project::intake::Intake;
use crate::ui::{Button, FileButton};
use crate::wording::{counted, share};

/// The files of a project.
#[component]
pub(crate) fn FilesView() -> impl IntoView {
    let album = expect_context::<Album>();
    let busy = expect_context::<Busy>();
    let export = expect_context::<Export>();
    let head = expect_context::<OwnHead>();
    let intake = expect_context::<Intake>();
    let has_head = Memo::new(move |_| head.is_open());
    let is_empty = Memo::new(move |_| album.classes.with(Vec::is_empty));
    let is_busy = Memo::new(move |_| busy.is_on());
    let head_words = move || {
        head.current.with(|head| {
            let head = head.as_ref()?.summary.as_ref()?;
            let trained_on = counted(head.trained_on as usize, "photo");
            let figure = head.val_accuracy.filter(|_| head.validated_on > 0).map(|accuracy| {
                let photos = counted(head.validated_on as usize, "photo");
                format!(", validation accuracy {} on {photos}", share(accuracy))
            });
            let classes = head.classes.join(", ");
            Some(format!("In use: a head for {classes}, trained on {trained_on}{}.", figure.unwrap_or_default()))
        })
    };
    let open_projects = move |files: FileList| {
        listed(&files).into_iter().for_each(|given| intake.read_zip(given.file, DropTarget::Anywhere));
    };
    let open_heads = move |files: FileList| listed(&files).into_iter().for_each(|given| intake.open_head(given.file));
    view! {
        <section class="panel files" aria-labelledby="files-title">
            <h2 id="files-title">"Keep it"</h2>
            <p class="hint">
                "Your projects are saved in this browser as you go. A zip holds all of it, photos too, for another machine; "
                "the head alone is a small file that this page and the headstart command open."
            </p>
            <p class="head-words" data-testid="own-head" role="status">
                {head_words}
            </p>
            <div class="class-buttons">
                <Button
                    testid="export-project"
                    disabled=Signal::derive(move || is_empty.get() || is_busy.get())
                    on_press=move || export.save_project()
                >
                    "Save the project as a zip"
                </Button>
                <FileButton testid="import-project" accept=".zip,.tm,application/zip" on_pick=open_projects>
                    "Open a project"
                </FileButton>
                <Button
                    testid="export-head"
                    disabled=Signal::derive(move || !has_head.get())
                    on_press=move || export.save_head()
                >
                    "Save the head"
                </Button>
                <FileButton testid="import-head" accept=".safetensors,.head" on_pick=open_heads>
                    "Open a head"
                </FileButton>
            </div>
        </section>
    }
}
