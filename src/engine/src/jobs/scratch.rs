//! The training of a small CNN from scratch, beside later requests.

use headstart_nn::ScratchCnn;
use headstart_protocol::{
    Failure, Resumed, RunNews, ScratchResult, TrainScratch, TrainingProgress, count, wilson_interval,
};
use headstart_train::BestEpoch;
use headstart_train::scratch::{ScratchSettings, ScratchTrainer, answers};

use super::RunBeside;
use super::keeping::{Keeping, resume};
use super::material::Material;
use crate::clock::{Throttle, now};
use crate::engine::Workplace;
use crate::error::EngineError;
use crate::port::RunLine;
use crate::turns::Slice;

/// Milliseconds between two words on how far a run is, at least.
const TELL_MS: f64 = 100.0;
/// Numbers of a checkpoint for each parameter: itself, AdamW's moments, the running average, the best epoch's.
const NUMBERS: usize = 5;
/// Held-out photos that are answered at once.
const PORTION: usize = 16;

impl RunBeside for TrainScratch {
    async fn work(mut self, place: &Workplace, line: &RunLine<Self>) -> Result<ScratchResult, EngineError> {
        let mut start = now();
        let mut slice = Slice::new(&place.turns);
        let checkpoint = self.0.resume.take();
        let material = Material::new(self.0, place, &mut slice).await?;
        let [training, held_out] = material.sides();
        let settings = ScratchSettings {
            seed: u64::from(material.settings.seed),
            ..ScratchSettings::small(material.classes.len(), training.len())
        };
        let epochs = settings.epochs;
        let mut trainer = ScratchTrainer::new(settings, &material.classes, training, held_out, &place.device)?;
        let resumed = |trainer: &ScratchTrainer| {
            let history = trainer.history().to_vec();
            Resumed { done: count(history.len()), of: count(epochs), history }
        };
        let restored = resume(checkpoint.as_ref(), &mut trainer, ScratchTrainer::restore, resumed, line)?;
        drop(checkpoint);
        if restored.is_some() {
            // Its clock goes on, too.
            start -= 1e3 * trainer.history().last().map_or(0.0, |epoch| epoch.seconds);
        }
        let mut loader = trainer.loader();
        let batches = loader.batches();
        let tell = |trainer: &ScratchTrainer| {
            line.tell(RunNews::Far(TrainingProgress {
                done: count(trainer.next_batch().div_ceil(batches.max(1))),
                of: count(epochs),
                fitting: true,
                latest: trainer.history().last().copied(),
            }));
        };
        tell(&trainer);
        let mut due = Throttle::new(TELL_MS);
        let mut keeping = Keeping::new();
        while !trainer.is_over() && !line.is_stopped() {
            let mut over = false;
            if trainer.is_validation_due() {
                over = trainer.validate((now() - start) / 1e3).await?.is_some();
            } else {
                trainer.step(loader.load(trainer.next_batch())).await?;
            }
            // Each epoch is told: the curves are drawn from these.
            if due.is_due(over) {
                tell(&trainer);
            }
            if over && !trainer.is_over() && keeping.is_due(NUMBERS * 4 * trainer.architecture().parameters()) {
                let since = now();
                keeping.tell(line, (trainer.history().len(), epochs), trainer.checkpoint()?, since);
            }
            slice.breathe().await;
        }
        let stopped = !trainer.is_over();
        let best = trainer.best().ok_or(Failure::StoppedEarly)?;
        let answers = answers_of(best, &trainer, &material, place, &mut slice).await?;
        let labels = material.examples.labels();
        let right = count(answers.iter().filter(|(example, answer)| labels[*example] == *answer).count());
        let architecture = trainer.architecture();
        Ok(ScratchResult {
            trained_on: count(material.training.len()),
            right,
            validated_on: count(answers.len()),
            interval: wilson_interval(right, count(answers.len())),
            answers: answers.into_iter().map(|(example, answer)| (count(example), count(answer))).collect(),
            history: trainer.history().to_vec(),
            best_epoch: best.epoch,
            parameters: count(architecture.parameters()),
            side: count(architecture.side),
            stopped,
            seconds: (now() - start) / 1e3,
        })
    }
}

/// Each held-out photo with the class that the best network takes it for.
async fn answers_of(
    best: &BestEpoch,
    trainer: &ScratchTrainer,
    material: &Material,
    place: &Workplace,
    slice: &mut Slice<'_>,
) -> Result<Vec<(usize, usize)>, EngineError> {
    let network = ScratchCnn::new(trainer.architecture(), &best.weights, &place.device)?;
    let mut found = Vec::with_capacity(material.held_out.len());
    for portion in material.held_out.chunks(PORTION) {
        let classes = answers(&network, &material.photos, portion).await?;
        found.extend(portion.iter().copied().zip(classes));
        slice.breathe().await;
    }
    Ok(found)
}
