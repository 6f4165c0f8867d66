//! Near-duplicates in different classes: one of the two is labelled wrongly, or they are the same thing.

use headstart_protocol::{Finding, FindingKind, count};

use super::Seen;
use crate::clusters::dot;
use crate::likeness::{alike, scales};

/// Looks for them, a photo a step. What is near is [`crate::likeness`]'s to say, as it is in one class.
pub(super) struct Copies {
    /// For each photo the inverse of its descriptor's length; 0 for one that says nothing.
    scales: Vec<f32>,
    /// For each photo whether a finding is about it. Of many copies each is named once, not each pair of them.
    named: Vec<bool>,
    /// The photo that is compared next.
    next: usize,
    pub(super) findings: Vec<Finding>,
}

impl Copies {
    pub(super) fn begin(seen: &Seen) -> Self {
        let scales = scales(&seen.examples);
        Self { scales, named: vec![false; seen.len()], next: 0, findings: Vec::new() }
    }

    pub(super) fn step(&mut self, seen: &Seen) -> bool {
        let one = self.next;
        if one >= seen.len() {
            return true;
        }
        self.next += 1;
        for other in one + 1..seen.len() {
            let says_nothing = self.scales[one] == 0.0 || self.scales[other] == 0.0;
            let is_known = self.named[one] && self.named[other];
            if says_nothing || is_known || seen.label(one) == seen.label(other) {
                continue;
            }
            if alike(&seen.examples, &self.scales, one, other) {
                (self.named[one], self.named[other]) = (true, true);
                let cosine = dot(seen.examples.descriptor(one), seen.examples.descriptor(other));
                self.findings.push(Finding {
                    kind: FindingKind::NearDuplicate,
                    photos: vec![count(one), count(other)],
                    class: count(seen.label(one)),
                    other: Some(count(seen.label(other))),
                    cue: None,
                    score: (cosine * self.scales[one] * self.scales[other]).clamp(0.0, 1.0),
                });
            }
        }
        false
    }
}
