//! The engine's line in each phase, in a browser.

use std::rc::Rc;
use std::time::Duration;

use gloo_timers::future::sleep;
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
        has_bank: true,
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

#[wasm_bindgen_test]
async fn a_phase_that_stands_still_has_a_way_on() {
    const PATIENCE: Duration = Duration::from_millis(400);
    let status = EngineStatus::new();
    let presses = RwSignal::new(0);
    let line = move || {
        view! { <EngineLine status on_try_again=move |()| presses.update(|n| *n += 1) patience=PATIENCE /> }
    };
    let place = mount(line);
    let stands = || place.query_selector("[data-testid='stands-still']").unwrap().is_some();
    for phase in [Phase::Starting, Phase::Loading(transfer(1)), Phase::WarmingUp(Backend::Cpu)] {
        status.phase.set(phase);
        tick().await;
        assert!(!stands());
        sleep(2 * PATIENCE).await;
        assert!(stands());
    }
    find::<HtmlElement>(&place, "[data-testid='try-again']").click();
    assert_eq!(presses.get_untracked(), 1);

    // Every byte is a step on.
    for loaded in 2..10 {
        status.phase.set(Phase::Loading(transfer(loaded)));
        sleep(PATIENCE / 4).await;
        assert!(!stands());
    }
    status.phase.set(Phase::Failed(PageError::EngineStopped));
    sleep(2 * PATIENCE).await;
    assert!(!stands());
    assert_eq!(place.query_selector_all("[data-testid='try-again']").unwrap().length(), 1);
}

fn transfer(loaded: u64) -> Transfer {
    Transfer { loaded, total: 100, cached: false }
}
