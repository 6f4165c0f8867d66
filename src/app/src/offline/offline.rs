//! What is kept, and whether a newer release waits.

use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::platform::dom::pause;
use crate::platform::service_worker::{self, Registered};

/// Beside the page: `src/app/service-worker.js` with the release's files.
const SCRIPT: &str = "service-worker.js";
/// What makes a newer release take over.
const ACTIVATE: &str = "activate";
/// After how long it begins: what the visitor waits for goes first.
const LATER: Duration = Duration::from_secs(2);
/// How often a page that stays open looks for a newer release. Browsers do when one is opened.
const PERIOD: Duration = Duration::from_secs(60 * 60);

/// The page without a network. Copies are the same one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Offline {
    /// Whether all that this page needs is kept.
    pub(crate) is_kept: RwSignal<bool>,
    /// Whether a newer release waits for the visitor's word.
    pub(crate) has_newer: RwSignal<bool>,
    registered: StoredValue<Option<Rc<Registered>>, LocalStorage>,
}

impl Offline {
    /// Nothing is kept yet.
    pub(crate) fn new() -> Self {
        Self {
            is_kept: RwSignal::new(false),
            has_newer: RwSignal::new(false),
            registered: StoredValue::new_local(None),
        }
    }

    /// Keeps what the page needs, with the files of the engine's `program`, which is at work already.
    pub(crate) fn keep(self, program: &'static str) {
        spawn_local(async move {
            pause(LATER).await;
            if let Some(registered) = self.registered().await {
                registered.tell(program).await;
            }
        });
    }

    /// The visitor wants the newer release: the page is loaded anew from it.
    pub(crate) fn use_newer(self) {
        self.has_newer.set(false);
        let reload = || {
            // A page can always be reloaded.
            let _ = window().location().reload();
        };
        match self.registered.get_value() {
            Some(registered) => registered.call_newer(ACTIVATE, reload),
            None => reload(),
        }
    }

    /// The service worker, registered when it is first wanted.
    async fn registered(self) -> Option<Rc<Registered>> {
        if let Some(registered) = self.registered.get_value() {
            return Some(registered);
        }
        let registered = Rc::new(service_worker::register(SCRIPT).await?);
        self.registered.set_value(Some(registered.clone()));
        registered.on_kept(move || self.is_kept.set(true));
        registered.on_newer(move || self.has_newer.set(true));
        let looking = registered.clone();
        set_interval(
            move || {
                let looking = looking.clone();
                spawn_local(async move { looking.look_for_newer().await });
            },
            PERIOD,
        );
        Some(registered)
    }
}
