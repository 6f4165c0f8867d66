//! What `?bench=`, `?photos=` and `?parity=` ask for: measured once, and shown as JSON for automation and the curious.

use futures::future::try_join_all;
use headstart_protocol::{Ask, MeasureParity, TimeBase};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::EngineStatus;
use super::report::{PhotosTimed, json};
use crate::engine::{Engine, Source};
use crate::error::PageError;
use crate::platform::dom::now;

/// No bench needs more photos.
const MOST: u32 = 10_000;

/// Workers that may end during a measurement before it is given up.
const ENDS: usize = 3;

/// What the address asks to be measured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// `?bench=N&batch=B`: time the base.
    pub(crate) bench: Option<TimeBase>,
    /// `?photos=M`: then time so many photos, which take the way of a visitor's.
    pub(crate) photos: Option<u32>,
    /// `?parity=1`: measure every stage of the base.
    pub(crate) parity: bool,
}

/// Measures what is wanted as soon as the engine is ready.
pub(crate) fn measure(engine: &Engine, status: EngineStatus, wanted: Wanted) {
    let engine = engine.clone();
    spawn_local(async move {
        // What cannot be measured is not shown; the engine's line says why.
        if let Some(base) = wanted.bench
            && let Ok(report) = ask(&engine, base).await
        {
            let photos = match wanted.photos {
                Some(count) => time_photos(&engine, count.min(MOST)).await.ok(),
                None => None,
            };
            status.bench.set(Some(json(&report, status.ready_ms.get_untracked(), photos.as_ref())));
        }
        if wanted.parity
            && let Ok(parity) = ask(&engine, MeasureParity).await
        {
            status.parity.set(Some(parity));
        }
    });
}

/// Asks a fresh worker once more where one ends.
async fn ask<A: Ask + Copy>(engine: &Engine, request: A) -> Result<A::Reply, PageError> {
    for _ in 1..ENDS {
        match engine.ask(request).await {
            Err(PageError::EngineStopped) => {}
            answered => return answered,
        }
    }
    engine.ask(request).await
}

/// Times `count` photos, all asked about at once.
async fn time_photos(engine: &Engine, count: u32) -> Result<PhotosTimed, PageError> {
    let since = now();
    let answers = (0..count).map(|number| engine.classify(Source::Pattern(number), || false));
    let answers = try_join_all(answers).await?;
    let ms = now() - since;
    let mut workers: Vec<_> = answers.iter().map(|answer| answer.worker).collect();
    workers.sort_unstable();
    workers.dedup();
    Ok(PhotosTimed { count, workers: workers.len(), ms })
}

/// The measurements; nothing where none was asked for.
#[component]
pub(crate) fn Measurements(
    /// Where they are kept.
    status: EngineStatus,
) -> impl IntoView {
    let shown = |testid: &'static str, json: RwSignal<Option<String>>| {
        let block = move |json: String| {
            view! {
                <pre class="measurement" data-testid=testid>
                    {json}
                </pre>
            }
        };
        move || json.get().map(block)
    };
    (shown("bench-result", status.bench), shown("parity-result", status.parity))
}
