//! A tensor in training: its values, what the optimizer remembers, and the average.
//!
//! They are plain numbers, whatever device the network runs on: a checkpoint is then a copy of them, and all of a step's
//! arithmetic on them is one pass over the memory, where tensor operations would be a dozen.

use std::num::NonZero;
use std::{iter, thread};

/// Adam's decay of the gradients' mean and of their squares' (Kingma and Ba, 2015).
const BETA: [f64; 2] = [0.9, 0.999];
const EPSILON: f64 = 1e-8;
/// Numbers below which another thread is not worth its start.
const SHARE: usize = 1 << 16;

/// A tensor in training.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Parameter {
    pub(crate) values: Vec<f32>,
    /// Running means of the gradients and of their squares.
    pub(crate) means: Vec<f32>,
    pub(crate) squares: Vec<f32>,
    /// The running mean of the values.
    pub(crate) average: Vec<f32>,
    /// What it decays to.
    pub(crate) decays: Decay,
    /// What the learning rate is multiplied with.
    pub(crate) pace: f64,
}

/// What weight decay draws a tensor to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Decay {
    /// Nothing: a bias.
    None,
    /// Zero.
    Zero,
    /// Where it began (L2-SP: Li, Grandvalet and Davoine, "Explicit Inductive Bias for Transfer Learning", 2018).
    Start(Vec<f32>),
}

/// What a step does.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Update {
    /// Its number, counted from 1.
    pub(crate) number: usize,
    pub(crate) rate: f64,
    pub(crate) weight_decay: f64,
    pub(crate) kept_of_average: f64,
}

/// [`Update`] as the numbers that are multiplied with.
#[derive(Clone, Copy)]
struct Factors {
    mean: [f32; 2],
    square: [f32; 2],
    step: f32,
    epsilon: f32,
    kept: f32,
    towards: f32,
}

impl Parameter {
    pub(crate) fn new(values: Vec<f32>, decays: Decay, pace: f64) -> Self {
        let zeros = vec![0.0; values.len()];
        Self { means: zeros.clone(), squares: zeros, average: values.clone(), values, decays, pace }
    }

    /// One step of AdamW against `gradient`, then the average.
    ///
    /// The corrections of the means' zero start are factors of the rate and of epsilon (Kingma and Ba, end of section 2).
    pub(crate) fn update(&mut self, gradient: &[f32], update: Update) {
        let correction = BETA.map(|beta| 1.0 - beta.powf(update.number as f64));
        let decay = if self.decays == Decay::None { 0.0 } else { update.weight_decay };
        let rate = update.rate * self.pace;
        let factors = Factors {
            mean: [BETA[0] as f32, (1.0 - BETA[0]) as f32],
            square: [BETA[1] as f32, (1.0 - BETA[1]) as f32],
            step: (rate * correction[1].sqrt() / correction[0]) as f32,
            epsilon: (EPSILON * correction[1].sqrt()) as f32,
            kept: (1.0 - rate * decay) as f32,
            towards: (1.0 - update.kept_of_average) as f32,
        };
        // Cores are looked up for large tensors alone: Linux reads some files for it.
        let cores = || thread::available_parallelism().map_or(1, NonZero::get);
        let threads = if self.values.len() > SHARE { cores() } else { 1 };
        let share = self.values.len().div_ceil(threads).max(SHARE);
        let alone = self.values.len() <= share;
        let start: &[f32] = if let Decay::Start(start) = &self.decays { start } else { &[] };
        let starts = start.chunks(share).map(Some).chain(iter::repeat(None));
        let parts = (self.values.chunks_mut(share).zip(self.means.chunks_mut(share)))
            .zip(self.squares.chunks_mut(share).zip(self.average.chunks_mut(share)))
            .zip(gradient.chunks(share).zip(starts));
        // Each number is worked out for itself: the result does not depend on the threads.
        if alone {
            parts.for_each(|((v, s), g)| step(v.0, v.1, s.0, s.1, g, factors));
            return;
        }
        thread::scope(|scope| {
            for ((v, s), g) in parts {
                scope.spawn(move || step(v.0, v.1, s.0, s.1, g, factors));
            }
        });
    }
}

/// One step of some of the numbers; `gradient` with where they began, if they are drawn there.
fn step(
    values: &mut [f32],
    means: &mut [f32],
    squares: &mut [f32],
    average: &mut [f32],
    (gradient, start): (&[f32], Option<&[f32]>),
    f: Factors,
) {
    if let Some(start) = start {
        // What the decay takes off a number of its distance, beforehand: below it takes that of the number itself.
        values.iter_mut().zip(start).for_each(|(value, start)| *value += (1.0 / f.kept - 1.0) * start);
    }
    let moments = means.iter_mut().zip(squares);
    for (((value, average), (mean, square)), gradient) in values.iter_mut().zip(average).zip(moments).zip(gradient) {
        *mean = f.mean[0] * *mean + f.mean[1] * gradient;
        *square = f.square[0] * *square + f.square[1] * gradient * gradient;
        *value = f.kept * *value - f.step * *mean / (square.sqrt() + f.epsilon);
        *average += f.towards * (*value - *average);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Algorithm 2 of Loshchilov and Hutter (2019) as it is written, in f64.
    fn by_the_book(start: f64, gradients: &[f64], rate: f64, decay: f64, target: f64, kept: f64) -> (f64, f64) {
        let (mut value, mut mean, mut square, mut average) = (start, 0.0, 0.0, start);
        for (index, gradient) in gradients.iter().enumerate() {
            let t = index as f64 + 1.0;
            mean = 0.9 * mean + 0.1 * gradient;
            square = 0.999 * square + 0.001 * gradient * gradient;
            let (mean, square) = (mean / (1.0 - 0.9f64.powf(t)), square / (1.0 - 0.999f64.powf(t)));
            value -= rate * mean / (square.sqrt() + 1e-8) + rate * decay * (value - target);
            average = kept * average + (1.0 - kept) * value;
        }
        (value, average)
    }

    #[test]
    fn steps_are_those_of_the_book() {
        let starts = [0.5, -2.0, 0.0];
        let from_start = Decay::Start(starts.map(|value| value as f32).to_vec());
        for (decays, decay) in [(Decay::Zero, 0.1), (Decay::None, 0.0), (from_start, 0.1)] {
            let target = |at: usize| if matches!(decays, Decay::Start(_)) { starts[at] } else { 0.0 };
            let gradients = [[0.3, -0.2, 0.0], [0.1, 0.4, 1e-4], [-0.5, 0.2, -3.0]];
            let mut parameter = Parameter::new(starts.map(|value| value as f32).to_vec(), decays.clone(), 0.5);
            for (index, gradients) in gradients.iter().enumerate() {
                let update = Update { number: index + 1, rate: 0.1, weight_decay: 0.1, kept_of_average: 0.75 };
                parameter.update(&gradients.map(|gradient| gradient as f32), update);
            }
            for at in 0..3 {
                let seen: Vec<f64> = gradients.iter().map(|row| row[at]).collect();
                let (value, average) = by_the_book(starts[at], &seen, 0.05, decay, target(at), 0.75);
                assert!((f64::from(parameter.values[at]) - value).abs() < 1e-6);
                assert!((f64::from(parameter.average[at]) - average).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn threads_share_the_work_and_change_nothing() {
        let count = 3 * SHARE + 17;
        let value = |at: usize| (at as f32 * 0.37).sin();
        let gradient: Vec<f32> = (0..count).map(|at| (at as f32 * 0.11).cos()).collect();
        let mut whole = Parameter::new((0..count).map(value).collect(), Decay::Zero, 1.0);
        let update = Update { number: 1, rate: 0.1, weight_decay: 0.1, kept_of_average: 0.5 };
        whole.update(&gradient, update);
        for at in [0, SHARE - 1, SHARE, 2 * SHARE + 5, count - 1] {
            let mut alone = Parameter::new(vec![value(at)], Decay::Zero, 1.0);
            alone.update(&gradient[at..=at], update);
            assert_eq!((whole.values[at], whole.average[at]), (alone.values[0], alone.average[0]));
        }
    }
}
