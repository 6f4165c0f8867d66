//! What the engine says of why.

use headstart_protocol::{Explain, ExplainedModel, HeatLayer, HeatMap, WireError};
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
    /// The classes of the model that is explained.
    pub(crate) classes: Vec<String>,
    /// The map of one of them.
    pub(crate) map: HeatMap,
}

impl Explainer {
    /// Of what `engine` answers.
    pub(crate) fn new(engine: Engine) -> Self {
        Self { engine: StoredValue::new_local(engine) }
    }

    /// Why the photo in `file` is answered as it is.
    ///
    /// # Errors
    /// As for [`Engine::classify`].
    pub(crate) async fn explain(self, file: &File, what: Explain) -> Result<Explained, PageError> {
        let mut classified = self.engine.get_value().explain(Source::File(file.clone().into()), what).await?;
        // A map that fits was promised.
        Explained::take(&mut classified).ok_or(PageError::Message(WireError::Malformed))
    }
}

impl Explained {
    /// Takes the map out of `classified`, with the names of its model's classes; [`None`] where they do not fit each other.
    pub(crate) fn take(classified: &mut Classified) -> Option<Self> {
        let map = classified.prediction.heat.take()?;
        let classes = match map.of {
            ExplainedModel::Own(_) => classified.own.as_ref()?.classes.clone(),
            ExplainedModel::Shipped => classified.ready.classes.clone(),
            ExplainedModel::Cnn => classified.scratch_classes.to_vec(),
        };
        let layers = if map.of == ExplainedModel::Cnn { 1 } else { HeatLayer::ALL.len() };
        let bytes = 4 * map.side as usize * map.side as usize;
        let fits = (map.class as usize) < classes.len()
            && map.pictures.len() == layers
            && map.pictures.iter().all(|picture| picture.len() == bytes);
        fits.then_some(Self { classes, map })
    }

    /// The class that it is about.
    pub(crate) fn class(&self) -> &str {
        &self.classes[self.map.class as usize]
    }

    /// Whether it has a picture for each layer, and not one for all.
    pub(crate) fn has_layers(&self) -> bool {
        self.map.pictures.len() > 1
    }

    /// The picture of the layer at `index` of [`HeatLayer::ALL`], or the only one: 8-bit RGBA.
    pub(crate) fn picture(&self, index: usize) -> &[u8] {
        let pictures = &self.map.pictures;
        &pictures[index.min(pictures.len() - 1)]
    }
}
