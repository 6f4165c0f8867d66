//! The service worker of this page's folder. Browsers have none outside secure contexts, and some none in private windows.

use gloo_events::EventListener;
use js_sys::Reflect;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{ServiceWorker, ServiceWorkerContainer, ServiceWorkerRegistration, ServiceWorkerState};

use super::dom::window;

/// The service worker that is registered for this page.
pub(crate) struct Registered {
    container: ServiceWorkerContainer,
    registration: ServiceWorkerRegistration,
}

/// Registers the script at `address`; none where the browser or the host has no service workers.
pub(crate) async fn register(address: &str) -> Option<Registered> {
    let container = container()?;
    let registration = JsFuture::from(container.register(address)).await.ok()?.dyn_into().ok()?;
    Some(Registered { container, registration })
}

fn container() -> Option<ServiceWorkerContainer> {
    let container = Reflect::get(&window().navigator(), &"serviceWorker".into()).ok()?;
    container.is_object().then(|| container.unchecked_into())
}

impl Registered {
    /// Posts `word` to the worker that answers this page, once there is one.
    pub(crate) async fn tell(&self, word: &str) {
        let Ok(ready) = self.container.ready() else { return };
        let Ok(registration) = JsFuture::from(ready).await else { return };
        if let Some(worker) = registration.unchecked_into::<ServiceWorkerRegistration>().active() {
            // Text can always be posted.
            let _ = worker.post_message(&word.into());
        }
    }

    /// Calls `kept` when the worker says that it has what it was told to keep: it says nothing else.
    pub(crate) fn on_kept(&self, kept: impl Fn() + 'static) {
        EventListener::new(&self.container, "message", move |_| kept()).forget();
    }

    /// Calls `found` when a newer worker waits to take the place of the one that answers this page.
    pub(crate) fn on_newer(&self, found: impl Fn() + Clone + 'static) {
        if self.registration.waiting().is_some() && self.container.controller().is_some() {
            found();
        }
        let container = self.container.clone();
        EventListener::new(&self.registration, "updatefound", move |event| {
            let registration: Option<ServiceWorkerRegistration> =
                event.target().and_then(|target| target.dyn_into().ok());
            let Some(newer) = registration.and_then(|registration| registration.installing()) else { return };
            let (container, found) = (container.clone(), found.clone());
            EventListener::new(&newer, "statechange", move |event| {
                let newer: Option<ServiceWorker> = event.target().and_then(|target| target.dyn_into().ok());
                let waits = newer.is_some_and(|newer| newer.state() == ServiceWorkerState::Installed);
                // The first one has nobody to wait for.
                if waits && container.controller().is_some() {
                    found();
                }
            })
            .forget();
        })
        .forget();
    }

    /// Posts `word` to the newer worker that waits, and calls `in_place` once it answers this page.
    pub(crate) fn call_newer(&self, word: &str, in_place: impl FnOnce() + 'static) {
        let Some(newer) = self.registration.waiting() else { return in_place() };
        EventListener::once(&self.container, "controllerchange", move |_| in_place()).forget();
        // Text can always be posted.
        let _ = newer.post_message(&word.into());
    }

    /// Has the browser look for a newer script.
    pub(crate) async fn look_for_newer(&self) {
        // Without a network there is none.
        if let Ok(looked) = self.registration.update() {
            let _ = JsFuture::from(looked).await;
        }
    }
}
