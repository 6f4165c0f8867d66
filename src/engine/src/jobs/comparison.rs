//! What ships for the comparison of the models, fetched when somebody wants to see it: the CNN trained from scratch,
//! and the figures on record of all.

use std::rc::Rc;

use headstart_protocol::{
    CurvePoint, CurveRecord, Failure, Learner, ModelFacts, OpenScratch, ReadTuning, RunRecord, Shipped, TestRecord,
    TuningRecords, count,
};
use headstart_weights::index::{FileEntry, Index, RecordKind};
use headstart_weights::scratch::{ScratchFile, ScratchManifest};
use headstart_weights::vgg16::{CONVS, Unfrozen};
use serde::de::DeserializeOwned;

use super::AnswerInTurn;
use crate::engine::StartedEngine;
use crate::error::EngineError;
use crate::models::{ModelCache, ShippedCnn, fetch_whole, index};

impl AnswerInTurn for OpenScratch {
    async fn answer(self, engine: &StartedEngine) -> Result<Box<Shipped>, EngineError> {
        if let Some(shipped) = engine.shipped.borrow().clone() {
            return Ok(Box::new(shipped));
        }
        let shipped = fetch(engine).await?;
        // What failed is tried again the next time.
        if shipped.failures.is_empty() {
            engine.shipped.replace(Some(shipped.clone()));
        }
        Ok(Box::new(shipped))
    }
}

impl AnswerInTurn for ReadTuning {
    async fn answer(self, engine: &StartedEngine) -> Result<Box<TuningRecords>, EngineError> {
        let cache = ModelCache::open(&engine.base_url).await;
        let mut records = Records::new(engine, index()?, &cache);
        let (transfer, tuned) = (records.transfer().await, records.tuned().await);
        match records.failures.into_iter().next() {
            Some(failure) => Err(failure.into()),
            None => Ok(Box::new(TuningRecords { transfer, tuned })),
        }
    }
}

/// What is there of it; an error is a lost device or an index of no use.
async fn fetch(engine: &StartedEngine) -> Result<Shipped, EngineError> {
    let index = index()?;
    let cache = ModelCache::open(&engine.base_url).await;
    let mut shipped = Shipped::default();
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
    let mut records = Records::new(engine, index, &cache);
    shipped.transfer = records.transfer().await;
    shipped.tuned = records.tuned().await;
    // The CNN's figures are worth seeing where only its weights are missing.
    let run: Option<RunRecord> = records.read(RecordKind::ScratchTraining).await;
    let test: Option<TestRecord> = records.read(RecordKind::ScratchTest).await;
    if run.is_some() || test.is_some() {
        let facts = shipped.scratch.get_or_insert_default();
        (facts.run, facts.test) = (run, test);
    }
    if let Some(curve) = records.read::<CurveRecord>(RecordKind::LearningCurve).await {
        shipped.curve_held_out = curve.held_out;
        shipped.curve = curve.points;
        let classes = engine.models.manifest.classes.len();
        let last = |learner, facts| shipped_point(learner, facts, classes, curve.held_out);
        shipped.curve.extend(last(Learner::Transfer, Some(&shipped.transfer)));
        shipped.curve.extend(last(Learner::Scratch, shipped.scratch.as_ref()));
    }
    shipped.failures.append(&mut records.failures);
    Ok(shipped)
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

/// The records that the index lists, and what is known of the models beside them.
struct Records<'a> {
    engine: &'a StartedEngine,
    index: Index,
    cache: &'a ModelCache,
    /// Why records that ship could not be had.
    failures: Vec<Failure>,
}

impl<'a> Records<'a> {
    fn new(engine: &'a StartedEngine, index: Index, cache: &'a ModelCache) -> Self {
        Self { engine, index, cache, failures: Vec::new() }
    }

    /// What is known of the built-in head.
    async fn transfer(&mut self) -> ModelFacts {
        let models = &self.engine.models;
        ModelFacts {
            bytes: models.bytes,
            trained_on: Some(count(models.manifest.trained_on)),
            run: self.read(RecordKind::TransferTraining).await,
            test: self.read(RecordKind::TransferTest).await,
            ..self.on_base(models.head_parameters)
        }
    }

    /// What is known of the model whose last blocks were trained too, where the release has it. Its file is not fetched.
    async fn tuned(&mut self) -> Option<ModelFacts> {
        let tuned = self.index.tuned.clone()?;
        let (bytes, blocks) = (tuned.entry.bytes, tuned.unfrozen.map_or(0, Unfrozen::parameters));
        Some(ModelFacts {
            bytes: self.index.base.bytes + bytes,
            trained_on: Some(count(tuned.trained_on)).filter(|photos| *photos > 0),
            run: self.read(RecordKind::TunedTraining).await,
            test: self.read(RecordKind::TunedTest).await,
            ..self.on_base(self.engine.models.head_parameters + blocks)
        })
    }

    /// The parameters of base and built-in head, of which so many are trainable.
    fn on_base(&self, trainable: usize) -> ModelFacts {
        let base: usize = CONVS.iter().map(|shape| shape.weight_count() + shape.out_channels).sum();
        let parameters = base + self.engine.models.head_parameters;
        ModelFacts { parameters: parameters as u64, trainable: trainable as u64, ..ModelFacts::default() }
    }

    /// The record of that kind, where there is one.
    async fn read<T: DeserializeOwned>(&mut self, kind: RecordKind) -> Option<T> {
        let entry = self.index.record(kind)?;
        let read = async {
            let bytes = fetch_whole(&self.engine.base_url, entry, self.cache).await?;
            let unreadable = |error: serde_json::Error| Failure::CorruptRecord {
                file: entry.file.clone(),
                reason: error.to_string(),
            };
            Ok(serde_json::from_slice(&bytes).map_err(unreadable)?)
        };
        match read.await {
            Ok(record) => Some(record),
            Err(error) => {
                let error: EngineError = error;
                self.failures.push(error.failure());
                None
            }
        }
    }
}
