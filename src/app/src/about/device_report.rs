//! What a report of a fault should say of the machine.

use headstart_protocol::{PROTOCOL_VERSION, Ready};
use leptos::prelude::*;

use crate::wording::{device, either, fixed, megabytes, milliseconds};

/// The machine, the engine and the release.
#[component]
pub(super) fn DeviceReport(
    /// The engine's state in words.
    engine: Signal<String>,
    /// What the engine said once it was ready.
    ready: Signal<Option<Ready>>,
    /// How long that took, in milliseconds.
    ready_ms: Signal<Option<f64>>,
    /// What the release is called in the addresses of its files.
    release: &'static str,
) -> impl IntoView {
    let of_ready = move |say: fn(&Ready) -> String| {
        move || ready.with(|ready| ready.as_ref().map_or_else(|| "not known yet".to_owned(), say))
    };
    let adapter = |ready: &Ready| match ready.adapter.as_str() {
        "" => "none in use".to_owned(),
        adapter => adapter.to_owned(),
    };
    let navigator = window().navigator();
    let gpu_offered = js_sys::Reflect::has(&navigator, &"gpu".into()).unwrap_or(false);
    let release = format!("{} ({release}), protocol {PROTOCOL_VERSION}", env!("CARGO_PKG_VERSION"));
    view! {
        <section>
            <h2>"This machine"</h2>
            <dl class="facts" data-testid="device-report">
                <dt>"Engine"</dt>
                <dd>{move || engine.get()}</dd>
                <dt>"Device"</dt>
                <dd>{of_ready(|ready| device(ready.backend).to_owned())}</dd>
                <dt>"Graphics adapter"</dt>
                <dd>{of_ready(adapter)}</dd>
                <dt>"WebGPU in this browser"</dt>
                <dd>{if gpu_offered { "offered" } else { "not offered" }}</dd>
                <dt>"Processor cores"</dt>
                <dd>{fixed(navigator.hardware_concurrency(), 0)}</dd>
                <dt>"Answers it can give"</dt>
                <dd>{of_ready(|ready| either(&ready.classes))}</dd>
                <dt>"Fetched for the model"</dt>
                <dd>{of_ready(|ready| megabytes(ready.fetched_bytes))}</dd>
                <dt>"Ready after"</dt>
                <dd>{move || ready_ms.get().map_or_else(|| "not yet".to_owned(), milliseconds)}</dd>
                <dt>"Release"</dt>
                <dd>{release}</dd>
            </dl>
        </section>
    }
}
