//! A head file: a small classifier on top of the base's features, as safetensors with a manifest in its metadata.
//!
//! The tensors `layers.0.weight`, `layers.0.bias`, … are 32-bit floats, weights row-major `[outputs, inputs]`; the
//! metadata's key [`KEY`] holds the [`HeadManifest`] as JSON. Where the base's last blocks were trained with the head, the file
//! also holds what was added to their weights ([`TunedConv`]: `features.24.difference`, bytes) and their biases
//! (`features.24.bias`, floats), with torchvision's names. Where it says how familiar a photo is, it holds a [`Bank`]: `bank.offset`
//! and `bank.quantiles`, floats, and `bank.centres`, signed bytes `[n, width]`.

use safetensors::{Dtype, SafeTensors};
use serde::{Deserialize, Serialize};

use crate::{
    Bank, BankManifest, ConvWeights, TunedConv, WeightsError, bank,
    base::{float_bytes, read_floats},
    classes::check_classes,
    hash::sha256_hex,
    reader::looks_like_a_web_page,
    sealed::{FileTensor, Sealed, check_version},
    vgg16::{ConvShape, Unfrozen},
};

/// The key of the manifest in the file's metadata.
pub const KEY: &str = "headstart";
/// The version of the format of a head on the base as it is.
pub const VERSION: u32 = 1;
/// The version of the format of a head with blocks of the base that were trained with it.
pub const TUNED_VERSION: u32 = 2;
/// The version of the format of a head with a bank, on either base.
pub const BANK_VERSION: u32 = 3;
/// The most dense layers that a head may have.
const MOST_LAYERS: usize = 16;
/// The most pixels a side of the photos that it is for.
pub const MOST_SIDE: usize = 1024;

/// What a head says about itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HeadManifest {
    /// The version of this format: [`BANK_VERSION`] where [`Self::bank`] says something, or else [`TUNED_VERSION`] where
    /// [`Self::unfrozen`] does, or else [`VERSION`].
    pub version: u32,
    /// The names of the classes, in the order of the answers.
    pub classes: Vec<String>,
    /// The side of the square pictures that it was trained at.
    pub size: usize,
    /// The name of the recipe that makes its inputs from the base's stages.
    pub features: String,
    /// The SHA-256 of the base's weight file.
    pub base_sha256: String,
    /// How its layers are put together.
    pub architecture: HeadArchitecture,
    /// How many photos it was trained on.
    pub trained_on: usize,
    /// How many photos say how good it is.
    pub validated_on: usize,
    /// The share of those that were answered rightly: by this head, which was not trained on them, or in a
    /// cross-validation.
    pub val_accuracy: Option<f64>,
    /// The folds of that cross-validation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folds: Option<usize>,
    /// The SHA-256 of the descriptors of the photos that neither this head nor one that it goes on from was trained on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_out_sha256: Option<String>,
    /// The blocks of the base that were trained with it, which the file holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unfrozen: Option<Unfrozen>,
    /// What the logits of its last layer were divided by, so that its probabilities can be believed; [`None`] where too few
    /// photos were held out to say, or before there was such a thing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// What its bank says about itself; [`None`] where it has none, so that nothing is known of how familiar a photo is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank: Option<BankManifest>,
    /// The seed of the run that made it.
    pub seed: u64,
    /// One answer of it, to check a device against. With blocks of its own it is the answer to [`crate::golden_pattern`].
    pub golden: GoldenHead,
}

/// How a head's layers are put together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum HeadArchitecture {
    /// One dense layer: logistic regression.
    Linear,
    /// Dense layers with ReLU and dropout after each hidden one.
    Mlp {
        /// The outputs of each hidden layer.
        hidden: Vec<usize>,
        /// The share of hidden values dropped in training.
        dropout: f64,
    },
}

impl HeadArchitecture {
    /// The outputs of each layer of a head for `classes` classes.
    #[must_use]
    pub fn outputs(&self, classes: usize) -> Vec<usize> {
        match self {
            Self::Linear => vec![classes],
            Self::Mlp { hidden, .. } => hidden.iter().copied().chain([classes]).collect(),
        }
    }
}

/// One question and its answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GoldenHead {
    /// Inputs of the head's first layer.
    pub input: Vec<f32>,
    /// The probability of each class.
    pub probabilities: Vec<f32>,
}

/// A dense layer: outputs = weight · inputs + bias.
#[derive(Debug, Clone, PartialEq)]
pub struct DenseWeights {
    /// Numbers out.
    pub outputs: usize,
    /// Numbers in.
    pub inputs: usize,
    /// `[outputs, inputs]`, row-major.
    pub weight: Vec<f32>,
    /// `[outputs]`.
    pub bias: Vec<f32>,
}

/// A head with all that a file of it holds.
#[derive(Debug, Clone, PartialEq)]
pub struct HeadFile {
    /// What it says about itself.
    pub manifest: HeadManifest,
    /// Its dense layers, the first one first.
    pub layers: Vec<DenseWeights>,
    /// The base's last convolutions that were trained with it; none on the base as it is.
    pub convs: Vec<TunedConv>,
    /// What it was taught with, if the file says so.
    pub bank: Option<Bank>,
}

impl HeadFile {
    /// The head as bytes of a safetensors file.
    ///
    /// # Errors
    ///
    /// Parts that do not fit together, or values that are not finite: what [`HeadFile::from_bytes`] would refuse.
    pub fn to_bytes(&self) -> Result<Vec<u8>, WeightsError> {
        check(self)?;
        let layers = (0..).zip(&self.layers).flat_map(|(index, layer)| tensors_of(index, layer));
        let shapes = self.manifest.unfrozen.map_or(&[][..], Unfrozen::convs);
        let convs = shapes.iter().zip(&self.convs).flat_map(|(shape, conv)| tensors_of_conv(shape.name, conv));
        let tensors: Vec<(String, FileTensor)> =
            layers.chain(convs).chain(self.bank.iter().flat_map(Bank::tensors)).collect();
        let hashes = tensors.iter().map(|(_, tensor)| sha256_hex(&tensor.bytes)).collect();
        let sealed = Sealed::new(self.manifest.clone(), hashes)?;
        let json = sealed.to_json()?;
        safetensors::serialize(tensors, Some([(KEY.to_owned(), json)].into_iter().collect()))
            .map_err(|error| WeightsError::Safetensors(error.to_string()))
    }

    /// Reads a head file.
    ///
    /// # Errors
    ///
    /// A file of another kind or version, a damaged one, parts that do not fit together, values that are not finite.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, WeightsError> {
        if looks_like_a_web_page(bytes) {
            return Err(WeightsError::WebPage);
        }
        let unreadable = |error: safetensors::SafeTensorError| WeightsError::Safetensors(error.to_string());
        let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(unreadable)?;
        let json = metadata.metadata().as_ref().and_then(|entries| entries.get(KEY)).ok_or(WeightsError::Foreign)?;
        check_version(json, VERSION..=BANK_VERSION)?;
        let sealed = Sealed::<HeadManifest>::from_json(json)?;
        let file = SafeTensors::deserialize(bytes).map_err(unreadable)?;
        let outputs = sealed.manifest.architecture.outputs(sealed.manifest.classes.len());
        let shapes = sealed.manifest.unfrozen.map_or(&[][..], Unfrozen::convs);
        let of_bank = if sealed.manifest.bank.is_some() { bank::TENSORS } else { 0 };
        if sealed.tensors.len() != 2 * (outputs.len() + shapes.len()) + of_bank || file.len() != sealed.tensors.len() {
            return Err(WeightsError::Head("it has another number of tensors than its architecture".to_owned()));
        }
        let mut inputs = sealed.manifest.golden.input.len();
        let mut layers = Vec::with_capacity(outputs.len());
        let read = |name: String, shape: &[usize], hash: &String| {
            let values = read_floats(&file, &name, shape)?;
            if sha256_hex(&float_bytes(&values)) == *hash { Ok(values) } else { Err(WeightsError::TensorHash { name }) }
        };
        let (of_layers, of_others) = sealed.tensors.split_at(2 * outputs.len());
        let (of_convs, of_bank) = of_others.split_at(2 * shapes.len());
        for ((index, &outputs), [of_weight, of_bias]) in outputs.iter().enumerate().zip(of_layers.as_chunks().0) {
            let weight = read(format!("layers.{index}.weight"), &[outputs, inputs], of_weight)?;
            let bias = read(format!("layers.{index}.bias"), &[outputs], of_bias)?;
            layers.push(DenseWeights { outputs, inputs, weight, bias });
            inputs = outputs;
        }
        let mut convs = Vec::with_capacity(shapes.len());
        for (shape, [of_difference, of_bias]) in shapes.iter().zip(of_convs.as_chunks().0) {
            let coded = read_coded(&file, shape, of_difference)?;
            convs
                .push(TunedConv { coded, bias: read(format!("{}.bias", shape.name), &[shape.out_channels], of_bias)? });
        }
        let bank = sealed.manifest.bank.as_ref().map(|manifest| Bank::read(manifest, &file, of_bank)).transpose()?;
        let head = Self { manifest: sealed.manifest, layers, convs, bank };
        check(&head)?;
        Ok(head)
    }

    /// Has the file hold `bank` in the place of the one that it held, and its manifest say so.
    pub fn put_bank(&mut self, bank: Option<Bank>) {
        self.manifest.bank = bank.as_ref().map(|bank| bank.manifest().clone());
        self.manifest.version = version_of(&self.manifest);
        self.bank = bank;
    }

    /// Divides the logits by `temperature`, which the last layer and the manifest then hold; the golden answer is the caller's.
    pub fn divide_logits(&mut self, temperature: f64) {
        let values =
            self.layers.last_mut().into_iter().flat_map(|layer| layer.weight.iter_mut().chain(&mut layer.bias));
        values.for_each(|value| *value = (f64::from(*value) / temperature) as f32);
        self.manifest.temperature = Some(self.manifest.temperature.unwrap_or(1.0) * temperature);
    }

    /// The base's last convolutions as they were trained with the head, none for a head on the base as it is; `base` holds the
    /// base's own, up to its last one.
    ///
    /// # Errors
    ///
    /// [`WeightsError::Head`] where `base` holds too few; those of [`TunedConv::on`].
    pub fn tuned(&self, base: &[ConvWeights]) -> Result<Vec<ConvWeights>, WeightsError> {
        let Some(frozen) = base.len().checked_sub(self.convs.len()) else {
            return Err(WeightsError::Head("the base has fewer convolutions than were trained with it".to_owned()));
        };
        self.convs.iter().zip(&base[frozen..]).map(|(conv, base)| conv.on(base)).collect()
    }
}

/// The version that a file with that manifest has.
fn version_of(manifest: &HeadManifest) -> u32 {
    match manifest {
        HeadManifest { bank: Some(_), .. } => BANK_VERSION,
        HeadManifest { unfrozen: Some(_), .. } => TUNED_VERSION,
        _ => VERSION,
    }
}

/// Refuses a head whose parts do not fit together.
fn check(HeadFile { manifest, layers, convs, bank }: &HeadFile) -> Result<(), WeightsError> {
    let wrong = |what: &str| Err(WeightsError::Head(what.to_owned()));
    let outputs = manifest.architecture.outputs(manifest.classes.len());
    let expected = version_of(manifest);
    if manifest.version != expected {
        return Err(WeightsError::Version { found: manifest.version, expected });
    }
    check_classes(&manifest.classes).or_else(wrong)?;
    if !(1..=MOST_SIDE).contains(&manifest.size) {
        return wrong("it is for photos of no or more than 1,024 pixels a side");
    }
    if matches!(manifest.architecture, HeadArchitecture::Mlp { dropout, .. } if !(0.0..1.0).contains(&dropout)) {
        return wrong("its dropout is no share below 1");
    }
    if manifest.val_accuracy.is_some_and(|share| !(0.0..=1.0).contains(&share)) {
        return wrong("its validation accuracy is no share");
    }
    if manifest.temperature.is_some_and(|temperature| !(temperature > 0.0 && temperature.is_finite())) {
        return wrong("its temperature is not above 0");
    }
    if outputs.len() > MOST_LAYERS || !layers.iter().map(|layer| layer.outputs).eq(outputs) {
        return wrong("its layers are not those of its architecture");
    }
    if layers.iter().any(|layer| layer.inputs == 0 || layer.outputs == 0) {
        return wrong("a layer is empty");
    }
    if layers.windows(2).any(|pair| pair[0].outputs != pair[1].inputs) {
        return wrong("a layer does not take what the one before it gives");
    }
    if layers[0].inputs != manifest.golden.input.len() || manifest.classes.len() != manifest.golden.probabilities.len()
    {
        return wrong("its golden answer has another length than its layers");
    }
    if manifest.bank.as_ref() != bank.as_ref().map(Bank::manifest) {
        return wrong("its bank is not the one that it speaks of");
    }
    if let Some(bank) = bank {
        bank.check(layers[0].inputs).or_else(wrong)?;
    }
    for (index, layer) in layers.iter().enumerate() {
        let name = format!("layers.{index}");
        if Some(layer.weight.len()) != layer.outputs.checked_mul(layer.inputs) || layer.bias.len() != layer.outputs {
            let (found, expected) = (vec![layer.weight.len(), layer.bias.len()], vec![layer.outputs, layer.inputs]);
            return Err(WeightsError::Shape { name, found, expected });
        }
        if !layer.weight.iter().chain(&layer.bias).all(|value| value.is_finite()) {
            return Err(WeightsError::NonFinite { name });
        }
    }
    let shapes = manifest.unfrozen.map_or(&[][..], Unfrozen::convs);
    if convs.len() != shapes.len() {
        return wrong("its convolutions are not those that it says were trained with it");
    }
    for (conv, shape) in convs.iter().zip(shapes) {
        if !conv.fits(shape) {
            return wrong("a convolution of it is not the base's");
        }
    }
    let golden = manifest.golden.input.iter().chain(&manifest.golden.probabilities);
    if golden.copied().all(f32::is_finite) { Ok(()) } else { wrong("its golden answer is not finite") }
}

/// The differences of a convolution of that shape, as they are coded.
fn read_coded(file: &SafeTensors<'_>, shape: &ConvShape, hash: &String) -> Result<Vec<u8>, WeightsError> {
    let name = format!("{}.difference", shape.name);
    let Ok(tensor) = file.tensor(&name) else { return Err(WeightsError::MissingTensor { name }) };
    if tensor.dtype() != Dtype::U8 {
        return Err(WeightsError::ElementType { name, found: format!("{:?}", tensor.dtype()) });
    }
    if sha256_hex(tensor.data()) == *hash { Ok(tensor.data().to_vec()) } else { Err(WeightsError::TensorHash { name }) }
}

fn tensors_of(index: usize, layer: &DenseWeights) -> [(String, FileTensor); 2] {
    let weight = FileTensor::floats(&[layer.outputs, layer.inputs], &layer.weight);
    let bias = FileTensor::floats(&[layer.outputs], &layer.bias);
    [(format!("layers.{index}.weight"), weight), (format!("layers.{index}.bias"), bias)]
}

fn tensors_of_conv(name: &str, conv: &TunedConv) -> [(String, FileTensor); 2] {
    let (difference, bias) = (FileTensor::bytes(&conv.coded), FileTensor::floats(&[conv.bias.len()], &conv.bias));
    [(format!("{name}.difference"), difference), (format!("{name}.bias"), bias)]
}

#[cfg(test)]
mod tests;
