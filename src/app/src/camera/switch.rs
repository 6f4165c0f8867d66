//! The way from one camera to another.

use leptos::prelude::*;

use super::Camera;
use crate::platform::camera::Device;
use crate::ui::Button;

/// A button for the next camera and, where several have names, a choice of them.
#[component]
pub(crate) fn CameraSwitch(
    /// The camera.
    camera: Camera,
    /// The button's name for the tests.
    testid: &'static str,
) -> impl IntoView {
    let devices = camera.devices;
    let is_switchable = Memo::new(move |_| camera.is_switchable());
    let has_names = Memo::new(move |_| {
        devices.with(|devices| devices.len() > 1 && devices.iter().all(|device| !device.name.is_empty()))
    });
    let options = move || {
        let option = |device: Device| {
            let id = device.id.clone();
            let is_shown = move || camera.device.with(|shown| shown.as_ref() == Some(&id));
            view! {
                <option value=device.id prop:selected=is_shown>
                    {device.name}
                </option>
            }
        };
        devices.get().into_iter().map(option).collect_view()
    };
    view! {
        <Show when=move || is_switchable.get()>
            <Button testid=testid on_press=move || camera.switch()>
                "Switch"
            </Button>
        </Show>
        <Show when=move || has_names.get()>
            <select
                class="camera-choice"
                aria-label="Which camera"
                data-testid="camera-choice"
                on:change=move |event| camera.choose(event_target_value(&event))
            >
                {options}
            </select>
        </Show>
    }
}
