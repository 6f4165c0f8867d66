//! What layers of the base respond to on a photo.

use std::rc::Rc;

use headstart_protocol::{Command, Failure, LayerMaps, Photo as Pixels};
use wasm_bindgen_futures::spawn_local;

use super::Page;
use super::session::Session;
use crate::error::PageError;
use crate::intake::{self, Picked};
use crate::queue::PhotoId;

/// What the explanation shows of the base.
#[derive(Clone, Default)]
pub(crate) struct Layers {
    /// The photo's name.
    pub(crate) name: String,
    pub(crate) state: LayersState,
    /// The photo in the worker.
    asked: Option<PhotoId>,
}

/// How far it is.
#[derive(Clone, Default)]
pub(crate) enum LayersState {
    #[default]
    Idle,
    Waiting,
    Shown(Rc<Vec<LayerMaps>>),
    Failed(Failure),
}

impl LayersState {
    /// The name in `data-state`.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Waiting => "waiting",
            Self::Shown(_) => "shown",
            Self::Failed(_) => "error",
        }
    }
}

impl Page {
    /// Has layers shown on a photo.
    pub(crate) fn show_layers(self, picked: Picked) {
        let (name, file) = match picked {
            Picked::File(file) => (file.name(), file),
            Picked::Refused { name, error } => {
                let state = LayersState::Failed(error.into());
                return self.layers.set(Layers { name, state, asked: None });
            }
        };
        if !self.engine_is_ready() {
            let state = LayersState::Failed(PageError::EngineNotReady.into());
            return self.layers.set(Layers { name, state, asked: None });
        }
        let id = self.session.update_value(Session::next_id);
        self.layers.set(Layers { name, state: LayersState::Waiting, asked: Some(id) });
        spawn_local(async move {
            match intake::read(&file).await {
                Ok(bytes) if self.asks_for_layers(id) => {
                    self.tell(&Command::ShowLayers { id, photo: Pixels::Encoded(bytes) });
                }
                Ok(_) => {}
                Err(error) => {
                    self.layers_failed(id, error.into());
                }
            }
        });
    }

    /// The worker has looked at the photo.
    pub(super) fn layers_shown(self, id: PhotoId, layers: Vec<LayerMaps>) {
        if self.asks_for_layers(id) {
            self.announcement.set("The layers’ responses are shown.".to_owned());
            self.layers.update(|shown| (shown.state, shown.asked) = (LayersState::Shown(Rc::new(layers)), None));
        }
    }

    /// Notes why layers cannot be shown on photo `id`; gives the failure back where it is another photo's.
    pub(super) fn layers_failed(self, id: PhotoId, failure: Failure) -> Option<Failure> {
        if !self.asks_for_layers(id) {
            return Some(failure);
        }
        self.layers.update(|shown| (shown.state, shown.asked) = (LayersState::Failed(failure), None));
        None
    }

    /// The worker is gone, and with it the question.
    pub(super) fn layers_lost(self) {
        if let Some(id) = self.layers.with_untracked(|layers| layers.asked) {
            self.layers_failed(id, PageError::PhotoStopsEngine.into());
        }
    }

    fn asks_for_layers(self, id: PhotoId) -> bool {
        self.layers.with_untracked(|layers| layers.asked == Some(id))
    }
}
