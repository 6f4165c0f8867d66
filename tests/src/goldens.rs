//! Figures that the base must reproduce in the browser.

use std::fs;

use headstart_weights::{BaseReader, Golden, Parity, parity};

use crate::{Built, TestError};

/// How far a stage's norm and mean, a sample (of the stage's maximum) and the features (their L2 norm) may be off,
/// relatively.
pub const TOLERANCE: f64 = 1e-3;

/// ONNX Runtime's figures for torchvision's float32 weights, one golden a size.
const FLOAT32: &str = include_str!("../goldens/vgg16_float32.json");

/// What the shipped base makes of the golden pattern, from its manifest.
///
/// # Errors
/// Where the file cannot be read.
pub fn shipped_goldens(built: &Built) -> Result<Vec<Golden>, TestError> {
    let mut reader = BaseReader::new();
    reader.push(&fs::read(&built.base)?)?;
    Ok(reader.finish()?.goldens)
}

/// What the float32 base makes of the golden pattern.
///
/// # Errors
/// Where the figures in this crate are damaged.
pub fn float_goldens() -> Result<Vec<Golden>, TestError> {
    Ok(serde_json::from_str(FLOAT32)?)
}

/// How far what the page measured is from the golden of the same size among `goldens`; `None` where there is none.
#[must_use]
pub fn measured_parity(measured: &Golden, goldens: &[Golden]) -> Option<Parity> {
    goldens.iter().find(|golden| golden.size == measured.size).map(|golden| parity(measured, golden))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_float_figures_cover_every_stage_of_both_sizes() {
        let goldens = float_goldens().unwrap();
        assert_eq!(goldens.iter().map(|golden| golden.size).collect::<Vec<_>>(), [150, 224]);
        for golden in &goldens {
            assert_eq!((golden.stages.len(), golden.features.len()), (18, 512));
            assert_eq!(measured_parity(golden, &goldens).unwrap().worst(), 0.0);
            let pool5 = golden.stages.last().unwrap();
            let mean = golden.features.iter().map(|value| f64::from(*value)).sum::<f64>() / 512.0;
            assert!((pool5.mean - mean).abs() < 1e-6, "the features are the mean of the last stage");
        }
    }
}
