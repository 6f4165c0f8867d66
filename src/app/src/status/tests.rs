//! The engine's line in each phase, in a browser.

use std::rc::Rc;

use headstart_protocol::{Backend, InputSize, Ready, Transfer};
use leptos::prelude::*;
use leptos::task::tick;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlElement;

use super::{EngineLine, EngineStatus};
use crate::engine::Phase;
use crate::error::PageError;
use crate::ui::tests::{find, mount, text};

#[wasm_bindgen_test]
async fn the_engines_line_follows_the_phase() {
    let status = EngineStatus::new();
    let presses = RwSignal::new(0);
    let place = mount(move || view! { <EngineLine status on_try_again=move |()| presses.update(|n| *n += 1) /> });
    let line: HtmlElement = find(&place, "[data-testid='engine']");
    let attribute = |name: &str| line.get_attribute(name).unwrap_or_default();
    let words = || text(&place, ".engine-words").unwrap();
    assert_eq!((attribute("data-state").as_str(), words().as_str()), ("loading", "Starting the engine"));

    status.phase.set(Phase::Loading(Transfer { loaded: 3_100_000, total: 6_700_000, cached: false }));
    tick().await;
    assert_eq!((attribute("data-loaded").as_str(), attribute("data-total").as_str()), ("3100000", "6700000"));
    assert_eq!(text(&place, ".engine-bytes").as_deref(), Some("3.1 MB of 6.7 MB"));

    status.phase.set(Phase::WarmingUp(Backend::Cpu));
    tick().await;
    assert_eq!((attribute("data-state").as_str(), attribute("data-backend").as_str()), ("loading", "cpu"));
    assert_eq!(attribute("data-loaded"), "3100000", "what has come stays said");

    let ready = Ready {
        backend: Backend::Cpu,
        adapter: String::new(),
        size: InputSize::S150,
        classes: vec!["cat".to_owned(), "dog".to_owned()],
        base_sha256: String::new(),
        fetched_bytes: 0,
    };
    status.phase.set(Phase::Ready(Rc::new(ready)));
    status.helpers.set(2);
    tick().await;
    assert_eq!((attribute("data-state").as_str(), attribute("data-workers").as_str()), ("ready", "3"));
    assert_eq!(words(), "Ready on your processor, 150×150");
    assert!(place.query_selector("progress").unwrap().is_none());

    status.phase.set(Phase::Failed(PageError::EngineStopped));
    tick().await;
    assert_eq!(attribute("data-state"), "error");
    find::<HtmlElement>(&place, "[role='alert'][data-kind='worker-failed']");
    find::<HtmlElement>(&place, "button").click();
    assert_eq!(presses.get_untracked(), 1);
}
