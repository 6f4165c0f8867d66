//! How good a model is with how many photos: accuracy against photos a class, over repeated draws.

use std::collections::VecDeque;
use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};
use headstart_nn::{Head, ScratchCnn, read};
use headstart_protocol::{CurvePoint, Learner, count};
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};

use crate::metrics::answer;
use crate::scratch::{BatchLoader, LabelledPhotos, ScratchSettings, ScratchTrainer, answers};
use crate::{Examples, HeadSettings, HeadTrainer, TrainError, generator};

/// Photos a class that are tried, as far as there are more.
const STEPS: [usize; 9] = [1, 2, 5, 10, 20, 50, 100, 200, 500];
/// Stream of [`generator`] for the first draw's order of photos.
const DRAWS: u64 = 5 << 32;
/// Photos that are scored at once.
const PORTION: usize = 16;

mod checkpoint;

/// The draws of one learner with so many photos a class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Measured {
    learner: Learner,
    photos: usize,
    /// Of each draw, on the held-out photos.
    accuracies: Vec<f64>,
}

impl Measured {
    fn point(&self) -> CurvePoint {
        let n = self.accuracies.len();
        let mean = self.accuracies.iter().sum::<f64>() / n as f64;
        let squares: f64 = self.accuracies.iter().map(|accuracy| (accuracy - mean).powi(2)).sum();
        CurvePoint {
            learner: self.learner,
            photos: count(self.photos),
            draws: count(n),
            mean,
            deviation: (n > 1).then(|| (squares / (n - 1) as f64).sqrt()),
        }
    }
}

/// The photos of a learning curve.
#[derive(Debug, Clone)]
pub struct CurvePhotos {
    /// Names, in the order of the labels.
    pub classes: Vec<String>,
    /// All photos as the base describes them.
    pub examples: Examples,
    /// The same photos in the same order, for the CNN; without them there is no curve of it.
    pub photos: Option<Arc<LabelledPhotos>>,
    /// Indices of the photos that draws are taken from.
    pub training: Vec<usize>,
    /// Indices of the photos that every draw is scored on, none of them in `training`.
    pub held_out: Vec<usize>,
}

/// How a learning curve is measured.
#[derive(Debug, Clone)]
pub struct CurveSettings {
    /// How heads are trained; to the last epoch, for nothing is held out to choose one by.
    pub head: HeadSettings,
    /// How the CNN is trained on so many photos, but for its seed.
    pub scratch: fn(classes: usize, photos: usize) -> ScratchSettings,
    /// Draws of each number of photos, for a head and for the CNN.
    pub draws: [usize; 2],
    /// Photos a class at most.
    pub most: usize,
    /// Seed of the draws and of each training.
    pub seed: u64,
}

/// A learning curve that is being measured. The head's points come first, which are soon there; those of the CNN come in
/// rounds over all numbers of photos, so that whoever stops it has a whole curve of fewer draws.
pub struct LearningCurve {
    photos: CurvePhotos,
    settings: CurveSettings,
    device: Device,
    tasks: VecDeque<Task>,
    /// Draws in all.
    of: usize,
    current: Option<(Task, Fit)>,
    measured: Vec<Measured>,
    /// Of the photos and settings.
    fingerprint: String,
}

/// One training and its score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Task {
    learner: Learner,
    photos: usize,
    draw: usize,
}

enum Fit {
    Head(Box<HeadTrainer>),
    Scratch(Box<ScratchTrainer>, Box<BatchLoader>),
    /// The CNN is trained.
    Scoring {
        network: ScratchCnn,
        /// To the held-out photos so far.
        answers: Vec<usize>,
    },
}

impl LearningCurve {
    /// Nothing measured yet.
    ///
    /// # Errors
    /// [`TrainError::TooFewClasses`]; [`TrainError::EmptyClass`] for a class without a photo to draw;
    /// [`TrainError::TooFewToValidate`] where none is held out; [`TrainError::Photos`] where the CNN's are not those of
    /// the head.
    pub fn new(photos: CurvePhotos, settings: CurveSettings, device: &Device) -> Result<Self, TrainError> {
        let classes = &photos.classes;
        if classes.len() < 2 {
            return Err(TrainError::TooFewClasses { found: classes.len() });
        }
        let fewest = photos.examples.select(&photos.training).per_class(classes.len()).into_iter().zip(classes).min();
        let largest = match fewest {
            Some((0, class)) => return Err(TrainError::EmptyClass { class: class.clone() }),
            Some((count, _)) => count.min(settings.most.max(1)),
            None => 1,
        };
        if photos.held_out.is_empty() {
            return Err(TrainError::TooFewToValidate { class: classes[0].clone() });
        }
        if photos.photos.as_ref().is_some_and(|squares| {
            photos.examples.photos().any(|index| squares.labels().get(index) != Some(&photos.examples.labels()[index]))
        }) {
            return Err(TrainError::Photos("they are not those that the base has described".into()));
        }
        let counts: Vec<usize> = STEPS.into_iter().filter(|count| *count < largest).chain([largest]).collect();
        let task = |learner, photos, draw| Task { learner, photos, draw };
        let [heads, scratch] = settings.draws;
        let heads = counts.iter().flat_map(|photos| (0..heads).map(|draw| task(Learner::Transfer, *photos, draw)));
        let rounds = 0..if photos.photos.is_some() { scratch } else { 0 };
        let scratch = rounds.flat_map(|draw| counts.iter().map(move |photos| task(Learner::Scratch, *photos, draw)));
        let tasks: VecDeque<Task> = heads.chain(scratch).collect();
        let of = tasks.len();
        let fingerprint = checkpoint::of(&photos, &settings)?;
        let device = device.clone();
        Ok(Self { photos, settings, device, tasks, of, current: None, measured: Vec::new(), fingerprint })
    }

    /// Draws done or given up, and draws in all.
    #[must_use]
    pub fn progress(&self) -> (usize, usize) {
        (self.of - self.tasks.len() - usize::from(self.current.is_some()), self.of)
    }

    /// Whether there is nothing more to measure.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.tasks.is_empty() && self.current.is_none()
    }

    /// Whose turn it is; `None` where there is nothing more to measure.
    #[must_use]
    pub fn learner(&self) -> Option<Learner> {
        self.current.as_ref().map(|(task, _)| *task).or(self.tasks.front().copied()).map(|task| task.learner)
    }

    /// The points so far: a learner's together, by their number of photos.
    #[must_use]
    pub fn points(&self) -> Vec<CurvePoint> {
        self.measured.iter().map(Measured::point).collect()
    }

    /// Measures nothing more of `learner`; its points so far stay.
    pub fn give_up(&mut self, learner: Learner) {
        self.tasks.retain(|task| task.learner != learner);
        self.current.take_if(|(task, _)| task.learner == learner);
    }

    /// A step of the training that is due, or a part of its scoring; whether a point is new or has changed.
    ///
    /// # Errors
    /// Whatever keeps the model from being trained; that draw is lost, and the caller may [`Self::give_up`] its learner.
    pub async fn advance(&mut self) -> Result<bool, TrainError> {
        let (task, fit) = match self.current.take() {
            Some(current) => current,
            None => match self.tasks.pop_front() {
                Some(task) => (task, self.begin(task)?),
                None => return Ok(false),
            },
        };
        let accuracy = match self.proceed(fit).await? {
            Next::Fit(fit) => {
                self.current = Some((task, fit));
                return Ok(false);
            }
            Next::Answers(answers) => self.score(&answers),
        };
        match self.measured.iter_mut().find(|one| (one.learner, one.photos) == (task.learner, task.photos)) {
            Some(one) => one.accuracies.push(accuracy),
            None => {
                let (learner, photos) = (task.learner, task.photos);
                self.measured.push(Measured { learner, photos, accuracies: vec![accuracy] });
            }
        }
        Ok(true)
    }

    fn begin(&self, task: Task) -> Result<Fit, TrainError> {
        let CurvePhotos { classes, examples, photos, training, .. } = &self.photos;
        let seed = self.settings.seed.wrapping_add(task.draw as u64);
        let drawn = draw(examples.labels(), training, classes.len(), task.photos, seed);
        match (task.learner, photos) {
            (Learner::Scratch, Some(photos)) => {
                let settings = ScratchSettings { seed, ..(self.settings.scratch)(classes.len(), drawn.len()) };
                let drawn = Arc::new(photos.select(&drawn));
                let nothing = Arc::new(photos.select(&[]));
                let trainer = ScratchTrainer::new(settings, classes, drawn, nothing, &self.device)?;
                let loader = trainer.loader();
                Ok(Fit::Scratch(Box::new(trainer), Box::new(loader)))
            }
            _ => {
                let settings = HeadSettings { seed, ..self.settings.head.clone() };
                let trainer =
                    HeadTrainer::without_validation(settings, classes, &examples.select(&drawn), &self.device)?;
                Ok(Fit::Head(Box::new(trainer)))
            }
        }
    }

    async fn proceed(&self, fit: Fit) -> Result<Next, TrainError> {
        match fit {
            Fit::Head(mut trainer) => {
                if trainer.is_over() {
                    return self.head_answers(&trainer).await.map(Next::Answers);
                }
                if trainer.step() {
                    trainer.epoch().await?;
                }
                Ok(Next::Fit(Fit::Head(trainer)))
            }
            Fit::Scratch(mut trainer, mut loader) => {
                if trainer.is_validation_due() {
                    trainer.validate(0.0).await?;
                } else if !trainer.is_over() {
                    trainer.step(loader.load(trainer.next_batch())).await?;
                }
                match trainer.best().filter(|_| trainer.is_over()) {
                    Some(best) => {
                        let network = ScratchCnn::new(trainer.architecture(), &best.weights, &self.device)?;
                        Ok(Next::Fit(Fit::Scoring { network, answers: Vec::new() }))
                    }
                    None => Ok(Next::Fit(Fit::Scratch(trainer, loader))),
                }
            }
            Fit::Scoring { network, answers: mut found } => {
                let held_out = &self.photos.held_out;
                let end = (found.len() + PORTION).min(held_out.len());
                if let Some(photos) = &self.photos.photos {
                    found.extend(answers(&network, photos, &held_out[found.len()..end]).await?);
                }
                let over = end == held_out.len();
                Ok(if over { Next::Answers(found) } else { Next::Fit(Fit::Scoring { network, answers: found }) })
            }
        }
    }

    /// The answers of the trained head to the held-out photos.
    async fn head_answers(&self, trainer: &HeadTrainer) -> Result<Vec<usize>, TrainError> {
        let CurvePhotos { examples, held_out, classes, .. } = &self.photos;
        let head = Head::new(&trainer.best().await?, &self.settings.head.architecture, &self.device)?;
        let rows: Vec<f32> = held_out.iter().flat_map(|index| examples.descriptor(*index)).copied().collect();
        let rows = TensorData::new(rows, [held_out.len(), examples.width()]);
        let logits = read(head.forward(Tensor::from_data(rows, &self.device))).await?;
        Ok(logits.chunks_exact(classes.len()).map(answer).collect())
    }

    /// The accuracy of these answers to the held-out photos.
    fn score(&self, answers: &[usize]) -> f64 {
        let labels = self.photos.held_out.iter().map(|index| self.photos.examples.labels()[*index]);
        let right = answers.iter().zip(labels).filter(|(answer, label)| *answer == label).count();
        right as f64 / self.photos.held_out.len() as f64
    }
}

enum Next {
    Fit(Fit),
    /// To each held-out photo.
    Answers(Vec<usize>),
}

/// `photos` of each class out of `pool`, sorted. A larger draw by the same seed holds the smaller ones.
fn draw(labels: &[usize], pool: &[usize], classes: usize, photos: usize, seed: u64) -> Vec<usize> {
    let mut drawn = Vec::with_capacity(classes * photos);
    for class in 0..classes {
        let mut members: Vec<usize> = pool.iter().copied().filter(|index| labels[*index] == class).collect();
        members.shuffle(&mut generator(seed, DRAWS + class as u64));
        drawn.extend(members.into_iter().take(photos));
    }
    drawn.sort_unstable();
    drawn
}

#[cfg(test)]
mod tests;
