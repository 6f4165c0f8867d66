//! What layers of the base respond to on a photo.

use std::rc::Rc;

use futures::future::AbortHandle;
use headstart_protocol::{LayerMaps, PhotoData, ShowLayers};
use leptos::prelude::*;
use web_sys::Blob;

use crate::engine::Engine;
use crate::error::PageError;
use crate::platform::dom::spawn_abortable;
use crate::platform::files::{self, Picked};
use crate::ui::Announcer;

/// What the explanation shows of the base.
#[derive(Clone, Copy)]
pub(crate) struct Layers {
    /// How far it is.
    pub(crate) state: RwSignal<LayersState, LocalStorage>,
    engine: StoredValue<Engine, LocalStorage>,
    announcer: Announcer,
    /// Ends the asking about the photo before.
    asking: StoredValue<Option<AbortHandle>>,
}

/// How far it is.
#[derive(Debug, Clone, Default)]
pub(crate) enum LayersState {
    /// No photo was asked about.
    #[default]
    Idle,
    /// The engine looks at a photo.
    Waiting,
    /// Responses on a photo.
    Shown {
        /// The photo's name.
        name: String,
        /// From the photo's side.
        layers: Rc<Vec<LayerMaps>>,
    },
    /// They cannot be shown.
    Failed(PageError),
}

impl LayersState {
    /// The name in `data-state`.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Waiting => "waiting",
            Self::Shown { .. } => "shown",
            Self::Failed(_) => "error",
        }
    }
}

impl Layers {
    /// Nothing to show yet.
    pub(crate) fn new(engine: Engine, announcer: Announcer) -> Self {
        Self {
            state: RwSignal::new_local(LayersState::Idle),
            engine: StoredValue::new_local(engine),
            announcer,
            asking: StoredValue::new(None),
        }
    }

    /// Has the layers' responses on a photo shown, in place of those on the one before.
    pub(crate) fn show(self, picked: Picked) {
        if let Some(before) = self.asking.try_update_value(Option::take).flatten() {
            before.abort();
        }
        let engine = self.engine.get_value();
        let file = match picked {
            Picked::File(_) if !engine.is_ready() => return self.fail(PageError::EngineNotReady),
            Picked::File(file) => file,
            Picked::Refused { error, .. } => return self.fail(error),
        };
        self.state.set(LayersState::Waiting);
        let name = file.name();
        // Aborted where another photo is asked about.
        let task = spawn_abortable(async move {
            match look(&engine, &file).await {
                Ok(layers) => {
                    self.announcer.say("The layers’ responses are shown.");
                    self.state.set(LayersState::Shown { name, layers: Rc::new(layers) });
                }
                Err(PageError::EngineStopped) => self.fail(PageError::PhotoStopsEngine),
                Err(error) => self.fail(error),
            }
        });
        self.asking.set_value(Some(task));
    }

    fn fail(self, error: PageError) {
        self.state.set(LayersState::Failed(error));
    }
}

async fn look(engine: &Engine, file: &Blob) -> Result<Vec<LayerMaps>, PageError> {
    let photo = PhotoData::Encoded(files::read(file).await?);
    engine.ask(ShowLayers { photo }).await
}
