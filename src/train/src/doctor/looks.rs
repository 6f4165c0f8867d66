//! Photos that show little: too dark, all alike, or blurred. One finding a photo, the first of these that holds.
//!
//! The bounds were measured at 150×150 on 2,487 photos: 2,000 of Dogs vs. Cats, the rest of one dog or thing each.

use headstart_protocol::{Finding, FindingKind, PhotoLook, count};

use super::Seen;

/// Dark is a photo whose mean and contrast, which is two standard deviations, together come to less. Of the measured ones the
/// darkest, a scorpion in the night, came to 0.17, the next to 0.32.
const DARK: f32 = 0.15;
/// Blank is a photo with less contrast. The least that a measured one had was 0.128.
const BLANK: f32 = 0.06;
/// Blurred is a photo with less sharpness. Two measured ones come to about that, all but a few in a thousand to 0.42, half of them to 0.65;
/// blurred by a Gaussian of 2.5 % of the longer side 98 of 100 had less than 0.23, by 1.5 % less than 0.35.
const BLURRED: f32 = 0.33;
/// Of as many photos or more, one must have less than [`SHARE`] of what half of them have: where all are blurred, because they are
/// small ones made larger, none is to be left out for it.
const ENOUGH: usize = 20;
const SHARE: f32 = 0.6;

pub(super) fn findings(seen: &Seen) -> Vec<Finding> {
    let looks: Vec<(usize, PhotoLook)> = (0..seen.len()).filter_map(|photo| Some((photo, seen.look(photo)?))).collect();
    let mut sharpness: Vec<f32> = looks.iter().map(|(_, look)| look.sharpness).collect();
    sharpness.sort_by(f32::total_cmp);
    let median = sharpness.get(sharpness.len() / 2).filter(|_| sharpness.len() >= ENOUGH);
    let blurred = median.map_or(BLURRED, |median| BLURRED.min(SHARE * median));
    let finding = |(photo, look): (usize, PhotoLook)| {
        let measured = [
            (FindingKind::Dark, look.brightness + look.contrast, DARK),
            (FindingKind::Blank, look.contrast, BLANK),
            (FindingKind::Blurred, look.sharpness, blurred),
        ];
        let (kind, value, bound) = measured.into_iter().find(|(_, value, bound)| value < bound)?;
        Some(Finding {
            kind,
            photos: vec![count(photo)],
            class: count(seen.label(photo)),
            other: None,
            cue: None,
            // One half at the bound.
            score: (1.0 - 0.5 * value / bound).clamp(0.0, 1.0),
        })
    };
    looks.into_iter().filter_map(finding).collect()
}
