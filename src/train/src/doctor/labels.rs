//! Photos that are most likely labelled wrongly: where a head that was not taught with a photo and the photos nearest to it agree
//! on another class.
//!
//! A head is believed as in confident learning (Northcutt, Jiang and Chuang, "Confident Learning: Estimating Uncertainty in Dataset
//! Labels", 2021): its answer counts where it is as sure of it as it is on the average of the photos that are labelled so. Labels that
//! are wrong make it less sure of all, and so the bound follows them. The neighbours are its witnesses: in draws of 200 rightly labelled
//! photos of cats and dogs they took away half of what the head alone doubted.
//!
//! Where that lists many, the labels are bad throughout, and then whatever both of them doubt is listed: of 25 labels in 500 that were
//! flipped the first rule alone found 17 to 21; with the second there were 22 to 25 among the 31 to 34 that
//! `headstart doctor --self-check` listed.

use headstart_protocol::{Finding, FindingKind, LeftOutAnswer, count};

use super::Seen;
use crate::clusters::{Directions, dot};

/// Neighbours that vote, at most. No class is asked for more than it has: the label's own could not win else.
const NEIGHBOURS: usize = 10;
/// Groups of a class beside the photo's own without which a label has no neighbours that could speak for it; more where nobody
/// but neighbours is asked.
const FEWEST: usize = 3;
const FEWEST_ALONE: usize = 5;
/// A label that has at most this share of the neighbours' votes is doubted by them.
const DOUBTED: f64 = 0.3;
/// The share of the votes that another class needs where there is no head's answer.
const ALONE: f64 = 0.9;
/// How much less a finding counts that no head speaks for.
const HALF_A_CASE: f64 = 0.8;
/// What rounding may take away from the head's average.
const SLACK: f64 = 1e-3;
/// The labels are bad throughout where at least this share of the answered photos, and this many, are found by the first rule.
const BAD_SHARE: f64 = 0.025;
const BAD_COUNT: usize = 5;
/// Comparisons in all, at most, unless each photo is compared with [`FEWEST_COMPARED`] others only: then photos are compared with a
/// part of the others, spread evenly.
const MOST_COMPARISONS: usize = 5_000_000;
const FEWEST_COMPARED: usize = 1_000;

/// Looks for them, a photo a step.
pub(super) struct WrongLabels {
    /// Directions of all photos' descriptors, seen from their mean.
    directions: Directions,
    /// For each class how sure the head is of it on the average of the photos that are labelled so.
    sure: Vec<f64>,
    /// Photos with an answer.
    answered: usize,
    /// Photos that are to be compared, the next one last.
    waiting: Vec<usize>,
    /// The photos that they are compared with, one of each group.
    others: Vec<usize>,
    /// Found by the first rule, and what both doubt besides.
    doubted: Vec<(bool, Finding)>,
    pub(super) findings: Vec<Finding>,
}

impl WrongLabels {
    pub(super) fn begin(seen: &Seen) -> Self {
        let answers: Vec<Option<LeftOutAnswer>> = (0..seen.len()).map(|photo| answer(seen, photo)).collect();
        let (mut sums, mut counts) = (vec![0.0; seen.classes], vec![0usize; seen.classes]);
        for (photo, answer) in answers.iter().enumerate() {
            if let Some(answer) = answer {
                sums[seen.label(photo)] += f64::from(answer.of_label);
                counts[seen.label(photo)] += 1;
            }
        }
        // A class of which the head was asked nothing says nothing of how sure it is to be.
        let sure = sums.iter().zip(&counts).map(|(sum, n)| if *n > 0 { sum / *n as f64 } else { 1.0 }).collect();
        let is_waiting = |photo: &usize| match answers[*photo] {
            Some(answer) => answer.class as usize != seen.label(*photo) && answer.confidence > answer.of_label,
            None => true,
        };
        let mut waiting: Vec<usize> = (0..seen.len()).filter(is_waiting).collect();
        waiting.reverse();
        let most = (MOST_COMPARISONS / waiting.len().max(1)).max(FEWEST_COMPARED);
        let apart: Vec<usize> = (0..seen.len()).filter(|photo| seen.is_first(*photo)).collect();
        let others = apart.iter().copied().step_by(apart.len().div_ceil(most).max(1)).collect();
        let directions = if waiting.is_empty() { Directions::none(1) } else { directions(seen) };
        let answered = answers.iter().flatten().count();
        Self { directions, sure, answered, waiting, others, doubted: Vec::new(), findings: Vec::new() }
    }

    pub(super) fn step(&mut self, seen: &Seen) -> bool {
        if let Some(photo) = self.waiting.pop() {
            self.doubted.extend(self.doubt(seen, photo));
            return false;
        }
        if !self.doubted.is_empty() {
            let doubted = std::mem::take(&mut self.doubted);
            let found =
                doubted.iter().filter(|(is_found, finding)| *is_found && self.is_answered(seen, finding)).count();
            let is_bad = found >= BAD_COUNT && found as f64 >= BAD_SHARE * self.answered as f64;
            let listed = doubted.into_iter().filter(|(is_found, _)| *is_found || is_bad);
            self.findings = listed.map(|(_, finding)| finding).collect();
        }
        true
    }

    fn is_answered(&self, seen: &Seen, finding: &Finding) -> bool {
        finding.photos.iter().all(|photo| answer(seen, *photo as usize).is_some())
    }

    /// What is to be said against the label of `photo`, and whether the first rule says it.
    fn doubt(&self, seen: &Seen, photo: usize) -> Option<(bool, Finding)> {
        let label = seen.label(photo);
        let votes = self.votes(seen, photo)?;
        let finding = |class: usize, score: f64| Finding {
            kind: FindingKind::WrongLabel,
            photos: vec![count(photo)],
            class: count(label),
            other: Some(count(class)),
            cue: None,
            score: score.clamp(0.0, 1.0) as f32,
        };
        if let Some(answer) = answer(seen, photo) {
            let (class, confidence) = (answer.class as usize, f64::from(answer.confidence));
            let vote = votes.share[class];
            let is_found = confidence >= self.sure[class] - SLACK && votes.share[label] <= DOUBTED && vote >= 0.5;
            (vote > votes.share[label]).then(|| (is_found, finding(class, f64::midpoint(confidence, vote))))
        } else {
            let class = (0..seen.classes).max_by(|a, b| votes.share[*a].total_cmp(&votes.share[*b]))?;
            let most = votes.share[class].min(votes.heads[class]);
            let is_found = class != label && most >= ALONE && votes.own >= FEWEST_ALONE;
            is_found.then(|| (true, finding(class, HALF_A_CASE * most)))
        }
    }

    /// How the photos that are nearest to `photo`, and of other groups, are labelled; [`None`] where its class has too few.
    fn votes(&self, seen: &Seen, photo: usize) -> Option<Votes> {
        let direction = self.directions.row(photo);
        if direction.iter().all(|value| *value == 0.0) {
            return None;
        }
        let others = self.others.iter().filter(|other| seen.group(**other) != seen.group(photo));
        let mut near: Vec<(f32, usize)> =
            others.map(|other| (dot(direction, self.directions.row(*other)), *other)).collect();
        let mut sizes = vec![0usize; seen.classes];
        near.iter().for_each(|(_, other)| sizes[seen.label(*other)] += 1);
        let own = sizes[seen.label(photo)];
        if own < FEWEST {
            return None;
        }
        let asked = own.min(NEIGHBOURS);
        if near.len() > asked {
            near.select_nth_unstable_by(asked, |(a, first), (b, second)| b.total_cmp(a).then(first.cmp(second)));
            near.truncate(asked);
        }
        // Of two classes of which one has ten times the photos of the other, ten times as many are near by chance.
        let (mut share, mut heads, mut sum) = (vec![0.0; seen.classes], vec![0.0; seen.classes], 0.0);
        for (_, other) in near {
            let class = seen.label(other);
            let vote = 1.0 / sizes[class] as f64;
            (share[class], heads[class], sum) = (share[class] + vote, heads[class] + 1.0 / asked as f64, sum + vote);
        }
        share.iter_mut().for_each(|votes| *votes /= sum);
        Some(Votes { share, heads, own })
    }
}

/// How a photo's neighbours are labelled.
struct Votes {
    /// For each class its share of the votes, where each class has as many to give.
    share: Vec<f64>,
    /// For each class its share of the neighbours.
    heads: Vec<f64>,
    /// Those of the label's class that could have been among them.
    own: usize,
}

/// The answer to `photo`, unless there is none or it makes no sense.
fn answer(seen: &Seen, photo: usize) -> Option<LeftOutAnswer> {
    let makes_sense = |answer: &LeftOutAnswer| {
        (answer.class as usize) < seen.classes && answer.confidence.is_finite() && answer.of_label.is_finite()
    };
    seen.photos[photo].answer.filter(makes_sense)
}

/// The direction of each photo's descriptor from their mean; zeros for one that says nothing.
fn directions(seen: &Seen) -> Directions {
    let width = seen.examples.width();
    let mut plain = Directions::none(width.max(1));
    for photo in 0..seen.len() {
        // A row without a number is one of zero.
        let padding = usize::from(width == 0);
        plain.push(seen.examples.descriptor(photo).iter().copied().chain(std::iter::repeat_n(0.0, padding)));
    }
    plain.about_mean()
}
