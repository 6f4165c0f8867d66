//! Golden figures: what the base makes of one fixed picture, stage by stage, to check every device against.

use serde::{Deserialize, Serialize};

use crate::vgg16::{MEAN, STD};

/// Samples kept of each stage.
const SAMPLES: usize = 8;

/// The figures of one pass of the base over [`golden_pattern`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Golden {
    /// The side of the square picture.
    pub size: usize,
    /// The 18 stages in the order of the network, after ReLU.
    pub stages: Vec<StageFigures>,
    /// The 512 features: the last stage averaged over positions, not normalised.
    pub features: Vec<f32>,
}

/// Figures of one stage's output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StageFigures {
    /// The stage (`conv1_1`, `pool5`).
    pub name: String,
    /// Its shape, `[1, channels, height, width]`.
    pub shape: Vec<usize>,
    /// The mean of its values.
    pub mean: f64,
    /// Their Euclidean norm.
    pub l2: f64,
    /// Their maximum.
    pub max: f64,
    /// Some of its values: index in row-major NCHW order, and value.
    pub samples: Vec<(usize, f64)>,
}

impl StageFigures {
    /// The figures of `values`, a stage's output of `shape` in row-major NCHW order.
    pub fn measure<T: Copy + Into<f64>>(name: &str, shape: [usize; 4], values: &[T]) -> Self {
        let (mut sum, mut squares, mut max) = (0.0, 0.0, f64::NEG_INFINITY);
        for &value in values {
            let value: f64 = value.into();
            sum += value;
            squares += value * value;
            max = f64::max(max, value);
        }
        // The first value and the last of each eighth but one.
        let indices = (0..SAMPLES).map(|eighth| (eighth * (values.len() / SAMPLES)).saturating_sub(1));
        Self {
            name: name.to_owned(),
            shape: shape.to_vec(),
            mean: sum / values.len().max(1) as f64,
            l2: squares.sqrt(),
            max,
            samples: indices.filter_map(|index| Some((index, (*values.get(index)?).into()))).collect(),
        }
    }
}

/// The fixed picture: `pixel(c, y, x) = (x·7·(c+1) + y·13·(c+2) + x·y·(c+1)) mod 256`, normalised as photos are.
///
/// # Shapes
///
/// `[3, size, size]`, row-major.
#[must_use]
pub fn golden_pattern(size: usize) -> Vec<f32> {
    let mut picture = Vec::with_capacity(3 * size * size);
    for c in 0..3 {
        for y in 0..size {
            for x in 0..size {
                let pixel = (x * 7 * (c + 1) + y * 13 * (c + 2) + x * y * (c + 1)) % 256;
                picture.push((pixel as f32 / 255.0 - MEAN[c]) / STD[c]);
            }
        }
    }
    picture
}

/// How far a measured pass is from a golden one. All figures are relative errors, 0 for a perfect match.
#[derive(Debug, Clone, PartialEq)]
pub struct Parity {
    /// One a stage.
    pub stages: Vec<StageParity>,
    /// ‖measured − golden‖ / ‖golden‖ of the 512 features.
    pub features: f64,
}

/// How far a measured stage is from its golden.
#[derive(Debug, Clone, PartialEq)]
pub struct StageParity {
    /// The stage.
    pub name: String,
    /// Relative error of the mean.
    pub mean: f64,
    /// Relative error of the norm.
    pub l2: f64,
    /// The largest error of a sample, relative to the stage's golden maximum.
    pub samples: f64,
}

impl Parity {
    /// The largest of all its errors.
    #[must_use]
    pub fn worst(&self) -> f64 {
        self.stages.iter().flat_map(|stage| [stage.mean, stage.l2, stage.samples]).fold(self.features, larger)
    }
}

/// Compares `measured` with `golden`. What is missing from `measured`, has another shape or is not a number counts as
/// infinitely far off; stages that `golden` lacks are not compared.
#[must_use]
pub fn parity(measured: &Golden, golden: &Golden) -> Parity {
    let stages = golden.stages.iter().map(|stage| {
        let found = measured.stages.iter().find(|found| found.name == stage.name && found.shape == stage.shape);
        stage_parity(found, stage)
    });
    Parity { stages: stages.collect(), features: relative_distance(&measured.features, &golden.features) }
}

fn stage_parity(measured: Option<&StageFigures>, golden: &StageFigures) -> StageParity {
    let compare = |of: fn(&StageFigures) -> f64| {
        measured.map_or(f64::INFINITY, |found| relative(of(found) - of(golden), of(golden)))
    };
    let samples = golden.samples.iter().map(|&(index, expected)| {
        let found = measured.and_then(|found| found.samples.iter().find(|sample| sample.0 == index));
        found.map_or(f64::INFINITY, |sample| relative(sample.1 - expected, golden.max))
    });
    StageParity {
        name: golden.name.clone(),
        mean: compare(|stage| stage.mean),
        l2: compare(|stage| stage.l2),
        samples: samples.fold(0.0, larger),
    }
}

/// ‖measured − golden‖ / ‖golden‖; infinite where the lengths differ or something is not a number.
#[must_use]
pub fn relative_distance(measured: &[f32], golden: &[f32]) -> f64 {
    if measured.len() != golden.len() {
        return f64::INFINITY;
    }
    let square = |value: f64| value * value;
    let distance: f64 = measured.iter().zip(golden).map(|(&a, &b)| square(f64::from(a) - f64::from(b))).sum();
    let norm: f64 = golden.iter().map(|&value| square(f64::from(value))).sum();
    relative(distance.sqrt(), norm.sqrt())
}

/// |error| / |scale|, infinite when it is not a number.
fn relative(error: f64, scale: f64) -> f64 {
    let ratio = error.abs() / scale.abs();
    if error == 0.0 {
        0.0
    } else if ratio.is_nan() {
        f64::INFINITY
    } else {
        ratio
    }
}

/// The larger of two errors, where "not a number" is the largest.
fn larger(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() { f64::INFINITY } else { a.max(b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn golden(values: &[f32]) -> Golden {
        Golden {
            size: 2,
            stages: vec![StageFigures::measure("conv1_1", [1, 1, 1, values.len()], values)],
            features: values.to_vec(),
        }
    }

    #[test]
    fn a_match_is_zero_and_an_error_is_relative() {
        let ours = golden(&[1.0, 2.0, 4.0, 0.0, 1.0, 2.0, 3.0, 3.0]);
        assert_eq!(parity(&ours, &ours).worst(), 0.0);
        let mut off = ours.clone();
        off.stages[0].samples[2].1 += 0.04;
        assert!((parity(&off, &ours).stages[0].samples - 0.01).abs() < 1e-12);
    }

    #[test]
    fn nothing_strange_passes_for_a_match() {
        let ours = golden(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]);
        let mut broken = ours.clone();
        broken.features[3] = f32::NAN;
        assert_eq!(parity(&broken, &ours).worst(), f64::INFINITY);
        broken = ours.clone();
        broken.stages[0].l2 = f64::NAN;
        assert_eq!(parity(&broken, &ours).worst(), f64::INFINITY);
        broken = ours.clone();
        broken.stages.clear();
        assert_eq!(parity(&broken, &ours).worst(), f64::INFINITY);
        broken = ours.clone();
        broken.features.pop();
        assert_eq!(parity(&broken, &ours).worst(), f64::INFINITY);
    }

    #[test]
    fn the_pattern_is_the_documented_one() {
        let pattern = golden_pattern(150);
        assert_eq!(pattern.len(), 3 * 150 * 150);
        assert_eq!(pattern[0], (0.0 - 0.485) / 0.229);
        let (c, y, x) = (2, 3, 5);
        let pixel = ((5 * 7 * 3 + 3 * 13 * 4 + 15 * 3) % 256) as f32;
        assert_eq!(pattern[(c * 150 + y) * 150 + x], (pixel / 255.0 - 0.406) / 0.225);
    }
}
