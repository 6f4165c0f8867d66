//! Whether a photo is like anything that a head was taught.

/// The share of photos of a head's classes that count as known, unless somebody wants another.
pub const ACCEPTED: f64 = 0.95;

/// Whether a photo is known: `familiarity` is the share of the head's held-out photos that are no more familiar than it, of which
/// the share `accepted` is to be known.
#[must_use]
pub fn is_known(familiarity: f64, accepted: f64) -> bool {
    // What a subtraction rounds away decides nothing.
    familiarity >= 1.0 - accepted - 1e-9
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_held_out_photos_are_known_as_are_to_be() {
        for (accepted, expected) in [(0.95, 96), (0.5, 51), (0.99, 100)] {
            let known = (0..=100u8).filter(|share| is_known(f64::from(*share) / 100.0, accepted)).count();
            assert_eq!(known, expected, "{accepted}");
        }
    }
}
