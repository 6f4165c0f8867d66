//! The button that records while it is held, and the recorder that it opens.

use std::ops::RangeInclusive;

use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::html::{Div, Video};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Element;

use super::Recorder;
use super::recorder::{HandsFree, RecordingState};
use crate::camera::{Camera, CameraFailure, CameraSwitch, CameraVideo, MUTED, play_stream};
use crate::ui::{Button, NumberField, reveal_when};
use crate::wording::counted;

/// The button that records while it is held. The first press opens the camera.
#[component]
pub(crate) fn HoldButton(
    /// The class that photos go into.
    class: u32,
) -> impl IntoView {
    let recorder = expect_context::<Recorder>();
    let is_open = Memo::new(move |_| recorder.open.get() == Some(class));
    let state = Memo::new(move |_| match recorder.state.get() {
        _ if !is_open.get() => "off",
        RecordingState::Idle => "open",
        RecordingState::On(0) => "opening",
        RecordingState::Countdown(_) | RecordingState::On(_) => "recording",
    });
    let press = move |event: PointerEvent| {
        if event.button() != 0 {
            return;
        }
        // So that letting go is heard wherever the finger is by then.
        if let Some(button) = event.current_target().and_then(|target| target.dyn_into::<Element>().ok()) {
            let _ = button.set_pointer_capture(event.pointer_id());
        }
        recorder.hold(class);
    };
    let is_key = |event: &KeyboardEvent| matches!(event.key().as_str(), " " | "Enter");
    let key_down = move |event: KeyboardEvent| {
        if is_key(&event) {
            event.prevent_default();
            if !event.repeat() {
                recorder.hold(class);
            }
        }
    };
    let key_up = move |event: KeyboardEvent| {
        if is_key(&event) {
            recorder.stop();
        }
    };
    view! {
        <button
            type="button"
            class="button hold"
            class:recording=move || is_open.get() && recorder.state.get().is_on()
            data-testid="class-camera"
            data-state=state
            on:pointerdown=press
            on:pointerup=move |_| recorder.stop()
            on:pointercancel=move |_| recorder.stop()
            on:keydown=key_down
            on:keyup=key_up
            on:blur=move |_| recorder.stop()
            on:contextmenu=move |event| event.prevent_default()
        >
            {move || match state.get() {
                "recording" => "Recording",
                "opening" => "Opening the camera",
                "open" => "Hold to record",
                _ => "Camera: hold to record",
            }}
        </button>
    }
}

/// The camera's picture, mirrored, and recording by itself.
#[component]
pub(crate) fn RecorderView(
    /// The class that photos go into.
    class: u32,
) -> impl IntoView {
    let recorder = expect_context::<Recorder>();
    let camera = expect_context::<Camera>();
    let video = NodeRef::<Video>::new();
    Effect::new(move |_| {
        let Some(video) = video.get() else { return };
        play_stream(camera, &video);
        recorder.record_from(Some(video));
    });
    on_cleanup(move || recorder.record_from(None));
    let place = NodeRef::<Div>::new();
    reveal_when(place, move || camera.stream.with(Option::is_some));
    let state = recorder.state;
    let words = move || match state.get() {
        _ if camera.muted.get() => MUTED.to_owned(),
        RecordingState::Idle => "Hold the button above to record, or let it record by itself.".to_owned(),
        RecordingState::Countdown(left) => format!("Recording starts in {left}"),
        RecordingState::On(0) => "Waiting for the camera".to_owned(),
        RecordingState::On(taken) => format!("Recording: {}", counted(taken as usize, "photo")),
    };
    let toggle = move || {
        if state.get_untracked().is_on() { recorder.stop() } else { recorder.record_hands_free(class) }
    };
    view! {
        <div class="recorder" data-testid="recorder" node_ref=place>
            <CameraVideo camera node=video />
            <p class="recorder-words" role="status">
                {words}
            </p>
            <div class="recorder-fields">
                <HandsFreeField
                    recorder
                    testid="record-delay"
                    label="Start after"
                    unit="s"
                    range=0..=60
                    of=|hands| &mut hands.delay
                />
                <HandsFreeField
                    recorder
                    testid="record-duration"
                    label="Record for"
                    unit="s"
                    range=1..=120
                    of=|hands| &mut hands.duration
                />
                <HandsFreeField
                    recorder
                    testid="record-rate"
                    label="Photos a second"
                    unit=""
                    range=1..=15
                    of=|hands| &mut hands.rate
                />
            </div>
            <div class="class-buttons">
                <Button testid="record-hands-free" on_press=toggle>
                    {move || if state.get().is_on() { "Stop recording" } else { "Record hands-free" }}
                </Button>
                <CameraSwitch camera testid="recorder-switch" />
                <Button testid="close-recorder" on_press=move || recorder.close()>
                    "Turn the camera off"
                </Button>
            </div>
            <CameraFailure camera />
        </div>
    }
}

/// One number of hands-free recording.
#[component]
fn HandsFreeField(
    /// Who records.
    recorder: Recorder,
    /// Its name for the tests.
    testid: &'static str,
    /// What it is.
    label: &'static str,
    /// Its unit; empty where it has none.
    unit: &'static str,
    /// What it may be.
    range: RangeInclusive<u32>,
    /// Where it is kept.
    of: fn(&mut HandsFree) -> &mut u32,
) -> impl IntoView {
    let hands_free = recorder.hands_free;
    let value = Signal::derive(move || Some(*of(&mut hands_free.get())));
    let set = move |number: Option<u32>| {
        if let Some(number) = number {
            hands_free.update(|hands| *of(hands) = number);
        }
    };
    view! { <NumberField testid label unit range value on_change=set /> }
}
