//! All that crosses between the page and its worker: [`ToWorker`] one way, [`FromWorker`] the other, as bytes.
//!
//! The page asks: each [`Request`] is a struct of its own, and [`Ask`] says what its one [`Reply`] holds. A request that
//! goes on for a while is a [`Run`] and has [`Progress`] on the way. What cannot be done is a [`Failure`].
//!
//! A message is the protocol's version (`u32`, little endian) and then the value in postcard's encoding. The version
//! comes first so that a worker cached from another release is a clear error ([`WireError::Version`]) and not a wrong
//! answer.

mod accuracy;
mod archive;
mod calibration;
mod compare;
mod device;
mod distortion;
mod doctor;
mod failure;
mod familiarity;
mod heat_map;
mod kind;
mod message;
mod reply;
mod request;
mod settings;
mod teach;
mod tuning;
mod wire;

pub use accuracy::{count, wilson_interval};
pub use archive::{
    LONGEST_CLASS_NAME, LONGEST_PHOTO_NAME, LeftOut, LeftOutReason, MOST_CLASSES, MOST_PHOTOS, PROJECT_VERSION, Part,
    ProjectClass, ProjectManifest, ProjectPhoto, Unzipped, ZipBytes, ZipContents, ZipFile, ZipSlice,
};
pub use calibration::{BINS, Bin, Calibration, FEWEST_CALIBRATED, Reliability};
pub use compare::{
    CurvePoint, CurveProgress, CurveRecord, CurveResult, FeatureMap, LayerMaps, Learner, ModelFacts, RunRecord,
    ScratchResult, Shipped, TestRecord, TuningRecords,
};
pub use device::{Backend, InputSize};
pub use distortion::{Distort, Distorted, Distortion, HiddenSquare, MOST_HIDDEN};
pub use doctor::{Cue, Examine, ExaminedPhoto, Examining, Finding, FindingKind, LeftOutAnswer, PhotoLook};
pub use failure::Failure;
pub use familiarity::{ACCEPTED, is_known};
pub use heat_map::{ExplainedModel, HeatLayer, HeatMap};
pub use kind::ErrorKind;
pub use message::{Ask, FromWorker, HeadNumber, Progress, Reply, Request, RequestId, Run, ToWorker};
pub use reply::{BenchReport, OwnPrediction, Prediction, Ready, ScratchPrediction, StartProgress, Transfer};
pub use request::{
    Classify, CloseHead, CloseZip, Describe, DrawCurve, Explain, ForgetPhotos, KeepActivations, KeepDescriptors,
    KeepSquare, MeasureParity, MeetPartners, NextZipFiles, OpenHead, OpenScratch, OpenZip, PhotoData, ReadTuning,
    ShowLayers, Start, TimeBase, Train, TrainScratch, TuneHead, ZipAdd, ZipFinish,
};
/// Bytes on the way, encoded as such and not one by one.
pub use serde_bytes::ByteBuf;
pub use settings::{Setting, SettingOutOfRange};
pub use teach::{
    ClassFigures, DESCRIPTOR_BYTES, DESCRIPTOR_RECIPE, Description, Epoch, HeadKind, HeadSummary, OptimizerKind,
    PhotoHash, Resumed, RunCheckpoint, RunNews, THUMBNAIL, TrainingExample, TrainingProgress, TrainingRequest,
    TrainingResult, TrainingSettings, ValidatedBy, Validation,
};
pub use tuning::{MOST_ACTIVATION_BYTES, TuningComparison, TuningProgress, TuningResult};
pub use wire::{PROTOCOL_VERSION, WireError, decode, encode};
