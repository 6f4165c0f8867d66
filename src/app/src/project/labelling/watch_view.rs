//! The camera's picture, while it looks for photos to label.

use leptos::html::{Div, Video};
use leptos::prelude::*;

use super::Labelling;
use super::watch::AT_MOST;
use crate::camera::{Camera, CameraSwitch, CameraVideo, MUTED, play_stream};
use crate::ui::reveal_when;

/// What the camera sees, and how much of it was kept.
#[component]
pub(super) fn WatchView() -> impl IntoView {
    let labelling = expect_context::<Labelling>();
    let camera = labelling.camera;
    let video = NodeRef::<Video>::new();
    Effect::new(move |_| {
        let Some(video) = video.get() else { return };
        play_stream(camera, &video);
        labelling.watch_from(Some(video));
    });
    on_cleanup(move || labelling.watch_from(None));
    let place = NodeRef::<Div>::new();
    reveal_when(place, move || camera.stream.with(Option::is_some));
    let is_full = Memo::new(move |_| labelling.waiting() >= AT_MOST);
    view! {
        <div class="recorder" node_ref=place>
            <CameraVideo camera node=video />
            <p class="recorder-words">{move || words(labelling, camera, is_full.get())}</p>
            <div class="class-buttons">
                <CameraSwitch camera testid="labelling-switch" />
            </div>
        </div>
    }
}

/// What it does.
fn words(labelling: Labelling, camera: Camera, is_full: bool) -> String {
    let looks = labelling.looks.get();
    if camera.muted.get() {
        MUTED.to_owned()
    } else if is_full {
        format!("{AT_MOST} photos wait: it looks on once you have labelled some.")
    } else if looks.seen == 0 {
        "Waiting for the camera".to_owned()
    } else {
        format!("Frames looked at: {}, kept: {}. Show it what it may not know.", looks.seen, looks.kept)
    }
}
