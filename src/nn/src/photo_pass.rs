//! One pass of photos through the base for several heads: each goes on from where its own blocks begin.

use burn::tensor::Tensor;
use headstart_weights::vgg16::{CONVS, Unfrozen};

#[cfg(feature = "cpu")]
use crate::conv3x3::max_pool2x2;
use crate::vgg16::DESCRIBING;
#[cfg(feature = "cpu")]
use crate::vgg16::described;
use crate::{LastBlocks, Vgg16, Vgg16Builder};

/// Photos on their way through the base. It goes as far as descriptors are asked for, and through no layer twice.
#[derive(Debug)]
pub struct PhotoPass<'a> {
    base: &'a Vgg16,
    photos: Reached,
    /// Where some head's own blocks may begin, and the end; as far as it came.
    reached: Vec<Reached>,
}

/// The pass of photos through a base whose layers are still coming: each layer is behind it as soon as it is here.
#[derive(Debug)]
pub struct EarlyPass {
    photos: Reached,
    /// As far as it came.
    at: Reached,
    /// As [`PhotoPass`] has it.
    reached: Vec<Reached>,
}

/// What a head sees of photos, and what that was pooled from.
#[derive(Debug, Clone)]
pub struct Description {
    /// `[n, 2048]`.
    pub descriptor: Tensor<2>,
    /// The activations of conv4_3 and of conv5_3, `[n, 512, side, side]` each.
    pub stages: Vec<Tensor<4>>,
    /// Side of the photos in pixels.
    pub size: usize,
}

/// How far it came.
#[derive(Debug, Clone)]
struct Reached {
    /// Layers that are behind it.
    layers: usize,
    /// What came out of the last of them.
    activations: Tensor<4>,
    /// The parts of the descriptor that come of them, `[n, 512]` each.
    parts: Vec<Tensor<2>>,
    /// What those were pooled from, `[n, 512, side, side]` each.
    stages: Vec<Tensor<4>>,
}

impl Reached {
    /// The photos themselves.
    fn nothing(photos: Tensor<4>) -> Self {
        Self { layers: 0, activations: photos, parts: Vec::new(), stages: Vec::new() }
    }

    /// Further on, behind so many layers of `base`.
    fn through(self, base: &Vgg16, layers: usize) -> Self {
        let mut stages = self.stages;
        let (activations, parts) = base.layers(self.layers..layers, self.activations, describing(&mut stages));
        Self { layers, activations, parts: [self.parts, parts].concat(), stages }
    }
}

/// Behind so many layers each, in their order: where some head's own blocks may begin, and the end.
fn places() -> [usize; 3] {
    [Some(Unfrozen::Blocks4And5), Some(Unfrozen::Block5), None].map(layers_before)
}

/// Notes the stages that describe.
fn describing(stages: &mut Vec<Tensor<4>>) -> impl FnMut(&str, &Tensor<4>) {
    |name, activations| {
        if DESCRIBING.contains(&name) {
            stages.push(activations.clone());
        }
    }
}

/// Layers before `blocks`; without any, all.
fn layers_before(blocks: Option<Unfrozen>) -> usize {
    CONVS.len() - blocks.map_or(0, |blocks| blocks.convs().len())
}

impl Vgg16 {
    /// A pass of photos `[n, 3, size, size]`, which waits for [`PhotoPass::descriptor`].
    #[must_use]
    pub fn begin(&self, photos: Tensor<4>) -> PhotoPass<'_> {
        PhotoPass { base: self, photos: Reached::nothing(photos), reached: Vec::new() }
    }
}

impl EarlyPass {
    /// The pass of photos `[n, 3, size, size]`, before any layer.
    #[must_use]
    pub fn new(photos: Tensor<4>) -> Self {
        let photos = Reached::nothing(photos);
        Self { at: photos.clone(), photos, reached: Vec::new() }
    }

    /// Goes on through the layers that `base` has by now, which begins with those that it had before.
    pub fn advance(&mut self, base: &Vgg16Builder) {
        while self.at.layers < base.as_far().layer_count() {
            self.at = self.at.clone().through(base.as_far(), self.at.layers + 1);
            if places().contains(&self.at.layers) {
                self.reached.push(self.at.clone());
            }
        }
    }

    /// The pass at its end, for one head after the other; none where it is not there yet. `base` is what became of the builder.
    #[must_use]
    pub fn finish(self, base: &Vgg16) -> Option<PhotoPass<'_>> {
        (self.at.layers == CONVS.len()).then_some(PhotoPass { base, photos: self.photos, reached: self.reached })
    }
}

impl<'a> PhotoPass<'a> {
    /// A pass of `photos` that has come to its end already: what came out of the last layer of block 3, and of the stages that
    /// describe, conv4_3 and conv5_3.
    #[cfg(feature = "cpu")]
    pub(crate) fn at_its_end(base: &'a Vgg16, photos: Tensor<4>, pool3: Tensor<4>, stages: [Tensor<4>; 2]) -> Self {
        let photos = Reached::nothing(photos);
        let layers = layers_before(Some(Unfrozen::Blocks4And5));
        let mut reached = vec![Reached { layers, activations: pool3, parts: Vec::new(), stages: Vec::new() }];
        for (blocks, stage) in [Some(Unfrozen::Block5), None].into_iter().zip(stages) {
            let before = &reached[reached.len() - 1];
            let parts = before.parts.iter().cloned().chain(described(&stage)).collect();
            let stages = before.stages.iter().cloned().chain([stage.clone()]).collect();
            reached.push(Reached { layers: layers_before(blocks), activations: max_pool2x2(stage), parts, stages });
        }
        PhotoPass { base, photos, reached }
    }
}

impl PhotoPass<'_> {
    /// What heads see whose `blocks` were trained with them, or heads on the base as it is, `[n, 2048]`.
    #[must_use]
    pub fn descriptor(&mut self, blocks: Option<&LastBlocks>) -> Tensor<2> {
        self.description(blocks).descriptor
    }

    /// As [`Self::descriptor`], with the activations that it was pooled from.
    #[must_use]
    pub fn description(&mut self, blocks: Option<&LastBlocks>) -> Description {
        let size = self.photos.activations.dims()[3];
        let reached = self.reach(layers_before(blocks.map(LastBlocks::unfrozen)));
        let Reached { activations, parts, mut stages, .. } = reached;
        let descriptor = match blocks {
            Some(blocks) => blocks.continued(activations, parts, describing(&mut stages)),
            None => Tensor::cat(parts, 1),
        };
        Description { descriptor, stages, size }
    }

    /// What [`LastBlocks`] of `unfrozen` begin with: the activations of the last frozen layer, channels last,
    /// `[n, side, side, channels]`.
    #[must_use]
    pub fn activations(&mut self, unfrozen: Unfrozen) -> Tensor<4> {
        self.reach(layers_before(Some(unfrozen))).activations.permute([0, 2, 3, 1])
    }

    /// Behind so many layers, by way of all places before where heads may go on.
    fn reach(&mut self, layers: usize) -> Reached {
        let known = self.reached.iter().rfind(|reached| reached.layers <= layers);
        let mut at = known.unwrap_or(&self.photos).clone();
        for place in places().into_iter().filter(|place| *place <= layers) {
            if place > at.layers {
                at = at.through(self.base, place);
                self.reached.push(at.clone());
            }
        }
        at
    }
}
