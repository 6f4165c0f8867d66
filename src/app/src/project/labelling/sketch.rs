//! Whether a frame of the camera shows what another one showed.

use headstart_protocol::PhotoData;

/// Cells a side.
const SIDE: usize = 12;
/// The mean difference of two frames' cells from which they are unlike; 1 is from black to white. The noise of a camera at rest is
/// below a tenth of it; what turns round, comes near or goes away is above.
const UNLIKE: f32 = 0.03;

/// A frame as the brightness of a few cells, without that of the whole: a cloud before the sun is no other view.
#[derive(Clone)]
pub(super) struct Sketch([f32; SIDE * SIDE]);

impl Sketch {
    /// That of a frame; `None` where it has no pixels of its own.
    pub(super) fn of(frame: &PhotoData) -> Option<Self> {
        let PhotoData::Rgba { width, pixels, .. } = frame else { return None };
        let width = *width as usize;
        let rows = pixels.chunks_exact((4 * width).max(1));
        let height = rows.len();
        if width == 0 || height == 0 {
            return None;
        }
        let mut cells = [(0.0_f32, 0.0_f32); SIDE * SIDE];
        for (y, row) in rows.enumerate() {
            let cells = &mut cells[y * SIDE / height * SIDE..][..SIDE];
            for (x, pixel) in row.chunks_exact(4).enumerate() {
                let (sum, count) = &mut cells[x * SIDE / width];
                *sum += pixel[..3].iter().copied().map(f32::from).sum::<f32>() / (3.0 * 255.0);
                *count += 1.0;
            }
        }
        let cells = cells.map(|(sum, count)| sum / count.max(1.0));
        let mean = cells.iter().sum::<f32>() / cells.len() as f32;
        Some(Self(cells.map(|cell| cell - mean)))
    }

    /// Whether it shows something else than each of `others`.
    pub(super) fn is_unlike(&self, others: &[Self]) -> bool {
        let difference = |other: &Self| {
            let differences = self.0.iter().zip(&other.0).map(|(one, other)| (one - other).abs());
            differences.sum::<f32>() / self.0.len() as f32
        };
        others.iter().all(|other| difference(other) >= UNLIKE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A frame whose brightness at a point, given from 0 to 1 to the right and down, is this.
    fn frame(at: impl Fn(f32, f32) -> u8) -> Sketch {
        let (width, height) = (64, 48);
        let value = |index: u32| at((index % width) as f32 / width as f32, (index / width) as f32 / height as f32);
        let pixels = (0..width * height).map(value).flat_map(|value| [value, value, value, 255]).collect();
        Sketch::of(&PhotoData::Rgba { width, height, pixels }).unwrap()
    }

    #[test]
    fn noise_and_light_are_no_other_view() {
        let ramp = |x: f32, y: f32| (40.0 + 120.0 * x + 30.0 * y) as u8;
        let noisy = frame(|x, y| ramp(x, y) ^ (((x * 977.0 + y * 613.0) as u8) & 3));
        let lighter = frame(|x, y| ramp(x, y) + 40);
        let ramp = frame(ramp);
        assert!(!noisy.is_unlike(std::slice::from_ref(&ramp)) && !lighter.is_unlike(&[ramp]));
    }

    #[test]
    fn what_moves_is_another_view() {
        let disc_at = |place: f32| frame(move |x, y| if (x - place).hypot(y - 0.5) < 0.2 { 220 } else { 30 });
        let seen = [disc_at(0.2), disc_at(0.8)];
        assert!(disc_at(0.5).is_unlike(&seen) && !disc_at(0.21).is_unlike(&seen));
        assert!(disc_at(0.5).is_unlike(&[]), "the first");
    }

    #[test]
    fn a_frame_smaller_than_the_cells_or_without_pixels_is_no_trouble() {
        let tiny = PhotoData::Rgba { width: 1, height: 1, pixels: vec![1, 2, 3, 255] };
        assert!(Sketch::of(&tiny).is_some_and(|tiny| tiny.0.iter().all(|cell| cell.is_finite())));
        assert!(Sketch::of(&PhotoData::Rgba { width: 0, height: 0, pixels: Vec::new() }).is_none());
        assert!(Sketch::of(&PhotoData::Encoded(vec![1])).is_none());
    }
}
