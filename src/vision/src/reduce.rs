//! Pictures too large to be decoded whole, made smaller while they are decoded.

use image::RgbImage;

/// How many times smaller a picture may come on each side.
pub(crate) const FACTORS: [u32; 4] = [1, 2, 4, 8];

/// A picture that is made `factor` times smaller on each side while its rows come: each pixel is the mean of those in its
/// place.
pub(crate) struct Reduction {
    factor: u32,
    width: u32,
    /// Sums of the colours of the block of rows at hand, and how many rows it has.
    sums: Vec<[u32; 3]>,
    rows: u32,
    pixels: Vec<u8>,
}

impl Reduction {
    /// Of a picture `width` pixels wide.
    pub(crate) fn new(width: u32, factor: u32) -> Self {
        let sums = vec![[0; 3]; width.div_ceil(factor) as usize];
        Self { factor, width, sums, rows: 0, pixels: Vec::new() }
    }

    /// Takes the next row's colours in.
    pub(crate) fn push(&mut self, row: impl Iterator<Item = [u8; 3]>) {
        let factor = self.factor as usize;
        for (column, colour) in row.enumerate() {
            if let Some(sum) = self.sums.get_mut(column / factor) {
                for channel in 0..3 {
                    sum[channel] += u32::from(colour[channel]);
                }
            }
        }
        self.rows += 1;
        if self.rows == self.factor {
            self.finish_block();
        }
    }

    /// The picture; [`None`] where no row came.
    pub(crate) fn finish(mut self) -> Option<RgbImage> {
        if self.rows > 0 {
            self.finish_block();
        }
        let width = self.width.div_ceil(self.factor);
        let height =
            u32::try_from(self.pixels.len() / (3 * width.max(1) as usize)).ok().filter(|height| *height > 0)?;
        RgbImage::from_raw(width, height, self.pixels)
    }

    fn finish_block(&mut self) {
        let last = self.sums.len().saturating_sub(1);
        let beyond = self.width.div_ceil(self.factor) * self.factor - self.width;
        for (column, sum) in self.sums.iter_mut().enumerate() {
            let columns = if column == last { self.factor - beyond } else { self.factor };
            let count = columns * self.rows;
            // A mean of bytes is a byte.
            self.pixels.extend(sum.map(|sum| ((sum + count / 2) / count) as u8));
            *sum = [0; 3];
        }
        self.rows = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_pixel_is_a_mean_also_at_the_edges() {
        let mut reduction = Reduction::new(5, 2);
        for row in 0..3_u8 {
            reduction.push((0..5).map(move |column| [10 * row + column, 100, 0]));
        }
        let reduced = reduction.finish().unwrap();
        assert_eq!(reduced.dimensions(), (3, 2));
        let red: Vec<u8> = reduced.pixels().map(|pixel| pixel[0]).collect();
        // (0 + 1 + 10 + 11) / 4, …; of the last column one alone, of the last row too.
        assert_eq!(red, [6, 8, 9, 21, 23, 24]);
        assert!(reduced.pixels().all(|pixel| pixel[1] == 100 && pixel[2] == 0));
    }

    #[test]
    fn no_row_is_no_picture() {
        assert!(Reduction::new(5, 2).finish().is_none());
    }
}
