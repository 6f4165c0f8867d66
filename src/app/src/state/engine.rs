//! How far the engine is.

use std::sync::Arc;

use headstart_protocol::{Backend, Failure, Ready, Transfer};

use crate::wording;

/// How far the engine is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Phase {
    /// The worker's own code is on its way.
    Starting,
    /// The model is on its way.
    Loading(Transfer),
    /// The device is warmed up and checked.
    WarmingUp(Backend),
    /// Photos can be classified.
    Ready(Arc<Ready>),
    /// Nothing can be classified until the visitor does something.
    Failed(Failure),
}

impl Phase {
    /// The name in `data-state`.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Starting | Self::Loading(_) | Self::WarmingUp(_) => "loading",
            Self::Ready(_) => "ready",
            Self::Failed(_) => "error",
        }
    }

    /// The device, once it is known.
    pub(crate) fn backend(&self) -> Option<Backend> {
        match self {
            Self::WarmingUp(backend) => Some(*backend),
            Self::Ready(ready) => Some(ready.backend),
            Self::Starting | Self::Loading(_) | Self::Failed(_) => None,
        }
    }

    /// The engine's own account of itself, once it is ready.
    pub(crate) fn ready(&self) -> Option<&Arc<Ready>> {
        match self {
            Self::Ready(ready) => Some(ready),
            _ => None,
        }
    }

    /// The phase in words that change only with the phase, so that a screen reader says each once.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Starting => "Starting the engine".to_owned(),
            Self::Loading(Transfer { cached: true, .. }) => "Loading the model from this browser’s cache".to_owned(),
            Self::Loading(_) => "Fetching the model".to_owned(),
            Self::WarmingUp(backend) => format!("Warming up {}", wording::device(*backend)),
            Self::Ready(ready) => wording::ready(ready),
            Self::Failed(_) => "The engine is not running".to_owned(),
        }
    }
}
