//! The shape of VGG16's convolutional base (Simonyan & Zisserman 2014, configuration D): the one table of it.

use serde::{Deserialize, Serialize};

/// One 3×3 convolution (padding 1, then ReLU) of the base.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConvShape {
    /// The name in torchvision's state dict, without `.weight` or `.bias`.
    pub name: &'static str,
    /// The name of its output as a stage (`conv3_2`).
    pub stage: &'static str,
    /// Channels in.
    pub in_channels: usize,
    /// Channels out.
    pub out_channels: usize,
    /// The name of the stage of the 2×2 maximum pool (stride 2) after it, if one follows.
    pub pool: Option<&'static str>,
}

impl ConvShape {
    /// The weight tensor's shape, OIHW.
    #[must_use]
    pub fn weight_shape(&self) -> [usize; 4] {
        [self.out_channels, self.in_channels, 3, 3]
    }

    /// How many weights it has, without biases.
    #[must_use]
    pub fn weight_count(&self) -> usize {
        self.out_channels * self.in_channels * 9
    }
}

const fn conv(
    name: &'static str,
    stage: &'static str,
    in_channels: usize,
    out_channels: usize,
    pool: Option<&'static str>,
) -> ConvShape {
    ConvShape { name, stage, in_channels, out_channels, pool }
}

/// The 13 convolutions in the order of the network.
pub const CONVS: [ConvShape; 13] = [
    conv("features.0", "conv1_1", 3, 64, None),
    conv("features.2", "conv1_2", 64, 64, Some("pool1")),
    conv("features.5", "conv2_1", 64, 128, None),
    conv("features.7", "conv2_2", 128, 128, Some("pool2")),
    conv("features.10", "conv3_1", 128, 256, None),
    conv("features.12", "conv3_2", 256, 256, None),
    conv("features.14", "conv3_3", 256, 256, Some("pool3")),
    conv("features.17", "conv4_1", 256, 512, None),
    conv("features.19", "conv4_2", 512, 512, None),
    conv("features.21", "conv4_3", 512, 512, Some("pool4")),
    conv("features.24", "conv5_1", 512, 512, None),
    conv("features.26", "conv5_2", 512, 512, None),
    conv("features.28", "conv5_3", 512, 512, Some("pool5")),
];

/// Which of the base's last blocks are trained with the head; all before them stays frozen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unfrozen {
    /// Block 5: 7,079,424 parameters.
    Block5,
    /// Blocks 4 and 5: 12,979,200 parameters, as many as the published run trained.
    Blocks4And5,
}

impl Unfrozen {
    /// The convolutions that are trained.
    #[must_use]
    pub fn convs(self) -> &'static [ConvShape] {
        match self {
            Self::Block5 => &CONVS[10..],
            Self::Blocks4And5 => &CONVS[7..],
        }
    }

    /// All of their weights and biases.
    #[must_use]
    pub fn parameters(self) -> usize {
        self.convs().iter().map(|shape| shape.weight_count() + shape.out_channels).sum()
    }

    /// Channels of the last frozen layer, a pool.
    #[must_use]
    pub fn channels(self) -> usize {
        self.convs()[0].in_channels
    }

    /// The stage of the last frozen layer.
    #[must_use]
    pub fn stage(self) -> &'static str {
        match self {
            Self::Block5 => "pool4",
            Self::Blocks4And5 => "pool3",
        }
    }

    /// Positions a side of the last frozen layer for a photo of `size` pixels a side.
    #[must_use]
    pub fn side(self, size: usize) -> usize {
        match self {
            Self::Block5 => size / 16,
            Self::Blocks4And5 => size / 8,
        }
    }

    /// Numbers of a descriptor, its first ones, that come of frozen layers.
    #[must_use]
    pub fn front(self) -> usize {
        match self {
            Self::Block5 => 2 * FEATURES,
            Self::Blocks4And5 => 0,
        }
    }
}

/// Pooled features of a photo: the channels of its last stage, averaged over positions.
pub const FEATURES: usize = 512;

/// The sides of the square pictures that the base is used at.
pub const SIZES: [usize; 2] = [150, 224];

/// ImageNet's mean of each channel (RGB, 0–1), subtracted before the base.
pub const MEAN: [f32; 3] = [0.485, 0.456, 0.406];

/// ImageNet's standard deviation of each channel, divided by before the base.
pub const STD: [f32; 3] = [0.229, 0.224, 0.225];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_unfrozen_has_the_published_parameters() {
        assert_eq!(Unfrozen::Block5.parameters(), 7_079_424);
        assert_eq!(Unfrozen::Blocks4And5.parameters(), 12_979_200);
        for unfrozen in [Unfrozen::Block5, Unfrozen::Blocks4And5] {
            let before = CONVS[CONVS.len() - unfrozen.convs().len() - 1];
            assert_eq!((before.pool, before.out_channels), (Some(unfrozen.stage()), unfrozen.channels()));
        }
        assert_eq!(SIZES.map(|size| Unfrozen::Block5.side(size)), [9, 14]);
        assert_eq!(SIZES.map(|size| Unfrozen::Blocks4And5.side(size)), [18, 28]);
    }
}
