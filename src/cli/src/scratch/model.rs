//! A trained CNN, ready to answer.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use burn::tensor::Device;
use futures::executor::block_on;
use headstart_nn::{HeatMap, NnError, ScratchCnn};
use headstart_train::metrics::answer;
use headstart_vision::{RgbImage, normalise};
use headstart_weights::scratch::ScratchFile;
use rayon::prelude::*;

use super::photos::read;
use crate::classifier::Answers;
use crate::error::CliError;
use crate::features::refuse_nothing;
use crate::photos::Skipped;
use crate::progress::Progress;

/// A trained CNN, ready to answer.
pub(crate) struct ScratchModel {
    network: ScratchCnn,
    pub(crate) classes: Vec<String>,
}

impl ScratchModel {
    /// The network in `file`, which was read from `path`.
    ///
    /// # Errors
    /// [`CliError::ScratchSize`] where it is for photos of another size than `size`, [`CliError::Network`] where
    /// it does not give the answer that its file says it gives.
    pub(crate) fn open(file: ScratchFile, path: PathBuf, size: Option<usize>) -> Result<Self, CliError> {
        let own = file.manifest.architecture.side;
        if size.is_some_and(|size| size != own) {
            return Err(CliError::ScratchSize { path, own });
        }
        let network = block_on(ScratchCnn::open(&file, &Device::flex()));
        let network = network.map_err(|error| CliError::Network { path, error })?;
        Ok(Self { network, classes: file.manifest.classes })
    }

    /// Side of the square photos that it was trained on.
    pub(crate) fn size(&self) -> usize {
        self.network.architecture().side
    }

    /// Its answers to the photos in `files`, on all cores.
    ///
    /// # Errors
    /// [`CliError::NothingReadable`] where none is a photo.
    pub(crate) fn answers(&self, files: &[&Path]) -> Result<Answers, CliError> {
        let progress = Progress::over("photos", files.len());
        let results: Vec<_> = files
            .par_iter()
            .map(|path| {
                let start = Instant::now();
                let answer = self.answer(path).map(|answer| (answer, start.elapsed()));
                progress.step();
                answer
            })
            .collect();
        drop(progress);
        let (mut probabilities, mut skipped, mut spent) = (Vec::new(), Vec::new(), Duration::ZERO);
        for (path, result) in files.iter().zip(results) {
            let result = result.map_err(|reason| skipped.push(Skipped::new(*path, reason)));
            probabilities.push(result.ok().map(|(answer, time)| {
                spent += time;
                answer
            }));
        }
        refuse_nothing(files.len(), &skipped)?;
        let ms_per_photo = spent.as_secs_f64() * 1e3 / (files.len() - skipped.len()).max(1) as f64;
        let familiarity = vec![None; files.len()];
        Ok(Answers { probabilities, familiarity, skipped, ms_per_photo })
    }

    /// The probability of each class for the square `photo`.
    ///
    /// # Errors
    /// [`NnError::Readback`] where the device gives nothing back.
    pub(crate) fn probabilities(&self, photo: &RgbImage) -> Result<Vec<f32>, NnError> {
        block_on(headstart_nn::read(self.network.probabilities(self.network.photos(normalise(photo)))))
    }

    /// The same, and the heat map of `class`, or of that which is answered.
    ///
    /// # Errors
    /// [`NnError::NoClass`]; [`NnError::Readback`] where the device gives nothing back.
    pub(crate) fn explain(&self, photo: &RgbImage, class: Option<usize>) -> Result<(Vec<f32>, HeatMap), NnError> {
        let probabilities = self.probabilities(photo)?;
        let class = class.unwrap_or_else(|| answer(&probabilities));
        let map = block_on(self.network.heat_map(self.network.photos(normalise(photo)), class))?;
        Ok((probabilities, map))
    }

    fn answer(&self, path: &Path) -> Result<Vec<f32>, String> {
        self.probabilities(&read(path, self.size())?).map_err(|error| error.to_string())
    }
}
