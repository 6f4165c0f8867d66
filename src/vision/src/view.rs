//! Augmented views of a photo: what the base is shown of it beside the photo itself, so that a head learns what does not
//! matter. The base is frozen, so that each view costs one more pass, and a few that differ much serve better than many.

use image::RgbImage;
use image::imageops::{crop_imm, flip_horizontal};

/// How many views there are.
pub const VIEWS: u32 = 6;

/// A view: mirrored or not, a part of the photo, its brightness.
struct View {
    mirrored: bool,
    /// The share of each side that is kept.
    share: f64,
    /// Where the part lies: 0 for the left or upper edge, 1 for the right or lower one.
    at: (f64, f64),
    /// What each value is multiplied by.
    brightness: f32,
}

/// View `number` of `image`, counted from 1; the first few differ most. Those beyond [`VIEWS`] begin anew.
#[must_use]
pub fn view(image: &RgbImage, number: u32) -> RgbImage {
    let View { mirrored, share, at, brightness } = match number.wrapping_sub(1) % VIEWS {
        0 => View { mirrored: true, share: 1.0, at: (0.0, 0.0), brightness: 1.0 },
        1 => View { mirrored: false, share: 0.8, at: (0.5, 0.5), brightness: 1.2 },
        2 => View { mirrored: true, share: 0.85, at: (0.0, 1.0), brightness: 0.8 },
        3 => View { mirrored: false, share: 0.85, at: (1.0, 0.0), brightness: 1.0 },
        4 => View { mirrored: true, share: 0.8, at: (1.0, 0.5), brightness: 1.2 },
        _ => View { mirrored: false, share: 0.85, at: (0.0, 0.5), brightness: 0.8 },
    };
    let part = |side: u32| ((f64::from(side) * share).round() as u32).clamp(1, side.max(1));
    let (width, height) = (part(image.width()), part(image.height()));
    let offset = |whole: u32, part: u32, at: f64| (f64::from(whole.saturating_sub(part)) * at).round() as u32;
    let (left, top) = (offset(image.width(), width, at.0), offset(image.height(), height, at.1));
    let mut view = crop_imm(image, left, top, width, height).to_image();
    if mirrored {
        view = flip_horizontal(&view);
    }
    if brightness != 1.0 {
        for value in view.iter_mut() {
            *value = (f32::from(*value) * brightness).round().min(255.0) as u8;
        }
    }
    view
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    fn photo() -> RgbImage {
        RgbImage::from_fn(20, 10, |x, y| Rgb([10 * x as u8, 20 * y as u8, 100]))
    }

    #[test]
    fn the_first_view_is_the_photo_mirrored() {
        let mirrored = view(&photo(), 1);
        assert_eq!(mirrored.dimensions(), (20, 10));
        assert_eq!(mirrored.get_pixel(0, 3), photo().get_pixel(19, 3));
        assert_eq!(view(&mirrored, 1), photo());
    }

    #[test]
    fn parts_lie_where_they_should_and_are_brighter_or_darker() {
        // 0.8 of the sides about the centre, a fifth brighter.
        let second = view(&photo(), 2);
        assert_eq!(second.dimensions(), (16, 8));
        assert_eq!(*second.get_pixel(0, 0), Rgb([24, 24, 120]));
        // 0.85 of the sides at the lower left, mirrored, a fifth darker: 17 × 9, whose right edge is the photo's left one.
        let third = view(&photo(), 3);
        assert_eq!(third.dimensions(), (17, 9));
        assert_eq!(*third.get_pixel(16, 8), Rgb([0, 144, 80]));
        let white = RgbImage::from_pixel(4, 4, Rgb([250; 3]));
        assert_eq!(*view(&white, 2).get_pixel(1, 1), Rgb([255; 3]));
    }

    #[test]
    fn every_view_differs_from_every_other_and_the_smallest_photo_has_all() {
        let views: Vec<_> = (1..=VIEWS).map(|number| view(&photo(), number)).collect();
        for (index, one) in views.iter().enumerate() {
            assert!(views[..index].iter().chain([&photo()]).all(|other| other != one), "view {}", index + 1);
        }
        let dot = RgbImage::from_pixel(1, 1, Rgb([9; 3]));
        assert!((1..=VIEWS).all(|number| view(&dot, number).dimensions() == (1, 1)));
        assert_eq!(view(&photo(), VIEWS + 1), views[0]);
    }
}
