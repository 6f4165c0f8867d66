//! The owners of the page's state, handed down by context, and the shell around the views.

use leptos::prelude::*;
use web_sys::UrlSearchParams;

use crate::answer::{Acceptance, Distorter, Explainer};
use crate::camera::Camera;
use crate::classify::Classify;
use crate::compare::Comparison;
use crate::engine::{Engine, EngineOptions, Phase, end_early_worker, program};
use crate::learn::Layers;
use crate::offline::Offline;
use crate::project::Project;
use crate::shell::Shell;
use crate::shell::address::{Query, base_url, deployment};
use crate::status::{EngineStatus, Wanted, measure};
use crate::ui::Announcer;

/// The page.
#[component]
pub(crate) fn App() -> impl IntoView {
    let status = EngineStatus::new();
    let announcer = Announcer::new();
    let engine = Engine::new(move |news| status.hear(news));
    let acceptance = Acceptance::new();
    let classify = Classify::new(engine.clone(), acceptance, announcer);
    let camera = Camera::new(engine.clone());
    let project = Project::new(engine.clone(), camera, announcer, &deployment());
    provide_context(status);
    provide_context(announcer);
    provide_context(acceptance);
    provide_context(classify);
    provide_context(Explainer::new(engine.clone()));
    provide_context(Distorter::new(engine.clone()));
    provide_context(camera);
    provide_context(Layers::new(engine.clone(), announcer));
    provide_context(Comparison::new(engine.clone(), classify));
    provide_context(project);
    project.provide();
    project.open();
    let offline = Offline::new();
    provide_context(offline);
    start(&engine, status, offline);
    let engine = StoredValue::new_local(engine);
    view! { <Shell on_try_again=move |()| engine.with_value(Engine::try_again) /> }
}

/// Has all that the page needs kept for visits without a network, once the engine is ready.
fn keep_for_offline(offline: Offline, status: EngineStatus) {
    let used = Memo::new(move |_| status.phase.with(|phase| phase.ready().map(|ready| program(ready.backend))));
    Effect::new(move |_| {
        if let Some(program) = used.get() {
            offline.keep(program);
        }
    });
}

/// Starts the engine as the address wishes, and what the address wants measured: then nothing else is done beside it.
fn start(engine: &Engine, status: EngineStatus, offline: Offline) {
    let search = UrlSearchParams::new_with_str(&window().location().search().unwrap_or_default());
    match Query::read(|name| search.as_ref().ok()?.get(name)) {
        Ok(query) => {
            measure(engine, status, query.wanted);
            if query.wanted == Wanted::default() {
                keep_for_offline(offline, status);
            }
            engine.start(EngineOptions { base_url: base_url(), ..query.engine });
        }
        Err(error) => {
            end_early_worker();
            status.phase.set(Phase::Failed(error));
        }
    }
}
