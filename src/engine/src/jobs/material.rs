//! The photos of a training, as they are kept, and how a comparison splits them: alike for a head and for a CNN.

use std::collections::HashSet;
use std::sync::Arc;

use headstart_nn::DESCRIPTOR;
use headstart_protocol::{Failure, TrainingRequest, TrainingSettings, count};
use headstart_train::scratch::LabelledPhotos;
use headstart_train::{Examples, Grouping, held_out};
use headstart_vision::RgbImage;
use headstart_weights::scratch::ScratchArchitecture;

use crate::engine::Workplace;
use crate::error::EngineError;
use crate::photos::{Descriptors, PhotoStore};
use crate::turns::Slice;

/// What a comparison is made on.
pub(crate) struct Material {
    pub(crate) classes: Vec<String>,
    pub(crate) examples: Examples,
    /// The photos of `examples`, in the same order.
    pub(crate) photos: LabelledPhotos,
    /// Indices of photos to train on.
    pub(crate) training: Vec<usize>,
    /// Indices of photos that neither model is trained on.
    pub(crate) held_out: Vec<usize>,
    pub(crate) settings: TrainingSettings,
}

impl Material {
    /// The photos of `training`, split as the head's training splits them.
    ///
    /// # Errors
    /// [`Failure::PhotosMissing`] where something of a photo is not kept, [`EngineError::Train`] where none can be held
    /// out, and whatever keeps the examples from being put together.
    pub(crate) async fn new(
        training: TrainingRequest,
        place: &Workplace,
        slice: &mut Slice<'_>,
    ) -> Result<Self, EngineError> {
        check_names(&training.classes)?;
        let images = squares(&training, &place.photos)?;
        let labels = training.examples.iter().map(|example| example.label as usize).collect();
        let photos = LabelledPhotos::new(small_side(), images, labels, training.classes.len())?;
        let examples = examples(&training, &place.photos, slice).await?;
        let held_out = held_out_of(&training, &examples)?;
        let TrainingRequest { classes, settings, .. } = training;
        let training = examples.photos().filter(|index| held_out.binary_search(index).is_err()).collect();
        Ok(Self { classes, examples, photos, training, held_out, settings })
    }

    /// Training photos and held-out photos for the CNN.
    pub(crate) fn sides(&self) -> [Arc<LabelledPhotos>; 2] {
        [&self.training, &self.held_out].map(|indices| Arc::new(self.photos.select(indices)))
    }
}

/// Side of the squares that the CNN sees.
pub(crate) fn small_side() -> usize {
    ScratchArchitecture::small(2).side
}

/// The sorted indices of the photos that two models are compared on: those that folders hold out, or that the head's training does.
///
/// # Errors
/// [`EngineError::Train`] where none can be held out.
pub(crate) fn held_out_of(training: &TrainingRequest, examples: &Examples) -> Result<Vec<usize>, EngineError> {
    if let Some(given) = training.given_split() {
        return Ok(given);
    }
    let TrainingSettings { validation, seed, .. } = training.settings;
    Ok(held_out(examples, &training.classes, validation, u64::from(seed))?)
}

/// A head file has no room for two classes of one name.
///
/// # Errors
/// [`Failure::ClassNames`].
pub(crate) fn check_names(classes: &[String]) -> Result<(), EngineError> {
    let mut names = HashSet::new();
    let named = classes.iter().all(|name| !name.trim().is_empty() && names.insert(name.as_str()));
    if named { Ok(()) } else { Err(Failure::ClassNames.into()) }
}

/// The examples of `training` with the augmented views of those that may be trained on, and those that a split must not tear
/// apart in one group.
///
/// # Errors
/// [`Failure::SettingOutOfRange`], [`Failure::PhotosMissing`], [`EngineError::Train`].
pub(crate) async fn examples(
    training: &TrainingRequest,
    photos: &PhotoStore,
    slice: &mut Slice<'_>,
) -> Result<Examples, EngineError> {
    training.settings.check().map_err(Failure::SettingOutOfRange)?;
    let wanted = training.settings.views;
    let kept = training.examples.iter().map(|example| photos.descriptors(example.hash, training.size, wanted));
    let kept: Vec<Descriptors> = all_of(kept)?;
    let (mut rows, mut views) = (Vec::with_capacity(kept.len()), Vec::new());
    for (index, descriptors) in kept.iter().enumerate() {
        let mut all = descriptors.chunks_exact(DESCRIPTOR).map(<[f32]>::to_vec).take(1 + wanted as usize);
        rows.extend(all.next());
        if !training.examples[index].held_out {
            views.extend(all.map(|view| (index, view)));
        }
        slice.breathe().await;
    }
    let labels = training.examples.iter().map(|example| example.label as usize).collect();
    let bursts: Vec<Option<u64>> = training.examples.iter().map(|example| example.burst).collect();
    let examples = Examples::new(&rows, labels, training.classes.len())?;
    drop(rows);
    let mut grouping = Grouping::new(examples, &bursts)?;
    while !grouping.step() {
        slice.breathe().await;
    }
    Ok(grouping.finish()?.with_views(views)?)
}

fn squares(training: &TrainingRequest, photos: &PhotoStore) -> Result<Vec<RgbImage>, EngineError> {
    all_of(training.examples.iter().map(|example| photos.square(example.hash)))
}

/// What is kept of every photo, or of how many it is missing.
pub(crate) fn all_of<T>(kept: impl Iterator<Item = Option<T>>) -> Result<Vec<T>, EngineError> {
    let mut missing = 0;
    let all: Vec<T> = kept.inspect(|one| missing += usize::from(one.is_none())).flatten().collect();
    if missing == 0 { Ok(all) } else { Err(Failure::PhotosMissing { count: count(missing) }.into()) }
}
