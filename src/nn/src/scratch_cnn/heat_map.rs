//! Which places of a photo speak for a class of the CNN.

use burn::nn::DropoutConfig;
use burn::tensor::Tensor;

use super::ScratchCnn;
use crate::heat_map::contrast;
use crate::{HeatMap, NnError, StageMap, read};

impl ScratchCnn {
    /// Why it answers `photo`, `[1, 3, side, side]`, as it does: the heat map of `class`. A position of the last block adds
    /// the sum over channels of activation times gradient, by burn's autodiff; what that leaves of the logit is the bias.
    ///
    /// # Errors
    /// [`NnError::NoClass`]; [`NnError::Readback`] where the device gives nothing back.
    pub async fn heat_map(&self, photo: Tensor<4>, class: usize) -> Result<HeatMap, NnError> {
        let contrast = contrast(class, self.architecture.classes, &photo.device())?;
        // Where gradients flow dropout would take part.
        let still = Self { dropout: DropoutConfig::new(0.0).init(), ..self.clone() };
        let activations = self.blocks(photo);
        let input = activations.clone().autodiff().require_grad();
        let logit = still.classify(input.clone()).matmul(contrast);
        let gradients = logit.backward();
        let gradient = input.grad(&gradients).unwrap_or_else(|| activations.zeros_like());
        let values = read((activations * gradient).sum_dim(1)).await?;
        let logit = read(logit.inner()).await?.into_iter().sum::<f32>();
        let blocks = self.architecture.channels.len();
        let stride = 1 << blocks;
        let side = self.architecture.last_side();
        // Each convolution leaves out a border of one, which is twice as wide in the photo after each pool.
        let map = StageMap { stage: "last block", side, stride, origin: stride - 1, values };
        let mut heat = HeatMap { stages: vec![map], bias: 0.0, logit, size: self.architecture.side };
        heat.bias = logit - heat.sum();
        Ok(heat)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::{Device, TensorData};
    use futures::executor::block_on;
    use headstart_weights::scratch::ScratchArchitecture;

    fn network(classes: usize) -> ScratchCnn {
        let architecture = ScratchArchitecture { side: 22, channels: vec![3, 4], hidden: 5, classes, dropout: 0.5 };
        let tensors = architecture.tensors().into_iter().enumerate();
        let weights: Vec<Vec<f32>> = tensors
            .map(|(index, (_, shape))| {
                let scale = 2.0 / (shape[1..].iter().product::<usize>() as f32).sqrt();
                let noise = |at: usize| ((at * 7919 + index * 104_729) % 997) as f32 / 498.5 - 1.0;
                (0..shape.iter().product()).map(|at| scale * noise(at)).collect()
            })
            .collect();
        ScratchCnn::new(&architecture, &weights, &Device::flex()).unwrap()
    }

    fn photo(network: &ScratchCnn) -> Tensor<4> {
        network.photos((0..3 * 22 * 22).map(|at| (at as f32 * 0.37).sin()).collect())
    }

    fn logits(network: &ScratchCnn, activations: Tensor<4>) -> Vec<f32> {
        block_on(read(network.classify(activations))).unwrap()
    }

    /// Counted from the mean of the others.
    fn logit(logits: &[f32], class: usize) -> f32 {
        let others = logits.iter().sum::<f32>() - logits[class];
        logits[class] - others / (logits.len() - 1) as f32
    }

    #[test]
    fn sum_and_bias_are_the_logit_and_a_position_adds_what_its_growth_adds() {
        for classes in [2, 3] {
            let network = network(classes);
            let activations = network.blocks(photo(&network));
            let whole = logits(&network, activations.clone());
            for class in 0..classes {
                let map = block_on(network.heat_map(photo(&network), class)).unwrap();
                let [stage] = &map.stages[..] else { panic!("{map:?}") };
                assert_eq!((stage.side, stage.stride, stage.origin, stage.values.len()), (4, 4, 3, 16));
                assert!((map.logit - logit(&whole, class)).abs() < 1e-5);
                assert!((map.sum() + map.bias - map.logit).abs() < 1e-4, "{map:?}");
                assert!(stage.values.iter().any(|value| value.abs() > 1e-3), "{map:?}");
                for (at, value) in stage.values.iter().enumerate() {
                    let grown = |by: f32| {
                        let growth: Vec<f32> =
                            (0..16).map(|position| if position == at { 1.0 + by } else { 1.0 }).collect();
                        let growth = Tensor::<4>::from_data(TensorData::new(growth, [1, 1, 4, 4]), &Device::flex());
                        logit(&logits(&network, activations.clone() * growth), class)
                    };
                    let expected = (grown(1e-2) - grown(-1e-2)) / 2e-2;
                    assert!((value - expected).abs() < 1e-3, "{at}: {value} for {expected}");
                }
            }
        }
    }

    #[test]
    fn a_class_that_it_does_not_have_is_refused() {
        let network = network(2);
        let refused = block_on(network.heat_map(photo(&network), 2));
        assert_eq!(refused, Err(NnError::NoClass { class: 2, classes: 2 }));
    }
}
