//! Rectangles of a layer's activations, and those in memory.

use std::ops::Range;

/// Rows of all columns, by channels, of a layer's activations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) rows: Range<usize>,
    pub(super) channels: Range<usize>,
}

impl Part {
    /// The empty one.
    pub(super) fn nothing() -> Self {
        Self { rows: 0..0, channels: 0..0 }
    }

    /// Whether there is nothing in it.
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty() || self.channels.is_empty()
    }

    /// Numbers in it, where rows have `width` positions.
    pub(super) fn count(&self, width: usize) -> usize {
        self.rows.len() * width * self.channels.len()
    }

    /// What is in both.
    pub(super) fn intersection(&self, other: &Self) -> Self {
        let both = |a: &Range<usize>, b: &Range<usize>| a.start.max(b.start)..a.end.min(b.end);
        Self { rows: both(&self.rows, &other.rows), channels: both(&self.channels, &other.channels) }
    }

    /// The same place where another row lies above the first one.
    pub(super) fn within_borders(&self) -> Self {
        Self { rows: self.rows.start + 1..self.rows.end + 1, channels: self.channels.clone() }
    }

    /// What it comes to behind a 2×2 pool, which leaves out an odd last row.
    pub(super) fn pooled(self) -> Self {
        Self { rows: self.rows.start / 2..self.rows.end / 2, ..self }
    }
}

/// A part's activations.
#[derive(Debug, Clone)]
pub(super) struct Block {
    pub(super) part: Part,
    /// Positions of a row.
    pub(super) width: usize,
    /// `[rows, width, channels]`.
    pub(super) values: Vec<f32>,
}

impl Block {
    /// The empty one.
    pub(super) fn nothing() -> Self {
        Self::zeros(Part::nothing(), 0)
    }

    /// Zeros.
    pub(super) fn zeros(part: Part, width: usize) -> Self {
        Self { values: vec![0.0; part.count(width)], part, width }
    }

    /// The values of `part`, which lies within.
    pub(super) fn cut(&self, part: &Part) -> Vec<f32> {
        let mut values = Vec::with_capacity(part.count(self.width));
        if part.channels == self.part.channels {
            values.extend_from_slice(&self.values[self.rows(part)]);
        } else {
            for position in self.values[self.rows(part)].chunks_exact(self.part.channels.len()) {
                values.extend_from_slice(&position[self.channels(part)]);
            }
        }
        values
    }

    /// Puts `values` of `part`, which lies within, in its place.
    pub(super) fn put(&mut self, part: &Part, values: &[f32]) {
        let (rows, channels) = (self.rows(part), self.channels(part));
        if part.channels == self.part.channels {
            return self.values[rows].copy_from_slice(values);
        }
        let to = self.values[rows].chunks_exact_mut(self.part.channels.len());
        for (to, from) in to.zip(values.chunks_exact(part.channels.len())) {
            to[channels.clone()].copy_from_slice(from);
        }
    }

    /// Where the rows of `part` lie.
    fn rows(&self, part: &Part) -> Range<usize> {
        let row = self.width * self.part.channels.len();
        (part.rows.start - self.part.rows.start) * row..(part.rows.end - self.part.rows.start) * row
    }

    /// Where the channels of `part` lie in a position.
    fn channels(&self, part: &Part) -> Range<usize> {
        part.channels.start - self.part.channels.start..part.channels.end - self.part.channels.start
    }
}
