//! The layer on burn's CPU backend: tensors in and out, the widest instruction set that the processor has in between.
#![expect(unsafe_code, reason = "code for an instruction set may run only where the processor has it")]

mod convolve;
mod filters;
mod gemm;
mod simd;

use std::cell::RefCell;

use burn::tensor::{DType, Shape};
use burn_flex::{FlexTensor, Layout};

use self::convolve::Extents;
use self::filters::transform_filters;
use super::winograd::{POINTS, packed_len};

/// An instruction set that the convolution is compiled for.
#[derive(Clone, Copy, Debug, PartialEq)]
enum InstructionSet {
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// What every processor of the target has.
    Baseline,
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
type Baseline = simd::Simd128;
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
type Baseline = simd::Portable;

impl InstructionSet {
    /// The widest one here.
    fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            if std::arch::is_x86_feature_detected!("avx512f") {
                return Self::Avx512;
            }
            if std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma") {
                return Self::Avx2;
            }
        }
        Self::Baseline
    }

    fn panel_width(self) -> usize {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => gemm::panel_width::<simd::Avx512>(),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => gemm::panel_width::<simd::Avx2>(),
            Self::Baseline => gemm::panel_width::<Baseline>(),
        }
    }

    /// [`convolve::convolve`] with this instruction set. Rows of a register tile: as many as its registers hold.
    fn convolve(
        self,
        extents: Extents,
        input: &[f32],
        filters: &[f32],
        bias: &[f32],
        output: &mut [f32],
        buffer: &mut Vec<f32>,
    ) {
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx512f")]
        unsafe fn avx512(e: Extents, i: &[f32], k: &[f32], b: &[f32], o: &mut [f32], s: &mut Vec<f32>) {
            unsafe { convolve::convolve::<simd::Avx512, 12>(e, i, k, b, o, s) }
        }
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx2,fma")]
        unsafe fn avx2(e: Extents, i: &[f32], k: &[f32], b: &[f32], o: &mut [f32], s: &mut Vec<f32>) {
            unsafe { convolve::convolve::<simd::Avx2, 6>(e, i, k, b, o, s) }
        }
        let Extents { n, h, w, c, k } = extents;
        assert_eq!(input.len(), n * h * w * c, "input of another shape");
        assert_eq!(output.len(), n * h * w * k, "output of another shape");
        assert_eq!(bias.len(), k, "bias of another length");
        assert_eq!(filters.len(), POINTS * packed_len(c, k, self.panel_width()), "filters packed for another machine");
        // SAFETY: `detect` found the instruction set; the lengths are as asserted.
        unsafe {
            match self {
                #[cfg(target_arch = "x86_64")]
                Self::Avx512 => avx512(extents, input, filters, bias, output, buffer),
                #[cfg(target_arch = "x86_64")]
                Self::Avx2 => avx2(extents, input, filters, bias, output, buffer),
                Self::Baseline => convolve::convolve::<Baseline, 4>(extents, input, filters, bias, output, buffer),
            }
        }
    }
}

thread_local! {
    /// The convolution's buffer, kept from layer to layer.
    static BUFFER: RefCell<Vec<f32>> = const { RefCell::new(Vec::new()) };
}

/// Filters `[k, c, 3, 3]` as [`conv3x3_relu`] reads them on this machine.
pub(super) fn pack_filters(weight: &FlexTensor) -> FlexTensor {
    let weight = weight.to_contiguous();
    let [k, c, _, _] = weight.layout().shape().dims();
    let packed = transform_filters(weight.storage(), c, k, InstructionSet::detect().panel_width());
    let shape = Shape::new([packed.len()]);
    FlexTensor::new(burn::tensor::Bytes::from_elems(packed), Layout::contiguous(shape), DType::F32)
}

/// `relu(conv3x3(input) + bias)`: `[n, c, h, w]` to `[n, k, h, w]`, channels last in memory.
pub(super) fn conv3x3_relu(input: &FlexTensor, filters: &FlexTensor, bias: &FlexTensor) -> FlexTensor {
    let input = channels_last(input);
    let [n, h, w, c] = input.layout().shape().dims();
    let k = bias.layout().num_elements();
    let mut output = vec![0.0; n * h * w * k];
    BUFFER.with_borrow_mut(|buffer| {
        InstructionSet::detect().convolve(
            Extents { n, h, w, c, k },
            input.storage(),
            filters.storage(),
            bias.storage(),
            &mut output,
            buffer,
        );
    });
    channels_first(output, [n, h, w, k])
}

/// Maximum of each 2×2: `[n, c, h, w]` to `[n, c, h / 2, w / 2]`, channels last in memory.
pub(super) fn max_pool2x2(input: &FlexTensor) -> FlexTensor {
    let input = channels_last(input);
    let [n, h, w, c] = input.layout().shape().dims();
    let values: &[f32] = input.storage();
    let mut output = Vec::with_capacity(n * (h / 2) * (w / 2) * c);
    for row in 0..n * (h / 2) {
        let (photo, y) = (row / (h / 2), row % (h / 2));
        let top = (photo * h + 2 * y) * w * c;
        for x in 0..w / 2 {
            let left = top + 2 * x * c;
            let corner = |at: usize| &values[at..at + c];
            let (a, b, below) = (corner(left), corner(left + c), left + w * c);
            let (d, e) = (corner(below), corner(below + c));
            output.extend((0..c).map(|i| a[i].max(b[i]).max(d[i].max(e[i]))));
        }
    }
    channels_first(output, [n, h / 2, w / 2, c])
}

/// `[n, c, h, w]` seen as `[n, h, w, c]`, copied only where it does not lie so already.
fn channels_last(tensor: &FlexTensor) -> FlexTensor {
    let seen = tensor.permute(&[0, 2, 3, 1]);
    match seen.layout().contiguous_offsets() {
        Some((0, end)) if end == seen.storage::<f32>().len() => seen,
        _ => seen.to_contiguous(),
    }
}

/// Channels-last values of shape `[n, h, w, c]` as a tensor `[n, c, h, w]`.
fn channels_first(values: Vec<f32>, shape: [usize; 4]) -> FlexTensor {
    let bytes = burn::tensor::Bytes::from_elems(values);
    FlexTensor::new(bytes, Layout::contiguous(Shape::new(shape)), DType::F32).permute(&[0, 3, 1, 2])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The definition, in f64, channels last.
    fn direct(Extents { n, h, w, c, k }: Extents, input: &[f32], weight: &[f32], bias: &[f32]) -> Vec<f64> {
        let mut output = Vec::new();
        for photo in 0..n {
            for (y, x) in (0..h).flat_map(|y| (0..w).map(move |x| (y, x))) {
                for filter in 0..k {
                    let mut sum = f64::from(bias[filter]);
                    for (dy, dx) in (0..3).flat_map(|dy| (0..3).map(move |dx| (dy, dx))) {
                        let (down, across) = (y + dy, x + dx);
                        if (1..=h).contains(&down) && (1..=w).contains(&across) {
                            for channel in 0..c {
                                let d = input[((photo * h + down - 1) * w + across - 1) * c + channel];
                                let g = weight[(filter * c + channel) * 9 + dy * 3 + dx];
                                sum += f64::from(d) * f64::from(g);
                            }
                        }
                    }
                    output.push(sum.max(0.0));
                }
            }
        }
        output
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

    fn every_instruction_set() -> Vec<InstructionSet> {
        let mut sets = vec![InstructionSet::Baseline];
        #[cfg(target_arch = "x86_64")]
        {
            if std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma") {
                sets.push(InstructionSet::Avx2);
            }
            if std::arch::is_x86_feature_detected!("avx512f") {
                sets.push(InstructionSet::Avx512);
            }
        }
        sets
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn winograd_agrees_with_the_definition(
            n in 1usize..3, h in 1usize..15, w in 1usize..15, c in 1usize..40, k in 1usize..70, seed: u64,
        ) {
            let extents = Extents { n, h, w, c, k };
            let input = numbers(seed, n * h * w * c);
            let weight = numbers(seed ^ 1, k * c * 9);
            let bias = numbers(seed ^ 2, k);
            let expected = direct(extents, &input, &weight, &bias);
            for set in every_instruction_set() {
                let filters = transform_filters(&weight, c, k, set.panel_width());
                let mut output = vec![f32::NAN; n * h * w * k];
                set.convolve(extents, &input, &filters, &bias, &mut output, &mut Vec::new());
                let bound = 1e-5 * (9 * c) as f64;
                for (got, want) in output.iter().zip(&expected) {
                    prop_assert!((f64::from(*got) - want).abs() < bound, "{set:?}: {got} for {want}");
                }
            }
        }

        #[test]
        fn pooling_takes_the_maximum(n in 1usize..3, h in 2usize..9, w in 2usize..9, c in 1usize..9, seed: u64) {
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
}
