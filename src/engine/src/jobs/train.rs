//! A head's training, beside later requests.

use headstart_protocol::{
    Failure, Resumed, RunNews, Train, TrainingProgress, TrainingRequest, TrainingResult, count, wilson_interval,
};
use headstart_train::{
    BankBuild, Examples, HeadPlan, HeadSettings, HeadTraining, StartingHead, TrainError, TrainedHead, ValidationSplit,
};

use super::RunBeside;
use super::keeping::{Keeping, resume};
use super::material::{check_names, examples};
use crate::clock::{Throttle, now};
use crate::engine::Workplace;
use crate::error::EngineError;
use crate::models::{read_head, summary};
use crate::port::RunLine;
use crate::turns::Slice;

/// Milliseconds between two words on how far a run is, at least.
const TELL_MS: f64 = 30.0;
/// Milliseconds for the fit on all photos of a run that was stopped before it came to it.
const LAST_FIT_MS: f64 = 1000.0;

impl RunBeside for Train {
    async fn work(self, place: &Workplace, line: &RunLine<Self>) -> Result<TrainingResult, EngineError> {
        let mut start = now();
        let Self(training) = self;
        check_names(&training.classes)?;
        let continue_from = starting_head(&training, &place.base.sha256)?;
        let mut slice = Slice::new(&place.turns);
        let all = examples(&training, &place.photos, &mut slice).await?;
        let given = training.given_split();
        let TrainingRequest { size, classes, settings, resume: checkpoint, .. } = training;
        let (examples, validation) = match &given {
            Some(held_out) => {
                let (examples, checked) = apart(&all, held_out);
                drop(all);
                (examples, ValidationSplit::Given(checked))
            }
            None => (all, ValidationSplit::Of(settings.validation)),
        };
        let checked = if let ValidationSplit::Given(checked) = &validation { Some(checked) } else { None };
        let mut bank = BankBuild::new(&examples, checked, classes.len(), u64::from(settings.seed))?;
        let plan = HeadPlan { settings: HeadSettings::from(&settings), classes, examples, validation, continue_from };
        let mut run = HeadTraining::new(plan, &place.device)?;
        let restored = resume(checkpoint.as_ref(), &mut run, HeadTraining::restore, resumed, line)?;
        // Its clock goes on, too.
        start -= 1e3 * restored.unwrap_or_default();
        drop(checkpoint);

        let mut due = Throttle::new(TELL_MS);
        let mut keeping = Keeping::new();
        let mut deadline = None;
        while !run.is_over() {
            if deadline.is_none() && line.is_stopped() {
                deadline = Some(if run.is_fitting() { now() } else { now() + LAST_FIT_MS });
                run.skip_folds()?;
            }
            // Without a single epoch there would be no head.
            if deadline.is_some_and(|deadline| now() >= deadline) && !run.history().is_empty() {
                break;
            }
            run.advance((now() - start) / 1e3).await?;
            if due.is_due(false) {
                line.tell(RunNews::Far(progress(&run)));
            }
            let keeps = deadline.is_none() && run.is_between_epochs() && !run.is_over();
            if keeps && keeping.is_due(run.checkpoint_len()) {
                let since = now();
                keeping.tell(line, run.progress(), run.checkpoint((since - start) / 1e3).await?, since);
            }
            slice.breathe().await;
        }
        let trained = run.finish().await?;
        let mut file = trained.head_file(size.pixels(), &place.base.sha256, &place.device).await?;
        while !bank.step() {
            slice.breathe().await;
        }
        file.put_bank(bank.finish());
        let summary = summary(&file)?;
        let head = file.to_bytes().map_err(|error| EngineError::File { file: "The head".to_owned(), error })?;
        let TrainedHead { validated_by, best_epoch, .. } = trained;
        let confusion = trained.confusion();
        // Photos that were given to validate on are counted by themselves.
        let among_all = |example: usize| given.as_ref().map_or(example, |held_out| held_out[example]);
        let (right, validated_on) = (count(confusion.right()), count(confusion.total()));
        Ok(TrainingResult {
            head,
            summary,
            validated_by,
            right,
            validated_on,
            interval: wilson_interval(right, validated_on),
            answers: trained.answers.iter().map(|one| (count(among_all(one.example)), count(one.answer))).collect(),
            confidences: trained.answers.iter().map(|one| (one.confidence, one.of_label)).collect(),
            classes: confusion.class_figures(),
            calibration: trained.calibration.map(Box::new),
            history: trained.history,
            best_epoch,
            stopped: deadline.is_some(),
            seconds: (now() - start) / 1e3,
        })
    }
}

/// The examples to train on with their augmented views, and those at the sorted indices `held_out`.
fn apart(examples: &Examples, held_out: &[usize]) -> (Examples, Examples) {
    let training: Vec<usize> = (0..examples.len()).filter(|index| held_out.binary_search(index).is_err()).collect();
    (examples.select(&training), examples.select(held_out))
}

fn progress(run: &HeadTraining) -> TrainingProgress {
    let (done, of) = run.progress();
    let latest = run.history().last().copied();
    TrainingProgress { done: count(done), of: count(of), fitting: run.is_fitting(), latest }
}

fn resumed(run: &HeadTraining) -> Resumed {
    let (done, of) = run.progress();
    Resumed { done: count(done), of: count(of), history: run.history().to_vec() }
}

/// The head to go on from, if it tells the same classes apart on photos of the same size, and on the base as it is.
fn starting_head(training: &TrainingRequest, base_sha256: &str) -> Result<Option<StartingHead>, EngineError> {
    let Some(bytes) = &training.continue_from else { return Ok(None) };
    let file = read_head(bytes, base_sha256)?;
    if !file.convs.is_empty() {
        return Err(Failure::TunedStart.into());
    }
    if file.manifest.size != training.size.pixels() {
        return Err(Failure::HeadMismatch { asked: count(training.size.pixels()) }.into());
    }
    if file.manifest.classes != training.classes {
        return Err(TrainError::OtherLayers.into());
    }
    Ok(Some(StartingHead { layers: file.layers, held_out_sha256: file.manifest.held_out_sha256 }))
}
