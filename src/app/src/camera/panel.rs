//! The camera's button, picture and live answers.

use leptos::either::Either;
use leptos::html::{Section, Video};
use leptos::prelude::*;
use leptos_use::use_document_visibility;
use web_sys::{HtmlVideoElement, VisibilityState};

use super::{Camera, CameraStatus, CameraSwitch};
use crate::answer::{AnswerView, HeatCanvas, HeatChoices, took};
use crate::error::PageError;
use crate::status::EngineStatus;
use crate::ui::{FailureText, reveal_when};

/// The camera's button, picture and answers. The camera goes off with this component and with the page's visibility.
#[component]
pub(crate) fn CameraPanel(
    /// Whether a failure is told elsewhere.
    #[prop(optional, into)]
    without_failure: Signal<bool>,
) -> impl IntoView {
    let camera = expect_context::<Camera>();
    let status = expect_context::<EngineStatus>();
    let video = NodeRef::<Video>::new();
    Effect::new(move |_| {
        let Some(video) = video.get() else { return };
        if play_stream(camera, &video) {
            camera.answer_frames(video);
        }
    });
    on_cleanup(move || camera.leave());
    let visibility = use_document_visibility();
    Effect::new(move |_| {
        if visibility.get() == VisibilityState::Hidden {
            camera.close();
        }
    });

    let place = NodeRef::<Section>::new();
    let is_on = Memo::new(move |_| camera.status.with(CameraStatus::is_on));
    reveal_when(place, move || is_on.get());
    reveal_when(place, move || camera.status.with(|status| matches!(status, CameraStatus::Failed(_))));
    let toggle = move |_| if is_on.get_untracked() { camera.close() } else { camera.open() };
    view! {
        <section class="camera" aria-label="Camera" node_ref=place>
            <div class="camera-buttons">
                <button
                    type="button"
                    class="button wide"
                    data-testid="camera"
                    data-state=move || camera.status.with(CameraStatus::name)
                    aria-pressed=move || is_on.get().to_string()
                    on:click=toggle
                >
                    <svg viewBox="0 0 24 24" aria-hidden="true">
                        <path d="M4 7h3l2-3h6l2 3h3a1 1 0 0 1 1 1v11a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1Z" />
                        <circle cx="12" cy="13" r="4" />
                    </svg>
                    {move || if is_on.get() { "Turn the camera off" } else { "Use the camera" }}
                </button>
                <Show when=move || is_on.get()>
                    <CameraSwitch camera testid="camera-switch" />
                </Show>
            </div>
            <div class="camera-stage" hidden=move || !is_on.get()>
                <div class="camera-picture">
                    <CameraVideo camera node=video />
                    <LiveHeat camera />
                </div>
                <LiveAnswer camera status />
            </div>
            <Show when=move || !without_failure.get()>
                <CameraFailure camera />
            </Show>
        </section>
    }
}

/// Width over height of the place where the camera's picture is shown, as the style sheet has it.
const STAGE: f64 = 4.0 / 3.0;

/// What is said while the camera is on and sends no picture.
pub(crate) const MUTED: &str = "The camera sends no picture now: a call or another program holds it, or its lid or switch is shut. \
                                It goes on by itself.";

/// The address of this page.
fn address() -> String {
    window().location().href().unwrap_or_default()
}

/// What the camera sees.
#[component]
pub(crate) fn CameraVideo(
    /// The camera.
    camera: Camera,
    /// The element, for whoever plays the stream in it ([`play_stream`]).
    node: NodeRef<Video>,
) -> impl IntoView {
    view! {
        <video
            node_ref=node
            class:mirrored=camera.mirrored
            aria-label="What the camera sees"
            autoplay
            playsinline
            prop:muted=true
        ></video>
    }
}

/// Why there is no picture, if the camera failed.
#[component]
pub(crate) fn CameraFailure(
    /// The camera.
    camera: Camera,
) -> impl IntoView {
    move || match camera.status.get() {
        CameraStatus::Failed(failure) => {
            let by_itself = failure == PageError::CameraFramed;
            Some(view! {
                <FailureText failure />
                <Show when=move || by_itself>
                    <a href=address target="_blank" rel="noopener" data-testid="open-by-itself">
                        "Open this page by itself"
                    </a>
                </Show>
            })
        }
        _ => None,
    }
}

/// What the models say of what the camera sees.
#[component]
fn LiveAnswer(
    /// The camera.
    camera: Camera,
    /// The engine that answers.
    status: EngineStatus,
) -> impl IntoView {
    let waiting = move || match camera.status.get() {
        CameraStatus::Live if !status.is_ready() => "Waiting for the engine",
        CameraStatus::Live if camera.muted.get() => MUTED,
        CameraStatus::Live => "Looking",
        _ => "Waiting for the camera",
    };
    let answer = move || match camera.answer.get() {
        Some(answer) => {
            let took = took(&answer);
            Either::Left(view! {
                <AnswerView answer testid="camera-prediction" name="camera" />
                <p class="card-took">{took}</p>
            })
        }
        None => Either::Right(view! { <p class="card-waiting">{waiting}</p> }),
    };
    let why = camera.why;
    view! {
        <div class="camera-answer">
            {answer} <div class="why">
                <button
                    type="button"
                    class="button quiet"
                    data-testid="camera-why"
                    aria-pressed=move || why.get().to_string()
                    on:click=move |_| why.update(|why| *why = !*why)
                >
                    "Why?"
                </button>
                <Show when=move || why.get()>
                    <HeatChoices explained=camera.explained wish=camera.wish />
                </Show>
            </div>
        </div>
    }
}

/// The heat map of what the camera sees, over its picture.
#[component]
fn LiveHeat(
    /// The camera.
    camera: Camera,
) -> impl IntoView {
    let share = |share: f64| format!("{:.2}%", 100.0 * share.min(1.0));
    let is_there = Memo::new(move |_| camera.why.get() && camera.explained.with(Option::is_some));
    view! {
        <Show when=move || is_there.get()>
            // As much of the stage as the frame has of it.
            <div
                class="camera-heat"
                style:width=move || share(camera.shape.get() / STAGE)
                style:height=move || share(STAGE / camera.shape.get())
            >
                <HeatCanvas explained=camera.explained wish=camera.wish mirrored=camera.mirrored />
            </div>
        </Show>
    }
}

/// Shows what the camera sees; whether it is on. Within an effect, which runs again when the camera goes on or off.
pub(crate) fn play_stream(camera: Camera, video: &HtmlVideoElement) -> bool {
    let stream = camera.stream.get();
    video.set_src_object(stream.as_ref());
    if stream.is_some() {
        camera.expect_frames(video.clone());
        // The video plays by itself; where it must not, its first frame stands still.
        let _ = video.play();
    }
    stream.is_some()
}
