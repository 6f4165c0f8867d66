//! The head file of blocks that were trained with a head.

use burn::tensor::{Device, Tensor, TensorData};
use headstart_nn::{Head, LastBlocks, Vgg16, read};
use headstart_weights::head::{GoldenHead, HeadFile};
use headstart_weights::vgg16::Unfrozen;
use headstart_weights::{ConvWeights, StoredTensor, TunedConv, golden_pattern};

use crate::{BestEpoch, BlockInputs, TrainError, put_temperature};

/// Puts the blocks and the head of `best` into the file of the linear head that they began with, which was trained on `base` as
/// it is. `frozen` are the base's own layers that were trained, `unfrozen` which ones they are. What the file then says it answers
/// is what its rounded blocks answer.
///
/// # Errors
/// [`TrainError::OtherLayers`] where the head is not linear, [`TrainError::Diverged`] for weights that are no numbers,
/// [`TrainError::Model`] where the layers are not the base's or the device gives nothing back.
pub async fn put_blocks(
    file: &mut HeadFile,
    best: &BestEpoch,
    unfrozen: Unfrozen,
    frozen: &[ConvWeights],
    base: &Vgg16,
) -> Result<(), TrainError> {
    let (blocks, head) = best.weights.split_at_checked(2 * unfrozen.convs().len()).ok_or(TrainError::OtherLayers)?;
    let ([layer], [weight, bias]) = (&mut file.layers[..], head) else { return Err(TrainError::OtherLayers) };
    (layer.weight, layer.bias) = (weight.clone(), bias.clone());
    file.convs = (frozen.iter().zip(blocks.as_chunks::<2>().0))
        .map(|(frozen, [weight, bias])| {
            let (weight, bias) = (StoredTensor::Floats(weight.clone()), bias.clone());
            let tuned = ConvWeights { weight, bias, ..frozen.clone() };
            TunedConv::new(&tuned, frozen)
        })
        .collect();
    let rounded = file.tuned(frozen).map_err(|_| TrainError::Diverged { epoch: best.epoch })?;
    file.manifest.unfrozen = Some(unfrozen);
    // One of descriptors that these blocks do not give.
    file.put_bank(None);
    let manifest = &mut file.manifest;
    (manifest.val_accuracy, manifest.folds, manifest.held_out_sha256) = (best.accuracy, None, None);
    manifest.temperature = None;
    let device = base.device().clone();
    let blocks = LastBlocks::new(unfrozen, &rounded, &device)?;
    let pattern = base.photos(golden_pattern(manifest.size), manifest.size);
    let input = read(base.begin(pattern).descriptor(Some(&blocks))).await?;
    manifest.golden = GoldenHead { input, probabilities: Vec::new() };
    put_temperature(file, None, &device).await
}

/// A head with blocks of the base that were trained with it, as its file has them, for the activations that a
/// [`crate::FineTuning`] takes.
pub struct TunedHead {
    unfrozen: Unfrozen,
    blocks: LastBlocks,
    head: Head,
    size: usize,
    device: Device,
}

impl TunedHead {
    /// The head in `file`; `frozen` are the base's own layers.
    ///
    /// # Errors
    /// [`TrainError::OtherLayers`] where the file has no blocks or the base others, [`TrainError::Model`] where layers do not fit
    /// together.
    pub fn new(file: &HeadFile, frozen: &[ConvWeights], device: &Device) -> Result<Self, TrainError> {
        let (Some(unfrozen), Ok(convs)) = (file.manifest.unfrozen, file.tuned(frozen)) else {
            return Err(TrainError::OtherLayers);
        };
        Ok(Self {
            unfrozen,
            blocks: LastBlocks::new(unfrozen, &convs, device)?,
            head: Head::new(&file.layers, &file.manifest.architecture, device)?,
            size: file.manifest.size,
            device: device.clone(),
        })
    }

    /// The logits of `photos` photos, `[photos, classes]`.
    ///
    /// # Errors
    /// [`TrainError::Model`] where the device gives nothing back.
    pub async fn logits(&self, photos: usize, inputs: BlockInputs) -> Result<Vec<f32>, TrainError> {
        let Self { unfrozen, size, device, .. } = self;
        let BlockInputs { activations, front } = inputs;
        let activations = LastBlocks::activations(*unfrozen, activations, unfrozen.side(*size), device);
        let front = Tensor::from_data(TensorData::new(front, [photos, unfrozen.front()]), device);
        Ok(read(self.head.forward(self.blocks.descriptors(activations, front))).await?)
    }
}
