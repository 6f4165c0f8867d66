//! Taking the project and its head away, and bringing them back.

use leptos::prelude::*;

use super::button::Action;
use super::picker::FileButton;
use crate::folders::Given;
use crate::state::{Page, Place};
use crate::wording::{counted, share};

/// The files of a project.
#[component]
pub(super) fn ProjectFiles() -> impl IntoView {
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
    view! {
        <section class="panel files" aria-labelledby="files-title">
            <h2 id="files-title">"Keep it"</h2>
            <p class="hint">
                "Your project is saved in this browser as you go. A zip holds all of it, photos too, for another machine; the head alone \
                 is a small file that this page and the headstart command open."
            </p>
            <p class="head-words" data-testid="own-head" role="status">{head}</p>
            <div class="class-buttons">
                <Action
                    label="Save the project as a zip"
                    testid="export-project"
                    disabled=Signal::derive(move || is_empty.get() || is_busy.get())
                    press=move |()| page.export_project()
                />
                <FileButton
                    label="Open a project"
                    testid="import-project"
                    accept=".zip,application/zip"
                    take=open_projects
                />
                <Action
                    label="Save the head"
                    testid="export-head"
                    disabled=Signal::derive(move || !has_head.get())
                    press=move |()| page.export_head()
                />
                <FileButton
                    label="Open a head"
                    testid="import-head"
                    accept=".safetensors,.head"
                    take=open_heads
                />
                <Action label="New project" testid="new-project" press=move |()| page.new_project() />
            </div>
        </section>
    }
}
