//! How far the engine is.

use std::rc::Rc;

use headstart_protocol::{Backend, Ready, Transfer};

use crate::error::PageError;

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
    Ready(Rc<Ready>),
    /// Nothing can be classified until the visitor does something.
    Failed(PageError),
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
    pub(crate) fn ready(&self) -> Option<&Rc<Ready>> {
        match self {
            Self::Ready(ready) => Some(ready),
            _ => None,
        }
    }
}
