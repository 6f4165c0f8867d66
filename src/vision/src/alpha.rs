//! Transparency.

use image::{Pixel, Rgb, RgbImage, Rgba, RgbaImage};

/// `image` laid on white paper.
pub(crate) fn over_white(image: &RgbaImage) -> RgbImage {
    let mut flat = RgbImage::new(image.width(), image.height());
    for (to, from) in flat.pixels_mut().zip(image.pixels()) {
        *to = pixel_over_white(*from);
    }
    flat
}

pub(crate) fn pixel_over_white(pixel: Rgba<u8>) -> Rgb<u8> {
    let alpha = u32::from(pixel[3]);
    pixel.to_rgb().map(|colour| {
        let mixed = (u32::from(colour) * alpha + 255 * (255 - alpha) + 127) / 255;
        // A mean of two bytes is a byte.
        mixed as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_half_and_no_colour() {
        assert_eq!(pixel_over_white(Rgba([10, 20, 30, 255])).0, [10, 20, 30]);
        assert_eq!(pixel_over_white(Rgba([0, 255, 100, 0])).0, [255, 255, 255]);
        // 128/255 black on white: 255 * 127/255 = 127; of 100: (100 * 128 + 255 * 127) / 255 = 177.2.
        assert_eq!(pixel_over_white(Rgba([0, 255, 100, 128])).0, [127, 255, 177]);
    }
}
