//! What a head with its block answers to the held-out photos.

use burn::tensor::{Tensor, TensorData};
use headstart_nn::{Head, LastBlocks, read};
use headstart_protocol::{
    Epoch, TrainingRequest, TrainingResult, TuningComparison, ValidatedBy, count, wilson_interval,
};
use headstart_train::metrics::{ConfusionMatrix, answer, cross_entropy};
use headstart_train::{BestEpoch, BlockInputs};
use headstart_weights::ConvWeights;
use headstart_weights::head::HeadFile;

use super::Photos;
use crate::engine::Workplace;
use crate::error::EngineError;
use crate::models::summary;
use crate::photos::TUNED;
use crate::turns::Slice;

/// Held-out photos that are answered at once.
const PORTION: usize = 8;

/// Answers to the held-out photos, in their order.
pub(super) struct Answers<'a> {
    photos: &'a Photos,
    answers: Vec<usize>,
    /// The mean cross-entropy.
    pub(super) loss: f64,
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
    let device = &place.device;
    let blocks = LastBlocks::new(TUNED, &file.tuned(frozen).map_err(EngineError::OwnHead)?, device)?;
    let head = Head::new(&file.layers, &file.manifest.architecture, device)?;
    let (mut found, mut loss) = (Vec::new(), 0.0);
    let all: Vec<usize> = (0..photos.indices.len()).collect();
    for portion in all.chunks(PORTION) {
        let BlockInputs { activations, front } = photos.inputs(portion.iter().copied(), request, place);
        let activations = LastBlocks::activations(TUNED, activations, TUNED.side(request.size.pixels()), device);
        let front = Tensor::from_data(TensorData::new(front, [portion.len(), TUNED.front()]), device);
        let logits = read(head.forward(blocks.descriptors(activations, front))).await?;
        for (photo, row) in portion.iter().zip(logits.chunks_exact(request.classes.len())) {
            found.push(answer(row));
            loss += cross_entropy(row, photos.labels[*photo]);
        }
        slice.breathe().await;
    }
    let loss = loss / photos.indices.len().max(1) as f64;
    Ok(Answers { photos, answers: found, loss, classes: request.classes.len() })
}

impl Answers<'_> {
    pub(super) fn right(&self) -> u32 {
        count(self.answers.iter().zip(&self.photos.labels).filter(|(answer, label)| answer == label).count())
    }

    /// As the result of a head's run.
    pub(super) fn result(
        &self,
        file: &HeadFile,
        best: &BestEpoch,
        history: Vec<Epoch>,
        stopped: bool,
        comparison: TuningComparison,
    ) -> Result<TrainingResult, EngineError> {
        let head = file.to_bytes().map_err(|error| EngineError::File { file: "The head".to_owned(), error })?;
        let TuningComparison { validated_on, tuned_right, seconds, .. } = comparison;
        let answered = self.photos.indices.iter().zip(&self.answers);
        Ok(TrainingResult {
            head,
            summary: summary(&file.manifest)?,
            validated_by: ValidatedBy::HeldOut,
            right: tuned_right,
            validated_on,
            interval: wilson_interval(tuned_right, validated_on),
            answers: answered.map(|(example, answer)| (count(*example), count(*answer))).collect(),
            classes: ConfusionMatrix::new(self.classes, &self.photos.labels, &self.answers).class_figures(),
            history,
            best_epoch: best.epoch,
            stopped,
            seconds,
        })
    }
}
