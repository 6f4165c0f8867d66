//! The base's file: its layers one by one as they come, and its last ones once more where they are trained, or were.

use headstart_protocol::Failure;
use headstart_weights::vgg16::{CONVS, Unfrozen};
use headstart_weights::{BaseReader, BaseWeights, ConvWeights, Golden, MAGIC, WeightsError};

use super::cache::ModelCache;
use super::remote_file::{Arrival, EarlyRequest, RemoteFile};
use crate::error::EngineError;

/// The file of the base in use. The worker keeps no weights beside those on the device, which are in a form of its own there.
#[derive(Clone)]
pub(crate) struct BaseFile {
    pub(super) file: RemoteFile,
    /// Address of the page's folder, with a trailing slash.
    pub(super) base_url: String,
    /// Its SHA-256, in hexadecimal.
    pub(crate) sha256: String,
}

impl BaseFile {
    /// The base's own last convolutions, which `unfrozen` names, in whole numbers: 7 MB for block 5. They are read out of this
    /// browser's cache, or fetched where that has not kept the file.
    ///
    /// # Errors
    /// Whatever keeps the file from arriving whole; [`Failure::WrongHash`] where it is another one by now.
    pub(crate) async fn last(&self, unfrozen: Unfrozen) -> Result<Vec<ConvWeights>, EngineError> {
        let cache = ModelCache::open(&self.base_url).await;
        let mut last = LastLayers::new(unfrozen.convs().len());
        let layer = |at, conv| {
            last.take(at, conv);
            Ok(())
        };
        let content = read_layers(&self.file, None, &cache, |_| {}, layer).await?;
        if content.sha256 == self.sha256 {
            Ok(last.convs)
        } else {
            Err(Failure::WrongHash { file: self.file.name.clone() }.into())
        }
    }
}

#[cfg(test)]
impl BaseFile {
    /// A file that is nowhere, for jobs that need no weights.
    pub(crate) fn nowhere() -> Self {
        let file = RemoteFile { name: "base".to_owned(), url: String::new(), known: None };
        Self { file, base_url: String::new(), sha256: "0".repeat(64) }
    }
}

/// The last layers of those that come.
pub(super) struct LastLayers {
    /// The first one that is kept.
    first: usize,
    pub(super) convs: Vec<ConvWeights>,
}

impl LastLayers {
    /// None yet, of so many.
    pub(super) fn new(layers: usize) -> Self {
        Self { first: CONVS.len().saturating_sub(layers), convs: Vec::new() }
    }

    /// Takes the layer `at`, as [`read_layers`] hands it over.
    pub(super) fn take(&mut self, at: usize, conv: ConvWeights) {
        if at == 0 {
            self.convs.clear();
        }
        if at >= self.first {
            self.convs.push(conv);
        }
    }
}

/// What a base's file is, beside its layers.
pub(super) struct BaseContent {
    /// SHA-256 of the file, in hexadecimal.
    pub(super) sha256: String,
    /// Its golden figures; float32 safetensors have none.
    pub(super) goldens: Vec<Golden>,
}

/// The base's bytes as they come: ours layer by layer, float32 safetensors only when all are here.
enum Incoming {
    Quantized { reader: Box<BaseReader>, layers: usize },
    Float(Vec<u8>),
}

/// Hands the base's convolutions in `file`, which may have been asked for already, to `layer`, each with its place in the
/// network, as they come; the first one comes again where what came so far was not the file. `note` hears of all that arrives.
///
/// # Errors
/// Whatever `layer` returns, or keeps the file from arriving whole.
pub(super) async fn read_layers(
    file: &RemoteFile,
    early: Option<EarlyRequest>,
    cache: &ModelCache,
    mut note: impl FnMut(&Arrival<'_>),
    mut layer: impl FnMut(usize, ConvWeights) -> Result<(), EngineError>,
) -> Result<BaseContent, EngineError> {
    let mut incoming = None;
    let sha256 = file
        .fetch(early, cache, &mut |arrival| {
            note(&arrival);
            match arrival {
                Arrival::Anew => incoming = None,
                Arrival::Length(_) => {}
                Arrival::Bytes { bytes, .. } => {
                    let incoming = incoming.get_or_insert_with(|| {
                        // Only a file that the release does not know may be of the other kind.
                        if file.known.is_none() && !bytes.starts_with(&MAGIC) {
                            Incoming::Float(Vec::new())
                        } else {
                            Incoming::Quantized { reader: Box::default(), layers: 0 }
                        }
                    });
                    match incoming {
                        Incoming::Float(all) => all.extend_from_slice(bytes),
                        Incoming::Quantized { reader, layers } => {
                            for conv in reader.push(bytes).map_err(|error| file_error(&file.name, error))? {
                                layer(*layers, conv)?;
                                *layers += 1;
                            }
                        }
                    }
                }
            }
            Ok(())
        })
        .await?;
    let goldens = match incoming {
        Some(Incoming::Quantized { reader, .. }) => {
            reader.finish().map_err(|error| file_error(&file.name, error))?.goldens
        }
        Some(Incoming::Float(all)) => {
            let weights = BaseWeights::from_safetensors(&all).map_err(|error| file_error(&file.name, error))?;
            drop(all);
            weights.convs.into_iter().enumerate().try_for_each(|(at, conv)| layer(at, conv))?;
            Vec::new()
        }
        None => {
            return Err(Failure::Download { file: file.name.clone(), reason: "the file is empty".into() }.into());
        }
    };
    Ok(BaseContent { sha256, goldens })
}

/// What is wrong with the content of the file of that name.
pub(super) fn file_error(file: &str, error: WeightsError) -> EngineError {
    EngineError::File { file: file.to_owned(), error }
}
