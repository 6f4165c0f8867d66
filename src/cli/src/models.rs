//! The base and the heads that the commands run: the shipped ones, or files that the caller names.

use std::fs;
use std::path::{Path, PathBuf};

use burn::tensor::{Device, Tensor};
use clap::builder::RangedU64ValueParser;
use futures::executor::block_on;
use headstart_nn::{DESCRIPTOR, Head, HeatMap, NnError, Vgg16, check_tuned};
use headstart_train::metrics::answer;
use headstart_vision::{RgbImage, normalise};
use headstart_weights::head::{HeadFile, MOST_SIDE};
use headstart_weights::index::Index;
use headstart_weights::vgg16::{CONVS, Unfrozen};
use headstart_weights::{Bank, BaseWeights, ConvWeights, WeightsError, golden_pattern, read_base, sha256_hex};
use rayon::prelude::*;

use crate::device::is_gpu;
use crate::error::CliError;

/// Photos that a GPU sees at once.
const GPU_BATCH: usize = 32;

/// The folder of model files that ships with the page.
pub(crate) fn shipped(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../public/models").join(file)
}

fn read(path: &Path) -> Result<Vec<u8>, CliError> {
    fs::read(path).map_err(|error| CliError::Read { path: path.to_owned(), error })
}

fn index() -> Result<Index, CliError> {
    let path = shipped("index.json");
    Index::from_json(&read(&path)?).map_err(|error| CliError::Weights { path, error })
}

/// The file of the shipped head whose blocks of the base were trained with it.
///
/// # Errors
/// [`CliError::NoTuned`] where none ships; those of the index.
pub(crate) fn tuned() -> Result<PathBuf, CliError> {
    let head = index()?.tuned.ok_or(CliError::NoTuned)?;
    Ok(shipped(&head.entry.file))
}

/// Fewest pixels a side of a photo that the base sees: smaller ones its pools leave next to nothing of.
const FEWEST_SIDE: u64 = 32;

/// Reads the side of the square that a photo is squeezed to, as a model's file can say it.
pub(crate) fn side() -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(FEWEST_SIDE..=MOST_SIDE as u64)
}

/// The base, ready to run.
pub(crate) struct Base {
    pub(crate) model: Vgg16,
    /// SHA-256 of its file; with that of a head whose blocks stand in the place of its own, of both.
    pub(crate) sha256: String,
    /// Its layers.
    convs: Vec<ConvWeights>,
}

impl Base {
    /// The base in `path`, quantized or float, on `device`; the shipped one without a path.
    ///
    /// # Errors
    /// [`CliError::Read`], [`CliError::Weights`] or [`CliError::Network`].
    pub(crate) fn open(path: Option<&Path>, device: &Device) -> Result<Self, CliError> {
        let path = match path {
            Some(path) => path.to_owned(),
            None => shipped(&index()?.base.file),
        };
        let bytes = read(&path)?;
        let weights = weights(&bytes).map_err(|error| CliError::Weights { path: path.clone(), error })?;
        let model = Vgg16::new(&weights.convs, device);
        let model = model.map_err(|error| CliError::Network { path, error })?;
        Ok(Self { model, sha256: sha256_hex(&bytes), convs: weights.convs })
    }

    /// What tells features that were kept of this device from those of another: the last bits differ.
    pub(crate) fn device(&self) -> &'static str {
        if is_gpu(self.model.device()) { " on a GPU" } else { "" }
    }

    /// What `see` makes of each of `photos`, as [`square_view`](crate::features::square_view) gives them, in their order. The
    /// processor takes them one by one on all cores, a GPU so many at once that it is busy.
    ///
    /// # Errors
    /// Those of `see`.
    pub(crate) fn each<T: Send>(
        &self,
        photos: &[Vec<f32>],
        size: usize,
        see: impl Fn(&Vgg16, Tensor<4>) -> Result<Vec<T>, NnError> + Sync,
    ) -> Result<Vec<T>, NnError> {
        let batch = |photos: &[Vec<f32>]| see(&self.model, self.model.photos(photos.concat(), size));
        let seen: Result<Vec<Vec<T>>, NnError> = if is_gpu(self.model.device()) {
            photos.chunks(GPU_BATCH).map(batch).collect()
        } else {
            photos.par_chunks(1).map(batch).collect()
        };
        Ok(seen?.into_iter().flatten().collect())
    }

    /// The last layers, which are trained where `unfrozen` says so.
    pub(crate) fn last(&self, unfrozen: Unfrozen) -> &[ConvWeights] {
        &self.convs[CONVS.len() - unfrozen.convs().len()..]
    }

    /// Puts the blocks of `head`, if it has any, in the place of the base's own. It comes from `path`.
    ///
    /// # Errors
    /// [`CliError::Weights`] or [`CliError::Network`] where they are no blocks of this base.
    fn put_blocks(&mut self, head: &HeadFile, path: &Path) -> Result<(), CliError> {
        if head.convs.is_empty() {
            return Ok(());
        }
        let convs = head.tuned(&self.convs).map_err(|error| CliError::Weights { path: path.to_owned(), error })?;
        self.check_blocks(head, &convs).map_err(|error| CliError::Network { path: path.to_owned(), error })
    }

    /// Puts `convs`, blocks of `head`, in the place of as many last layers.
    ///
    /// # Errors
    /// [`NnError::Layers`] where they are no last layers of VGG16; [`NnError::TunedFeatures`] where the base, with them, makes
    /// something else of the golden pattern than the head was given; [`NnError::Readback`].
    fn check_blocks(&mut self, head: &HeadFile, convs: &[ConvWeights]) -> Result<(), NnError> {
        self.model = self.model.with_last(convs)?;
        let size = head.manifest.size;
        let features = self.model.features(self.model.photos(golden_pattern(size), size));
        block_on(check_tuned(features.descriptor, &head.manifest.golden))?;
        let mut bytes: Vec<u8> = Vec::new();
        for conv in convs {
            bytes.extend(conv.weight.floats().iter().chain(&conv.bias).flat_map(|value| value.to_le_bytes()));
        }
        self.sha256 = sha256_hex(format!("{} {}", self.sha256, sha256_hex(&bytes)).as_bytes());
        Ok(())
    }
}

/// The weights of a quantized file, or of float safetensors.
fn weights(bytes: &[u8]) -> Result<BaseWeights, WeightsError> {
    match read_base(bytes) {
        Ok((_, weights)) => Ok(weights),
        Err(WeightsError::Foreign) => BaseWeights::from_safetensors(bytes),
        Err(error) => Err(error),
    }
}

/// A head, ready to run.
pub(crate) struct OpenedHead {
    model: Head,
    pub(crate) classes: Vec<String>,
    /// Side of the square photos that it was trained on.
    pub(crate) size: usize,
    /// What it was taught with, if its file says so.
    pub(crate) bank: Option<Bank>,
}

impl OpenedHead {
    /// The head in `path`; without one, the shipped cat/dog head for `size` (150 if left out). A head of another base is
    /// refused, unless the shipped head is to run on `another_base`.
    ///
    /// # Errors
    /// [`CliError::Read`], [`CliError::Weights`], [`CliError::NoHead`] or [`CliError::HeadMismatch`]; [`CliError::Network`]
    /// for a head that does not give the answer that its file says it gives. Where the head has blocks of its own, they stand
    /// in the place of the base's from then on.
    pub(crate) fn open(
        path: Option<&Path>,
        size: Option<usize>,
        base: &mut Base,
        another_base: bool,
    ) -> Result<Self, CliError> {
        let own = path.is_some();
        let path = match path {
            Some(path) => path.to_owned(),
            None => {
                let size = size.unwrap_or(150);
                let heads = index()?.heads;
                let entry = heads.into_iter().find(|head| head.size == size).ok_or(CliError::NoHead(size))?;
                shipped(&entry.entry.file)
            }
        };
        let file = HeadFile::from_bytes(&read(&path)?);
        let file = file.map_err(|error| CliError::Weights { path: path.clone(), error })?;
        let manifest = &file.manifest;
        let other_size = size.is_some_and(|size| size != manifest.size);
        let other_base = manifest.base_sha256 != base.sha256 && (own || !another_base);
        if other_size || other_base {
            return Err(CliError::HeadMismatch { path, size: size.unwrap_or(manifest.size) });
        }
        base.put_blocks(&file, &path)?;
        let model = block_on(Head::open(&file, &Device::flex())).map_err(|error| CliError::Network { path, error })?;
        Ok(Self { model, classes: file.manifest.classes, size: file.manifest.size, bank: file.bank })
    }

    /// The probability of each class for the square `photo`, which passes through `base`, and the heat map of `class`, or of
    /// that which is answered.
    ///
    /// # Errors
    /// [`NnError::NoClass`]; [`NnError::Readback`] where the device gives nothing back.
    pub(crate) fn explain(
        &self,
        base: &Base,
        photo: &RgbImage,
        class: Option<usize>,
    ) -> Result<(Vec<f32>, HeatMap), NnError> {
        // Blocks of the head's own stand in the place of the base's.
        let seen = base.model.begin(base.model.photos(normalise(photo), self.size)).description(None);
        let probabilities = block_on(headstart_nn::read(self.model.probabilities(seen.descriptor.clone())))?;
        let map = block_on(self.model.heat_map(&seen, class.unwrap_or_else(|| answer(&probabilities))))?;
        Ok((probabilities, map))
    }

    /// The probability of each class for each descriptor.
    ///
    /// # Errors
    /// [`CliError::Model`] where the device gives nothing back.
    pub(crate) fn probabilities(&self, descriptors: &[Vec<f32>]) -> Result<Vec<Vec<f32>>, CliError> {
        let n = descriptors.len();
        let features = burn::tensor::TensorData::new(descriptors.concat(), [n, DESCRIPTOR]);
        let features = Tensor::<2>::from_data(features, &Device::flex());
        let values = block_on(headstart_nn::read(self.model.probabilities(features)))?;
        Ok(values.chunks(self.classes.len()).map(<[f32]>::to_vec).collect())
    }
}
