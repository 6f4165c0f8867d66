//! Several measurements of one thing.

use serde::Serialize;

/// What was measured, in the order in which it was.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub(crate) struct Figures(Vec<f64>);

impl Figures {
    /// A single measurement.
    pub(crate) fn one(value: f64) -> Self {
        Self(vec![value])
    }

    /// Adds a measurement.
    pub(crate) fn push(&mut self, value: f64) {
        self.0.push(value);
    }

    /// The one in the middle, or the mean of the two there; `None` where nothing was measured.
    pub(crate) fn median(&self) -> Option<f64> {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let middle = sorted.len() / 2;
        let upper = *sorted.get(middle)?;
        Some(if sorted.len() % 2 == 1 { upper } else { f64::midpoint(sorted[middle - 1], upper) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_odd_and_even_counts() {
        assert_eq!(Figures::default().median(), None);
        assert_eq!(Figures(vec![9.0, 1.0, 2.0]).median(), Some(2.0));
        assert_eq!(Figures(vec![9.0, 1.0, 2.0, 4.0]).median(), Some(3.0));
    }
}
