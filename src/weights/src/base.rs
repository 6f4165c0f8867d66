//! The base's weights.

use safetensors::{Dtype, SafeTensors};

use crate::{
    StoredTensor, WeightsError,
    vgg16::{CONVS, ConvShape},
};

/// One 3×3 convolution's weights.
#[derive(Debug, Clone, PartialEq)]
pub struct ConvWeights {
    /// torchvision's name (`features.0`).
    pub name: String,
    /// Channels out.
    pub out_channels: usize,
    /// Channels in.
    pub in_channels: usize,
    /// The filters, OIHW, `out_channels × in_channels × 3 × 3`.
    pub weight: StoredTensor,
    /// One bias an output channel.
    pub bias: Vec<f32>,
}

/// The weights of VGG16's convolutional base.
#[derive(Debug, Clone, PartialEq)]
pub struct BaseWeights {
    /// The 13 convolutions in the order of the network ([`CONVS`]).
    pub convs: Vec<ConvWeights>,
}

impl BaseWeights {
    /// Reads a safetensors file with torchvision's names (`features.0.weight` …). Other tensors in it are ignored.
    ///
    /// # Errors
    ///
    /// A broken container, a tensor that is missing, has another shape than VGG16's or is not of finite 32-bit floats.
    pub fn from_safetensors(bytes: &[u8]) -> Result<Self, WeightsError> {
        let file = SafeTensors::deserialize(bytes).map_err(|error| WeightsError::Safetensors(error.to_string()))?;
        let convs = CONVS.iter().map(|shape| read_conv(&file, shape)).collect::<Result<_, _>>()?;
        Ok(Self { convs })
    }
}

fn read_conv(file: &SafeTensors<'_>, shape: &ConvShape) -> Result<ConvWeights, WeightsError> {
    Ok(ConvWeights {
        name: shape.name.to_owned(),
        out_channels: shape.out_channels,
        in_channels: shape.in_channels,
        weight: StoredTensor::Floats(read_floats(file, &format!("{}.weight", shape.name), &shape.weight_shape())?),
        bias: read_floats(file, &format!("{}.bias", shape.name), &[shape.out_channels])?,
    })
}

/// The tensor `name` of `file` when it has the shape `expected` and holds finite 32-bit floats.
pub(crate) fn read_floats(file: &SafeTensors<'_>, name: &str, expected: &[usize]) -> Result<Vec<f32>, WeightsError> {
    let tensor = file.tensor(name).map_err(|_| WeightsError::MissingTensor { name: name.to_owned() })?;
    if tensor.dtype() != Dtype::F32 {
        return Err(WeightsError::ElementType { name: name.to_owned(), found: format!("{:?}", tensor.dtype()) });
    }
    if tensor.shape() != expected {
        return Err(WeightsError::Shape {
            name: name.to_owned(),
            found: tensor.shape().to_vec(),
            expected: expected.to_vec(),
        });
    }
    finite(floats(tensor.data()), name)
}

/// Little-endian 32-bit floats.
pub(crate) fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks::<4>().0.iter().map(|four| f32::from_le_bytes(*four)).collect()
}

/// Little-endian bytes of 32-bit floats.
pub(crate) fn float_bytes(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// `values`, unless one of them is an infinity or a NaN.
pub(crate) fn finite(values: Vec<f32>, name: &str) -> Result<Vec<f32>, WeightsError> {
    if values.iter().all(|value| value.is_finite()) {
        Ok(values)
    } else {
        Err(WeightsError::NonFinite { name: name.to_owned() })
    }
}
