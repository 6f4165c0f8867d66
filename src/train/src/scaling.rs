//! Descriptors as the optimizer likes them.

use headstart_weights::head::DenseWeights;

use crate::Examples;

/// `x` becomes `(x - mean) / rms`, `mean` a vector and `rms` one number.
///
/// All descriptors share a large common part, which makes plain gradients crawl. The bias bears no penalty, so taking the
/// mean away changes the way to the minimum but not the minimum; and a finished head takes both into its first layer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scaling {
    mean: Vec<f32>,
    rms: f32,
}

impl Scaling {
    /// Of the descriptors of `examples`: their mean, and the root mean square of their numbers (1 if that is 0).
    pub(crate) fn of(examples: &Examples) -> Self {
        let mut sums = vec![0.0f64; examples.width()];
        let mut squares = 0.0;
        for row in (0..examples.len()).map(|index| examples.descriptor(index)) {
            for (sum, value) in sums.iter_mut().zip(row) {
                *sum += f64::from(*value);
                squares += f64::from(*value).powi(2);
            }
        }
        let n = examples.len() as f64;
        let rms = (squares / (n * sums.len() as f64)).sqrt() as f32;
        let mean = sums.iter().map(|sum| (sum / n) as f32).collect();
        Self { mean, rms: if rms.is_normal() { rms } else { 1.0 } }
    }

    /// Numbers of a descriptor.
    pub(crate) fn width(&self) -> usize {
        self.mean.len()
    }

    /// The scaled descriptors, row-major.
    pub(crate) fn apply(&self, examples: &Examples) -> Vec<f32> {
        let mut scaled = Vec::with_capacity(examples.len() * self.mean.len());
        for row in (0..examples.len()).map(|index| examples.descriptor(index)) {
            scaled.extend(row.iter().zip(&self.mean).map(|(value, mean)| (value - mean) / self.rms));
        }
        scaled
    }

    /// The square of the factor between weights of scaled and of plain descriptors.
    pub(crate) fn squared_factor(&self) -> f64 {
        f64::from(self.rms).powi(-2)
    }

    /// Layers that do with plain descriptors what `layers` do with scaled ones.
    pub(crate) fn fold(&self, mut layers: Vec<DenseWeights>) -> Vec<DenseWeights> {
        if let Some(first) = layers.first_mut() {
            for (row, bias) in first.weight.chunks_exact_mut(first.inputs).zip(&mut first.bias) {
                let mut shift = 0.0f64;
                for (weight, mean) in row.iter_mut().zip(&self.mean) {
                    *weight /= self.rms;
                    shift += f64::from(*weight) * f64::from(*mean);
                }
                *bias -= shift as f32;
            }
        }
        layers
    }

    /// Layers that do with scaled descriptors what `layers` do with plain ones.
    pub(crate) fn unfold(&self, mut layers: Vec<DenseWeights>) -> Vec<DenseWeights> {
        if let Some(first) = layers.first_mut() {
            for (row, bias) in first.weight.chunks_exact_mut(first.inputs).zip(&mut first.bias) {
                let mut shift = 0.0f64;
                for (weight, mean) in row.iter_mut().zip(&self.mean) {
                    shift += f64::from(*weight) * f64::from(*mean);
                    *weight *= self.rms;
                }
                *bias += shift as f32;
            }
        }
        layers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folded_layer_answers_plain_descriptors_alike() {
        let rows = [vec![3.0, 1.0], vec![1.0, -5.0]];
        let examples = Examples::new(&rows, vec![0, 1], 2).unwrap();
        let scaling = Scaling::of(&examples);
        // Mean (2, -2), mean square (9 + 1 + 1 + 25) / 4 = 9.
        assert_eq!(scaling, Scaling { mean: vec![2.0, -2.0], rms: 3.0 });
        let scaled = scaling.apply(&examples);
        assert_eq!(scaled, [1.0 / 3.0, 1.0, -1.0 / 3.0, -1.0]);
        let layer = DenseWeights { outputs: 1, inputs: 2, weight: vec![6.0, 3.0], bias: vec![1.0] };
        let folded = scaling.fold(vec![layer.clone()]);
        // 6 · 1/3 + 3 · 1 + 1 = 6 = 2 · 3 + 1 · 1 - 1.
        assert_eq!(folded[0].weight, [2.0, 1.0]);
        assert_eq!(folded[0].bias, [-1.0]);
        assert_eq!(scaling.unfold(folded), [layer]);
    }

    #[test]
    fn descriptors_of_nothing_but_zeros_stay_numbers() {
        let examples = Examples::new(&[vec![0.0; 3], vec![0.0; 3]], vec![0, 1], 2).unwrap();
        assert_eq!(Scaling::of(&examples).apply(&examples), [0.0; 6]);
    }
}
