//! What answers photos: a head on the base, or a CNN trained from scratch.

use std::fs;
use std::path::{Path, PathBuf};

use burn::tensor::Device;
use futures::executor::block_on;
use headstart_nn::{HeatMap, NnError};
use headstart_vision::{RgbImage, normalise};
use headstart_weights::WeightsError;
use headstart_weights::scratch::ScratchFile;

use crate::With;
use crate::error::CliError;
use crate::features::extract;
use crate::models::{Base, OpenedHead, shipped, tuned};
use crate::photos::Skipped;
use crate::scratch::ScratchModel;

/// The value of `--model` that stands for the CNN that ships with the page.
const SHIPPED: &str = "scratch";
/// The value of `--model` that stands for the shipped head with blocks of its own.
const TUNED: &str = "tuned";
/// Its file among the page's models.
const SHIPPED_FILE: &str = "cats-dogs-scratch.hsw";

/// What came of a list of photos.
pub(crate) struct Answers {
    /// For each file the probability of each class; `None` for one that was skipped.
    pub(crate) probabilities: Vec<Option<Vec<f32>>>,
    /// For each file how familiar it is to the model ([`headstart_weights::Bank::familiarity`]); `None` for one that was skipped,
    /// or where the model does not know.
    pub(crate) familiarity: Vec<Option<f64>>,
    /// What was skipped.
    pub(crate) skipped: Vec<Skipped>,
    /// Milliseconds a photo from the file's bytes to the answer, on one core.
    pub(crate) ms_per_photo: f64,
}

/// What answers photos.
pub(crate) enum Classifier {
    /// A head on the base, and where the base's features are kept.
    Transfer { base: Base, head: Box<OpenedHead>, cache: PathBuf },
    /// A CNN trained from scratch.
    Scratch(ScratchModel),
}

impl Classifier {
    /// What the options ask for, the base on `device`.
    ///
    /// # Errors
    /// Whatever keeps its files from being read or run.
    pub(crate) fn open(with: &With, device: &Device) -> Result<Self, CliError> {
        if let Some(path) = &with.model
            && path != Path::new(TUNED)
            && let Some(file) = scratch_file(path)?
        {
            return Ok(Self::Scratch(ScratchModel::open(file, path.clone(), with.size)?));
        }
        let mut base = Base::open(with.base.as_deref(), device)?;
        let tuned = if with.model.as_deref() == Some(Path::new(TUNED)) { Some(tuned()?) } else { None };
        let model = tuned.as_deref().or(with.model.as_deref());
        let head = Box::new(OpenedHead::open(model, with.size, &mut base, with.base.is_some())?);
        Ok(Self::Transfer { base, head, cache: with.cache.clone() })
    }

    /// The names of the classes, in the order of the answers.
    pub(crate) fn classes(&self) -> &[String] {
        match self {
            Self::Transfer { head, .. } => &head.classes,
            Self::Scratch(model) => &model.classes,
        }
    }

    /// Side of the square that a photo is squeezed to.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Transfer { head, .. } => head.size,
            Self::Scratch(model) => model.size(),
        }
    }

    /// The probability of each class for the square `photo`, and the heat map of `class`, or of that which is answered.
    ///
    /// # Errors
    /// [`NnError::NoClass`]; [`NnError::Readback`] where the device gives nothing back.
    pub(crate) fn explain(&self, photo: &RgbImage, class: Option<usize>) -> Result<(Vec<f32>, HeatMap), NnError> {
        match self {
            Self::Transfer { base, head, .. } => head.explain(base, photo, class),
            Self::Scratch(model) => model.explain(photo, class),
        }
    }

    /// The probability of each class for the square `photo`.
    ///
    /// # Errors
    /// [`CliError::Model`] where the device gives nothing back.
    pub(crate) fn probabilities(&self, photo: &RgbImage) -> Result<Vec<f32>, CliError> {
        match self {
            Self::Transfer { base, head, .. } => {
                let photo = base.model.photos(normalise(photo), head.size);
                let descriptor = block_on(headstart_nn::read(base.model.features(photo).descriptor))?;
                Ok(head.probabilities(&[descriptor])?.concat())
            }
            Self::Scratch(model) => Ok(model.probabilities(photo)?),
        }
    }

    /// Why it cannot say of a photo that it is like nothing that it was taught, if it cannot.
    pub(crate) fn knows_all(&self) -> Option<&'static str> {
        match self {
            Self::Transfer { head, .. } if head.bank.is_some() => None,
            Self::Transfer { .. } => Some(
                "the head has no bank of what it was taught with, so every photo is taken for one of its classes; train it again, \
                 with a few different photos of each class",
            ),
            Self::Scratch(_) => {
                Some("a CNN has no bank of what it was taught with: every photo is taken for one of its classes")
            }
        }
    }

    /// The answers to the photos in `files`.
    ///
    /// # Errors
    /// [`CliError::NothingReadable`] where none is a photo; those of [`extract`].
    pub(crate) fn answers(&self, files: &[&Path]) -> Result<Answers, CliError> {
        let (base, head, cache) = match self {
            Self::Scratch(model) => return model.answers(files),
            Self::Transfer { base, head, cache } => (base, head, cache),
        };
        let extracted = extract(files, base, head.size, cache, 0)?;
        let known: Vec<Vec<f32>> = extracted.descriptors.iter().flatten().cloned().collect();
        let mut answers = head.probabilities(&known)?.into_iter();
        let probabilities = extracted.descriptors.iter().map(|found| found.as_ref().and_then(|_| answers.next()));
        let familiar = |found: &Option<Vec<f32>>| Some(head.bank.as_ref()?.familiarity(found.as_ref()?));
        Ok(Answers {
            probabilities: probabilities.collect(),
            familiarity: extracted.descriptors.iter().map(familiar).collect(),
            skipped: extracted.skipped,
            ms_per_photo: extracted.ms_per_photo,
        })
    }
}

/// The CNN in `path`, or the shipped one; `None` where the file is of another kind.
fn scratch_file(path: &Path) -> Result<Option<ScratchFile>, CliError> {
    let ships = path == Path::new(SHIPPED);
    let path = if ships { shipped(SHIPPED_FILE) } else { path.to_owned() };
    if ships && !path.exists() {
        return Err(CliError::NoScratch { path });
    }
    let bytes = fs::read(&path).map_err(|error| CliError::Read { path: path.clone(), error })?;
    match ScratchFile::from_bytes(&bytes) {
        Ok(file) => Ok(Some(file)),
        Err(WeightsError::Foreign | WeightsError::Safetensors(_)) if !ships => Ok(None),
        Err(error) => Err(CliError::Weights { path, error }),
    }
}
