//! The shape of a CNN that is trained from scratch.

use serde::{Deserialize, Serialize};

use crate::classes::MOST_CLASSES;

/// The most parameters that a network of a file may have.
const MOST_PARAMETERS: usize = 100_000_000;
/// The most blocks, channels of a block, hidden outputs, and pixels a side.
const MOST_BLOCKS: usize = 8;
const MOST_CHANNELS: usize = 1024;
const MOST_HIDDEN: usize = 4096;
const MOST_SIDE: usize = 1024;

/// A CNN: blocks of a 3×3 convolution without padding, ReLU and a 2×2 maximum pool; then a hidden dense layer with ReLU,
/// dropout before and after it, and the output layer. Two classes share one output, whose sigmoid is the second one's
/// probability; more classes have an output each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScratchArchitecture {
    /// The side of the square photos.
    pub side: usize,
    /// The channels out of each block.
    pub channels: Vec<usize>,
    /// The outputs of the hidden layer.
    pub hidden: usize,
    /// The classes.
    pub classes: usize,
    /// The share of the hidden layer's inputs and outputs that is dropped in training.
    pub dropout: f64,
}

impl ScratchArchitecture {
    /// The architecture of the published cats-and-dogs run, for photos of `side` pixels a side: 16, 64 and 128 channels,
    /// 512 hidden outputs, dropout 0.3. At 150 pixels and for two classes it has 19,024,513 parameters.
    #[must_use]
    pub fn published(side: usize, classes: usize) -> Self {
        Self { side, channels: vec![16, 64, 128], hidden: 512, classes, dropout: 0.3 }
    }

    /// A smaller network of the same kind, which a browser trains on one core while its visitor waits: photos of 64 pixels
    /// a side, half the published channels, 64 hidden outputs. A pass over a photo and back takes 17 million
    /// multiply-adds where the published network's takes 484 million.
    #[must_use]
    pub fn small(classes: usize) -> Self {
        Self { side: 64, channels: vec![8, 32, 64], hidden: 64, classes, dropout: 0.3 }
    }

    /// Numbers that the output layer gives.
    #[must_use]
    pub fn outputs(&self) -> usize {
        if self.classes == 2 { 1 } else { self.classes }
    }

    /// The side of what the last block gives; 0 where the photos are too small for the blocks.
    #[must_use]
    pub fn last_side(&self) -> usize {
        self.channels.iter().fold(self.side, |side, _| side.saturating_sub(2) / 2)
    }

    /// Inputs of the hidden layer: the last block's channels, rows and columns in this order.
    #[must_use]
    pub fn flattened(&self) -> usize {
        self.channels.last().copied().unwrap_or(3) * self.last_side().pow(2)
    }

    /// Name and shape of each tensor, in the order of the network: a layer's weight (`[outputs, inputs]`, filters OIHW),
    /// then its bias.
    #[must_use]
    pub fn tensors(&self) -> Vec<(String, Vec<usize>)> {
        let mut shapes = Vec::new();
        let mut inputs = 3;
        for (index, &outputs) in self.channels.iter().enumerate() {
            shapes.push((format!("convs.{index}"), vec![outputs, inputs, 3, 3]));
            inputs = outputs;
        }
        shapes.push(("dense.0".to_owned(), vec![self.hidden, self.flattened()]));
        shapes.push(("dense.1".to_owned(), vec![self.outputs(), self.hidden]));
        let pair = |(name, shape): (String, Vec<usize>)| {
            let bias = (format!("{name}.bias"), vec![shape[0]]);
            [(format!("{name}.weight"), shape), bias]
        };
        shapes.into_iter().flat_map(pair).collect()
    }

    /// Parameters of a network of it.
    #[must_use]
    pub fn parameters(&self) -> usize {
        self.tensors().iter().map(|(_, shape)| shape.iter().product::<usize>()).sum()
    }

    /// Refuses what no network can be, or only an absurdly large one.
    ///
    /// # Errors
    /// What is wrong.
    pub fn check(&self) -> Result<(), &'static str> {
        let within = |value: usize, most: usize| (1..=most).contains(&value);
        if !within(self.channels.len(), MOST_BLOCKS) || !self.channels.iter().all(|c| within(*c, MOST_CHANNELS)) {
            return Err("a CNN of 1 to 8 blocks has 1 to 1,024 channels in each");
        }
        if !within(self.side, MOST_SIDE) || self.last_side() == 0 {
            return Err("the photos are too small for its blocks, or larger than 1,024 pixels a side");
        }
        if !within(self.hidden, MOST_HIDDEN) || !(2..=MOST_CLASSES).contains(&self.classes) {
            return Err("it has no or too many hidden outputs or classes");
        }
        if !(0.0..1.0).contains(&self.dropout) {
            return Err("its dropout is no share below 1");
        }
        if self.parameters() > MOST_PARAMETERS {
            return Err("it has more than 100 million parameters");
        }
        Ok(())
    }

    /// Whether `tensors` are as many and as long as [`Self::tensors`] says.
    #[must_use]
    pub fn fits<T: AsRef<[f32]>>(&self, tensors: &[T]) -> bool {
        let lengths = self.tensors().into_iter().map(|(_, shape)| shape.iter().product::<usize>());
        tensors.iter().map(|tensor| tensor.as_ref().len()).eq(lengths)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_architecture_has_the_published_parameters() {
        let published = ScratchArchitecture::published(150, 2);
        assert_eq!(published.flattened(), 36_992);
        assert_eq!(published.parameters(), 19_024_513);
        assert_eq!(ScratchArchitecture::published(150, 3).parameters(), 19_024_512 + 2 * 513 + 1);
        assert_eq!(ScratchArchitecture::small(2).parameters(), 168_641);
        assert_eq!(ScratchArchitecture::small(5).check(), Ok(()));
        let shapes: Vec<Vec<usize>> = published.tensors().into_iter().map(|(_, shape)| shape).collect();
        assert_eq!(shapes[4..8], [vec![128, 64, 3, 3], vec![128], vec![512, 36_992], vec![512]]);
    }

    #[test]
    fn absurd_architectures_are_refused() {
        let good = ScratchArchitecture::published(150, 2);
        assert_eq!(good.check(), Ok(()));
        for change in [
            (|a| a.side = 21) as fn(&mut ScratchArchitecture),
            |a| a.side = 5000,
            |a| a.channels.clear(),
            |a| a.channels[1] = 0,
            |a| a.channels = vec![1; 9],
            |a| a.hidden = usize::MAX,
            |a| a.classes = 1,
            |a| a.dropout = 1.0,
            |a| a.dropout = f64::NAN,
            |a| (a.side, a.channels) = (1024, vec![1024]),
        ] {
            let mut changed = good.clone();
            change(&mut changed);
            assert!(changed.check().is_err(), "{changed:?}");
        }
    }
}
