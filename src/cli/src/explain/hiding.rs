//! A heat map put to the test: how the answer changes where a part of the photo is hidden.

use headstart_vision::RgbImage;
use serde::Serialize;

use crate::error::CliError;

/// One of so many parts of the photo is hidden.
const PARTS: usize = 5;

/// A class's probability with a part of the photo hidden.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) struct Hidden {
    /// The fifth of the pixels that speak most for the class.
    pub(super) hottest_hidden: f32,
    /// That of those which speak most against it, or least for it.
    pub(super) coldest_hidden: f32,
}

impl Hidden {
    /// Of the square `photo`; `heat` says what each pixel adds, row-major.
    ///
    /// # Errors
    /// Those of `probability`.
    pub(super) fn measure(
        photo: &RgbImage,
        heat: &[f32],
        probability: impl Fn(&RgbImage) -> Result<f32, CliError>,
    ) -> Result<Self, CliError> {
        let mut pixels: Vec<usize> = (0..heat.len()).collect();
        pixels.sort_by(|one, other| heat[*one].total_cmp(&heat[*other]));
        let part = pixels.len() / PARTS;
        let (hottest, coldest) = (&pixels[pixels.len() - part..], &pixels[..part]);
        Ok(Self {
            hottest_hidden: probability(&without(photo, hottest))?,
            coldest_hidden: probability(&without(photo, coldest))?,
        })
    }
}

/// `photo` with `pixels`, counted row by row, in its mean colour.
fn without(photo: &RgbImage, pixels: &[usize]) -> RgbImage {
    let mut sums = [0u64; 3];
    for pixel in photo.pixels() {
        sums.iter_mut().zip(pixel.0).for_each(|(sum, value)| *sum += u64::from(value));
    }
    let count = u64::from(photo.width()) * u64::from(photo.height());
    let mean = sums.map(|sum| ((sum + count / 2) / count.max(1)) as u8);
    let mut bytes = photo.clone();
    for pixel in pixels {
        if let Some(pixel) = bytes.get_mut(3 * pixel..3 * pixel + 3) {
            pixel.copy_from_slice(&mean);
        }
    }
    bytes
}

/// Of how many photos the hottest part counts for more than the coldest, in words; nothing for a single one.
pub(super) fn summary(hidden: impl Iterator<Item = Hidden>) -> Option<String> {
    let (photos, right) = hidden.fold((0u32, 0u32), |(photos, right), hidden| {
        (photos + 1, right + u32::from(hidden.hottest_hidden < hidden.coldest_hidden))
    });
    let share = 100.0 * f64::from(right) / f64::from(photos);
    (photos > 1).then(|| {
        format!("hiding the hottest fifth lowers the probability more than hiding the coldest in {right} of {photos} photos ({share:.1} %)")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hottest_fifth_and_the_coldest_are_hidden_and_nothing_else() {
        // Each pixel's red is its heat, but for an order of its own.
        let heat: Vec<f32> = (0..100).map(|at| ((at * 37) % 100) as f32 - 50.0).collect();
        let mut photo = RgbImage::new(10, 10);
        for (pixel, heat) in photo.pixels_mut().zip(&heat) {
            pixel.0 = [(heat + 50.0) as u8 * 2, 7, 200];
        }
        // The mean of red is 99; what is left of it says what was hidden.
        let left = |part: &RgbImage| {
            let reds = part.pixels().filter(|pixel| pixel[0] != 99).map(|pixel| f32::from(pixel[0]));
            assert!(part.pixels().all(|pixel| pixel[1] == 7 && pixel[2] == 200));
            let (count, sum) = reds.fold((0, 0.0), |(count, sum), red| (count + 1, sum + red));
            assert_eq!(count, 80);
            Ok(sum / 80.0)
        };
        let found = Hidden::measure(&photo, &heat, left).unwrap();
        // Twice the mean of 0 … 79, and of 20 … 99.
        assert_eq!(found, Hidden { hottest_hidden: 79.0, coldest_hidden: 119.0 });
    }

    #[test]
    fn the_summary_counts_what_is_lower_and_no_ties() {
        let hidden = |hottest_hidden, coldest_hidden| Hidden { hottest_hidden, coldest_hidden };
        assert_eq!(summary([hidden(0.1, 0.9)].into_iter()), None);
        let all = [hidden(0.1, 0.9), hidden(0.5, 0.5), hidden(0.9, 0.1), hidden(0.0, 0.2)];
        assert!(summary(all.into_iter()).unwrap().ends_with("in 2 of 4 photos (50.0 %)"));
    }
}
