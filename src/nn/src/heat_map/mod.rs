//! Heat maps: which places of a photo speak for a class, and how much.
//!
//! Heads see the mean and the maximum over the positions of two stages, each L2-normalised. So the logit of a linear head is
//! a bias plus a sum over positions, and exactly that: a mean spreads its weight over all of them, a maximum gives it to the
//! position that attained it. It is class activation mapping (Zhou et al., "Learning Deep Features for Discriminative
//! Localization", CVPR 2016), with the maxima and the lengths taken in.

mod density;

use burn::tensor::{Device, Tensor, TensorData};

use crate::vgg16::{DESCRIBING, STRIDES};
use crate::{Description, Head, NnError, POOLED, read};

/// What each place of a photo adds to the logit of a class.
///
/// The logit is counted from the mean of the other classes' logits (of two classes it is the difference of both): a softmax
/// does not change where all logits grow alike, so a logit by itself says nothing.
///
/// Exact for linear heads. For heads with hidden layers and for the CNN trained from scratch it is an approximation, the
/// logit's Taylor series up to the first order, and what that leaves over is part of the bias.
#[derive(Debug, Clone, PartialEq)]
pub struct HeatMap {
    /// conv4_3 and conv5_3; of a CNN its last block alone.
    pub stages: Vec<StageMap>,
    /// What no place has a part in.
    pub bias: f32,
    /// What the model gives; [`Self::sum`] and bias together come to it within 1e-4.
    pub logit: f32,
    /// Side of the square photo in pixels.
    pub size: usize,
}

/// What the positions of one stage add.
#[derive(Debug, Clone, PartialEq)]
pub struct StageMap {
    /// The stage's name.
    pub stage: &'static str,
    /// Positions a side.
    pub side: usize,
    /// Pixels of the photo from one position to the next.
    pub stride: usize,
    /// Pixels of the photo above and left of the first position's square of [`Self::stride`].
    pub origin: usize,
    /// Of each position, `[side, side]`, row-major.
    pub values: Vec<f32>,
}

impl HeatMap {
    /// What all places add.
    #[must_use]
    pub fn sum(&self) -> f32 {
        self.stages.iter().flat_map(|stage| &stage.values).map(|value| f64::from(*value)).sum::<f64>() as f32
    }
}

impl Head {
    /// Why it answers a photo as it does: the heat map of `class`. `seen` is of one photo.
    ///
    /// # Errors
    /// [`NnError::NoClass`]; [`NnError::Readback`] where the device gives nothing back.
    pub async fn heat_map(&self, seen: &Description, class: usize) -> Result<HeatMap, NnError> {
        let logit = self.class_logit(seen.descriptor.clone(), class).await?;
        // Of each stage the mean's weights and the maximum's.
        let weights = logit.weights.chunks_exact(2 * POOLED);
        let mut stages = Vec::with_capacity(DESCRIBING.len());
        for (((stage, stride), activations), weights) in
            DESCRIBING.into_iter().zip(STRIDES).zip(&seen.stages).zip(weights)
        {
            let side = activations.dims()[3];
            let activations = read(activations.clone().permute([0, 2, 3, 1])).await?;
            let values = by_position(&activations, weights.split_at(POOLED));
            stages.push(StageMap { stage, side, stride, origin: 0, values });
        }
        Ok(HeatMap { stages, bias: logit.bias, logit: logit.value, size: seen.size })
    }
}

/// What each position adds to the weighted sum of the L2-normalised mean and maximum over positions. `activations` are
/// `[positions, channels]`, the weights `[channels]` each.
fn by_position(activations: &[f32], (of_mean, of_maximum): (&[f32], &[f32])) -> Vec<f32> {
    let channels = of_mean.len();
    let positions = activations.chunks_exact(channels);
    let mut sums = vec![0.0; channels];
    // Where each channel is largest, and how large.
    let mut maxima = vec![(0, f32::NEG_INFINITY); channels];
    for (at, position) in positions.clone().enumerate() {
        for ((value, sum), maximum) in position.iter().zip(&mut sums).zip(&mut maxima) {
            *sum += f64::from(*value);
            if *value > maximum.1 {
                *maximum = (at, *value);
            }
        }
    }
    // The mean's length has the number of positions in it, as the mean itself has.
    let mean_length = length(sums.iter().copied());
    let shares: Vec<f64> = of_mean.iter().map(|weight| f64::from(*weight) / mean_length).collect();
    let mut added: Vec<f64> = positions
        .map(|position| position.iter().zip(&shares).map(|(value, share)| f64::from(*value) * share).sum())
        .collect();
    let maximum_length = length(maxima.iter().map(|(_, value)| f64::from(*value)));
    for ((at, value), weight) in maxima.into_iter().zip(of_maximum) {
        if let Some(added) = added.get_mut(at) {
            *added += f64::from(*weight) * f64::from(value) / maximum_length;
        }
    }
    added.into_iter().map(|value| value as f32).collect()
}

/// Of a vector; that of zeros is nearly nothing, so that they stay zeros.
fn length(numbers: impl Iterator<Item = f64>) -> f64 {
    numbers.map(|number| number * number).sum::<f64>().sqrt().max(1e-12)
}

/// What logits are multiplied by, `[classes, 1]`, for that of `class` counted from the mean of the others.
///
/// # Errors
/// [`NnError::NoClass`].
pub(crate) fn contrast(class: usize, classes: usize, device: &Device) -> Result<Tensor<2>, NnError> {
    if class >= classes {
        return Err(NnError::NoClass { class, classes });
    }
    let other = -1.0 / (classes - 1).max(1) as f32;
    let numbers: Vec<f32> = (0..classes).map(|at| if at == class { 1.0 } else { other }).collect();
    Ok(Tensor::from_data(TensorData::new(numbers, [classes, 1]), device))
}

#[cfg(test)]
mod tests;
