//! Photos that are dropped anywhere on the window, pasted, or handed over by the system.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_use::{use_event_listener, use_window};
use web_sys::File;

use super::address::{View, deployment};
use crate::classify::Classify;
use crate::learn::Layers;
use crate::platform::file_kind::FileKind;
use crate::platform::files::{self, Picked};
use crate::platform::folders::{self, Given, carries_files};
use crate::platform::opened;
use crate::project::{DropTarget, Intake};

/// Takes what is dropped on the window, pasted, or handed over by the system, and is shown while files are dragged over it.
#[component]
pub(super) fn DropVeil(
    /// The view that is shown.
    view: RwSignal<View>,
) -> impl IntoView {
    let receiver = Receiver { view, classify: expect_context(), layers: expect_context(), intake: expect_context() };
    let dragging = RwSignal::new(false);
    receiver.take_dropped(dragging);
    receiver.take_pasted();
    receiver.take_opened();
    view! {
        <div class="drop-veil" class:shown=dragging aria-hidden="true">
            <p>"Drop your photos anywhere"</p>
        </div>
    }
}

/// Who may want what the visitor gives.
#[derive(Clone, Copy)]
struct Receiver {
    view: RwSignal<View>,
    classify: Classify,
    layers: Layers,
    intake: Intake,
}

impl Receiver {
    fn is_teaching(self) -> bool {
        self.view.get_untracked() == View::Teach
    }

    fn take_dropped(self, dragging: RwSignal<bool>) {
        let _ = use_event_listener(use_window(), leptos::ev::dragover, move |event| {
            if event.data_transfer().as_ref().is_some_and(carries_files) {
                event.prevent_default();
                // Where there are classes to drop on, the veil would hide them.
                dragging.set(!self.is_teaching());
            }
        });
        let _ = use_event_listener(use_window(), leptos::ev::dragleave, move |event| {
            // Only leaving the window has no element to go on to.
            if event.related_target().is_none() {
                dragging.set(false);
            }
        });
        let _ = use_event_listener(use_window(), leptos::ev::drop, move |event| {
            let Some(transfer) = event.data_transfer() else { return };
            if carries_files(&transfer) {
                event.prevent_default();
                dragging.set(false);
                if self.is_teaching() {
                    self.intake.take_entries(folders::dropped(&transfer), DropTarget::Anywhere);
                } else {
                    self.take(files::dropped(&transfer));
                }
            }
        });
    }

    fn take_pasted(self) {
        let _ = use_event_listener(use_window(), leptos::ev::paste, move |event| {
            let files = event.clipboard_data().and_then(|clipboard| clipboard.files());
            let Some(files) = files.filter(|files| files.length() > 0) else { return };
            event.prevent_default();
            if self.is_teaching() {
                self.intake.take_given(folders::listed(&files), DropTarget::Anywhere);
            } else {
                self.take(files::files(&files));
            }
        });
    }

    /// Takes what was opened with the installed page, or shared with it from another app.
    fn take_opened(self) {
        opened::on_launch(move |files| self.take_files(files));
        spawn_local(async move { self.take_files(opened::shared(&deployment()).await) });
    }

    /// Photos are asked about; what only a project has a use for goes there.
    fn take_files(self, files: Vec<File>) {
        let given = files.into_iter().map(|file| Given { path: file.name(), file });
        let (of_project, photos): (Vec<_>, Vec<_>) =
            given.partition(|given| matches!(given.kind(), FileKind::Zip | FileKind::Head));
        if !photos.is_empty() {
            self.take(photos.into_iter().map(|given| Picked::File(given.file)).collect());
        }
        if !of_project.is_empty() {
            // A hash can always be set.
            let _ = window().location().set_hash(View::Teach.hash());
            self.intake.take_given(of_project, DropTarget::Anywhere);
        }
    }

    /// Does with photos what the view is for; a view that has no use for them gives way to the one that answers.
    fn take(self, picked: Vec<Picked>) {
        let view = self.view.get_untracked();
        if view == View::Learn {
            if let Some(first) = picked.into_iter().next() {
                self.layers.show(first);
            }
            return;
        }
        self.classify.add(picked);
        if !matches!(view, View::Classify | View::Compare) {
            // A hash can always be set.
            let _ = window().location().set_hash(View::Classify.hash());
        }
    }
}
