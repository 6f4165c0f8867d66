//! What ships for the comparison of the models.

use std::rc::Rc;

use headstart_protocol::{ReadTuning, Shipped, TuningRecords};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::classify::Classify;
use crate::engine::Engine;
use crate::error::PageError;

/// What ships for the comparison of the models.
#[derive(Clone, Copy)]
pub(crate) struct Comparison {
    /// What is here, once it was asked for.
    pub(crate) shipped: RwSignal<Option<Rc<Shipped>>, LocalStorage>,
    /// What is on record of frozen and fine-tuned base, for the explanation.
    pub(crate) tuning: RwSignal<TuningState, LocalStorage>,
    /// Why it cannot be had at all.
    pub(crate) failure: RwSignal<Option<PageError>>,
    engine: StoredValue<Engine, LocalStorage>,
    classify: Classify,
    /// Whether it is on its way.
    is_opening: StoredValue<bool>,
}

/// How far the records of frozen and fine-tuned base are.
#[derive(Debug, Clone)]
pub(crate) enum TuningState {
    /// They are on their way, or not asked for yet.
    Awaited,
    /// They are here.
    Here(Rc<TuningRecords>),
    /// They could not be had.
    Missing,
}

impl Comparison {
    /// Nothing was asked for yet.
    pub(crate) fn new(engine: Engine, classify: Classify) -> Self {
        Self {
            shipped: RwSignal::new_local(None),
            tuning: RwSignal::new_local(TuningState::Awaited),
            failure: RwSignal::new(None),
            engine: StoredValue::new_local(engine),
            classify,
            is_opening: StoredValue::new(false),
        }
    }

    /// Has the records of frozen and fine-tuned base fetched, which are small; no model is.
    pub(crate) fn read_tuning(self) {
        if self.tuning.with_untracked(|state| matches!(state, TuningState::Here(_))) {
            return;
        }
        let engine = self.engine.get_value();
        spawn_local(async move {
            match engine.ask(ReadTuning).await {
                Ok(records) => self.tuning.set(TuningState::Here(records.into())),
                // The view asks again when a fresh engine is ready.
                Err(PageError::EngineStopped) => {}
                Err(_) => self.tuning.set(TuningState::Missing),
            }
        });
    }

    /// Has it fetched, and the newest photos answered by the CNN too. Whoever comes back to the view tries again.
    pub(crate) fn open(self) {
        if self.is_opening.get_value() {
            return;
        }
        self.is_opening.set_value(true);
        let engine = self.engine.get_value();
        spawn_local(async move {
            let opened = engine.open_scratch().await;
            self.is_opening.set_value(false);
            match opened {
                Ok(shipped) => {
                    let has_scratch = !shipped.scratch_classes.is_empty();
                    self.failure.set(None);
                    self.shipped.set(Some(shipped));
                    if has_scratch && self.classify.with_scratch.get_untracked() {
                        self.classify.ask_again();
                    }
                }
                // The view asks again when a fresh engine is ready.
                Err(PageError::EngineStopped) => {}
                Err(error) => self.failure.set(Some(error)),
            }
        });
    }
}
