//! Quantized weights: small integers times one scale an output, and their coded form in the file.
//!
//! The coded form is: scales (`f16`) of the outputs; the table of the integers' frequencies; the integers in
//! the order of the weights (OIHW), entropy-coded ([`crate::rans`]). As the scales follow the spread of their channels, the integers of all
//! channels are spread alike and one table serves them: separate ones by the usual magnitude of input channels and
//! filter positions were measured to save 0.3 %.

use std::borrow::Cow;

use half::f16;

use crate::{
    WeightsError,
    base::float_bytes,
    manifest::Encoding,
    rans::{self, Frequencies},
};

/// A tensor's values, as a file has them.
#[derive(Debug, Clone, PartialEq)]
pub enum StoredTensor {
    /// Scaled integers, entropy-coded.
    Rows(QuantizedRows),
    /// Plain floats, where a tensor is so small or so sensitive that its bytes are well spent.
    Floats(Vec<f32>),
}

impl StoredTensor {
    /// Its values.
    #[must_use]
    pub fn floats(&self) -> Cow<'_, [f32]> {
        match self {
            Self::Rows(rows) => Cow::Owned(rows.dequantized()),
            Self::Floats(values) => Cow::Borrowed(values),
        }
    }

    /// Its values.
    #[must_use]
    pub fn into_floats(self) -> Vec<f32> {
        match self {
            Self::Rows(rows) => rows.dequantized(),
            Self::Floats(values) => values,
        }
    }

    /// Refuses values that are not finite, or are not those of a tensor `name` of such a `shape`.
    pub(crate) fn check(&self, name: &str, shape: &[usize]) -> Result<(), WeightsError> {
        let expected = shape.first().copied().unwrap_or(1);
        let (count, finite, rows) = match self {
            Self::Rows(rows) => {
                (rows.integers.len(), rows.scales.iter().all(|scale| scale.is_finite()), rows.scales.len())
            }
            Self::Floats(values) => (values.len(), values.iter().all(|value| value.is_finite()), expected),
        };
        if !finite {
            return Err(WeightsError::NonFinite { name: name.to_owned() });
        }
        if count != shape.iter().product::<usize>() || rows != expected {
            let found = vec![rows, count / rows.max(1)];
            return Err(WeightsError::Shape { name: name.to_owned(), found, expected: shape.to_vec() });
        }
        Ok(())
    }

    /// Its bytes in a file.
    pub(crate) fn encode(&self) -> (Encoding, Vec<u8>) {
        match self {
            Self::Rows(rows) => (Encoding::Rans, rows.encode()),
            Self::Floats(values) => (Encoding::F32, float_bytes(values)),
        }
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
        let mut weights = Vec::with_capacity(self.integers.len());
        for (row, scale) in self.rows() {
            weights.extend(row.iter().map(|&integer| f32::from(integer) * scale));
        }
        weights
    }

    /// The integers of each output, and its scale.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (&[i8], f32)> {
        let columns = self.integers.len() / self.scales.len().max(1);
        self.integers.chunks_exact(columns.max(1)).zip(self.scales.iter().map(|scale| scale.to_f32()))
    }

    /// The coded form of scales and integers.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let bytes: Vec<u8> = self.integers.iter().map(|&integer| to_byte(integer)).collect();
        let mut counts = [0u64; 256];
        bytes.iter().for_each(|&byte| counts[usize::from(byte)] += 1);
        let frequencies = Frequencies::from_counts(&counts);

        let mut out: Vec<u8> = self.scales.iter().flat_map(|scale| scale.to_le_bytes()).collect();
        frequencies.write(&mut out);
        out.extend(rans::encode(&bytes, &frequencies));
        out
    }
}

/// The most bytes that the coded form of `rows` × `columns` weights can have: scales, table, states, and 16 bits a weight.
pub(crate) fn longest_coding(rows: usize, columns: usize) -> usize {
    2 * rows + 514 + 16 + 2 * rows * columns
}

/// Reads back `rows` × `columns` weights from the coded form `bytes` of the tensor `name`.
pub(crate) fn decode(bytes: &[u8], rows: usize, columns: usize, name: &str) -> Result<QuantizedRows, WeightsError> {
    let broken = |reason| WeightsError::Coding { name: name.to_owned(), reason };
    let (scales, mut rest) = bytes.split_at_checked(rows * 2).ok_or(broken("it ends too early"))?;
    let scales: Vec<f16> = scales.as_chunks::<2>().0.iter().map(|pair| f16::from_le_bytes(*pair)).collect();
    if !scales.iter().all(|scale| scale.is_finite()) {
        return Err(WeightsError::NonFinite { name: name.to_owned() });
    }
    let frequencies = Frequencies::read(&mut rest).ok_or(broken("its table does not add up"))?;
    let bytes = rans::decode(rest, rows * columns, &frequencies).map_err(broken)?;
    Ok(QuantizedRows { scales, integers: bytes.into_iter().map(from_byte).collect() })
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

    fn small(integers: Vec<i8>, scales: [f32; 3]) -> QuantizedRows {
        QuantizedRows { scales: scales.map(f16::from_f32).to_vec(), integers }
    }

    proptest! {
        #[test]
        fn decoding_gives_the_quantized_weights(
            integers in prop::collection::vec(any::<i8>(), 54),
            scales in prop::array::uniform3(1e-3f32..1.0),
        ) {
            let rows = small(integers, scales);
            let read = decode(&rows.encode(), 3, 18, "w").unwrap();
            prop_assert_eq!(read.dequantized(), rows.dequantized());
            prop_assert_eq!(read, rows.clone());
            prop_assert!(rows.encode().len() <= longest_coding(3, 18));
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
