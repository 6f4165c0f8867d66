//! What is learned: the classes that are on and their described photos, as they are now.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use headstart_protocol::{InputSize, Part, PhotoHash, PhotoLook, TrainingExample, TrainingRequest, TrainingSettings};
use leptos::prelude::*;

use super::checkpoints::InterruptedInfo;
use super::taught::{GivenSplit, Taught};
use crate::engine::Engine;
use crate::error::PageError;
use crate::project::album::{Album, Class, Described, Example};
use crate::project::describing::Describer;

/// What a run learns.
#[derive(Clone)]
pub(super) struct Lesson {
    /// The size at which the photos are described.
    pub(super) size: InputSize,
    /// How to train.
    pub(super) settings: TrainingSettings,
    /// Number and name of each class.
    pub(super) classes: Vec<(u32, String)>,
    /// Its photos, class by class.
    photos: Vec<LessonPhoto>,
    /// Those that folders hold out.
    pub(super) split: Option<GivenSplit>,
}

#[derive(Clone)]
struct LessonPhoto {
    photo: Arc<Example>,
    described: Arc<Described>,
    /// Index of its class.
    label: u32,
}

impl Lesson {
    /// What the project can teach now, at that size.
    ///
    /// # Errors
    /// Fewer than two classes that are on, or one of them without described photos to train on.
    pub(super) fn of(album: Album, size: InputSize, settings: TrainingSettings) -> Result<Self, PageError> {
        let on = trainable(album)?;
        let mut photos = Vec::new();
        for (label, class) in (0_u32..).zip(&on) {
            photos.extend(
                class.photos.read_untracked().iter().filter_map(|photo| {
                    Some(LessonPhoto { photo: photo.clone(), described: photo.described()?, label })
                }),
            );
        }
        let split = split(&mut photos);
        let is_held_out = |photo: &&LessonPhoto| split.as_ref().is_some_and(|split| split.holds_out(photo.photo.id));
        let learned: HashSet<u32> =
            photos.iter().filter(|photo| !is_held_out(photo)).map(|photo| photo.label).collect();
        if let Some((_, class)) = (0_u32..).zip(&on).find(|(label, _)| !learned.contains(label)) {
            return Err(nothing_to_learn(class));
        }
        let classes = on.iter().map(|class| (class.id, class.name.get_untracked())).collect();
        Ok(Self { size, settings, classes, photos, split })
    }

    /// What an interrupted run learned: its photos in its classes, whatever else the project has by now. None, where one of them
    /// is gone, or in another class, or where a class has another name.
    pub(super) fn again(album: Album, info: &InterruptedInfo) -> Option<Self> {
        let of = |(id, name): &(u32, String)| album.class(*id).filter(|class| *class.name.read_untracked() == *name);
        let classes: Vec<Class> = info.classes.iter().map(of).collect::<Option<_>>()?;
        let there = (0_u32..).zip(&classes).flat_map(|(label, class)| {
            class.photos.get_untracked().into_iter().map(move |photo| ((photo.id, label), photo))
        });
        let there: HashMap<(u32, u32), Arc<Example>> = there.collect();
        let photo = |at: &(u32, u32)| {
            let photo = there.get(at)?.clone();
            Some(LessonPhoto { described: photo.described()?, photo, label: at.1 })
        };
        let photos = info.photos.iter().map(photo).collect::<Option<Vec<_>>>()?;
        Some(Self {
            size: info.size,
            settings: info.settings,
            classes: info.classes.clone(),
            photos,
            split: info.split.clone(),
        })
    }

    /// The photo at that index with the index of its class, in the order of the request.
    pub(super) fn photo(&self, index: usize) -> Option<(&Arc<Example>, u32)> {
        self.photos.get(index).map(|photo| (&photo.photo, photo.label))
    }

    /// What is measured of each photo's pixels, where that is known.
    pub(super) fn looks(&self) -> impl Iterator<Item = Option<PhotoLook>> {
        self.photos.iter().map(|photo| photo.described.look)
    }

    /// What the engine needs to have of each photo: its descriptors, under the SHA-256 of its file.
    pub(super) fn descriptors(&self) -> impl Iterator<Item = (PhotoHash, &[u8])> {
        self.photos.iter().map(|photo| (photo.described.hash, photo.described.descriptors.as_slice()))
    }

    /// Each photo with the SHA-256 of its file.
    pub(super) fn files(&self) -> impl Iterator<Item = (PhotoHash, &Arc<Example>)> {
        self.photos.iter().map(|photo| (photo.described.hash, &photo.photo))
    }

    /// The request, without a head to go on from.
    pub(super) fn request(&self) -> TrainingRequest {
        let example = |photo: &LessonPhoto| TrainingExample {
            hash: photo.described.hash,
            label: photo.label,
            burst: photo.photo.burst,
            held_out: self.split.as_ref().is_some_and(|split| split.holds_out(photo.photo.id)),
        };
        TrainingRequest {
            size: self.size,
            classes: self.classes.iter().map(|class| class.1.clone()).collect(),
            examples: self.photos.iter().map(example).collect(),
            settings: self.settings,
            continue_from: None,
            resume: None,
        }
    }

    /// The number of each photo, and the index of its class.
    pub(super) fn labels(&self) -> Vec<(u32, u32)> {
        self.photos.iter().map(|photo| (photo.photo.id, photo.label)).collect()
    }

    /// Whether `taught` learned the same photos in the same classes, split in the same way.
    pub(super) fn is_of(&self, taught: &Taught) -> bool {
        self.classes == taught.classes && self.labels() == taught.photos && self.split == taught.split
    }
}

/// How folders split the photos, if they hold any out. Where some validate, those to test on are no part of the lesson.
fn split(photos: &mut Vec<LessonPhoto>) -> Option<GivenSplit> {
    let part_of = |photo: &LessonPhoto| photo.photo.part.get_untracked();
    let part = Part::validating(photos.iter().filter_map(part_of))?;
    photos.retain(|photo| part == Part::Test || part_of(photo) != Some(Part::Test));
    let held_out = photos.iter().filter(|photo| part_of(photo) == Some(part));
    let mut photos: Vec<u32> = held_out.map(|photo| photo.photo.id).collect();
    photos.sort_unstable();
    Some(GivenSplit { part, photos })
}

/// What the project teaches once the engine is ready and every photo is described, with the augmented views that are wanted.
///
/// # Errors
/// Those of [`Lesson::of`], or an engine that failed.
pub(super) async fn prepare(
    album: Album,
    settings: RwSignal<TrainingSettings>,
    describer: Describer,
    engine: &Engine,
) -> Result<Lesson, PageError> {
    let ready = engine.ready().await?;
    describer.idle().await;
    let classes = trainable(album)?;
    describer.ask_again(classes.iter().flat_map(|class| class.photos.get_untracked()));
    describer.idle().await;
    Lesson::of(album, album.size.get_untracked().unwrap_or(ready.size), settings.get_untracked())
}

/// What an interrupted run learned, once the engine is ready and every photo is described; none where that is there no more.
///
/// # Errors
/// An engine that failed.
pub(super) async fn prepare_again(
    album: Album,
    describer: Describer,
    engine: &Engine,
    info: &InterruptedInfo,
) -> Result<Option<Lesson>, PageError> {
    engine.ready().await?;
    describer.idle().await;
    let classes = album.classes.get_untracked();
    describer.ask_again(classes.iter().flat_map(|class| class.photos.get_untracked()));
    describer.idle().await;
    Ok(Lesson::again(album, info))
}

/// The two or more classes that take part, or why there is no training.
///
/// # Errors
/// Fewer of them, or one without a photo to train on that is or will be described.
pub(super) fn trainable(album: Album) -> Result<Vec<Class>, PageError> {
    let classes = album.classes.read_untracked();
    let on: Vec<_> = classes.iter().filter(|class| class.on.get_untracked()).cloned().collect();
    if on.len() < 2 {
        return Err(PageError::TooFewClasses);
    }
    match on.iter().find(|class| class.tally.read_untracked().training() == 0) {
        Some(class) => Err(nothing_to_learn(class)),
        None => Ok(on),
    }
}

/// Why a class without a photo to train on cannot be learned.
fn nothing_to_learn(class: &Class) -> PageError {
    let (name, tally) = (class.name.get_untracked(), class.tally.get_untracked());
    if tally.usable() > 0 && tally.training() == 0 {
        PageError::AllHeldOut { name }
    } else {
        PageError::EmptyClass { name }
    }
}

#[cfg(all(test, target_family = "wasm"))]
pub(super) mod tests;
