//! Pictures that show nothing.

use image::RgbImage;

/// Levels of 255 that pixels may differ by in each colour, and still show nothing: what rounding makes of one colour.
const HAIR: u8 = 2;

/// Whether every pixel of `image` has the same colour, within a hair. One pixel alone has nothing to differ from.
#[must_use]
pub fn is_blank(image: &RgbImage) -> bool {
    let (pixels, _) = image.as_raw().as_chunks::<3>();
    let Some((first, others)) = pixels.split_first().filter(|(_, others)| !others.is_empty()) else { return false };
    let (mut low, mut high) = (*first, *first);
    // Photos differ within their first pixels; the rest is not looked at.
    others.iter().all(|pixel| {
        for channel in 0..3 {
            low[channel] = low[channel].min(pixel[channel]);
            high[channel] = high[channel].max(pixel[channel]);
        }
        (0..3).all(|channel| high[channel] - low[channel] <= HAIR)
    })
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    #[test]
    fn one_colour_within_a_hair() {
        assert!(is_blank(&RgbImage::from_pixel(40, 30, Rgb([9, 200, 31]))));
        assert!(is_blank(&RgbImage::from_fn(40, 30, |x, y| Rgb([9 + (x % 3) as u8, 200, 31 - (y % 3) as u8]))));
        assert!(!is_blank(&RgbImage::from_fn(40, 30, |x, _| Rgb([9 + (x % 4) as u8, 200, 31]))));
    }

    #[test]
    fn a_speck_at_the_end_is_something() {
        let mut image = RgbImage::new(40, 30);
        image.put_pixel(39, 29, Rgb([0, 0, 3]));
        assert!(!is_blank(&image));
    }

    #[test]
    fn one_pixel_is_not_blank() {
        assert!(!is_blank(&RgbImage::new(1, 1)));
        assert!(!is_blank(&RgbImage::new(0, 0)));
    }
}
