//! What ships for the comparison of the two models, fetched when somebody wants to see it: the CNN trained from scratch,
//! and the figures on record of both.

use std::rc::Rc;

use headstart_nn::ScratchCnn;
use headstart_protocol::{
    CurvePoint, Event, Learner, ModelFacts, OwnPrediction, RunRecord, Shipped, TestRecord as ShownTest,
};
use headstart_train::metrics::wilson_interval;
use headstart_train::records::{CurveRecord, TestRecord, TrainingRecord};
use headstart_vision::{RgbImage, normalise, square};
use headstart_weights::index::{FileEntry, Index, RecordKind};
use headstart_weights::scratch::{ScratchFile, ScratchManifest};
use headstart_weights::vgg16::CONVS;
use serde::de::DeserializeOwned;

use crate::cache::ModelCache;
use crate::curve::learner;
use crate::download::Arrival;
use crate::error::EngineError;
use crate::models::{index, shipped, weights_error};
use crate::result::{count, epoch};
use crate::session::{Session, now};

/// The shipped CNN on the device.
pub(crate) struct ScratchModel(ScratchCnn);

impl ScratchModel {
    /// Its answer to a photo.
    ///
    /// # Errors
    /// [`EngineError::DeviceLost`].
    pub(crate) async fn answer(&self, image: &RgbImage) -> Result<OwnPrediction, EngineError> {
        let start = now();
        let photo = self.0.photos(normalise(&square(image, self.0.architecture().side)));
        let probabilities = headstart_nn::read(self.0.probabilities(photo)).await?;
        Ok(OwnPrediction { probabilities, ms: now() - start })
    }
}

impl Session {
    /// The event that answers [`headstart_protocol::Command::OpenComparison`].
    pub(crate) async fn open_comparison(&self) -> Event {
        if let Some(shipped) = self.shipped.borrow().clone() {
            return Event::ComparisonOpened(Box::new(shipped));
        }
        match self.fetch_comparison().await {
            Ok(shipped) => {
                // What failed is tried again the next time.
                if shipped.failures.is_empty() {
                    self.shipped.replace(Some(shipped.clone()));
                }
                Event::ComparisonOpened(Box::new(shipped))
            }
            Err(error) => Event::Stopped(error.failure()),
        }
    }

    /// What is there of it; an error is a lost device or an index of no use.
    async fn fetch_comparison(&self) -> Result<Shipped, EngineError> {
        let index = index()?;
        let cache = ModelCache::open().await;
        let mut shipped = Shipped { transfer: self.transfer_facts(), ..Shipped::default() };
        if let Some(entry) = &index.scratch {
            match self.open_scratch(entry, &cache).await {
                Ok(manifest) => {
                    let parameters = manifest.architecture.parameters() as u64;
                    shipped.scratch = Some(ModelFacts {
                        parameters,
                        trained: parameters,
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
        let records = Records { session: self, index: &index, cache: &cache };
        let failures = &mut shipped.failures;
        let training = |record: TrainingRecord| RunRecord {
            best_epoch: count(record.best_epoch),
            seconds: record.epochs.last().map_or(0.0, |last| last.seconds),
            epochs: record.epochs.iter().map(epoch).collect(),
        };
        let test = |TestRecord { images, accuracy }: TestRecord| ShownTest {
            photos: count(images),
            accuracy,
            interval: wilson_interval((accuracy * images as f64).round() as usize, images),
        };
        shipped.transfer.run = records.read(RecordKind::TransferTraining, failures).await.map(training);
        shipped.transfer.test = records.read(RecordKind::TransferTest, failures).await.map(test);
        // The CNN's figures are worth seeing where only its weights are missing.
        let run = records.read(RecordKind::ScratchTraining, failures).await.map(training);
        let scratch_test = records.read(RecordKind::ScratchTest, failures).await.map(test);
        if run.is_some() || scratch_test.is_some() {
            let facts = shipped.scratch.get_or_insert_default();
            (facts.run, facts.test) = (run, scratch_test);
        }
        if let Some(curve) = records.read::<CurveRecord>(RecordKind::LearningCurve, failures).await {
            shipped.curve_held_out = count(curve.held_out);
            let point = |point: headstart_train::records::PointRecord| CurvePoint {
                learner: learner(point.model),
                photos: count(point.photos_a_class),
                draws: count(point.draws),
                mean: point.mean,
                deviation: point.deviation,
            };
            shipped.curve = curve.points.into_iter().map(point).collect();
            let classes = self.models.manifest.classes.len();
            shipped.curve.extend(shipped_point(Learner::Transfer, Some(&shipped.transfer), classes, curve.held_out));
            shipped.curve.extend(shipped_point(Learner::Scratch, shipped.scratch.as_ref(), classes, curve.held_out));
        }
        Ok(shipped)
    }

    /// What is known of the built-in head without any file.
    fn transfer_facts(&self) -> ModelFacts {
        let base: usize = CONVS.iter().map(|shape| shape.weight_count() + shape.out_channels).sum();
        let trained = self.models.head_parameters;
        ModelFacts {
            parameters: (base + trained) as u64,
            trained: trained as u64,
            bytes: self.models.bytes,
            trained_on: Some(count(self.models.manifest.trained_on)),
            ..ModelFacts::default()
        }
    }

    /// Puts the CNN on the device and gives back what it says about itself.
    async fn open_scratch(&self, entry: &FileEntry, cache: &ModelCache) -> Result<ScratchManifest, EngineError> {
        let bytes = self.fetch(entry, cache).await?;
        let file = ScratchFile::from_bytes(&bytes).map_err(|error| weights_error(&entry.file, error))?;
        drop(bytes);
        let network = ScratchCnn::open(&file, self.models.base.device()).await?;
        self.scratch.replace(Some(Rc::new(ScratchModel(network))));
        Ok(file.manifest)
    }

    async fn fetch(&self, entry: &FileEntry, cache: &ModelCache) -> Result<Vec<u8>, EngineError> {
        let mut all = Vec::new();
        let file = shipped(&self.base_url, entry);
        file.fetch(cache, |arrival| {
            if let Arrival::Bytes { bytes, .. } = arrival {
                all.extend_from_slice(bytes);
            }
            Ok(())
        })
        .await?;
        Ok(all)
    }
}

/// A shipped model as the last point of a curve that was scored on the `held_out` photos that it was tested on.
fn shipped_point(learner: Learner, facts: Option<&ModelFacts>, classes: usize, held_out: usize) -> Option<CurvePoint> {
    let facts = facts?;
    let test = facts.test.filter(|test| test.photos as usize == held_out)?;
    let photos = facts.trained_on? / count(classes.max(1));
    Some(CurvePoint { learner, photos, draws: 1, mean: test.accuracy, deviation: None })
}

/// The records that the index lists.
struct Records<'a> {
    session: &'a Session,
    index: &'a Index,
    cache: &'a ModelCache,
}

impl Records<'_> {
    /// The record of that kind, where there is one; why it could not be had goes to `failures`.
    async fn read<T: DeserializeOwned>(
        &self,
        kind: RecordKind,
        failures: &mut Vec<headstart_protocol::Failure>,
    ) -> Option<T> {
        let entry = self.index.record(kind)?;
        let read = async {
            let bytes = self.session.fetch(entry, self.cache).await?;
            let unreadable =
                |error: serde_json::Error| EngineError::Record { file: entry.file.clone(), reason: error.to_string() };
            serde_json::from_slice(&bytes).map_err(unreadable)
        };
        read.await.map_err(|error: EngineError| failures.push(error.failure())).ok()
    }
}
