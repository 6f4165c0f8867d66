//! Classes with many fewer photos than another.

use headstart_protocol::{Finding, FindingKind, count};

use super::Seen;

/// Lopsided is a class that has fewer than this part of the largest one's photos.
const PART: usize = 5;
/// Photos that the largest class has at least: of a few nobody can tell yet.
const ENOUGH: usize = 20;
/// Photos that are shown of such a class.
const SHOWN: usize = 4;

pub(super) fn findings(seen: &Seen) -> Vec<Finding> {
    let counts = seen.examples.per_class(seen.classes);
    let largest = (0..seen.classes).rev().max_by_key(|class| counts[*class]);
    let Some(largest) = largest.filter(|class| counts[*class] >= ENOUGH) else { return Vec::new() };
    let is_small = |class: &usize| counts[*class] * PART < counts[largest];
    let finding = |class: usize| Finding {
        kind: FindingKind::Lopsided,
        photos: (0..seen.len()).filter(|photo| seen.label(*photo) == class).take(SHOWN).map(count).collect(),
        class: count(class),
        other: Some(count(largest)),
        cue: None,
        score: 1.0 - counts[class] as f32 / counts[largest] as f32,
    };
    (0..seen.classes).filter(is_small).map(finding).collect()
}
