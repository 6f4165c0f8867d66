//! Buttons that open the browser's file dialog.

use web_sys::Event;

use crate::dom;
use crate::folders::{Given, listed};
use crate::html::{Html, IntoHtml, html};

/// Every picture, what browsers often do not count as one, and zips of them.
pub(in crate::view) const PHOTOS: &str = "image/*,.heic,.heif,.avif,.zip";

/// A button that takes files.
pub(in crate::view) struct FileButton {
    testid: &'static str,
    label: &'static str,
    accept: &'static str,
    class: &'static str,
    multiple: bool,
    folder: bool,
    take: Box<dyn Fn(Vec<Given>)>,
}

/// A button with `label` on it that hands the chosen file to `take`.
pub(in crate::view) fn file_button(
    testid: &'static str,
    label: &'static str,
    accept: &'static str,
    take: impl Fn(Vec<Given>) + 'static,
) -> FileButton {
    FileButton { testid, label, accept, class: "", multiple: false, folder: false, take: Box::new(take) }
}

impl FileButton {
    pub(in crate::view) fn class(self, class: &'static str) -> Self {
        Self { class, ..self }
    }

    /// Several can be chosen.
    pub(in crate::view) fn multiple(self) -> Self {
        Self { multiple: true, ..self }
    }

    /// Folders are chosen instead.
    pub(in crate::view) fn folder(self) -> Self {
        Self { folder: true, ..self }
    }
}

impl IntoHtml for FileButton {
    fn into_html(self) -> Html {
        let Self { testid, label, accept, class, multiple, folder, take } = self;
        let pick = move |event: Event| {
            let Some(input) = dom::input(&event) else { return };
            if let Some(list) = input.files() {
                take(listed(&list));
            }
            // So that the same file can be picked again.
            input.set_value("");
        };
        html! {
            <label class={format!("button file-button {class}")}>
                <input
                    type="file"
                    class="visually-hidden"
                    data-testid={testid}
                    accept={accept}
                    multiple={multiple}
                    prop:webkitdirectory={folder}
                    on:change={pick}
                />
                {label}
            </label>
        }
    }
}
