//! What the engine says of why.

use headstart_protocol::{HeatLayer, HeatMap, WireError};
use leptos::prelude::*;
use web_sys::File;

use crate::engine::{Classified, Engine, Source};
use crate::error::PageError;

/// Asks the engine why it answers as it does.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Explainer {
    engine: StoredValue<Engine, LocalStorage>,
}

/// Which places of a photo speak for a class.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Explained {
    /// The classes of the head that is explained.
    pub(crate) classes: Vec<String>,
    /// The map of one of them.
    pub(crate) map: HeatMap,
}

impl Explainer {
    /// Of what `engine` answers.
    pub(crate) fn new(engine: Engine) -> Self {
        Self { engine: StoredValue::new_local(engine) }
    }

    /// Why the photo in `file` is, or is not, of `class`; without one, of that which is answered.
    ///
    /// # Errors
    /// As for [`Engine::classify`].
    pub(crate) async fn explain(self, file: &File, class: Option<u32>) -> Result<Explained, PageError> {
        let classified = self.engine.get_value().explain(Source::File(file.clone().into()), class).await?;
        // A map that fits was promised.
        Explained::new(classified).ok_or(PageError::Message(WireError::Malformed))
    }
}

impl Explained {
    /// The map in `classified` with the names of its head's classes; [`None`] where they do not fit each other.
    pub(crate) fn new(classified: Classified) -> Option<Self> {
        let map = classified.prediction.heat?;
        let classes = match map.head {
            Some(_) => classified.own?.classes.clone(),
            None => classified.ready.classes.clone(),
        };
        let bytes = 4 * map.side as usize * map.side as usize;
        let fits = (map.class as usize) < classes.len()
            && map.pictures.len() == HeatLayer::ALL.len()
            && map.pictures.iter().all(|picture| picture.len() == bytes);
        fits.then_some(Self { classes, map })
    }

    /// The class that it is about.
    pub(crate) fn class(&self) -> &str {
        &self.classes[self.map.class as usize]
    }

    /// The picture of `layer`: 8-bit RGBA.
    pub(crate) fn picture(&self, layer: HeatLayer) -> &[u8] {
        let index = HeatLayer::ALL.iter().position(|other| *other == layer).unwrap_or_default();
        &self.map.pictures[index]
    }
}
