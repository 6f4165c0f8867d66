//! The head file of blocks that were trained with a head.

use burn::tensor::{Tensor, TensorData};
use headstart_nn::{Head, LastBlocks, Vgg16, read};
use headstart_weights::head::{GoldenHead, HeadFile, TUNED_VERSION};
use headstart_weights::vgg16::Unfrozen;
use headstart_weights::{ConvWeights, TunedConv, golden_pattern};

use crate::{BestEpoch, TrainError};

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
            let tuned = ConvWeights { weight: weight.clone(), bias: bias.clone(), ..frozen.clone() };
            TunedConv::new(&tuned, frozen)
        })
        .collect();
    let rounded = file.tuned(frozen).map_err(|_| TrainError::Diverged { epoch: best.epoch })?;
    let manifest = &mut file.manifest;
    (manifest.version, manifest.unfrozen) = (TUNED_VERSION, Some(unfrozen));
    (manifest.val_accuracy, manifest.folds, manifest.held_out_sha256) = (best.accuracy, None, None);
    let device = base.device();
    let blocks = LastBlocks::new(unfrozen, &rounded, device)?;
    let pattern = base.photos(golden_pattern(manifest.size), manifest.size);
    let input = read(base.begin(pattern).descriptor(Some(&blocks))).await?;
    let question = Tensor::from_data(TensorData::new(input.clone(), [1, input.len()]), device);
    let head = Head::new(&file.layers, &manifest.architecture, device)?;
    manifest.golden = GoldenHead { input, probabilities: read(head.probabilities(question)).await? };
    Ok(())
}
