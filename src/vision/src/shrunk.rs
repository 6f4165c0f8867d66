//! A photo no larger than it has to be.

use std::borrow::Cow;

use image::{RgbImage, imageops};

/// `image` with its proportions, its longer side `longest` pixels at most.
#[must_use]
pub fn shrunk(image: &RgbImage, longest: u32) -> Cow<'_, RgbImage> {
    let (width, height) = image.dimensions();
    let scale = f64::from(longest) / f64::from(width.max(height));
    let shrunk = |side: u32| ((f64::from(side) * scale).round() as u32).max(1);
    if scale < 1.0 {
        Cow::Owned(imageops::thumbnail(image, shrunk(width), shrunk(height)))
    } else {
        Cow::Borrowed(image)
    }
}
