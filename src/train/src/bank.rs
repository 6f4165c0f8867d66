//! The bank of a head: what it was taught with in a few centres, and how familiar photos that these were not made of are.
//!
//! Each class's training photos are drawn together into centres ([`crate::clusters`]). Held-out photos, scored with them, say
//! what is familiar; where too few are given, training photos are scored, some hundred at most, with a bank of photos of other
//! groups, so that none vouches for its own near-duplicate; such a bank has fewer photos, so that somewhat more is accepted than
//! was asked for.
//! Nothing is trained for it.

use std::collections::BTreeMap;

use headstart_nn::DESCRIPTOR;
use headstart_protocol::FEWEST_CALIBRATED;
use headstart_weights::Bank;
use rand::seq::SliceRandom;

use crate::clusters::Directions;
use crate::{Examples, TrainError, generator};

/// What of a descriptor is compared: the mean of conv5_3. The other parts tell light and texture of photos apart rather than
/// what is on them.
const PART: [usize; 2] = [DESCRIPTOR / 2, DESCRIPTOR / 4 * 3];
const WIDTH: usize = PART[1] - PART[0];
/// How much of the photos' mean is taken away from each: the more, the more of its classes' odd members are known, and the more
/// of what is of no class. Measured on Dogs vs. Cats with all, half and none of it: half does well at both.
const OFFSET: f32 = 0.5;
/// Centres of all classes together, of [`WIDTH`] bytes each: a bank takes 135 KB at most.
const MOST_CENTRES: usize = 256;
/// Up to so many groups each is left out by itself; more in [`FOLDS`] parts.
const LEFT_OUT_ALONE: usize = 50;
const FOLDS: usize = 5;
/// Photos that are left out and scored after which no further part is: each part costs about as much as the bank itself.
const ENOUGH_SCORED: usize = 200;

/// Makes a bank, in steps.
pub struct BankBuild {
    /// The compared part of each photo's descriptor.
    photos: Directions,
    labels: Vec<usize>,
    classes: usize,
    /// The same of photos given to calibrate with, whole.
    held_out: Vec<Vec<f32>>,
    seed: u64,
    /// Rounds to come, the next one last; the one that makes the bank, and leaves out no photo, is the first.
    rounds: Vec<Round>,
    /// Scores of photos that were left out.
    scores: Vec<f32>,
    bank: Option<Bank>,
}

/// A bank of some of the photos.
struct Round {
    /// Those that it leaves out and scores, sorted.
    out: Vec<usize>,
    /// What the others share, as far as it is taken away.
    offset: Vec<f32>,
    /// The centres of their classes, as far as they are found.
    centres: Vec<Directions>,
}

impl BankBuild {
    /// Begins with the photos of `examples`, of `classes` classes. Those of `held_out`, if they are enough, calibrate the bank;
    /// they are not among the examples. `seed` draws.
    ///
    /// # Errors
    /// [`TrainError::Examples`] for descriptors of another width than the base's.
    pub fn new(
        examples: &Examples,
        held_out: Option<&Examples>,
        classes: usize,
        seed: u64,
    ) -> Result<Self, TrainError> {
        let widths =
            [Some(examples), held_out].into_iter().flatten().filter(|all| !all.is_empty()).map(Examples::width);
        if let Some(width) = widths.into_iter().find(|width| *width != DESCRIPTOR) {
            return Err(TrainError::Examples(format!("descriptors of {width} numbers, {DESCRIPTOR} expected")));
        }
        let indices: Vec<usize> = examples.photos().collect();
        let mut photos = Directions::none(WIDTH);
        indices.iter().for_each(|index| photos.push(examples.descriptor(*index)[PART[0]..PART[1]].iter().copied()));
        let held_out = held_out.filter(|all| all.photos().count() >= FEWEST_CALIBRATED);
        let held_out: Vec<Vec<f32>> =
            held_out.map(|all| all.photos().map(|index| all.descriptor(index).to_vec()).collect()).unwrap_or_default();
        let all_equal = photos.rows().skip(1).all(|row| row == photos.row(0));
        let mut out = Vec::new();
        if !all_equal {
            out.push(Vec::new());
            if held_out.is_empty() {
                let groups: Vec<u64> = indices.iter().map(|index| examples.groups()[*index]).collect();
                out.extend(left_out(&groups, seed));
            }
        }
        let rounds = out.into_iter().map(|out| Round::new(out, &photos)).collect();
        let labels = indices.iter().map(|index| examples.labels()[*index]).collect();
        Ok(Self { photos, labels, classes, held_out, seed, rounds, scores: Vec::new(), bank: None })
    }

    /// Finds the centres of one class of a round; whether that was the last step.
    pub fn step(&mut self) -> bool {
        let Some(round) = self.rounds.last_mut() else { return true };
        let label = round.centres.len();
        if label < self.classes {
            let mut class = Directions::none(WIDTH);
            for index in (0..self.labels.len()).filter(|index| self.labels[*index] == label) {
                if round.out.binary_search(&index).is_err() {
                    let values = self.photos.row(index).iter().zip(&round.offset);
                    class.push(values.map(|(value, offset)| value - offset));
                }
            }
            let most = MOST_CENTRES.checked_div(self.classes).unwrap_or_default().max(1);
            round.centres.push(class.centres(most, &mut generator(self.seed, label as u64)));
            return false;
        }
        let Some(round) = self.rounds.pop() else { return true };
        // A class that is left out as a whole says nothing of how familiar its photos are.
        let is_there = |label: usize| round.centres.get(label).is_some_and(|class| class.len() > 0);
        let scored: Vec<usize> = round.out.iter().copied().filter(|index| is_there(self.labels[*index])).collect();
        let bank = self.bank(round);
        let scores: Vec<f32> = scored.into_iter().map(|index| bank.score(&self.whole(index))).collect();
        self.scores.extend(scores);
        if self.rounds.is_empty() {
            self.scores.extend(self.held_out.iter().map(|descriptor| bank.score(descriptor)));
            self.bank = Some(bank);
        }
        self.rounds.is_empty()
    }

    /// The bank; [`None`] where the photos do not say what is familiar, because they are all alike, or no class has two that are
    /// not.
    #[must_use]
    pub fn finish(mut self) -> Option<Bank> {
        while !self.step() {}
        let scores = std::mem::take(&mut self.scores);
        let mut bank = self.bank.filter(|bank| !bank.is_empty() && scores.len() >= 2)?;
        bank.calibrate(scores);
        Some(bank)
    }

    fn bank(&self, round: Round) -> Bank {
        let mut all = Directions::none(WIDTH);
        round.centres.iter().flat_map(Directions::rows).for_each(|row| all.push(row.iter().copied()));
        // Of more classes than centres, those that are alike share one.
        let all = all.centres(MOST_CENTRES, &mut generator(self.seed, self.classes as u64));
        Bank::new(PART, self.labels.len() - round.out.len(), round.offset, all.values())
    }

    /// A descriptor with the part of the photo at `index`: the rest of it is not looked at.
    fn whole(&self, index: usize) -> Vec<f32> {
        let mut descriptor = vec![0.0; DESCRIPTOR];
        descriptor[PART[0]..PART[1]].copy_from_slice(self.photos.row(index));
        descriptor
    }
}

impl Round {
    fn new(out: Vec<usize>, photos: &Directions) -> Self {
        let (mut offset, mut count) = (vec![0.0f32; WIDTH], 0);
        for (_, row) in photos.rows().enumerate().filter(|(index, _)| out.binary_search(index).is_err()) {
            offset.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
            count += 1;
        }
        offset.iter_mut().for_each(|sum| *sum *= OFFSET / count.max(1) as f32);
        Self { out, offset, centres: Vec::new() }
    }
}

/// Parts of the photos, sorted, none of which tears a group apart, up to [`ENOUGH_SCORED`] photos; none where all are of one
/// group.
fn left_out(groups: &[u64], seed: u64) -> Vec<Vec<usize>> {
    let mut members = BTreeMap::<u64, Vec<usize>>::new();
    for (index, group) in groups.iter().enumerate() {
        members.entry(*group).or_default().push(index);
    }
    let mut members: Vec<_> = members.into_values().collect();
    if members.len() < 2 {
        return Vec::new();
    }
    members.shuffle(&mut generator(seed, 0));
    let parts = if members.len() <= LEFT_OUT_ALONE { members.len() } else { FOLDS };
    let mut out = vec![Vec::new(); parts];
    members.into_iter().enumerate().for_each(|(at, group)| out[at % parts].extend(group));
    out.iter_mut().for_each(|part| part.sort_unstable());
    let mut scored = 0;
    out.retain(|part| {
        let wanted = scored < ENOUGH_SCORED;
        scored += part.len();
        wanted
    });
    out
}

#[cfg(test)]
mod tests;
