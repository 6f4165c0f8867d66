//! The camera with its live answers.

use std::rc::Rc;

use web_sys::{HtmlVideoElement, VisibilityState};

use super::answer::{answers, took};
use super::teach::button::refusal;
use crate::camera::FrameGrabber;
use crate::dom::{document, ev, request_animation_frame, window_event_listener};
use crate::html::{Html, IntoHtml, html, show};
use crate::signal::{Memo, RwSignal, effect, on_cleanup};
use crate::state::{CameraStatus, Page};

/// The camera's button, picture and answers. The camera goes off with this component and with the page's visibility.
pub(super) fn camera_panel() -> Html {
    let page = Page::here();
    let camera = page.camera;
    let video = RwSignal::new(None);
    show_stream(page, video);
    on_cleanup(move || page.close_camera());
    window_event_listener(ev::visibilitychange, move |_| {
        if document().visibility_state() == VisibilityState::Hidden {
            page.close_camera();
        }
    });

    let is_on = Memo::new(move |_| camera.status.with(CameraStatus::is_on));
    let toggle = move |_| if is_on.get() { page.close_camera() } else { page.open_camera() };
    html! {
        <section class="camera" aria-label="Camera">
            <div class="camera-buttons">
                <button
                    type="button"
                    class="button wide"
                    data-testid="camera"
                    data-state={move || camera.status.with(CameraStatus::name)}
                    aria-pressed={move || is_on.get().to_string()}
                    on:click={toggle}
                >
                    <svg viewBox="0 0 24 24" aria-hidden="true">
                        <path d="M4 7h3l2-3h6l2 3h3a1 1 0 0 1 1 1v11a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1Z" />
                        <circle cx="12" cy="13" r="4" />
                    </svg>
                    {move || if is_on.get() { "Turn the camera off" } else { "Use the camera" }}
                </button>
                {show(move || is_on.get() && camera.switchable.get(), move || html! {
                    <button type="button" class="button" data-testid="camera-switch" on:click={move |_| page.switch_camera()}>
                        "Switch"
                    </button>
                })}
            </div>
            <div class="camera-stage" hidden={move || !is_on.get()}>
                <video
                    node_ref={video}
                    class:mirrored={camera.mirrored}
                    aria-label="What the camera sees"
                    autoplay
                    playsinline
                    prop:muted={true}
                ></video>
                {live_answer()}
            </div>
            // A recorder says it where it is open.
            {show(move || page.teach.recorder.with(Option::is_none), camera_failure)}
        </section>
    }
}

/// Why there is no picture, if the camera failed.
pub(super) fn camera_failure() -> Html {
    let status = Page::here().camera.status;
    let failure = move || match status.get() {
        CameraStatus::Failed(failure) => Some(refusal(failure)),
        _ => None,
    };
    failure.into_html()
}

fn live_answer() -> Html {
    let page = Page::here();
    let waiting = move || match page.camera.status.get() {
        CameraStatus::Live if page.phase.with(|phase| phase.ready().is_none()) => "Waiting for the engine",
        CameraStatus::Live => "Looking",
        _ => "Waiting for the camera",
    };
    html! {
        <div class="camera-answer">
            {move || match page.camera.answer.get() {
                Some(answer) => {
                    html! {
                        {answers(&answer, "camera-prediction", "camera", false)}
                        <p class="card-took">{took(&answer)}</p>
                    }
                }
                None => html! { <p class="card-waiting">{waiting}</p> },
            }}
        </div>
    }
}

/// Shows the stream in the video while there is one, and offers its frames to the engine.
fn show_stream(page: Page, video: RwSignal<Option<HtmlVideoElement>>) {
    effect(move || {
        let Some(video) = video.get() else { return };
        if play_stream(page, &video)
            && let Some(grabber) = FrameGrabber::new()
        {
            let taken = page.camera.opening();
            offer_frames(page, taken, Rc::new((video, grabber)));
        }
    });
}

/// Shows what the camera sees; whether it is on. Within an effect, which runs again when the camera goes on or off.
pub(super) fn play_stream(page: Page, video: &HtmlVideoElement) -> bool {
    let stream = page.camera.stream.get();
    video.set_src_object(stream.as_ref());
    if stream.is_some() {
        // The video plays by itself; where it must not, its first frame stands still.
        let _ = video.play();
    }
    stream.is_some()
}

/// Offers the frame on the screen at every repaint, until the camera goes off or is opened anew.
fn offer_frames(page: Page, opening: u32, source: Rc<(HtmlVideoElement, FrameGrabber)>) {
    request_animation_frame(move || {
        if page.camera.opening() == opening {
            page.offer_frame(|| source.1.grab(&source.0));
            offer_frames(page, opening, source);
        }
    });
}
