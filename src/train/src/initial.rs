//! Where a head's training begins.

use headstart_weights::head::{DenseWeights, HeadArchitecture};
use rand::Rng;

use crate::generator;

/// Stream of [`generator`].
const INITIAL_WEIGHTS: u64 = 1 << 32;

/// Layers for descriptors of `width` numbers: hidden ones uniform in `±√(6 / inputs)` (He et al., "Delving Deep into
/// Rectifiers", 2015), the last one zero, so that every class begins equally probable; a linear head's objective has
/// one minimum anyway.
pub(crate) fn layers(architecture: &HeadArchitecture, width: usize, classes: usize, seed: u64) -> Vec<DenseWeights> {
    let mut random = generator(seed, INITIAL_WEIGHTS);
    let outputs = architecture.outputs(classes);
    let last = outputs.len() - 1;
    let mut inputs = width;
    let mut layers = Vec::with_capacity(outputs.len());
    for (index, outputs) in outputs.into_iter().enumerate() {
        let bound = if index == last { 0.0 } else { (6.0 / inputs as f32).sqrt() };
        let weight = (0..inputs * outputs).map(|_| bound * (random.random::<f32>() * 2.0 - 1.0)).collect();
        layers.push(DenseWeights { outputs, inputs, weight, bias: vec![0.0; outputs] });
        inputs = outputs;
    }
    layers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_weights_follow_from_the_seed_and_keep_the_variance() {
        let architecture = HeadArchitecture::Mlp { hidden: vec![64, 32], dropout: 0.3 };
        let layers = |seed| layers(&architecture, 100, 3, seed);
        assert_eq!(layers(1), layers(1));
        assert_ne!(layers(1)[0], layers(2)[0]);
        assert_eq!(layers(1).iter().map(|l| (l.inputs, l.outputs)).collect::<Vec<_>>(), [(100, 64), (64, 32), (32, 3)]);
        let first = &layers(1)[0];
        let variance = first.weight.iter().map(|weight| weight * weight).sum::<f32>() / first.weight.len() as f32;
        assert!((variance * 100.0 - 2.0).abs() < 0.1, "{variance}");
        assert!(layers(1)[2].weight.iter().all(|weight| *weight == 0.0));
    }
}
