//! Which photos were answered with which class.

/// The held-out photos, by their own class and the one they were answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Confusion {
    classes: usize,
    cells: Vec<Vec<u32>>,
}

impl Confusion {
    /// Sorts photos into cells; each comes as (photo, label, answer). What names no class is left out.
    pub(crate) fn new(classes: usize, photos: impl IntoIterator<Item = (u32, usize, usize)>) -> Self {
        let mut cells = vec![Vec::new(); classes * classes];
        for (photo, label, answer) in photos {
            if label < classes && answer < classes {
                cells[label * classes + answer].push(photo);
            }
        }
        Self { classes, cells }
    }

    /// The photos of class `label` that were answered with `answer`.
    pub(crate) fn cell(&self, label: usize, answer: usize) -> &[u32] {
        self.cells.get(label * self.classes + answer).map_or(&[], Vec::as_slice)
    }

    /// The share of `label`'s photos that the cell holds, for its shade.
    pub(crate) fn share(&self, label: usize, answer: usize) -> f64 {
        let all: usize = (0..self.classes).map(|answer| self.cell(label, answer).len()).sum();
        if all == 0 { 0.0 } else { self.cell(label, answer).len() as f64 / all as f64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn photos_lie_in_their_cells() {
        let confusion = Confusion::new(2, [(7, 0, 0), (8, 0, 1), (9, 1, 1), (10, 0, 1), (11, 2, 0)]);
        assert_eq!(confusion.cell(0, 1), [8, 10]);
        assert_eq!(confusion.cell(1, 0), [0_u32; 0]);
        assert!((confusion.share(0, 1) - 2.0 / 3.0).abs() < 1e-12);
        assert_eq!(Confusion::new(1, []).share(0, 0), 0.0);
    }
}
