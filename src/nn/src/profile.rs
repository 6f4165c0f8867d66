//! Where a photo's time goes in the base.

use std::time::{Duration, Instant};

use burn::tensor::Tensor;

use crate::Vgg16;
use crate::conv3x3::{Phases, note_phases};

/// What a stage of the base took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageProfile {
    /// Its name, as in `conv1_2` or `pool1`.
    pub stage: String,
    /// All of it. A pool's begins where the stage before it ends: with mean and maximum of that, where it describes.
    pub total: Duration,
    /// What its convolution's phases took; nothing of a pool's.
    pub phases: Phases,
}

impl Vgg16 {
    /// What each stage takes for one photo `[1, 3, size, size]`, on the CPU and on this thread alone.
    #[must_use]
    pub fn profile(&self, photo: Tensor<4>) -> Vec<StageProfile> {
        let mut stages = Vec::new();
        note_phases(true);
        let mut last = Instant::now();
        self.forward(photo, |stage, _| {
            let now = Instant::now();
            let total = now - std::mem::replace(&mut last, now);
            stages.push(StageProfile { stage: stage.to_owned(), total, phases: note_phases(true) });
        });
        note_phases(false);
        stages
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;
    use headstart_weights::golden_pattern;
    use headstart_weights::vgg16::CONVS;

    use super::*;
    use crate::last_blocks::tests::base;

    #[test]
    fn the_phases_are_what_a_convolution_consists_of() {
        let model = Vgg16::new(&base(), &Device::flex()).unwrap();
        let profile = model.profile(model.photos(golden_pattern(64), 64));
        let names = CONVS.iter().flat_map(|shape| [Some(shape.stage), shape.pool].into_iter().flatten());
        assert_eq!(profile.iter().map(|stage| stage.stage.as_str()).collect::<Vec<_>>(), names.collect::<Vec<_>>());
        for StageProfile { stage, total, phases: Phases { gather, product, scatter } } in profile {
            let is_conv = stage.starts_with("conv");
            for phase in [gather, product, scatter] {
                assert_eq!(phase > Duration::ZERO, is_conv, "{stage}");
            }
            assert!(gather + product + scatter <= total, "{stage}");
        }
        // Nobody wants to know any more.
        drop(model.features(model.photos(golden_pattern(64), 64)));
        assert_eq!(note_phases(false), Phases::default());
    }
}
