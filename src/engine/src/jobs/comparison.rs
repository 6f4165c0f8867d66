//! What ships for the comparison of the two models, fetched when somebody wants to see it: the CNN trained from scratch,
//! and the figures on record of both.

use std::rc::Rc;

use headstart_protocol::{
    CurvePoint, CurveRecord, Failure, Learner, ModelFacts, OpenScratch, RunRecord, Shipped, TestRecord, count,
};
use headstart_weights::index::{FileEntry, Index, RecordKind};
use headstart_weights::scratch::{ScratchFile, ScratchManifest};
use headstart_weights::vgg16::CONVS;
use serde::de::DeserializeOwned;

use super::AnswerInTurn;
use crate::engine::StartedEngine;
use crate::error::EngineError;
use crate::models::{ModelCache, ShippedCnn, fetch_whole, index};

impl AnswerInTurn for OpenScratch {
    async fn answer(self, engine: &StartedEngine) -> Result<Shipped, EngineError> {
        if let Some(shipped) = engine.shipped.borrow().clone() {
            return Ok(shipped);
        }
        let shipped = fetch(engine).await?;
        // What failed is tried again the next time.
        if shipped.failures.is_empty() {
            engine.shipped.replace(Some(shipped.clone()));
        }
        Ok(shipped)
    }
}

/// What is there of it; an error is a lost device or an index of no use.
async fn fetch(engine: &StartedEngine) -> Result<Shipped, EngineError> {
    let index = index()?;
    let cache = ModelCache::open(&engine.base_url).await;
    let mut shipped = Shipped { transfer: transfer_facts(engine), ..Shipped::default() };
    if let Some(entry) = &index.scratch {
        match open_cnn(engine, entry, &cache).await {
            Ok(manifest) => {
                let parameters = manifest.architecture.parameters() as u64;
                shipped.scratch = Some(ModelFacts {
                    parameters,
                    trainable: parameters,
                    bytes: entry.bytes,
                    trained_on: Some(count(manifest.trained_on)),
                    ..ModelFacts::default()
                });
                shipped.scratch_classes = manifest.classes;
            }
            Err(error @ EngineError::DeviceLost(_)) => return Err(error),
            Err(error) => shipped.failures.push(error.failure()),
        }
    }
    let records = Records { base_url: &engine.base_url, index: &index, cache: &cache };
    let failures = &mut shipped.failures;
    shipped.transfer.run = records.read(RecordKind::TransferTraining, failures).await;
    shipped.transfer.test = records.read(RecordKind::TransferTest, failures).await;
    // The CNN's figures are worth seeing where only its weights are missing.
    let run: Option<RunRecord> = records.read(RecordKind::ScratchTraining, failures).await;
    let test: Option<TestRecord> = records.read(RecordKind::ScratchTest, failures).await;
    if run.is_some() || test.is_some() {
        let facts = shipped.scratch.get_or_insert_default();
        (facts.run, facts.test) = (run, test);
    }
    if let Some(curve) = records.read::<CurveRecord>(RecordKind::LearningCurve, failures).await {
        shipped.curve_held_out = curve.held_out;
        shipped.curve = curve.points;
        let classes = engine.models.manifest.classes.len();
        let last = |learner, facts| shipped_point(learner, facts, classes, curve.held_out);
        shipped.curve.extend(last(Learner::Transfer, Some(&shipped.transfer)));
        shipped.curve.extend(last(Learner::Scratch, shipped.scratch.as_ref()));
    }
    Ok(shipped)
}

/// What is known of the built-in head without any file.
fn transfer_facts(engine: &StartedEngine) -> ModelFacts {
    let base: usize = CONVS.iter().map(|shape| shape.weight_count() + shape.out_channels).sum();
    let models = &engine.models;
    ModelFacts {
        parameters: (base + models.head_parameters) as u64,
        trainable: models.head_parameters as u64,
        bytes: models.bytes,
        trained_on: Some(count(models.manifest.trained_on)),
        ..ModelFacts::default()
    }
}

/// Puts the CNN on the device and gives back what it says about itself.
async fn open_cnn(
    engine: &StartedEngine,
    entry: &FileEntry,
    cache: &ModelCache,
) -> Result<ScratchManifest, EngineError> {
    let bytes = fetch_whole(&engine.base_url, entry, cache).await?;
    let file =
        ScratchFile::from_bytes(&bytes).map_err(|error| EngineError::File { file: entry.file.clone(), error })?;
    drop(bytes);
    let cnn = ShippedCnn::open(&file, &engine.place.device).await?;
    engine.cnn.replace(Some(Rc::new(cnn)));
    Ok(file.manifest)
}

/// A shipped model as the last point of a curve that was scored on the `held_out` photos that it was tested on.
fn shipped_point(learner: Learner, facts: Option<&ModelFacts>, classes: usize, held_out: u32) -> Option<CurvePoint> {
    let facts = facts?;
    let test = facts.test.filter(|test| test.photos == held_out)?;
    let photos = facts.trained_on? / count(classes.max(1));
    Some(CurvePoint { learner, photos, draws: 1, mean: test.accuracy, deviation: None })
}

/// The records that the index lists.
struct Records<'a> {
    base_url: &'a str,
    index: &'a Index,
    cache: &'a ModelCache,
}

impl Records<'_> {
    /// The record of that kind, where there is one; why it could not be had goes to `failures`.
    async fn read<T: DeserializeOwned>(&self, kind: RecordKind, failures: &mut Vec<Failure>) -> Option<T> {
        let entry = self.index.record(kind)?;
        let read = async {
            let bytes = fetch_whole(self.base_url, entry, self.cache).await?;
            let unreadable = |error: serde_json::Error| Failure::CorruptRecord {
                file: entry.file.clone(),
                reason: error.to_string(),
            };
            Ok(serde_json::from_slice(&bytes).map_err(unreadable)?)
        };
        read.await.map_err(|error: EngineError| failures.push(error.failure())).ok()
    }
}
