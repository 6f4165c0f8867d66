//! What the page asks for: one struct a request. Which answer belongs to which is in [`crate::Request`].

use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use crate::{HeadNumber, InputSize, PhotoHash, ProjectManifest, TrainingRequest};

/// Open the device, fetch the weights and warm up. It comes first; everything else waits for it or fails.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// Address of the page's folder, with a trailing slash; the other addresses are relative to it.
    pub base_url: String,
    /// The GPU adapter's own words about itself, as the page heard them; empty on the CPU.
    pub adapter: String,
    /// The input size, or `None` for the device's default.
    pub size: Option<InputSize>,
    /// Another weight file (float32 safetensors or ours) than the shipped one, of the same origin.
    pub weights: Option<String>,
    /// Another head file than the shipped one, relative to the page.
    pub head: Option<String>,
}

/// Say what is on a photo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Classify {
    /// The photo.
    pub photo: PhotoData,
    /// Whether the shipped CNN is to answer too, if it is open.
    pub with_scratch: bool,
    /// Whether a heat map is wanted, and of what.
    pub explain: Option<Explain>,
    /// Whether the worker's partners ([`MeetPartners`]) may compute parts of the photo's pass: they have nothing else to do.
    pub together: bool,
}

/// Say which places of a photo speak for a class of the visitor's own head, or of the shipped one where no other is open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explain {
    /// The class, in the order of the head; [`None`], or one that the head does not have, for that which is answered.
    pub class: Option<u32>,
    /// Whether the shipped CNN is asked in the place of the head, if it is open.
    pub cnn: bool,
}

/// Compute a photo's descriptors, for training. The worker keeps them under the photo's hash and `size`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Describe {
    /// The photo's file.
    pub photo: PhotoData,
    /// The project's size.
    pub size: InputSize,
    /// Augmented views of it that are to be described too.
    pub views: u32,
}

/// Keep descriptors that this worker has not computed: a helper has, or a worker of an earlier visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeepDescriptors {
    /// The size at which the photos were described.
    pub size: InputSize,
    /// The photos, each with [`crate::Description::descriptors`].
    pub photos: Vec<(PhotoHash, ByteBuf)>,
}

/// Keep a photo as a small square, for the CNN trained from scratch. The answer is the photo's hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeepSquare {
    /// The photo's file.
    pub photo: PhotoData,
}

/// Run a photo through the layers before the base's last block, and keep what comes out. The answer is the photo's hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeepActivations {
    /// The photo's file.
    pub photo: PhotoData,
    /// The size at which the photos were described. What is kept at another size is dropped.
    pub size: InputSize,
}

/// Drop everything kept for photos that are not named.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForgetPhotos {
    /// The photos to go on keeping.
    pub keep: Vec<PhotoHash>,
}

/// Train a head. It answers no photo until [`OpenHead`] says so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Train(pub TrainingRequest);

/// Train a small CNN from scratch, with the split of the head's training: [`TrainingRequest::settings`] decide it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrainScratch(pub TrainingRequest);

/// Train the base's last block together with a linear head, with the split of the head's training. [`KeepActivations`] must have
/// come for each photo. The result answers no photo until [`OpenHead`] says so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TuneHead(pub TrainingRequest);

/// Measure how good a head and a CNN are with how many photos.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DrawCurve(pub TrainingRequest);

/// Fetch what ships for the comparison. The CNN among it answers from then on where [`Classify`] asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenScratch;

/// Fetch what is on record of frozen and fine-tuned base. No model is opened for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadTuning;

/// Say what layers of the base respond to on a photo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShowLayers {
    /// The photo.
    pub photo: PhotoData,
}

/// Let this head answer beside the shipped one from now on. The head before stays in use where it is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenHead {
    /// Chosen by the page; each of the head's answers carries it.
    pub number: HeadNumber,
    /// The head file.
    #[serde(with = "serde_bytes")]
    pub bytes: Vec<u8>,
}

/// Let the shipped head answer alone again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloseHead;

/// Compute photos together with other workers, in place of those before: the lines to them are posted beside the message as
/// `MessagePort`s, in the order of the workers' numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeetPartners {
    /// This worker's number among them, from 0: the main worker's.
    pub number: u32,
}

/// Time the base on the golden pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeBase {
    /// Runs after one warm-up.
    pub runs: u32,
    /// Photos a run.
    pub batch: u32,
}

/// Run the golden pattern through every stage. The answer is backend, adapter and the figures of every stage as JSON,
/// which the page shows as it is for automation to compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeasureParity;

/// Put a file into the zip that is being written. The answer is the zip's next bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZipAdd {
    /// Whether it begins a zip, in place of one that was begun before.
    pub first: bool,
    /// Its path in the zip.
    pub path: String,
    /// Its bytes.
    #[serde(with = "serde_bytes")]
    pub bytes: Vec<u8>,
}

/// Put the project into the zip that is being written and end it. The answer is the zip's last bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ZipFinish {
    /// Whether it begins the zip, too: a project without photos.
    pub first: bool,
    /// The project.
    pub manifest: ProjectManifest,
}

/// Open the zip that is posted beside the message as a `Blob`, in place of one that is open. It is read where it lies: neither
/// side ever holds all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenZip;

/// Hand over the next pictures and heads out of the open zip, as many as are quickly read. The next ones are read only when
/// they are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextZipFiles;

/// Let go of the open zip, if there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloseZip;

/// A photo on its way to the worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum PhotoData {
    /// A file's bytes, in whatever format.
    Encoded(#[serde(with = "serde_bytes")] Vec<u8>),
    /// A camera frame: 8-bit RGBA, row by row from the top, not scaled.
    Rgba {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// `4 * width * height` bytes.
        #[serde(with = "serde_bytes")]
        pixels: Vec<u8>,
    },
}
