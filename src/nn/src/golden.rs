//! The base's own figures on the golden pattern, to hold against the golden ones.

use headstart_weights::{Golden, StageFigures, golden_pattern};

use crate::{NnError, Vgg16};

/// Runs the golden pattern of `size` through every stage of `base`.
///
/// # Errors
/// [`NnError::Readback`] where the device gives nothing back.
pub async fn measure_golden(base: &Vgg16, size: usize) -> Result<Golden, NnError> {
    let mut stages = Vec::new();
    let features = base.forward(base.photos(golden_pattern(size), size), |name, activations| {
        stages.push((name.to_owned(), activations.clone()));
    });
    let mut figures = Vec::with_capacity(stages.len());
    for (name, activations) in stages {
        let shape = activations.dims();
        let values = read(activations).await?;
        figures.push(StageFigures::measure(&name, shape, &values));
    }
    Ok(Golden { size, stages: figures, features: read(features.pooled).await? })
}

/// A tensor's values, row-major.
///
/// # Errors
/// [`NnError::Readback`] where the device gives nothing back.
pub async fn read<const D: usize>(tensor: burn::tensor::Tensor<D>) -> Result<Vec<f32>, NnError> {
    let data = tensor.into_data_async().await.map_err(|error| NnError::Readback(error.to_string()))?;
    data.try_into_vec().map_err(|error| NnError::Readback(error.to_string()))
}
