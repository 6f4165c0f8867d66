//! The engine's state as signals.

use leptos::prelude::*;

use crate::engine::{EngineNews, Phase};
use crate::platform::dom::now;

/// The engine's state as the views see it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EngineStatus {
    /// How far the engine is.
    pub(crate) phase: RwSignal<Phase, LocalStorage>,
    /// Workers that help the main one look at photos.
    pub(crate) helpers: RwSignal<usize>,
    /// A word on the engine that is no failure: why the GPU is not in use, say.
    pub(crate) note: RwSignal<Option<String>>,
    /// Milliseconds from the navigation to the first time the engine was ready.
    pub(crate) ready_ms: RwSignal<Option<f64>>,
    /// What `?bench=` measured, as JSON.
    pub(crate) bench: RwSignal<Option<String>>,
    /// What `?parity=` measured, as JSON.
    pub(crate) parity: RwSignal<Option<String>>,
}

impl EngineStatus {
    /// The state before the engine was started.
    pub(crate) fn new() -> Self {
        Self {
            phase: RwSignal::new_local(Phase::Starting),
            helpers: RwSignal::new(0),
            note: RwSignal::new(None),
            ready_ms: RwSignal::new(None),
            bench: RwSignal::new(None),
            parity: RwSignal::new(None),
        }
    }

    /// Takes note of what the engine says of itself.
    pub(crate) fn hear(self, news: EngineNews) {
        match news {
            EngineNews::Phase(phase) => {
                if phase.ready().is_some() && self.ready_ms.get_untracked().is_none() {
                    self.ready_ms.set(Some(now()));
                }
                self.phase.set(phase);
            }
            EngineNews::Helpers(count) => self.helpers.set(count),
            EngineNews::Note(note) => self.note.set(note),
        }
    }

    /// Whether photos can be classified.
    pub(crate) fn is_ready(self) -> bool {
        self.phase.with(|phase| phase.ready().is_some())
    }
}
