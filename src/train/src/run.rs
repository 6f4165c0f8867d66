//! What every run over numbered batches has in common: training a CNN from scratch, and training the base's last blocks.
//!
//! Values, AdamW's moments and the running average are plain numbers beside the device; the average is validated and kept.

use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Tensor, TensorData};
use headstart_protocol::{Epoch, count};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::TrainError;
use crate::checkpoint::{Named, Opened, write};
use crate::metrics::{answer, cross_entropy};
use crate::parameter::{Parameter, Update};
use crate::parameters::{read_all, unreadable};

/// What a run's settings say of its steps.
pub(crate) trait Schedule: Clone + PartialEq + Serialize + DeserializeOwned {
    /// Passes over the training photos.
    fn epochs(&self) -> usize;
    /// Photos a step, at most.
    fn batch(&self) -> usize;
    /// The learning rate of step `step` of `steps`, counted from 0.
    fn rate(&self, step: usize, steps: usize) -> f64;
    /// What the rate times this takes off the distance of a weight to what it decays to, each step.
    fn weight_decay(&self) -> f64;
    /// How much of the averaged weights step `step`, counted from 0, keeps.
    fn kept_of_average(&self, step: usize) -> f64;
    /// The share of a photo's target that all classes have alike.
    fn label_smoothing(&self) -> f64;
    /// Early stopping: epochs without a new best one after which the run ends; `None` where it runs to its end.
    fn patience(&self) -> Option<usize>;
}

/// A rate that rises to `peak` over the share `warm_up` of the steps and falls to zero along a cosine over the rest
/// (Loshchilov and Hutter, "SGDR", 2017).
pub(crate) fn warmed_up_cosine(peak: f64, warm_up: f64, step: usize, steps: usize) -> f64 {
    let rising = ((warm_up * steps as f64).round() as usize).max(1);
    if step < rising {
        return peak * (step + 1) as f64 / rising as f64;
    }
    let progress = (step - rising) as f64 / (steps - rising).max(1) as f64;
    peak * 0.5 * (1.0 + (std::f64::consts::PI * progress).cos())
}

/// How much of an average a step keeps, `most` at most: less at first, when the weights still run.
pub(crate) fn kept_of_average(most: f64, step: usize) -> f64 {
    most.min((1 + step) as f64 / (10 + step) as f64)
}

/// Sums over photos.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Totals {
    /// Of the cross-entropies, nats.
    pub(crate) loss: f64,
    /// Photos classified correctly.
    pub(crate) right: usize,
}

impl Totals {
    /// Adds photos with `labels` that were answered with rows of `logits`.
    pub(crate) fn add(&mut self, logits: &[f32], labels: &[usize]) {
        let classes = logits.len() / labels.len().max(1);
        for (row, label) in logits.chunks(classes.max(1)).zip(labels) {
            self.loss += cross_entropy(row, *label);
            self.right += usize::from(answer(row) == *label);
        }
    }

    /// Mean loss and accuracy over `n` photos.
    pub(crate) fn means(&self, n: usize) -> (f64, f64) {
        (self.loss / n as f64, self.right as f64 / n as f64)
    }
}

/// The epoch to keep: the one with the highest validation accuracy, of equals the one with the lowest validation loss;
/// without validation photos the last one.
#[derive(Debug, Clone, PartialEq)]
pub struct BestEpoch {
    /// Counted from 1.
    pub epoch: u32,
    /// Validation accuracy.
    pub accuracy: Option<f64>,
    /// Validation loss: the mean cross-entropy, in nats.
    pub loss: Option<f64>,
    /// The averaged weights after it, in the order of the run's tensors.
    pub weights: Vec<Vec<f32>>,
}

/// What a run is about: a checkpoint of another one is refused.
pub(crate) struct About<S> {
    pub(crate) settings: S,
    /// Names, in the order of the labels.
    pub(crate) classes: Vec<String>,
    /// SHA-256 of the training photos and of the validation photos.
    pub(crate) digests: [String; 2],
    /// Training photos and validation photos.
    pub(crate) photos: [usize; 2],
}

/// A run, and its best epoch so far.
pub(crate) struct Run<S> {
    pub(crate) about: About<S>,
    /// Each with its name.
    pub(crate) parameters: Vec<(String, Parameter)>,
    /// Steps done since the run began.
    pub(crate) steps: usize,
    /// Over this epoch's steps so far.
    totals: Totals,
    pub(crate) history: Vec<Epoch>,
    pub(crate) best: Option<BestEpoch>,
    pub(crate) failed: bool,
}

/// All of a run but its tensors.
#[derive(Serialize, Deserialize)]
struct State<S> {
    settings: S,
    classes: Vec<String>,
    digests: [String; 2],
    steps: usize,
    loss: f64,
    right: usize,
    history: Vec<Epoch>,
    best: Option<BestFigures>,
}

/// [`BestEpoch`] without its weights.
#[derive(Serialize, Deserialize)]
struct BestFigures {
    epoch: u32,
    accuracy: Option<f64>,
    loss: Option<f64>,
}

impl<S: Schedule> Run<S> {
    /// A run before its first step.
    pub(crate) fn new(about: About<S>, parameters: Vec<(String, Parameter)>) -> Self {
        let (totals, history) = (Totals::default(), Vec::new());
        Self { about, parameters, steps: 0, totals, history, best: None, failed: false }
    }

    /// Batches of an epoch.
    pub(crate) fn batches(&self) -> usize {
        self.about.photos[0].div_ceil(self.about.settings.batch())
    }

    /// Whether there is nothing more to do: all epochs run and validated, no better one in sight, or an error.
    pub(crate) fn is_over(&self) -> bool {
        let (settings, epochs) = (&self.about.settings, self.history.len());
        let since_best = epochs - self.best.as_ref().map_or(0, |best| best.epoch as usize).min(epochs);
        self.failed || epochs >= settings.epochs() || settings.patience().is_some_and(|patience| since_best >= patience)
    }

    /// Whether all steps of an epoch are done.
    pub(crate) fn is_validation_due(&self) -> bool {
        !self.is_over() && self.steps == (self.history.len() + 1) * self.batches()
    }

    /// Refuses batch `number` where it is not the next one.
    ///
    /// # Errors
    /// [`TrainError::Order`].
    pub(crate) fn check_turn(&self, number: usize) -> Result<(), TrainError> {
        if self.is_over() || self.is_validation_due() || number != self.steps {
            return Err(TrainError::Order(format!("batch {number} came out of turn")));
        }
        Ok(())
    }

    /// The averages, in the order of the tensors.
    pub(crate) fn averages(&self) -> Vec<Vec<f32>> {
        self.parameters.iter().map(|(_, parameter)| parameter.average.clone()).collect()
    }

    /// One step on photos of `labels`; `forward` makes their logits, `[n, classes]`, of the parameters, each `[numbers]` on
    /// `device` with autodiff.
    ///
    /// # Errors
    /// [`TrainError::Diverged`] where the loss is no number any more, [`TrainError::Model`] where the device gives nothing
    /// back, and those of `forward`. After any the run is over.
    pub(crate) async fn step(
        &mut self,
        labels: &[usize],
        device: &Device,
        forward: impl FnOnce(Vec<Tensor<1>>, &Device) -> Result<Tensor<2>, TrainError>,
    ) -> Result<(), TrainError> {
        let result = self.learn(labels, device, forward).await;
        self.failed = result.is_err();
        result
    }

    async fn learn(
        &mut self,
        labels: &[usize],
        device: &Device,
        forward: impl FnOnce(Vec<Tensor<1>>, &Device) -> Result<Tensor<2>, TrainError>,
    ) -> Result<(), TrainError> {
        let n = labels.len();
        let device = device.clone().autodiff();
        // The values go to the device and come back: on the CPU that copies nothing.
        let values = self.parameters.iter_mut().map(|(_, parameter)| std::mem::take(&mut parameter.values));
        let leaf = |values: Vec<f32>| {
            let len = values.len();
            Tensor::<1>::from_data(TensorData::new(values, [len]), &device).require_grad()
        };
        let leaves: Vec<Tensor<1>> = values.map(leaf).collect();
        let logits = forward(leaves.clone(), &device)?;
        let objective = (log_softmax(logits.clone(), 1) * self.targets(labels, &device)).sum().neg() / n as f64;
        let mut gradients = objective.backward();
        drop(objective);

        // All that is needed of the device comes back at once: each way there and back takes its time on a GPU.
        let mut wanted = vec![logits.inner().flatten(0, 1)];
        for leaf in &leaves {
            let gradient = leaf.grad_remove(&mut gradients);
            wanted.push(gradient.ok_or_else(|| unreadable("a tensor has no gradient"))?);
        }
        wanted.extend(leaves.into_iter().map(Tensor::inner));
        let mut found = read_all(wanted).await?.into_iter();

        let before = self.totals.loss;
        self.totals.add(&found.next().unwrap_or_default(), labels);
        let settings = &self.about.settings;
        let update = Update {
            number: self.steps + 1,
            rate: settings.rate(self.steps, self.batches() * settings.epochs()),
            weight_decay: settings.weight_decay(),
            kept_of_average: settings.kept_of_average(self.steps),
        };
        let gradients: Vec<Vec<f32>> = found.by_ref().take(self.parameters.len()).collect();
        for (((_, parameter), gradient), values) in self.parameters.iter_mut().zip(gradients).zip(found) {
            parameter.values = values;
            parameter.update(&gradient, update);
        }
        self.steps += 1;
        if (self.totals.loss - before).is_finite() {
            Ok(())
        } else {
            Err(TrainError::Diverged { epoch: count(self.history.len() + 1) })
        }
    }

    /// What the classes' probabilities should be for `labels`: smoothed one-hot rows, `[n, classes]`.
    fn targets(&self, labels: &[usize], device: &Device) -> Tensor<2> {
        let (n, classes) = (labels.len(), self.about.classes.len());
        let smoothing = self.about.settings.label_smoothing();
        let shared = smoothing / classes as f64;
        let mut targets = vec![shared as f32; n * classes];
        for (row, label) in labels.iter().enumerate() {
            targets[row * classes + label] = (1.0 - smoothing + shared) as f32;
        }
        Tensor::from_data(TensorData::new(targets, [n, classes]), device)
    }

    /// Ends the epoch whose validation came to `checked`; `seconds`, since the run began by the caller's clock, go into its
    /// figures.
    ///
    /// # Errors
    /// [`TrainError::Diverged`] where the validation loss is no number; the run is over then.
    pub(crate) fn conclude(&mut self, checked: Totals, seconds: f64) -> Result<Epoch, TrainError> {
        let epoch = count(self.history.len() + 1);
        let [photos, validated] = self.about.photos;
        let (loss, accuracy) = std::mem::take(&mut self.totals).means(photos);
        let (val_loss, val_accuracy) = (validated > 0).then(|| checked.means(validated)).unzip();
        if val_loss.is_some_and(|loss| !loss.is_finite()) {
            self.failed = true;
            return Err(TrainError::Diverged { epoch });
        }
        let is_better =
            |best: &BestEpoch| val_accuracy > best.accuracy || (val_accuracy == best.accuracy && val_loss <= best.loss);
        if self.best.as_ref().is_none_or(is_better) {
            self.best = Some(BestEpoch { epoch, accuracy: val_accuracy, loss: val_loss, weights: self.averages() });
        }
        let figures = Epoch { epoch, loss, accuracy, val_loss, val_accuracy, seconds };
        self.history.push(figures);
        Ok(figures)
    }

    /// The run between two steps, as bytes. A validation that is going on is begun again after them.
    ///
    /// # Errors
    /// [`TrainError::Checkpoint`] after a step that failed.
    pub(crate) fn checkpoint(&self) -> Result<Vec<u8>, TrainError> {
        let is_whole = |(_, one): &(String, Parameter)| one.values.len() == one.means.len();
        if !self.parameters.iter().all(is_whole) || !self.totals.loss.is_finite() {
            return Err(TrainError::Checkpoint("its last step has failed".into()));
        }
        let mut tensors: Named<'_> = Vec::new();
        for (name, Parameter { values, means, squares, average, .. }) in &self.parameters {
            for (part, values) in [("values", values), ("means", means), ("squares", squares), ("average", average)] {
                tensors.push((format!("{name}.{part}"), values.into()));
            }
        }
        for ((name, _), weights) in self.parameters.iter().zip(self.best.iter().flat_map(|best| &best.weights)) {
            tensors.push((format!("{name}.best"), weights.into()));
        }
        let best = self.best.as_ref();
        let state = State {
            settings: self.about.settings.clone(),
            classes: self.about.classes.clone(),
            digests: self.about.digests.clone(),
            steps: self.steps,
            loss: self.totals.loss,
            right: self.totals.right,
            history: self.history.clone(),
            best: best.map(|best| BestFigures { epoch: best.epoch, accuracy: best.accuracy, loss: best.loss }),
        };
        write(&state, tensors)
    }

    /// Goes on from `checkpoint` instead of from where the run is. It must be one of a run with the same settings, classes
    /// and photos; where it is not, the run stays as it is.
    ///
    /// # Errors
    /// [`TrainError::Checkpoint`] for another run's or damaged bytes.
    pub(crate) fn restore(&mut self, checkpoint: &[u8]) -> Result<(), TrainError> {
        let refuse = |what: &str| Err(TrainError::Checkpoint(what.to_owned()));
        let file = Opened::<State<S>>::new(checkpoint)?;
        let (state, about) = (&file.state, &self.about);
        if state.settings != about.settings {
            return refuse("it was begun with other settings");
        }
        if state.classes != about.classes || state.digests != about.digests {
            return refuse("it was begun with other photos");
        }
        let batches = self.batches();
        let epochs = state.history.len();
        if epochs > about.settings.epochs() || !(epochs * batches..=(epochs + 1) * batches).contains(&state.steps) {
            return refuse("its steps and its epochs do not fit together");
        }
        if state.best.is_some() != (epochs > 0) {
            return refuse("it has a best epoch without epochs, or none among them");
        }
        let mut parameters = self.parameters.clone();
        for (name, parameter) in &mut parameters {
            let read = |part: &str| file.floats(&format!("{name}.{part}"), parameter.values.len());
            (parameter.means, parameter.squares) = (read("means")?, read("squares")?);
            (parameter.average, parameter.values) = (read("average")?, read("values")?);
        }
        let best = match &state.best {
            Some(BestFigures { epoch, accuracy, loss }) => {
                let read = |(name, parameter): &(String, Parameter)| {
                    file.floats(&format!("{name}.best"), parameter.values.len())
                };
                let weights = parameters.iter().map(read).collect::<Result<_, _>>()?;
                Some(BestEpoch { epoch: *epoch, accuracy: *accuracy, loss: *loss, weights })
            }
            None => None,
        };
        self.parameters = parameters;
        self.best = best;
        self.steps = state.steps;
        self.totals = Totals { loss: state.loss, right: state.right };
        self.history = file.state.history;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use headstart_weights::vgg16::Unfrozen;

    use super::*;
    use crate::FineTuningSettings;

    #[test]
    fn a_run_ends_where_nothing_gets_better_and_keeps_the_best_epoch() {
        let settings = FineTuningSettings { patience: 2, ..FineTuningSettings::new(Unfrozen::Block5, 150) };
        let digests = ["a", "b"].map(str::to_owned);
        let mut run = Run::new(About { settings, classes: Vec::new(), digests, photos: [4, 4] }, Vec::new());
        for (right, loss, is_over) in [(2, 1.0, false), (3, 2.0, false), (3, 2.5, false), (1, 0.5, true)] {
            run.conclude(Totals { loss, right }, 0.0).unwrap();
            assert_eq!(run.is_over(), is_over, "{right}");
        }
        let best = run.best.as_ref().unwrap();
        assert_eq!((best.epoch, best.accuracy, best.loss), (2, Some(0.75), Some(0.5)));
        assert!(matches!(
            run.conclude(Totals { loss: f64::NAN, right: 0 }, 0.0),
            Err(TrainError::Diverged { epoch: 5 })
        ));
    }

    #[test]
    fn the_rate_rises_in_a_line_and_falls_along_a_cosine() {
        let rate = |step| warmed_up_cosine(1.0, 0.1, step, 40);
        assert_eq!([rate(0), rate(1), rate(3), rate(4)], [0.25, 0.5, 1.0, 1.0]);
        assert!((rate(22) - 0.5).abs() < 1e-12 && rate(39) < 0.01 && rate(39) > 0.0);
        assert!(warmed_up_cosine(1.0, 0.0, 0, 1) > 0.0);
    }

    #[test]
    fn the_average_forgets_its_beginning() {
        assert_eq!(kept_of_average(0.99, 0), 0.1);
        assert_eq!(kept_of_average(0.99, 1_000_000), 0.99);
    }
}
