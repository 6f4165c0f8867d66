//! The data doctor: what may be wrong with the photos that a head is taught with.
//!
//! Each file here looks for findings of its own: [`labels`], [`copies`], [`looks`], [`mixed`], [`give_away`], [`lopsided`]. All of
//! them are told as data; what a person reads is the front ends'.
//!
//! Photos of one burst, and near-duplicates in one class, count as one where photos are to bear witness to each other: a class of
//! thirty frames of one recording is no class of thirty photos.

use headstart_protocol::{ExaminedPhoto, Finding, PhotoLook};
use headstart_vision::{RgbImage, look};

use crate::{Examples, Grouping, TrainError};
use copies::Copies;
use give_away::GiveAwaySearch;
use labels::WrongLabels;
use mixed::Mixed;

mod copies;
mod give_away;
mod labels;
mod looks;
mod lopsided;
mod mixed;

/// Looks for what may be wrong, in steps that take about as long as a photo's comparison with all others.
pub struct Doctor {
    stage: Stage,
    classes: usize,
    photos: Vec<ExaminedPhoto>,
    /// Steps done, and steps at most.
    progress: (usize, usize),
}

enum Stage {
    /// It is found out which photos belong together.
    Grouping(Grouping),
    /// Findings are looked for.
    Looking(Box<Looking>),
    /// Between the two.
    Over,
}

/// What is found.
struct Looking {
    seen: Seen,
    copies: Copies,
    labels: WrongLabels,
    mixed: Mixed,
    give_away: GiveAwaySearch,
}

/// The photos as they are looked at.
struct Seen {
    /// Their descriptors, with groups.
    examples: Examples,
    photos: Vec<ExaminedPhoto>,
    classes: usize,
}

impl Doctor {
    /// Begins with the photos of `examples`, augmented views left out: `photos` says of each, in their order, what else is known.
    /// Findings name them by their place in `photos`.
    ///
    /// # Errors
    /// [`TrainError::Examples`] where there is not one entry in `photos` a photo, a label is beyond `classes`, or a descriptor is no
    /// numbers.
    pub fn new(examples: Examples, photos: &[ExaminedPhoto], classes: usize) -> Result<Self, TrainError> {
        let indices: Vec<usize> = examples.photos().collect();
        let examples = if indices.len() == examples.len() { examples } else { examples.select(&indices) };
        if examples.len() != photos.len() {
            return Err(TrainError::Examples(format!("{} photos, {} of them known", examples.len(), photos.len())));
        }
        if examples.labels().iter().any(|label| *label >= classes) {
            return Err(TrainError::Examples("a label beyond the last class".into()));
        }
        if (0..examples.len()).any(|photo| examples.descriptor(photo).iter().any(|value| !value.is_finite())) {
            return Err(TrainError::Examples("a descriptor that is no numbers".into()));
        }
        let bursts: Vec<Option<u64>> = photos.iter().map(|photo| photo.example.burst).collect();
        // Photos are grouped, compared across classes, and, those in doubt, with their neighbours.
        let of = 3 * photos.len() + classes * (Mixed::STEPS + 1);
        let stage = Stage::Grouping(Grouping::new(examples, &bursts)?);
        Ok(Self { stage, classes, photos: photos.to_vec(), progress: (0, of) })
    }

    /// A step; whether there is nothing more to do but [`Self::finish`].
    pub fn step(&mut self) -> bool {
        self.progress.0 += 1;
        match &mut self.stage {
            Stage::Grouping(grouping) => {
                if grouping.step()
                    && let Stage::Grouping(grouping) = std::mem::replace(&mut self.stage, Stage::Over)
                    && let Ok(examples) = grouping.finish()
                {
                    let seen = Seen { examples, photos: std::mem::take(&mut self.photos), classes: self.classes };
                    self.stage = Stage::Looking(Box::new(Looking::begin(seen)));
                }
                false
            }
            Stage::Looking(looking) => looking.step(),
            Stage::Over => true,
        }
    }

    /// Steps done, and steps at most.
    #[must_use]
    pub fn progress(&self) -> (usize, usize) {
        let (done, of) = self.progress;
        (done.min(of), of)
    }

    /// All that was found, in the order of [`Finding::order`].
    #[must_use]
    pub fn finish(mut self) -> Vec<Finding> {
        while !self.step() {}
        let Stage::Looking(looking) = self.stage else { return Vec::new() };
        let Looking { seen, copies, labels, mixed, give_away } = *looking;
        let mut all = looks::findings(&seen);
        all.extend(lopsided::findings(&seen));
        all.extend([labels.findings, copies.findings, mixed.findings, give_away.finish()].into_iter().flatten());
        all.sort_by(|a, b| Finding::order((a.kind, a.score), (b.kind, b.score)));
        all
    }
}

impl Looking {
    fn begin(seen: Seen) -> Self {
        Self {
            copies: Copies::begin(&seen),
            labels: WrongLabels::begin(&seen),
            mixed: Mixed::default(),
            give_away: GiveAwaySearch::begin(&seen),
            seen,
        }
    }

    /// One after the other: each of them says whether it is over.
    fn step(&mut self) -> bool {
        let Self { seen, copies, labels, mixed, give_away } = self;
        copies.step(seen) && labels.step(seen) && mixed.step(seen) && give_away.step(seen)
    }
}

impl Seen {
    fn len(&self) -> usize {
        self.photos.len()
    }

    fn label(&self, photo: usize) -> usize {
        self.examples.labels()[photo]
    }

    fn group(&self, photo: usize) -> u64 {
        self.examples.groups()[photo]
    }

    /// Whether a photo is the first of its group, by which that is numbered.
    fn is_first(&self, photo: usize) -> bool {
        self.group(photo) == photo as u64
    }

    /// The photos of `class`, one of each group.
    fn apart(&self, class: usize) -> impl Iterator<Item = usize> {
        (0..self.len()).filter(move |photo| self.label(*photo) == class && self.is_first(*photo))
    }

    /// What is measured of a photo, unless it is not known or makes no sense.
    fn look(&self, photo: usize) -> Option<PhotoLook> {
        self.photos[photo].look.filter(|look| {
            let PhotoLook { shape, sharpness, brightness, contrast, border, border_contrast } = *look;
            let numbers = [shape, sharpness, brightness, contrast, border_contrast];
            numbers.iter().chain(&border).all(|value| value.is_finite())
        })
    }
}

/// Measures `image`, as [`ExaminedPhoto::look`] has it.
#[must_use]
pub fn photo_look(image: &RgbImage) -> PhotoLook {
    let look = look(image);
    PhotoLook {
        shape: look.shape,
        sharpness: look.sharpness,
        brightness: look.brightness,
        contrast: look.contrast,
        border: look.border,
        border_contrast: look.border_contrast,
    }
}

#[cfg(test)]
mod tests;
