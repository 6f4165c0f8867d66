//! `headstart quantize` for a CNN trained from scratch: nearly all of its bytes are the hidden layer's.

use std::path::Path;

use burn::tensor::Device;
use futures::executor::block_on;
use headstart_nn::ScratchCnn;
use headstart_vision::{Augmentation, Limits, augment, decode, normalise, square};
use headstart_weights::scratch::{ScratchFile, write_quantized};
use headstart_weights::{ConvWeights, Neighbourhoods, StoredTensor, quantize, quantize_dense, sha256_hex};
use rand::SeedableRng;

use crate::error::CliError;
use crate::progress::Progress;
use crate::quantize::{PICTURES, neighbourhoods};
use crate::reference::{Stage, convolve, pool};

/// How coarse the filters may be, in root mean squares of a channel's weights; those of the first block stay floats.
const FILTER_STEP: f32 = 0.1;
/// How coarse the hidden layer may be. Its weights then take about 3 bits each.
pub(crate) const HIDDEN_STEP: f32 = 0.5;
/// Views taken of each sample picture, to see which inputs a layer has.
const VIEWS: usize = 128;

/// The quantized file, for `output`, of the network in `file`, whose bytes `floats` are those of `input`; and the relative
/// error of all its numbers.
/// The hidden layer's weights are multiples of `step` times their root mean square.
///
/// # Errors
/// [`CliError::Network`] about `input`, where the network does not run; [`CliError::Weights`] about `output`, where its numbers do not fit
/// into a file.
pub(crate) fn run(
    file: &ScratchFile,
    floats: &[u8],
    step: f32,
    [input, output]: [&Path; 2],
) -> Result<(Vec<u8>, f64), CliError> {
    let architecture = &file.manifest.architecture;
    let mut views = views(architecture.side);
    let mut stored = Vec::with_capacity(file.tensors.len());
    let positions = architecture.last_side().pow(2);
    let channels = architecture.flattened() / positions;
    let progress = Progress::over("parts", architecture.channels.len() + channels);
    for block in 0..architecture.channels.len() {
        let (weight, bias) = (&file.tensors[2 * block], &file.tensors[2 * block + 1]);
        let (out_channels, in_channels) = (bias.len(), weight.len() / (9 * bias.len()));
        let mut conv = ConvWeights {
            name: format!("convs.{block}"),
            out_channels,
            in_channels,
            weight: StoredTensor::Floats(weight.clone()),
            bias: bias.clone(),
        };
        if block > 0 {
            conv.weight = StoredTensor::Rows(quantize(&conv, &neighbourhoods(&views, 1), FILTER_STEP));
        }
        // The next layer is rounded for what it will see: the answers of the rounded ones before it.
        views = views.iter().map(|view| pool(&inner(&convolve(&conv, view)))).collect();
        stored.extend([conv.weight, StoredTensor::Floats(conv.bias)]);
        progress.step();
    }
    let hidden = stored.len();
    let blocks = (0..channels).map(|channel| {
        let inputs = inputs_of(channel, positions, &views);
        progress.step();
        inputs
    });
    let rows = quantize_dense(&file.tensors[hidden], architecture.flattened(), blocks, step);
    stored.push(StoredTensor::Rows(rows));
    stored.extend(file.tensors[hidden + 1..].iter().cloned().map(StoredTensor::Floats));

    let tensors: Vec<Vec<f32>> = stored.iter().map(|tensor| tensor.floats().into_owned()).collect();
    let blame = |error| CliError::Network { path: input.to_owned(), error };
    let network = ScratchCnn::new(architecture, &tensors, &Device::flex()).map_err(blame)?;
    let mut manifest = file.manifest.clone();
    manifest.golden = block_on(network.golden()).map_err(blame)?;
    manifest.float_sha256 = Some(sha256_hex(floats));
    let bytes = write_quantized(&manifest, &stored);
    let bytes = bytes.map_err(|error| CliError::Weights { path: output.to_owned(), error })?;
    Ok((bytes, relative_error(&file.tensors, &tensors)))
}

/// The sample pictures as training would see them, always the same ones.
fn views(side: usize) -> Vec<Stage> {
    let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(1);
    // Shipped with the program: a test of the base's quantizer sees that they can be read.
    let pictures = PICTURES.iter().filter_map(|bytes| decode(bytes, &Limits::default()).ok());
    let mut views = Vec::with_capacity(PICTURES.len() * VIEWS);
    for picture in pictures.map(|picture| square(&picture, side)) {
        let view = |_| Stage::of_picture(side, &normalise(&augment(&picture, &Augmentation::draw(&mut random))));
        views.extend((0..VIEWS).map(view));
    }
    views
}

/// Without the border of one, where the padded convolution differs from the one without padding.
fn inner(stage: &Stage) -> Stage {
    let side = stage.side;
    let rows = stage.values.chunks_exact(side).enumerate().filter(|(row, _)| (1..side - 1).contains(&(row % side)));
    let values = rows.flat_map(|(_, row)| &row[1..side - 1]).copied().collect();
    Stage { channels: stage.channels, side: side - 2, values }
}

/// What the hidden layer sees of one channel of its input.
fn inputs_of(channel: usize, positions: usize, views: &[Stage]) -> Neighbourhoods {
    let mut samples = Neighbourhoods::of(positions, views.len());
    for (sample, view) in views.iter().enumerate() {
        for (number, value) in view.values[channel * positions..][..positions].iter().enumerate() {
            samples.set(sample, number, *value as f32);
        }
    }
    samples
}

/// ‖w − ŵ‖ / ‖w‖ over all numbers.
fn relative_error(floats: &[Vec<f32>], rounded: &[Vec<f32>]) -> f64 {
    let (mut changes, mut squares) = (0.0, 0.0);
    for (float, rounded) in floats.iter().flatten().zip(rounded.iter().flatten()) {
        changes += f64::from(float - rounded).powi(2);
        squares += f64::from(*float).powi(2);
    }
    (changes / squares).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use headstart_weights::scratch::{KIND, ScratchArchitecture, ScratchManifest, VERSION};

    /// A network that was never trained: its hidden layer adds up about 600 inputs.
    fn network() -> ScratchFile {
        let architecture =
            ScratchArchitecture { side: 38, channels: vec![8, 16], hidden: 24, classes: 2, dropout: 0.3 };
        let mut at = 0u32;
        let mut random = || {
            at += 1;
            (at.wrapping_mul(2_654_435_761) >> 8) as f32 / (1 << 23) as f32 - 1.0
        };
        let tensors: Vec<Vec<f32>> = architecture
            .tensors()
            .iter()
            .map(|(_, shape)| {
                let inputs: usize = shape[1..].iter().product();
                (0..shape.iter().product()).map(|_| random() * (6.0 / inputs as f32).sqrt().min(0.5)).collect()
            })
            .collect();
        let golden = block_on(ScratchCnn::new(&architecture, &tensors, &Device::flex()).unwrap().golden()).unwrap();
        let manifest = ScratchManifest {
            version: VERSION,
            kind: KIND.into(),
            classes: vec!["cat".into(), "dog".into()],
            architecture,
            trained_on: 2,
            validated_on: 0,
            val_accuracy: None,
            epochs: 1,
            best_epoch: 1,
            seed: 1,
            golden,
            float_sha256: None,
        };
        ScratchFile { manifest, tensors }
    }

    #[test]
    fn the_quantized_network_is_small_opens_and_answers_alike() {
        let file = network();
        let floats = file.to_bytes().unwrap();
        let (bytes, error) = run(&file, &floats, HIDDEN_STEP, ["in", "out"].map(Path::new)).unwrap();
        assert!(bytes.len() * 8 < floats.len() * 2 && error < 0.2, "{} bytes, {error}", bytes.len());
        let read = ScratchFile::from_bytes(&bytes).unwrap();
        assert_eq!(read.manifest.float_sha256, Some(sha256_hex(&floats)));
        let open = |file: &ScratchFile| block_on(ScratchCnn::open(file, &Device::flex())).unwrap();
        let (before, after) = (open(&file), open(&read));
        let view = normalise(&square(&decode(PICTURES[0], &Limits::default()).unwrap(), 38));
        let answer = |network: &ScratchCnn| {
            block_on(headstart_nn::read(network.probabilities(network.photos(view.clone())))).unwrap()[1]
        };
        assert!((answer(&before) - answer(&after)).abs() < 0.05, "{} {}", answer(&before), answer(&after));
    }

    #[test]
    fn the_border_goes_and_nothing_else() {
        let stage = Stage { channels: 2, side: 4, values: (0..32).map(f64::from).collect() };
        let inner = inner(&stage);
        assert_eq!((inner.side, &inner.values[..]), (2, &[5.0, 6.0, 9.0, 10.0, 21.0, 22.0, 25.0, 26.0][..]));
    }
}
