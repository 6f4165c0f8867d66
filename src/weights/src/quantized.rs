//! Quantized weights: small integers times one scale an output, and their coded form in the file.
//!
//! The coded form is: scales (`f16`) of the outputs; the table of the integers' frequencies; the integers in
//! the order of the weights (OIHW), entropy-coded ([`crate::rans`]). As the scales follow the spread of their channels, the integers of all
//! channels are spread alike and one table serves them: separate ones by the usual magnitude of input channels and
//! filter positions were measured to save 0.3 %.

use half::f16;

use crate::{
    WeightsError,
    rans::{self, Decoder, Frequencies, Slots},
};

/// One convolution, quantized: weight = integer × scale of its output channel.
#[derive(Debug, Clone, PartialEq)]
pub struct QuantizedConv {
    /// Channels in.
    pub in_channels: usize,
    /// The step between neighbouring weights, one an output channel.
    pub scales: Vec<f16>,
    /// The integers, OIHW.
    pub integers: Vec<i8>,
    /// One bias an output channel, kept as it was.
    pub bias: Vec<f32>,
}

impl QuantizedConv {
    /// The weights that the integers stand for, OIHW.
    #[must_use]
    pub fn dequantized(&self) -> Vec<f32> {
        dequantize(&self.scales, &self.integers)
    }

    /// The coded form of scales and integers.
    pub(crate) fn encode(&self) -> Vec<u8> {
        encode(&self.scales, &self.integers)
    }
}

/// The weights of a layer, quantized: weight = integer × scale of its output.
#[derive(Debug, Clone, PartialEq)]
pub struct QuantizedRows {
    /// The step between neighbouring weights, one an output.
    pub scales: Vec<f16>,
    /// The integers, as many an output, row-major.
    pub integers: Vec<i8>,
}

impl QuantizedRows {
    /// The weights that the integers stand for, row-major.
    #[must_use]
    pub fn dequantized(&self) -> Vec<f32> {
        dequantize(&self.scales, &self.integers)
    }

    /// The coded form of scales and integers.
    pub(crate) fn encode(&self) -> Vec<u8> {
        encode(&self.scales, &self.integers)
    }
}

fn dequantize(scales: &[f16], integers: &[i8]) -> Vec<f32> {
    let mut weights = Vec::with_capacity(integers.len());
    let columns = integers.len() / scales.len().max(1);
    for (row, scale) in integers.chunks_exact(columns.max(1)).zip(scales) {
        let scale = scale.to_f32();
        weights.extend(row.iter().map(|&integer| f32::from(integer) * scale));
    }
    weights
}

fn encode(scales: &[f16], integers: &[i8]) -> Vec<u8> {
    let bytes: Vec<u8> = integers.iter().map(|&integer| to_byte(integer)).collect();
    let mut counts = [0u64; 256];
    bytes.iter().for_each(|&byte| counts[usize::from(byte)] += 1);
    let frequencies = Frequencies::from_counts(&counts);

    let mut out: Vec<u8> = scales.iter().flat_map(|scale| scale.to_le_bytes()).collect();
    frequencies.write(&mut out);
    out.extend(rans::encode(&bytes, &frequencies));
    out
}

/// The most bytes that the coded form of `rows` × `columns` weights can have: scales, table, states, and 16 bits a weight.
pub(crate) fn longest_coding(rows: usize, columns: usize) -> usize {
    2 * rows + 514 + 16 + 2 * rows * columns
}

/// Reads back `rows` × `columns` weights from the coded form `bytes` of the tensor `name`.
pub(crate) fn decode(bytes: &[u8], rows: usize, columns: usize, name: &str) -> Result<Vec<f32>, WeightsError> {
    let broken = |reason| WeightsError::Coding { name: name.to_owned(), reason };
    let (scales, mut rest) = bytes.split_at_checked(rows * 2).ok_or(broken("it ends too early"))?;
    let scales: Vec<f32> = scales.as_chunks::<2>().0.iter().map(|pair| f16::from_le_bytes(*pair).to_f32()).collect();
    if !scales.iter().all(|scale| scale.is_finite()) {
        return Err(WeightsError::NonFinite { name: name.to_owned() });
    }
    let frequencies = Frequencies::read(&mut rest).ok_or(broken("its table does not add up"))?;
    let slots = Slots::new(&frequencies);
    let mut decoder = Decoder::new(rest).ok_or(broken("its stream is no stream"))?;

    let mut weights = Vec::with_capacity(rows * columns);
    for &scale in &scales {
        weights.extend((0..columns).map(|_| f32::from(from_byte(decoder.next(&slots))) * scale));
    }
    if decoder.finished() { Ok(weights) } else { Err(broken("its stream does not end where it should")) }
}

/// Integers as bytes that keep their order, so that a table's bytes lie together.
fn to_byte(integer: i8) -> u8 {
    integer.to_le_bytes()[0] ^ 0x80
}

#[inline]
fn from_byte(byte: u8) -> i8 {
    i8::from_le_bytes([byte ^ 0x80])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A convolution from 2 channels to 3.
    fn small(integers: Vec<i8>, scales: [f32; 3]) -> QuantizedConv {
        QuantizedConv { in_channels: 2, scales: scales.map(f16::from_f32).to_vec(), integers, bias: vec![0.0; 3] }
    }

    proptest! {
        #[test]
        fn decoding_gives_the_quantized_weights(
            integers in prop::collection::vec(any::<i8>(), 54),
            scales in prop::array::uniform3(1e-3f32..1.0),
        ) {
            let conv = small(integers, scales);
            prop_assert_eq!(decode(&conv.encode(), 3, 18, "w").unwrap(), conv.dequantized());
            prop_assert!(conv.encode().len() <= longest_coding(3, 18));
        }

        #[test]
        fn damage_never_panics(
            integers in prop::collection::vec(any::<i8>(), 54),
            at in any::<prop::sample::Index>(),
            flip in 1u8..,
            keep in any::<prop::sample::Index>(),
        ) {
            let mut bytes = small(integers, [0.1; 3]).encode();
            let at = at.index(bytes.len());
            bytes[at] ^= flip;
            let _ = decode(&bytes, 3, 18, "w");
            bytes.truncate(keep.index(bytes.len()));
            let _ = decode(&bytes, 3, 18, "w");
        }
    }
}
