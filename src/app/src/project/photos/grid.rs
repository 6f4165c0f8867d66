//! Which cells of a long grid are on the screen: only those are in the document, so that thousands scroll smoothly.

use std::ops::Range;

/// Width and height of a cell in pixels; `teach.css` draws it so.
pub(crate) const CELL: (f64, f64) = (92.0, 130.0);

/// Space between cells in pixels.
pub(crate) const GAP: f64 = 8.0;

/// Rows kept ready above and below the screen.
const SPARE: usize = 1;

/// Columns that fit into `width` pixels, one at least.
pub(crate) fn columns(width: f64) -> usize {
    (((width + GAP) / (CELL.0 + GAP)) as usize).max(1)
}

/// The height of the whole grid in pixels.
pub(crate) fn height(count: usize, columns: usize) -> f64 {
    match count.div_ceil(columns.max(1)) {
        0 => 0.0,
        rows => rows as f64 * (CELL.1 + GAP) - GAP,
    }
}

/// The cells to draw while the part from `top` on, `viewport` pixels high, is on the screen. It begins with a row.
pub(crate) fn visible(top: f64, viewport: f64, count: usize, columns: usize) -> Range<usize> {
    let columns = columns.max(1);
    let row = CELL.1 + GAP;
    let first = ((top.max(0.0) / row) as usize).saturating_sub(SPARE);
    let last = ((top + viewport).max(0.0) / row) as usize + 1 + SPARE;
    let end = (last * columns).min(count);
    // A grid that shrank while it was scrolled down shows its end.
    let first = first.min(count.div_ceil(columns).saturating_sub(last - first));
    first * columns..end.max(first * columns)
}

/// Pixels from the top of the grid to the row of the cell `index`.
pub(crate) fn offset(index: usize, columns: usize) -> f64 {
    (index / columns.max(1)) as f64 * (CELL.1 + GAP)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_fill_the_width() {
        assert_eq!(columns(0.0), 1);
        assert_eq!(columns(2.0 * CELL.0 + GAP), 2);
        assert_eq!(columns(2.0 * CELL.0 + GAP - 1.0), 1);
    }

    #[test]
    fn heights_count_rows() {
        assert_eq!(height(0, 3), 0.0);
        assert_eq!(height(3, 3), CELL.1);
        assert_eq!(height(4, 3), 2.0 * CELL.1 + GAP);
    }

    #[test]
    fn few_cells_are_drawn_of_many_and_all_of_few() {
        let row = CELL.1 + GAP;
        assert_eq!(visible(0.0, 300.0, 5, 3), 0..5);
        assert_eq!(visible(0.0, 300.0, 0, 3), 0..0);
        let middle = visible(100.0 * row, 3.0 * row, 1000, 3);
        assert_eq!(middle, 99 * 3..105 * 3);
        assert_eq!(offset(middle.start, 3), 99.0 * row);
    }

    #[test]
    fn every_cell_on_the_screen_is_drawn() {
        for top in (0..20_000).step_by(37) {
            let cells = visible(f64::from(top), 400.0, 400, 4);
            let first_on_screen = (f64::from(top) / (CELL.1 + GAP)) as usize * 4;
            assert!(cells.start <= first_on_screen.min(399), "{top} {cells:?}");
            assert!(cells.end == 400 || offset(cells.end, 4) >= f64::from(top) + 400.0, "{top} {cells:?}");
            assert!(cells.len() <= 7 * 4, "{top} {cells:?}");
        }
    }

    #[test]
    fn a_grid_that_shrank_shows_its_end() {
        let cells = visible(10_000.0, 300.0, 6, 3);
        assert_eq!(cells.end, 6);
        assert!(!cells.is_empty());
    }
}
