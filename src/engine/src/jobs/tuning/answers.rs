//! What a head with its block answers to the held-out photos.

use headstart_protocol::{
    Epoch, TrainingRequest, TrainingResult, TuningComparison, ValidatedBy, count, wilson_interval,
};
use headstart_train::metrics::{ConfusionMatrix, answer, cross_entropy};
use headstart_train::{BestEpoch, TunedHead, calibrated, put_temperature, temperature};
use headstart_weights::ConvWeights;
use headstart_weights::head::HeadFile;

use super::Photos;
use crate::engine::Workplace;
use crate::error::EngineError;
use crate::models::summary;
use crate::turns::Slice;

/// Held-out photos that are answered at once.
const PORTION: usize = 8;

/// Answers to the held-out photos, in their order.
pub(super) struct Answers<'a> {
    photos: &'a Photos,
    answers: Vec<usize>,
    /// `[photos, classes]`.
    logits: Vec<f32>,
    classes: usize,
}

/// The answers of the head in `file` with its blocks, as they are after rounding.
pub(super) async fn answers<'a>(
    file: &HeadFile,
    frozen: &[ConvWeights],
    photos: &'a Photos,
    request: &TrainingRequest,
    place: &Workplace,
    slice: &mut Slice<'_>,
) -> Result<Answers<'a>, EngineError> {
    let head = TunedHead::new(file, frozen, &place.device)?;
    let mut logits = Vec::new();
    let all: Vec<usize> = (0..photos.indices.len()).collect();
    for portion in all.chunks(PORTION) {
        let inputs = photos.inputs(portion.iter().copied(), request, place);
        logits.extend(head.logits(portion.len(), inputs).await?);
        slice.breathe().await;
    }
    let classes = request.classes.len();
    let answers = logits.chunks_exact(classes).map(answer).collect();
    Ok(Answers { photos, answers, logits, classes })
}

impl Answers<'_> {
    pub(super) fn right(&self) -> u32 {
        count(self.answers.iter().zip(&self.photos.labels).filter(|(answer, label)| answer == label).count())
    }

    /// The mean cross-entropy.
    pub(super) fn loss(&self) -> f64 {
        let rows = self.logits.chunks_exact(self.classes).zip(&self.photos.labels);
        let losses: f64 = rows.map(|(row, label)| cross_entropy(row, *label)).sum();
        losses / self.photos.labels.len().max(1) as f64
    }

    /// For each photo the probability of its answer, and that of its label, the logits divided by `temperature`.
    fn confidences(&self, temperature: f64) -> Vec<(f32, f32)> {
        let confidence = |((row, answer), label): ((&[f32], &usize), &usize)| {
            let row: Vec<f32> = row.iter().map(|logit| (f64::from(*logit) / temperature) as f32).collect();
            let of = |class: usize| (-cross_entropy(&row, class)).exp() as f32;
            (of(*answer), of(*label))
        };
        let rows = self.logits.chunks_exact(self.classes).zip(&self.answers).zip(&self.photos.labels);
        rows.map(confidence).collect()
    }

    /// As the result of a head's run; `file` then holds the temperature that they say.
    pub(super) async fn result(
        self,
        file: &mut HeadFile,
        best: &BestEpoch,
        history: Vec<Epoch>,
        stopped: bool,
        comparison: TuningComparison,
        place: &Workplace,
    ) -> Result<TrainingResult, EngineError> {
        let labels = &self.photos.labels;
        let temperature = temperature(&self.logits, labels);
        put_temperature(file, temperature, &place.device).await?;
        let head = file.to_bytes().map_err(|error| EngineError::File { file: "The head".to_owned(), error })?;
        let TuningComparison { validated_on, tuned_right, seconds, .. } = comparison;
        let answered = self.photos.indices.iter().zip(&self.answers);
        Ok(TrainingResult {
            head,
            summary: summary(file)?,
            validated_by: ValidatedBy::HeldOut,
            right: tuned_right,
            validated_on,
            interval: wilson_interval(tuned_right, validated_on),
            answers: answered.map(|(example, answer)| (count(*example), count(*answer))).collect(),
            confidences: self.confidences(temperature.unwrap_or(1.0)),
            classes: ConfusionMatrix::new(self.classes, labels, &self.answers).class_figures(),
            calibration: temperature.map(|temperature| Box::new(calibrated(&self.logits, labels, temperature))),
            history,
            best_epoch: best.epoch,
            stopped,
            seconds,
        })
    }
}
