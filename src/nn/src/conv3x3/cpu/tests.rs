use super::filter_gradient::{FilterGradient, gather};
use super::*;
use crate::conv3x3::{Conv3x3, winograd::POINTS};
use crate::read;
use burn::tensor::{Device, Tensor, TensorData};
use futures::executor::block_on;
use headstart_weights::{ConvWeights, StoredTensor, f16};
use proptest::prelude::*;

/// Every pair of an output's and an input's position that a weight joins, by the definition: offsets of the output (without
/// filters), of the input (without channels), and of the weight among its nine.
fn joined(extents: Extents) -> Vec<[usize; 3]> {
    let Extents { n, h, w, padding, .. } = extents;
    let [down, across] = extents.out();
    let mut all = Vec::new();
    for (photo, (y, x)) in
        (0..n).flat_map(|photo| (0..down * across).map(move |at| (photo, (at / across, at % across))))
    {
        for (dy, dx) in (0..3).flat_map(|dy| (0..3).map(move |dx| (dy, dx))) {
            let (from_y, from_x) = ((y + dy).wrapping_sub(padding[0]), (x + dx).wrapping_sub(padding[1]));
            if from_y < h && from_x < w {
                all.push([(photo * down + y) * across + x, (photo * h + from_y) * w + from_x, dy * 3 + dx]);
            }
        }
    }
    all
}

/// The convolution by its definition, in f64, channels last, without ReLU.
fn direct(extents: Extents, input: &[f32], weight: &[f32], bias: &[f32]) -> Vec<f64> {
    let Extents { n, c, k, .. } = extents;
    let [down, across] = extents.out();
    let mut output: Vec<f64> = (0..n * down * across * k).map(|at| f64::from(bias[at % k])).collect();
    for [to, from, offset] in joined(extents) {
        for (filter, channel) in (0..k).flat_map(|filter| (0..c).map(move |channel| (filter, channel))) {
            let (d, g) = (input[from * c + channel], weight[(filter * c + channel) * 9 + offset]);
            output[to * k + filter] += f64::from(d) * f64::from(g);
        }
    }
    output
}

/// What flows back from `gradient`, of the outputs before ReLU, to input and weight, by the definition.
fn direct_back(extents: Extents, input: &[f32], weight: &[f32], gradient: &[f64]) -> [Vec<f64>; 2] {
    let Extents { c, k, .. } = extents;
    let (mut of_input, mut of_weight) = (vec![0.0; input.len()], vec![0.0; weight.len()]);
    for [to, from, offset] in joined(extents) {
        for (filter, channel) in (0..k).flat_map(|filter| (0..c).map(move |channel| (filter, channel))) {
            let (at, wanted) = ((filter * c + channel) * 9 + offset, gradient[to * k + filter]);
            of_input[from * c + channel] += f64::from(weight[at]) * wanted;
            of_weight[at] += f64::from(input[from * c + channel]) * wanted;
        }
    }
    [of_input, of_weight]
}

/// Numbers in -1..1 from a seed.
fn numbers(seed: u64, count: usize) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    (0..count)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 40) as f32 / (1u64 << 23) as f32 - 1.0
        })
        .collect()
}

fn tensor<const D: usize>(values: Vec<f32>, shape: [usize; D]) -> FlexTensor {
    FlexTensor::new(burn::tensor::Bytes::from_elems(values), Layout::contiguous(Shape::new(shape)), DType::F32)
}

/// How far `found` is from `expected` at most, by the largest of `expected`.
fn relative(found: &[f32], expected: &[f64]) -> f64 {
    assert_eq!(found.len(), expected.len());
    let largest = expected.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
    let worst = found.iter().zip(expected).map(|(found, expected)| (f64::from(*found) - expected).abs());
    worst.fold(0.0, f64::max) / largest.max(1e-30)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn winograd_agrees_with_the_definition(
        n in 1usize..3, h in 3usize..15, w in 3usize..15, c in 1usize..40, k in 1usize..70, padding in [0usize..3, 0usize..3],
        relu: bool, quantized: bool, seed: u64,
    ) {
        let extents = Extents { n, h, w, c, k, padding };
        let input = numbers(seed, n * h * w * c);
        let mut weight = numbers(seed ^ 1, k * c * 9);
        let integers: Vec<i8> = weight.iter().map(|weight| (weight * 128.0).floor() as i8).collect();
        let scales: Vec<f32> = (0..k).map(|filter| 1e-3 * (1 + filter % 8) as f32).collect();
        if quantized {
            weight = (0..k * c * 9).map(|at| f32::from(integers[at]) * scales[at / (c * 9)]).collect();
        }
        let bias = numbers(seed ^ 2, k);
        let expected = direct(extents, &input, &weight, &bias);
        for set in InstructionSet::here() {
            let width = set.panel_width();
            let packed = match quantized {
                true => transform_filters::<i16>(&integers, &scales, c, width),
                false => transform_filters::<f32>(&weight, &vec![1.0; k], c, width),
            };
            let mut output = vec![f32::NAN; expected.len()];
            let (input, bias, output_of, buffer) = (&input, &bias, &mut output, &mut Vec::new());
            match FrozenFilters::of(&packed, c, k, width) {
                FrozenFilters::Whole(filters) => {
                    prop_assert!(quantized);
                    set.run(Convolution { extents, input, filters, bias, relu, output: output_of, buffer });
                }
                FrozenFilters::Float(filters) => {
                    prop_assert!(!quantized);
                    set.run(Convolution { extents, input, filters, bias, relu, output: output_of, buffer });
                }
            }
            let bound = 1e-5 * (9 * c) as f64;
            for (got, want) in output.iter().zip(&expected) {
                let want = if relu { want.max(0.0) } else { *want };
                prop_assert!((f64::from(*got) - want).abs() < bound, "{set:?}: {got} for {want}");
            }
        }
    }

    #[test]
    fn whole_numbers_are_transformed_exactly(c in 1usize..40, k in 1usize..70, most in 0..3_u8, seed: u64) {
        let draw = |number: &f32| match most {
            0 => (number * 128.0).floor() as i8,
            // What goes furthest: at both ends, or at the lower one alone.
            1 => if *number < 0.0 { i8::MIN } else { i8::MAX },
            _ => i8::MIN,
        };
        let integers: Vec<i8> = numbers(seed, k * c * 9).iter().map(draw).collect();
        let floats: Vec<f32> = integers.iter().map(|integer| f32::from(*integer)).collect();
        let scales = numbers(seed ^ 1, k);
        for width in [8, 16, 32] {
            let whole = transform_filters::<i16>(&integers, &scales, c, width);
            let float = transform_filters::<f32>(&floats, &scales, c, width);
            let (whole, float) = (Filters::<i16>::of(&whole, k, width), Filters::<f32>::of(&float, k, width));
            prop_assert_eq!(whole.scales, float.scales);
            prop_assert!(whole.values.iter().map(|value| f32::from(*value)).eq(float.values.iter().copied()));
        }
    }

    #[test]
    fn gradients_agree_with_the_definition(
        n in 1usize..4, h in 3usize..15, w in 3usize..15, c in 1usize..40, k in 1usize..70, padding in 0usize..2,
        seed: u64,
    ) {
        let extents = Extents { n, h, w, c, k, padding: [padding; 2] };
        let [down, across] = extents.out();
        let input = numbers(seed, n * h * w * c);
        let weight = numbers(seed ^ 1, k * c * 9);
        let bias = numbers(seed ^ 2, k);
        let gradient = numbers(seed ^ 3, n * down * across * k);
        let (layer_input, filters) = (channels_first(input.clone(), [n, h, w, c]), tensor(weight.clone(), [k, c, 3, 3]));
        let output = trainable(&layer_input, &filters, &tensor(bias, [k]), padding);
        // ReLU by what the layer gave: the sign of a number near zero is not the definition's to say.
        let given = channels_last(&output);
        let masked = gradient.iter().zip(given.storage::<f32>());
        let masked: Vec<f64> =
            masked.map(|(gradient, output)| if *output > 0.0 { f64::from(*gradient) } else { 0.0 }).collect();
        let [of_input, of_weight] = direct_back(extents, &input, &weight, &masked);
        let of_bias: Vec<f64> = (0..k).map(|filter| masked.iter().skip(filter).step_by(k).sum()).collect();

        let gradient = channels_first(gradient, [n, down, across, k]);
        let found = gradients(&layer_input, &filters, &output, &gradient, padding, true);
        let back = channels_last(&found.input.unwrap());
        prop_assert!(relative(back.storage(), &of_input) < 1e-4, "{}", relative(back.storage(), &of_input));
        prop_assert!(relative(found.weight.storage(), &of_weight) < 1e-4);
        prop_assert!(relative(found.bias.storage(), &of_bias) < 1e-4);
        prop_assert!(gradients(&layer_input, &filters, &output, &gradient, padding, false).input.is_none());

        let narrow: Vec<f32> = masked.iter().map(|value| *value as f32).collect();
        for set in InstructionSet::here() {
            let padded = FilterGradient::padded(k, set.panel_width());
            let mut sums = vec![0.0; POINTS * c * padded];
            // In two parts, as two threads would.
            let (front, back) = sums.split_at_mut(7 * c * padded);
            for (points, sums) in [(0..7, front), (7..POINTS, back)] {
                // What a buffer holds from before does not matter.
                let buffer = &mut vec![f32::NAN; 1 << 16];
                set.run(FilterGradient { extents, input: &input, gradient: &narrow, points, sums, buffer });
            }
            let found = gather(&sums, c, k, padded);
            prop_assert!(relative(&found, &of_weight) < 1e-4, "{set:?}: {}", relative(&found, &of_weight));
        }
    }

    #[test]
    fn pooling_takes_the_maximum(n in 1usize..3, h in 2usize..9, w in 2usize..9, c in 1usize..20, seed: u64) {
        let values = numbers(seed, n * h * w * c);
        let pooled = max_pool2x2(&channels_first(values.clone(), [n, h, w, c]));
        let pooled = channels_last(&pooled);
        let pooled: &[f32] = pooled.storage();
        prop_assert_eq!(pooled.len(), n * (h / 2) * (w / 2) * c);
        for (index, got) in pooled.iter().enumerate() {
            let (channel, x, y) = (index % c, index / c % (w / 2), index / c / (w / 2) % (h / 2));
            let photo = index / c / (w / 2) / (h / 2);
            let want = (0..4)
                .map(|i| values[((photo * h + 2 * y + i / 2) * w + 2 * x + i % 2) * c + channel])
                .fold(f32::MIN, f32::max);
            prop_assert_eq!(*got, want);
        }
    }
}

#[test]
fn more_tiles_than_a_block_are_summed_up() {
    let extents = Extents { n: 5, h: 33, w: 30, c: 3, k: 5, padding: [1; 2] };
    let (input, gradient) = (numbers(1, 5 * 33 * 30 * 3), numbers(2, 5 * 33 * 30 * 5));
    let weight = numbers(3, 5 * 3 * 9);
    let wide: Vec<f64> = gradient.iter().map(|value| f64::from(*value)).collect();
    let [_, of_weight] = direct_back(extents, &input, &weight, &wide);
    let always = vec![1.0; gradient.len()];
    let [input, output, gradient] =
        [(input, 3), (always, 5), (gradient, 5)].map(|(values, c)| channels_first(values, [5, 33, 30, c]));
    let found = gradients(&input, &tensor(weight, [5, 3, 3, 3]), &output, &gradient, 1, false);
    assert!(relative(found.weight.storage(), &of_weight) < 1e-4);
}

/// A layer of whole numbers is that of the floats that they stand for. With powers of two for scales nothing is rounded in
/// another way, and not a bit differs.
#[test]
fn whole_numbers_stand_for_their_floats() {
    let (c, k) = (40, 70);
    let integers: Vec<i8> = numbers(1, k * c * 9).iter().map(|number| (number * 128.0).floor() as i8).collect();
    let device = Device::flex();
    let input: Vec<f32> = numbers(2, c * 11 * 10).iter().map(|number| number.max(0.0)).collect();
    let input = Tensor::<4>::from_data(TensorData::new(input, [1, c, 11, 10]), &device);
    let answer_of = |weight: StoredTensor| {
        let weights = ConvWeights { name: "w".into(), out_channels: k, in_channels: c, weight, bias: vec![0.25; k] };
        block_on(read(Conv3x3::new(&weights, &device).forward(input.clone()))).unwrap()
    };
    let scales = (0..k).map(|filter| f16::from_f32((1 << (filter % 4)) as f32 / 64.0)).collect();
    let rows = StoredTensor::Rows(QuantizedRows { scales, integers });
    let floats = StoredTensor::Floats(rows.floats().into_owned());
    let answer = answer_of(rows);
    assert!(answer.iter().any(|value| *value > 1.0));
    assert_eq!(answer, answer_of(floats));
}
