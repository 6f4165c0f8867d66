//! Classes that are two things: whose photos fall into two heaps with a gap between.
//!
//! Half of a class's photos are drawn together into two heaps ([`crate::clusters`]), and the other half are laid on the line between
//! the two centres. Two normal distributions are fitted to their places there, and one. Photos of one kind fall on that line much as
//! one distribution has it, for the heaps were none of theirs; photos of two kinds leave the middle empty. How much better two describe
//! them, in nats a photo, is averaged over several draws of the halves.
//!
//! Measured on draws of Dogs vs. Cats and of the others: 100 photos of cats 0.03 to 0.13, of dogs 0.02 to 0.09, of a hundred different
//! things 0.02 to 0.07; 50 of cats and 50 of dogs 0.14 to 0.31, of cats and of other things 0.27 to 0.53. Fewer photos scatter more.

use headstart_nn::DESCRIPTOR;
use headstart_protocol::{Finding, FindingKind, count};
use rand::seq::SliceRandom;

use super::Seen;
use crate::clusters::{Directions, dot};
use crate::generator;

/// The gain from which on a class is two things; the fewer photos, the higher: this much more, over the number of them.
const BOUND: f64 = 0.13;
const BOUND_OF_FEW: f64 = 2.0;
/// Photos, one of each group, that a class needs.
const FEWEST: usize = 30;
/// Photos that are looked at of a class, spread evenly.
const MOST: usize = 500;
/// What the smaller of the two has at least of the photos: a few odd ones are no second thing.
const SMALLEST: f64 = 0.1;
/// Draws of the halves.
const DRAWS: usize = 5;
/// Rounds of fitting two distributions.
const ROUNDS: usize = 60;
/// A distribution that is narrower, in standard deviations of all photos, is a spike and none.
const NARROWEST: f64 = 0.05;

/// Looks for them, a draw of a class a step.
#[derive(Default)]
pub(super) struct Mixed {
    /// The class that is looked at.
    class: usize,
    /// Its photos, and directions of what is on them; [`None`] before it is begun.
    photos: Option<(Vec<usize>, Directions)>,
    gains: Vec<f64>,
    pub(super) findings: Vec<Finding>,
}

impl Mixed {
    /// Steps that a class takes.
    pub(super) const STEPS: usize = DRAWS;

    pub(super) fn step(&mut self, seen: &Seen) -> bool {
        if self.class >= seen.classes {
            return true;
        }
        let (photos, directions) = self.photos.get_or_insert_with(|| begin(seen, self.class));
        if photos.len() >= FEWEST {
            self.gains.push(gain(directions, self.gains.len() as u64));
        }
        if photos.len() < FEWEST || self.gains.len() == DRAWS {
            let gain = self.gains.iter().sum::<f64>() / DRAWS as f64;
            let bound = BOUND + BOUND_OF_FEW / photos.len().max(1) as f64;
            if gain >= bound {
                self.findings.extend(finding(self.class, photos, directions, 1.0 - 0.5 * bound / gain));
            }
            *self = Self { class: self.class + 1, findings: std::mem::take(&mut self.findings), ..Self::default() };
        }
        self.class >= seen.classes
    }
}

/// The photos of `class` that are looked at, and the directions of what is on them from their mean. What is on a photo is in the
/// second half of its descriptor; the first is of its texture and light.
fn begin(seen: &Seen, class: usize) -> (Vec<usize>, Directions) {
    let width = seen.examples.width();
    let part = if width == DESCRIPTOR { DESCRIPTOR / 2..width } else { 0..width };
    let photos: Vec<usize> = seen.apart(class).collect();
    let photos: Vec<usize> = photos.iter().copied().step_by(photos.len().div_ceil(MOST).max(1)).collect();
    let mut plain = Directions::none(part.len().max(1));
    if part.is_empty() || photos.len() < FEWEST {
        return (Vec::new(), plain);
    }
    photos.iter().for_each(|photo| plain.push(seen.examples.descriptor(*photo)[part.clone()].iter().copied()));
    let directions = plain.about_mean();
    (photos, directions)
}

/// How much better two distributions describe the photos than one, each half on the line that the other half gives.
fn gain(directions: &Directions, draw: u64) -> f64 {
    let mut order: Vec<usize> = (0..directions.len()).collect();
    order.shuffle(&mut generator(draw, 0));
    let (one, other) = order.split_at(order.len() / 2);
    let on_the_others_line = |half: &[usize], others: &[usize]| {
        let Some(centres) = two_centres(&directions.select(others), draw) else { return 0.0 };
        let places: Vec<f64> = half.iter().map(|at| side(directions.row(*at), &centres)).collect();
        gain_on_a_line(&places)
    };
    f64::midpoint(on_the_others_line(one, other), on_the_others_line(other, one))
}

fn two_centres(directions: &Directions, draw: u64) -> Option<Directions> {
    Some(directions.centres(2, &mut generator(draw, 1))).filter(|centres| centres.len() == 2)
}

/// How much nearer `row` is to the second centre than to the first.
fn side(row: &[f32], centres: &Directions) -> f64 {
    f64::from(dot(row, centres.row(1)) - dot(row, centres.row(0)))
}

/// By how many nats a photo two normal distributions of equal width describe `places` better than one, as expectation and
/// maximisation finds them.
fn gain_on_a_line(places: &[f64]) -> f64 {
    let n = places.len() as f64;
    let mean = places.iter().sum::<f64>() / n;
    let deviation = (places.iter().map(|place| (place - mean).powi(2)).sum::<f64>() / n).sqrt();
    if !deviation.is_finite() || deviation < 1e-6 {
        return 0.0;
    }
    let mut places: Vec<f64> = places.iter().map(|place| (place - mean) / deviation).collect();
    places.sort_by(f64::total_cmp);
    let mut means = [places[places.len() / 4], places[places.len() * 3 / 4]];
    let (mut shares, mut width, mut likelihood) = ([0.5f64; 2], 1.0f64, 0.0);
    for _ in 0..ROUNDS {
        let (mut sums, mut weighted, mut squares) = ([0.0; 2], [0.0; 2], [0.0; 2]);
        likelihood = 0.0;
        for place in &places {
            let log = |which: usize| {
                shares[which].max(1e-12).ln() - 0.5 * ((place - means[which]) / width).powi(2) - width.ln()
            };
            let logs = [log(0), log(1)];
            let largest = logs[0].max(logs[1]);
            let both = largest + logs.iter().map(|log| (log - largest).exp()).sum::<f64>().ln();
            likelihood += both / n;
            for which in 0..2 {
                let share = (logs[which] - both).exp();
                sums[which] += share;
                weighted[which] += share * place;
                squares[which] += share * place * place;
            }
        }
        let mut within = 0.0;
        for which in 0..2 {
            let sum = f64::max(sums[which], 1e-9);
            (shares[which], means[which]) = (sums[which] / n, weighted[which] / sum);
            within += squares[which] - weighted[which] * weighted[which] / sum;
        }
        width = (within / n).max(0.0).sqrt().max(NARROWEST);
    }
    // One distribution, of width 1 about 0, has a half.
    likelihood + 0.5
}

/// The smaller part of `photos`, those that are farthest on its side first.
fn finding(class: usize, photos: &[usize], directions: &Directions, score: f64) -> Option<Finding> {
    let centres = two_centres(directions, 0)?;
    let sides = photos.iter().zip(directions.rows()).map(|(photo, row)| (side(row, &centres), *photo));
    let (mut first, mut second): (Vec<_>, Vec<_>) = sides.partition(|(side, _)| *side <= 0.0);
    first.iter_mut().for_each(|(side, _)| *side = -*side);
    let mut smaller = if first.len() < second.len() { first } else { std::mem::take(&mut second) };
    if (smaller.len() as f64) < SMALLEST * photos.len() as f64 {
        return None;
    }
    smaller.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    Some(Finding {
        kind: FindingKind::Mixed,
        photos: smaller.into_iter().map(|(_, photo)| count(photo)).collect(),
        class: count(class),
        other: None,
        cue: None,
        score: score.clamp(0.0, 1.0) as f32,
    })
}
