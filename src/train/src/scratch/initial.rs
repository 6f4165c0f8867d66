//! Where the weights begin.

use headstart_weights::scratch::ScratchArchitecture;
use rand::Rng;

use crate::generator;

/// Stream of [`generator`].
const INITIAL_WEIGHTS: u64 = 1 << 32;

/// Tensors for `architecture`: weights uniform in `±√(6 / inputs)` (He et al., "Delving Deep into Rectifiers", 2015), in
/// the output layer zero, so that every class begins equally probable; biases zero.
pub(super) fn weights(architecture: &ScratchArchitecture, seed: u64) -> Vec<Vec<f32>> {
    let mut random = generator(seed, INITIAL_WEIGHTS);
    let shapes = architecture.tensors();
    let output = shapes.len() - 2;
    let shapes = shapes.into_iter().enumerate();
    shapes
        .map(|(index, (_, shape))| {
            let inputs: usize = shape[1..].iter().product();
            let bound = if shape.len() == 1 || index == output { 0.0 } else { (6.0 / inputs as f32).sqrt() };
            let count: usize = shape.iter().product();
            (0..count).map(|_| bound * (random.random::<f32>() * 2.0 - 1.0)).collect()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_follow_from_the_seed_and_keep_the_variance() {
        let architecture =
            ScratchArchitecture { side: 30, channels: vec![16, 32], hidden: 40, classes: 3, dropout: 0.0 };
        let drawn = weights(&architecture, 1);
        assert_eq!(drawn, weights(&architecture, 1));
        assert_ne!(drawn, weights(&architecture, 2));
        assert!(architecture.fits(&drawn));
        for tensor in [2, 4] {
            let inputs: usize = architecture.tensors()[tensor].1[1..].iter().product();
            let squares: f32 = drawn[tensor].iter().map(|weight| weight * weight).sum();
            let variance = squares / drawn[tensor].len() as f32 * inputs as f32;
            assert!((variance / 2.0 - 1.0).abs() < 0.1, "tensor {tensor}: {variance}");
        }
        assert!(drawn[6].iter().all(|weight| *weight == 0.0));
        assert!(drawn.iter().skip(1).step_by(2).flatten().all(|bias| *bias == 0.0));
    }
}
