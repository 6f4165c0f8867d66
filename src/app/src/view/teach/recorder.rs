//! Recording a class's photos from the camera.

use std::ops::RangeInclusive;

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlVideoElement, KeyboardEvent, MouseEvent, PointerEvent};

use super::button::action;
use super::settings::whole_field;
use crate::html::{Html, html, show};
use crate::signal::{Memo, RwSignal, effect, on_cleanup};
use crate::state::{HandsFree, Page, RecordingState};
use crate::view::camera::{camera_failure, play_stream};
use crate::wording::counted;

/// The button that records while it is held. The first press opens the camera.
pub(super) fn hold_button(class: u32) -> Html {
    let page = Page::here();
    let is_open = Memo::new(move |_| page.teach.recorder.get() == Some(class));
    let is_recording = Memo::new(move |_| is_open.get() && page.teach.recording.get().is_on());
    let state = move || match page.teach.recording.get() {
        _ if !is_open.get() => "off",
        RecordingState::Idle => "open",
        RecordingState::On(0) => "opening",
        RecordingState::Countdown(_) | RecordingState::On(_) => "recording",
    };
    let press = move |event: PointerEvent| {
        if event.button() != 0 {
            return;
        }
        // So that letting go is heard wherever the finger is by then.
        if let Some(button) = event.current_target().and_then(|target| target.dyn_into::<Element>().ok()) {
            let _ = button.set_pointer_capture(event.pointer_id());
        }
        page.hold(class);
    };
    let is_key = |event: &KeyboardEvent| matches!(event.key().as_str(), " " | "Enter");
    let key_down = move |event: KeyboardEvent| {
        if is_key(&event) {
            event.prevent_default();
            if !event.repeat() {
                page.hold(class);
            }
        }
    };
    let key_up = move |event: KeyboardEvent| {
        if is_key(&event) {
            page.stop_recording();
        }
    };
    html! {
        <button
            type="button"
            class="button hold"
            class:recording={is_recording}
            data-testid="class-camera"
            data-state={state}
            on:pointerdown={press}
            on:pointerup={move |_| page.stop_recording()}
            on:pointercancel={move |_| page.stop_recording()}
            on:keydown={key_down}
            on:keyup={key_up}
            on:blur={move |_| page.stop_recording()}
            on:contextmenu={move |event: MouseEvent| event.prevent_default()}
        >
            {move || match state() {
                "recording" => "Recording",
                "opening" => "Opening the camera",
                "open" => "Hold to record",
                _ => "Camera: hold to record",
            }}
        </button>
    }
}

/// The camera's picture, mirrored, and recording by itself.
pub(super) fn recorder(class: u32) -> Html {
    let page = Page::here();
    let camera = page.camera;
    let video = RwSignal::new(None::<HtmlVideoElement>);
    effect(move || {
        let Some(video) = video.get() else { return };
        play_stream(page, &video);
        page.record_from(Some(video));
    });
    on_cleanup(move || page.record_from(None));
    let state = page.teach.recording;
    let words = move || match state.get() {
        RecordingState::Idle => "Hold the button above to record, or let it record by itself.".to_owned(),
        RecordingState::Countdown(left) => format!("Recording starts in {left}"),
        RecordingState::On(0) => "Waiting for the camera".to_owned(),
        RecordingState::On(taken) => format!("Recording: {}", counted(taken as usize, "photo")),
    };
    let toggle = move || {
        if state.get_untracked().is_on() { page.stop_recording() } else { page.record_hands_free(class) }
    };
    let toggle_words = move || if state.get().is_on() { "Stop recording" } else { "Record hands-free" };
    let switch = move || action("recorder-switch", "Switch", move || page.switch_camera());
    html! {
        <div class="recorder" data-testid="recorder">
            <video
                node_ref={video}
                class:mirrored={camera.mirrored}
                aria-label="What the camera sees"
                autoplay
                playsinline
                prop:muted={true}
            ></video>
            <p class="recorder-words" role="status">{words}</p>
            <div class="recorder-fields">
                {hands_free_field("record-delay", ("Start after", "s"), 0..=60, |hands| &mut hands.delay)}
                {hands_free_field("record-duration", ("Record for", "s"), 1..=120, |hands| &mut hands.duration)}
                {hands_free_field("record-rate", ("Photos a second", ""), 1..=15, |hands| &mut hands.rate)}
            </div>
            <div class="class-buttons">
                {action("record-hands-free", toggle_words, toggle)}
                {show(move || camera.switchable.get(), switch)}
                {action("close-recorder", "Turn the camera off", move || page.close_recorder())}
            </div>
            {camera_failure()}
        </div>
    }
}

/// One number of hands-free recording.
fn hands_free_field(
    testid: &'static str,
    words: (&'static str, &'static str),
    range: RangeInclusive<u32>,
    of: fn(&mut HandsFree) -> &mut u32,
) -> Html {
    let hands_free = Page::here().teach.hands_free;
    let value = move || of(&mut hands_free.get()).to_string();
    let set = move |number: Option<u32>| {
        if let Some(number) = number {
            hands_free.update(|hands| *of(hands) = number);
        }
    };
    whole_field(testid, words, range, value, set)
}
