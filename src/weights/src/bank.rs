//! A bank: what a head was taught with, in so few bytes that it goes into the head's file. It says how familiar a photo is.
//!
//! Part of a photo's descriptor, at length 1, with an offset taken away that most photos share, is compared with centres of
//! the training photos: its score is the cosine to the nearest one. Where that score stands among those of photos that the bank
//! was not made of is its familiarity. Distance to the nearest training features is a plain and strong measure of what a network
//! does not know (Sun et al., "Out-of-Distribution Detection with Deep Nearest Neighbors", 2022).

use safetensors::{Dtype, SafeTensors};
use serde::{Deserialize, Serialize};

use crate::{WeightsError, base::read_floats, hash::sha256_hex, sealed::FileTensor};

/// The name of the one recipe so far, which a bank's manifest repeats.
pub const BANK_RECIPE: &str = "cosine to the nearest 8-bit centre, less an offset";
/// Scores that a bank keeps: the lowest of the held-out photos', the highest, and those between at equal shares of them.
pub const QUANTILES: usize = 101;
/// The names of a bank's tensors, in the order of their hashes.
const NAMES: [&str; 3] = ["bank.offset", "bank.quantiles", "bank.centres"];
/// How many they are.
pub(crate) const TENSORS: usize = NAMES.len();

/// What a bank says about itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BankManifest {
    /// The name of its recipe: [`BANK_RECIPE`].
    pub recipe: String,
    /// The part of the descriptor that is compared: its first number and the one behind its last.
    pub part: [usize; 2],
    /// How many photos it was made of.
    pub photos: usize,
    /// How many photos that it was not made of gave the quantiles.
    pub held_out: usize,
}

/// What a head was taught with, and how familiar other photos of its classes are.
#[derive(Debug, Clone, PartialEq)]
pub struct Bank {
    manifest: BankManifest,
    /// What is taken away from a descriptor's part of length 1, `[width]`.
    offset: Vec<f32>,
    /// [`QUANTILES`] scores of held-out photos, rising.
    quantiles: Vec<f32>,
    /// `[n, width]`, each row the direction of a centre: its length says nothing.
    centres: Vec<i8>,
}

impl Bank {
    /// A bank of `centres`, `[n, width]` with rows of any length, for descriptors' numbers `part`, less `offset`; its quantiles
    /// are still to be put in ([`Self::calibrate`]).
    #[must_use]
    pub fn new(part: [usize; 2], photos: usize, offset: Vec<f32>, centres: &[f32]) -> Self {
        let width = offset.len().max(1);
        let rounded = centres.chunks_exact(width).flat_map(|row| {
            let largest = row.iter().fold(0.0f32, |largest, value| largest.max(value.abs()));
            row.iter().map(move |value| (127.0 * value / largest).round() as i8)
        });
        let centres = rounded.collect();
        let manifest = BankManifest { recipe: BANK_RECIPE.to_owned(), part, photos, held_out: 0 };
        Self { manifest, offset, quantiles: vec![0.0; QUANTILES], centres }
    }

    /// Has `scores` of photos that the bank was not made of say what is familiar.
    pub fn calibrate(&mut self, mut scores: Vec<f32>) {
        scores.sort_by(f32::total_cmp);
        self.manifest.held_out = scores.len();
        let Some(last) = scores.len().checked_sub(1) else { return };
        for (index, quantile) in self.quantiles.iter_mut().enumerate() {
            let place = (index * last) as f32 / (QUANTILES - 1) as f32;
            let (below, above) = (scores[place as usize], scores[place.ceil() as usize]);
            *quantile = below + (above - below) * place.fract();
        }
        // Rounding must not turn two of them round.
        (1..QUANTILES).for_each(|index| self.quantiles[index] = self.quantiles[index].max(self.quantiles[index - 1]));
    }

    /// What it says about itself.
    #[must_use]
    pub fn manifest(&self) -> &BankManifest {
        &self.manifest
    }

    /// How many centres it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.centres.len() / self.offset.len().max(1)
    }

    /// How many bytes it takes in a file, but for its manifest.
    #[must_use]
    pub fn bytes(&self) -> usize {
        size_of::<f32>() * (self.offset.len() + self.quantiles.len()) + self.centres.len()
    }

    /// Whether it has no centre; a file's bank has one.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.centres.is_empty()
    }

    /// The cosine of a photo's `descriptor` to the nearest centre, -1 to 1.
    #[must_use]
    pub fn score(&self, descriptor: &[f32]) -> f32 {
        let [from, to] = self.manifest.part;
        let part = descriptor.get(from..to).unwrap_or_default();
        let length = length(part.iter().copied());
        let part: Vec<f32> = part
            .iter()
            .zip(&self.offset)
            .map(|(value, offset)| value / length.max(f32::MIN_POSITIVE) - offset)
            .collect();
        let length = self::length(part.iter().copied()).max(f32::MIN_POSITIVE);
        let cosine = |row: &[i8]| {
            let dot: f32 = part.iter().zip(row).map(|(value, centre)| value * f32::from(*centre)).sum();
            dot / (length * self::length(row.iter().copied().map(f32::from)))
        };
        // What is no number is nothing's neighbour.
        self.centres.chunks_exact(self.offset.len().max(1)).map(cosine).fold(-1.0, f32::max)
    }

    /// How familiar a photo is, 0 to 1: the share of held-out photos of the head's classes that are no more familiar.
    #[must_use]
    pub fn familiarity(&self, descriptor: &[f32]) -> f64 {
        let score = self.score(descriptor);
        let above = self.quantiles.partition_point(|quantile| *quantile <= score);
        if above == 0 || above == QUANTILES {
            return if above == 0 { 0.0 } else { 1.0 };
        }
        let [below, next] = [above - 1, above].map(|index| f64::from(self.quantiles[index]));
        ((above - 1) as f64 + (f64::from(score) - below) / (next - below)) / (QUANTILES - 1) as f64
    }

    /// The bank that `manifest` speaks of, in a head's `file`, whose tensors have the SHA-256 `hashes`.
    ///
    /// # Errors
    /// Tensors that are missing, damaged or of another kind; [`WeightsError::Head`] for what no bank can have.
    pub(crate) fn read(
        manifest: &BankManifest,
        file: &SafeTensors<'_>,
        hashes: &[String],
    ) -> Result<Self, WeightsError> {
        let [from, to] = manifest.part;
        let width = to.saturating_sub(from);
        let floats = |name: &str, length: usize| read_floats(file, name, &[length]);
        let (offset, quantiles) = (floats(NAMES[0], width)?, floats(NAMES[1], QUANTILES)?);
        let centres = read_integers(file, NAMES[2], width)?;
        let bank = Self { manifest: manifest.clone(), offset, quantiles, centres };
        for ((name, tensor), hash) in bank.tensors().zip(hashes) {
            if sha256_hex(&tensor.bytes) != *hash {
                return Err(WeightsError::TensorHash { name });
            }
        }
        Ok(bank)
    }

    /// Its tensors with their names, as they go into a file.
    pub(crate) fn tensors(&self) -> impl Iterator<Item = (String, FileTensor)> {
        let width = self.offset.len();
        let tensors = [
            FileTensor::floats(&[width], &self.offset),
            FileTensor::floats(&[QUANTILES], &self.quantiles),
            FileTensor::integers(&[self.len(), width], &self.centres),
        ];
        NAMES.map(str::to_owned).into_iter().zip(tensors)
    }

    /// Refuses a bank that cannot say anything of descriptors of `inputs` numbers.
    ///
    /// # Errors
    /// What is wrong, of the head ("its bank …").
    pub(crate) fn check(&self, inputs: usize) -> Result<(), &'static str> {
        let BankManifest { recipe, part: [from, to], held_out, .. } = &self.manifest;
        if recipe != BANK_RECIPE {
            return Err("its bank follows a recipe that this program does not know");
        }
        if from >= to || *to > inputs || self.offset.len() != to - from {
            return Err("its bank compares another part of the descriptor than there is");
        }
        if self.centres.is_empty() || !self.centres.len().is_multiple_of(to - from) {
            return Err("its bank has no centres, or half a one");
        }
        if self.centres.chunks_exact(to - from).any(|row| row.iter().all(|value| *value == 0)) {
            return Err("a centre of its bank has no direction");
        }
        if !self.offset.iter().all(|value| value.is_finite()) {
            return Err("its bank's offset is not finite");
        }
        let rises = self.quantiles.windows(2).all(|pair| pair[0] <= pair[1]);
        let are_cosines = self.quantiles.iter().all(|score| (-1.001..=1.001).contains(score));
        if self.quantiles.len() != QUANTILES || !rises || !are_cosines || *held_out == 0 {
            return Err("its bank's quantiles are not rising cosines of held-out photos");
        }
        Ok(())
    }
}

fn length(values: impl Iterator<Item = f32>) -> f32 {
    values.map(|value| value * value).sum::<f32>().sqrt()
}

/// The tensor `name` of `file` when it is of rows of `width` signed bytes.
fn read_integers(file: &SafeTensors<'_>, name: &str, width: usize) -> Result<Vec<i8>, WeightsError> {
    let Ok(tensor) = file.tensor(name) else { return Err(WeightsError::MissingTensor { name: name.to_owned() }) };
    if tensor.dtype() != Dtype::I8 {
        return Err(WeightsError::ElementType { name: name.to_owned(), found: format!("{:?}", tensor.dtype()) });
    }
    match tensor.shape() {
        [_, columns] if *columns == width => Ok(tensor.data().iter().map(|byte| i8::from_le_bytes([*byte])).collect()),
        found => Err(WeightsError::Shape { name: name.to_owned(), found: found.to_vec(), expected: vec![1, width] }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bank() -> Bank {
        let mut bank = Bank::new([1, 3], 7, vec![0.0, 0.5], &[3.0, 0.0, 0.0, 0.01]);
        bank.calibrate((0..=10u8).rev().map(|score| f32::from(score) / 10.0).collect());
        bank
    }

    #[test]
    fn a_score_is_the_cosine_to_the_nearest_centre_less_the_offset() {
        let bank = bank();
        // (0.6, 0.8) less (0, 0.5) is (0.6, 0.3), whatever stands beside the part.
        let cosine = 0.6f32 / 0.45f32.sqrt();
        assert!((bank.score(&[9.0, 6.0, 8.0, -7.0]) - cosine).abs() < 1e-6);
        assert!((bank.score(&[0.0, 0.0, 3.0]) - 1.0).abs() < 1e-6);
        assert_eq!((bank.len(), bank.bytes()), (2, 4 * (2 + QUANTILES) + 4));
    }

    #[test]
    fn familiarity_is_the_share_of_held_out_photos_below() {
        let bank = bank();
        // The offset of a photo to its side: its score rises with its first number.
        let familiarity = |score: f64| {
            let bank = Bank { offset: vec![0.0, 0.0], centres: vec![127, 0], ..bank.clone() };
            bank.familiarity(&[0.0, score as f32, (1.0 - score * score).sqrt() as f32])
        };
        for share in [0.05, 0.25, 0.5, 0.93] {
            assert!((familiarity(share) - share).abs() < 1e-4, "{share}: {}", familiarity(share));
        }
        assert_eq!((familiarity(-0.5), familiarity(1.0)), (0.0, 1.0));
    }

    #[test]
    fn equal_scores_are_all_no_more_familiar() {
        let mut bank = Bank { offset: vec![0.0, 0.0], centres: vec![127, 0], ..bank() };
        bank.calibrate(vec![1.0; 5]);
        assert_eq!((bank.familiarity(&[0.0, 1.0, 0.0]), bank.familiarity(&[0.0, 1.0, 0.5])), (1.0, 0.0));
    }

    #[test]
    fn what_has_no_direction_is_not_familiar() {
        let bank = Bank { offset: vec![0.0, 0.0], ..bank() };
        for descriptor in [&[0.0; 3][..], &[], &[1.0], &[f32::NAN; 3], &[f32::INFINITY; 3]] {
            assert!(bank.familiarity(descriptor) < 0.01, "{descriptor:?}");
        }
    }
}
