//! The owners of the page's state, handed down by context, and the shell around the views.

use leptos::prelude::*;
use web_sys::UrlSearchParams;

use crate::camera::Camera;
use crate::classify::Classify;
use crate::compare::Comparison;
use crate::engine::{Engine, EngineOptions, Phase};
use crate::learn::Layers;
use crate::project::Project;
use crate::shell::Shell;
use crate::shell::address::{Query, folder};
use crate::status::{EngineStatus, measure};
use crate::ui::Announcer;

/// The page.
#[component]
pub(crate) fn App() -> impl IntoView {
    let status = EngineStatus::new();
    let announcer = Announcer::new();
    let engine = Engine::new(move |news| status.hear(news));
    let classify = Classify::new(engine.clone(), announcer);
    let camera = Camera::new(engine.clone());
    let project = Project::new(engine.clone(), camera, announcer, &deployment());
    provide_context(status);
    provide_context(announcer);
    provide_context(classify);
    provide_context(camera);
    provide_context(Layers::new(engine.clone(), announcer));
    provide_context(Comparison::new(engine.clone(), classify));
    provide_context(project);
    project.provide();
    project.open();
    start(&engine, status);
    let engine = StoredValue::new_local(engine);
    view! { <Shell on_try_again=move |()| engine.with_value(Engine::try_again) /> }
}

/// The page's folder on its host: two deployments on one origin share nothing.
fn deployment() -> String {
    let base = document().base_uri().ok().flatten().unwrap_or_default();
    web_sys::Url::new(folder(&base)).map_or(base, |address| address.pathname())
}

/// Starts the engine as the address wishes, and what the address wants measured.
fn start(engine: &Engine, status: EngineStatus) {
    let search = UrlSearchParams::new_with_str(&window().location().search().unwrap_or_default());
    match Query::read(|name| search.as_ref().ok()?.get(name)) {
        Ok(query) => {
            measure(engine, status, query.wanted);
            let base = document().base_uri().ok().flatten().unwrap_or_default();
            engine.start(EngineOptions { base_url: folder(&base).to_owned(), ..query.engine });
        }
        Err(error) => status.phase.set(Phase::Failed(error)),
    }
}
