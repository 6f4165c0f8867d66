//! Opening it, and keeping it.

use std::rc::Rc;

use headstart_protocol::HeadSummary;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::engine::Engine;
use crate::error::PageError;

/// A head.
#[derive(Clone)]
pub(crate) struct Head {
    /// Its file.
    pub(crate) bytes: Rc<Vec<u8>>,
    /// What the engine says of it; none until it has opened it.
    pub(crate) summary: Option<Rc<HeadSummary>>,
}

/// The head that answers beside the shipped one. Copies name the same one.
#[derive(Clone, Copy)]
pub(crate) struct OwnHead {
    /// It, where there is one.
    pub(crate) current: RwSignal<Option<Head>, LocalStorage>,
    engine: StoredValue<Engine, LocalStorage>,
}

impl OwnHead {
    /// None yet.
    pub(crate) fn new(engine: Engine) -> Self {
        Self { current: RwSignal::new_local(None), engine: StoredValue::new_local(engine) }
    }

    /// Whether there is one that answers, to hand out or to go on from.
    pub(crate) fn is_open(self) -> bool {
        self.current.with(|head| head.as_ref().is_some_and(|head| head.summary.is_some()))
    }

    /// Whether there is one that answers and cannot say that a photo is like nothing it was taught.
    pub(crate) fn takes_everything(self) -> bool {
        let takes = |head: &Head| head.summary.as_ref().is_some_and(|summary| !summary.has_bank);
        self.current.with(|head| head.as_ref().is_some_and(takes))
    }

    /// Its file.
    pub(crate) fn bytes(self) -> Option<Rc<Vec<u8>>> {
        self.current.with_untracked(|head| head.as_ref().map(|head| head.bytes.clone()))
    }

    /// Has the engine open a head, and gives it back to be put in the place of the one before; nothing where another one,
    /// or none, was asked for meanwhile.
    ///
    /// # Errors
    /// Why the engine refuses it.
    pub(crate) async fn accept(self, bytes: Rc<Vec<u8>>) -> Result<Option<Head>, PageError> {
        let summary = self.engine.get_value().open_head(bytes.clone()).await?;
        Ok(summary.map(|summary| Head { bytes, summary: Some(summary) }))
    }

    /// Puts a head of this project, or none, in its place, and has the engine open it once it is ready; a refusal goes to
    /// `refused`.
    pub(crate) fn put_back(self, head: Option<Head>, refused: impl FnOnce(PageError) + 'static) {
        self.current.set(head.clone());
        let engine = self.engine.get_value();
        let Some(Head { bytes, .. }) = head else { return engine.close_head() };
        spawn_local(async move {
            let is_current = || self.bytes().is_some_and(|current| Rc::ptr_eq(&current, &bytes));
            loop {
                engine.ready_at_last().await;
                if !is_current() {
                    return;
                }
                match self.accept(bytes.clone()).await {
                    Ok(Some(head)) => return self.current.set(Some(head)),
                    Ok(None) => return,
                    // It was the engine that failed, not the head.
                    Err(_) if !engine.is_ready() => {}
                    Err(error) => {
                        self.current.set(Some(Head { bytes: bytes.clone(), summary: None }));
                        return refused(error);
                    }
                }
            }
        });
    }
}
