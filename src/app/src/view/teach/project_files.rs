//! Taking the project and its head away, and bringing them back.

use super::button::action;
use super::picker::file_button;
use crate::folders::Given;
use crate::html::{Html, html};
use crate::signal::Memo;
use crate::state::{Page, Place};
use crate::wording::{counted, share};

/// The files of a project.
pub(super) fn project_files() -> Html {
    let page = Page::here();
    let has_head = Memo::new(move |_| page.has_head());
    let is_empty = Memo::new(move |_| page.teach.classes.with(Vec::is_empty));
    let is_busy = Memo::new(move |_| page.teach.busy.with(Option::is_some));
    let head = move || {
        page.teach.own.with(|own| {
            own.as_ref().map(|head| {
                let trained_on = counted(head.trained_on as usize, "photo");
                let figure = head.val_accuracy.filter(|_| head.validated_on > 0).map(|accuracy| {
                    format!(
                        ", {} right on {} that it had not seen",
                        share(accuracy),
                        counted(head.validated_on as usize, "photo")
                    )
                });
                let classes = head.classes.join(", ");
                format!("In use: a head for {classes}, trained on {trained_on}{}.", figure.unwrap_or_default())
            })
        })
    };
    let open_projects = move |given: Vec<Given>| {
        given.into_iter().for_each(|given| page.read_zip(given.file, Place::Anywhere));
    };
    let open_heads = move |given: Vec<Given>| given.into_iter().for_each(|given| page.import_head(given.file));
    html! {
        <section class="panel files" aria-labelledby="files-title">
            <h2 id="files-title">"Keep it"</h2>
            <p class="hint">
                "Your project is saved in this browser as you go. A zip holds all of it, photos too, for another machine; the head alone \
                 is a small file that this page and the headstart command open."
            </p>
            <p class="head-words" data-testid="own-head" role="status">{head}</p>
            <div class="class-buttons">
                {action("export-project", "Save the project as a zip", move || page.export_project())
                    .disabled(move || is_empty.get() || is_busy.get())}
                {file_button("import-project", "Open a project", ".zip,application/zip", open_projects)}
                {action("export-head", "Save the head", move || page.export_head()).disabled(move || !has_head.get())}
                {file_button("import-head", "Open a head", ".safetensors,.head", open_heads)}
                {action("new-project", "New project", move || page.new_project())}
            </div>
        </section>
    }
}
