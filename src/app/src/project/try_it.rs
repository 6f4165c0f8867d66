//! Trying the new head on the camera and on photos.

use leptos::either::Either;
use leptos::prelude::*;
use web_sys::{DragEvent, FileList};

use super::Project;
use crate::answer::{Acceptance, AcceptanceSlider};
use crate::camera::CameraPanel;
use crate::classify::{Classify, PhotoCard};
use crate::platform::files;
use crate::platform::folders::carries_files;
use crate::ui::{FileButton, PICTURES};

/// Answers shown here, at most; the classify view has them all.
const AT_MOST: usize = 4;

/// The panel. Photos dropped on it are answered and not added to a class.
#[component]
pub(super) fn TryIt() -> impl IntoView {
    let project = expect_context::<Project>();
    let classify = expect_context::<Classify>();
    let acceptance = expect_context::<Acceptance>();
    let hovered = RwSignal::new(false);
    let drag_over = move |event: DragEvent| {
        if event.data_transfer().as_ref().is_some_and(carries_files) {
            event.prevent_default();
            hovered.set(true);
        }
    };
    let drop_on = move |event: DragEvent| {
        hovered.set(false);
        let Some(transfer) = event.data_transfer() else { return };
        if carries_files(&transfer) {
            event.prevent_default();
            event.stop_propagation();
            classify.add(files::dropped(&transfer));
        }
    };
    let latest = move || classify.photos.with(|photos| photos.iter().take(AT_MOST).cloned().collect::<Vec<_>>());
    let hint = move || {
        if project.head.takes_everything() {
            Either::Right(
                "This head has no bank of what it was taught: it answers with one of its classes whatever the picture shows. Heads on the \
                 frozen base that are trained here have one.",
            )
        } else if project.head.is_open() {
            Either::Left(view! {
                "Point the camera at something"
                <span class="no-touch">", or drop a photo here"</span>
                ". It is not added to a class."
            })
        } else {
            Either::Right("Once it is trained, your head answers here, beside the built-in one.")
        }
    };
    let failure_elsewhere = move || project.recorder.open.with(Option::is_some) || project.labelling.wants_camera.get();
    view! {
        <section
            class="panel try"
            class:hovered=hovered
            aria-labelledby="try-title"
            data-testid="try"
            on:dragover=drag_over
            on:dragleave=move |_| hovered.set(false)
            on:drop=drop_on
        >
            <h2 id="try-title">"Try it"</h2>
            <p class="hint">{hint}</p>
            <FileButton
                testid="try-input"
                accept=PICTURES
                multiple=true
                on_pick=move |list: FileList| classify.add(files::files(&list))
            >
                "Try photos"
            </FileButton>
            <AcceptanceSlider acceptance />
            <CameraPanel without_failure=failure_elsewhere />
            <ol class="cards">
                <For each=latest key=|photo| photo.id let:photo>
                    <PhotoCard photo=photo />
                </For>
            </ol>
        </section>
    }
}
