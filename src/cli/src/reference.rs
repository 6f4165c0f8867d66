//! VGG16's base as a textbook writes it, in 64-bit floats and nothing shared with the fast paths: what they are checked
//! against. It is independent of the machine too, so what is made with it comes out the same to the last bit.

use std::{num::NonZero, thread};

use headstart_weights::{
    BaseWeights, ConvWeights, Golden, StageFigures, golden_pattern,
    vgg16::{CONVS, FEATURES},
};

/// One stage's output for one picture: `channels × side × side`, row-major.
pub(crate) struct Stage {
    pub(crate) channels: usize,
    pub(crate) side: usize,
    pub(crate) values: Vec<f64>,
}

impl Stage {
    /// A picture, `[3, side, side]`, as the first convolution's input.
    pub(crate) fn of_picture(side: usize, picture: &[f32]) -> Self {
        Self { channels: 3, side, values: picture.iter().map(|&value| f64::from(value)).collect() }
    }

    /// The figures of this stage under the name `name`.
    fn figures(&self, name: &str) -> StageFigures {
        StageFigures::measure(name, [1, self.channels, self.side, self.side], &self.values)
    }

    /// The same with a border of zeros, `channels × (side + 2) × (side + 2)`.
    fn padded(&self) -> Vec<f64> {
        let wide = self.side + 2;
        let mut padded = vec![0.0; self.channels * wide * wide];
        for (row, values) in self.values.chunks_exact(self.side).enumerate() {
            let (channel, y) = (row / self.side, row % self.side);
            let start = (channel * wide + y + 1) * wide + 1;
            padded[start..start + self.side].copy_from_slice(values);
        }
        padded
    }
}

/// What the base makes of the golden pattern at `size` pixels a side; `tell` is called after each convolution.
pub(crate) fn golden(base: &BaseWeights, size: usize, mut tell: impl FnMut()) -> Golden {
    let mut stage = Stage::of_picture(size, &golden_pattern(size));
    let mut stages = Vec::new();
    for (conv, shape) in base.convs.iter().zip(&CONVS) {
        stage = convolve(conv, &stage);
        stages.push(stage.figures(shape.stage));
        tell();
        if let Some(name) = shape.pool {
            stage = pool(&stage);
            stages.push(stage.figures(name));
        }
    }
    let positions = stage.side * stage.side;
    let mean = |channel: &[f64]| (channel.iter().sum::<f64>() / positions as f64) as f32;
    let features: Vec<f32> = stage.values.chunks_exact(positions).map(mean).collect();
    debug_assert_eq!(features.len(), FEATURES);
    Golden { size, stages, features }
}

/// A 3×3 convolution with a border of zeros, then ReLU.
pub(crate) fn convolve(conv: &ConvWeights, input: &Stage) -> Stage {
    let side = input.side;
    let padded = input.padded();
    let mut values = vec![0.0; conv.out_channels * side * side];
    let weight = conv.weight.floats();
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let share = conv.out_channels.div_ceil(threads);
    thread::scope(|scope| {
        for (part, outputs) in values.chunks_mut(share * side * side).enumerate() {
            let (padded, weight) = (&padded, &weight);
            scope.spawn(move || {
                for (index, output) in outputs.chunks_exact_mut(side * side).enumerate() {
                    let channel = part * share + index;
                    let filters = &weight[channel * conv.in_channels * 9..][..conv.in_channels * 9];
                    output.fill(f64::from(conv.bias[channel]));
                    for (filter, plane) in
                        filters.as_chunks::<9>().0.iter().zip(padded.chunks_exact((side + 2) * (side + 2)))
                    {
                        add_correlation(output, filter, plane, side);
                    }
                    output.iter_mut().for_each(|value| *value = value.max(0.0));
                }
            });
        }
    });
    Stage { channels: conv.out_channels, side, values }
}

/// Adds to `output` what `filter` makes of one padded input channel.
fn add_correlation(output: &mut [f64], filter: &[f32; 9], plane: &[f64], side: usize) {
    let [a, b, c, d, e, f, g, h, i] = filter.map(f64::from);
    let wide = side + 2;
    for (y, output) in output.chunks_exact_mut(side).enumerate() {
        let row = |offset: usize| &plane[(y + offset) * wide..][..wide];
        let (top, middle, bottom) = (row(0), row(1), row(2));
        let rows = top.windows(3).zip(middle.windows(3)).zip(bottom.windows(3));
        for (sum, ((top, middle), bottom)) in output.iter_mut().zip(rows) {
            *sum += (a * top[0] + b * top[1] + c * top[2])
                + (d * middle[0] + e * middle[1] + f * middle[2])
                + (g * bottom[0] + h * bottom[1] + i * bottom[2]);
        }
    }
}

/// The maximum of each 2×2 square; an odd last row or column is left out.
pub(crate) fn pool(input: &Stage) -> Stage {
    let side = input.side / 2;
    let mut values = Vec::with_capacity(input.channels * side * side);
    for plane in input.values.chunks_exact(input.side * input.side) {
        for y in 0..side {
            for x in 0..side {
                let at = |dy: usize, dx: usize| plane[(2 * y + dy) * input.side + 2 * x + dx];
                values.push(at(0, 0).max(at(0, 1)).max(at(1, 0)).max(at(1, 1)));
            }
        }
    }
    Stage { channels: input.channels, side, values }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use headstart_weights::{StoredTensor, parity};

    use super::*;

    #[test]
    fn one_filter_worked_by_hand() {
        let conv = ConvWeights {
            name: "w".to_owned(),
            out_channels: 2,
            in_channels: 1,
            // The left neighbour less the lower one; the same turned round.
            weight: StoredTensor::Floats(vec![
                0., 0., 0., 1., 0., 0., 0., -1., 0., 0., 0., 0., -1., 0., 0., 0., 1., 0.,
            ]),
            bias: vec![0.5, 0.0],
        };
        let input = Stage { channels: 1, side: 2, values: vec![1.0, 2.0, 3.0, 4.0] };
        let output = convolve(&conv, &input);
        assert_eq!(output.values, [0.0, 0.0, 0.5, 3.5, 3.0, 3.0, 0.0, 0.0]);
        assert_eq!(pool(&output).values, [3.5, 3.0]);
    }

    /// ONNX Runtime's figures for torchvision's float32 weights, which `cargo xtask weights` brings.
    #[test]
    fn the_float_base_has_the_figures_of_another_runtime() {
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let Ok(floats) = std::fs::read(repository.join("target/weights/vgg16_features.safetensors")) else {
            println!("left out: no float weights here; `cargo xtask weights` brings them");
            return;
        };
        let base = BaseWeights::from_safetensors(&floats).unwrap();
        let goldens = std::fs::read(repository.join("tests/goldens/vgg16_float32.json")).unwrap();
        let goldens: Vec<Golden> = serde_json::from_slice(&goldens).unwrap();
        let expected = &goldens[0];
        let found = parity(&golden(&base, expected.size, || ()), expected);
        assert!(found.worst() < 1e-6, "{found:?}");
    }
}
