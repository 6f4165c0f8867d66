//! Another view of a photo, for training: turned, shifted, sheared, zoomed and mirrored, as one affine map.
//!
//! Kinds and ranges are those of the published cats-and-dogs run, which used Keras's `ImageDataGenerator`; so is the order
//! in which its maps are put together.

use image::RgbImage;
use rand::Rng;

/// Rotation either way, degrees.
const ROTATION: f64 = 50.0;
/// Shift either way, shares of the side.
const SHIFT: f64 = 0.2;
/// Shear either way, degrees: the published 0.2 was meant as an angle in degrees, which is next to nothing.
const SHEAR: f64 = 0.2;
/// Zoom of each axis.
const ZOOM: std::ops::RangeInclusive<f64> = 0.7..=1.3;

/// How a view differs from its photo.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Augmentation {
    /// Degrees. Positive turns the picture against the clock.
    pub rotation: f64,
    /// How far to the right and down of each pixel the view looks, in shares of width and height.
    pub shift: [f64; 2],
    /// Degrees.
    pub shear: f64,
    /// How many pixels of the photo a pixel of the view steps over, across and down: above 1 things look smaller.
    pub zoom: [f64; 2],
    /// Whether the view is mirrored, left and right.
    pub flip: bool,
}

impl Augmentation {
    /// The photo as it is.
    pub const NONE: Self = Self { rotation: 0.0, shift: [0.0; 2], shear: 0.0, zoom: [1.0; 2], flip: false };

    /// One of the published run: rotation ±50°, shifts ±20 %, shear ±0.2°, zooms 0.7–1.3, every other one mirrored; each
    /// uniform.
    pub fn draw(random: &mut impl Rng) -> Self {
        Self {
            rotation: random.random_range(-ROTATION..=ROTATION),
            shift: [random.random_range(-SHIFT..=SHIFT), random.random_range(-SHIFT..=SHIFT)],
            shear: random.random_range(-SHEAR..=SHEAR),
            zoom: [random.random_range(ZOOM), random.random_range(ZOOM)],
            flip: random.random(),
        }
    }

    /// The same but for `share` of its turn, shift, shear and zoom: 1 leaves it as it is, 0 leaves nothing but the flip.
    #[must_use]
    pub fn scaled(self, share: f64) -> Self {
        Self {
            rotation: share * self.rotation,
            shift: self.shift.map(|shift| share * shift),
            shear: share * self.shear,
            zoom: self.zoom.map(|zoom| 1.0 + share * (zoom - 1.0)),
            flip: self.flip,
        }
    }

    /// For a view of `width` × `height` pixels where pixel (x, y) looks: `x' = a·x + b·y + c` and the same for `y'`.
    ///
    /// With p the pixel and m the middle that is `m + R·(t + H·Z·F·(p − m))`: flipped (F), zoomed (Z), sheared (H),
    /// shifted (t) and turned (R).
    fn map(&self, width: f64, height: f64) -> [[f64; 3]; 2] {
        let (sin, cos) = self.rotation.to_radians().sin_cos();
        let (slant, squeeze) = self.shear.to_radians().sin_cos();
        let [across, down] = self.zoom;
        let across = if self.flip { -across } else { across };
        // H·Z·F, rows x and y.
        let sheared = [[squeeze * across, 0.0], [-slant * across, down]];
        let shift = [self.shift[0] * width, self.shift[1] * height];
        let middle = [(width - 1.0) / 2.0, (height - 1.0) / 2.0];
        let turn = |x: f64, y: f64| [cos * x + sin * y, cos * y - sin * x];
        let (x, y) = (turn(sheared[0][0], sheared[1][0]), turn(sheared[0][1], sheared[1][1]));
        let shift = turn(shift[0], shift[1]);
        [0, 1].map(|axis| {
            let constant = middle[axis] + shift[axis] - x[axis] * middle[0] - y[axis] * middle[1];
            [x[axis], y[axis], constant]
        })
    }
}

/// The view of `image` that `augmentation` describes, as large as it. Bilinear between the pixels' middles; beyond the
/// border everything is as on it.
#[must_use]
pub fn augment(image: &RgbImage, augmentation: &Augmentation) -> RgbImage {
    let (width, height) = image.dimensions();
    if width == 0 || height == 0 {
        return image.clone();
    }
    let (last_x, last_y) = ((width - 1) as f32, (height - 1) as f32);
    let map = augmentation.map(f64::from(width), f64::from(height)).map(|row| row.map(|value| value as f32));
    let pixels = image.as_raw();
    let stride = 3 * width as usize;
    let mut view = RgbImage::new(width, height);
    for (y, row) in view.chunks_exact_mut(stride).enumerate() {
        for (x, to) in row.as_chunks_mut::<3>().0.iter_mut().enumerate() {
            let [across, down] = map.map(|[a, b, c]| a * x as f32 + b * y as f32 + c);
            let (across, down) = (across.clamp(0.0, last_x), down.clamp(0.0, last_y));
            let (left, top) = (across as usize, down as usize);
            let (right, bottom) = ((left + 1).min(width as usize - 1), (top + 1).min(height as usize - 1));
            let (to_right, to_bottom) = (across - left as f32, down - top as f32);
            let pixel = |row: usize, column: usize| &pixels[row * stride + 3 * column..][..3];
            let (a, b, c, d) = (pixel(top, left), pixel(top, right), pixel(bottom, left), pixel(bottom, right));
            for (channel, to) in to.iter_mut().enumerate() {
                let [a, b, c, d] = [a[channel], b[channel], c[channel], d[channel]].map(f32::from);
                let above = a + to_right * (b - a);
                let below = c + to_right * (d - c);
                *to = (above + to_bottom * (below - above) + 0.5) as u8;
            }
        }
    }
    view
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;
    use proptest::prelude::*;
    use rand_chacha::rand_core::SeedableRng;

    fn pattern(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |x, y| {
            Rgb([0, 1, 2].map(|c: u32| ((x * 41 * (c + 1) + y * 97 + x * y) % 256) as u8))
        })
    }

    /// The view in which pixel (x, y) is pixel `from(x, y)` of the photo.
    fn moved(image: &RgbImage, from: impl Fn(i32, i32) -> (i32, i32)) -> RgbImage {
        let (width, height) = image.dimensions();
        RgbImage::from_fn(width, height, |x, y| {
            let (x, y) = from(x as i32, y as i32);
            *image.get_pixel(x.clamp(0, width as i32 - 1) as u32, y.clamp(0, height as i32 - 1) as u32)
        })
    }

    #[test]
    fn maps_with_a_closed_form() {
        let (wide, square) = (pattern(10, 5), pattern(9, 9));
        let none = Augmentation::NONE;
        assert_eq!(augment(&wide, &none), wide);
        assert_eq!(augment(&wide, &Augmentation { flip: true, ..none }), moved(&wide, |x, y| (9 - x, y)));
        let quarter = augment(&square, &Augmentation { rotation: 90.0, ..none });
        assert_eq!(quarter, moved(&square, |x, y| (y, 8 - x)));
        assert_eq!(quarter, image::imageops::rotate90(&square), "as another program turns it");
        let half = Augmentation { rotation: 180.0, ..none };
        assert_eq!(augment(&wide, &half), moved(&wide, |x, y| (9 - x, 4 - y)));
        let shifted = Augmentation { shift: [0.2, -0.4], ..none };
        assert_eq!(augment(&wide, &shifted), moved(&wide, |x, y| (x + 2, y - 2)));
        let smaller = Augmentation { zoom: [2.0, 2.0], ..none };
        assert_eq!(augment(&square, &smaller), moved(&square, |x, y| (2 * x - 4, 2 * y - 4)));
        assert_eq!(augment(&RgbImage::new(0, 3), &half).dimensions(), (0, 3));
    }

    #[test]
    fn a_share_of_a_view_lies_between_it_and_the_photo() {
        let view = Augmentation { rotation: 40.0, shift: [0.2, -0.1], shear: 0.2, zoom: [0.8, 1.2], flip: true };
        assert_eq!(view.scaled(0.0), Augmentation { flip: true, ..Augmentation::NONE });
        let half = view.scaled(0.5);
        assert_eq!((half.rotation, half.shift, half.shear, half.flip), (20.0, [0.1, -0.05], 0.1, true));
        assert!(half.zoom.iter().zip([0.9, 1.1]).all(|(zoom, expected)| (zoom - expected).abs() < 1e-12));
        let whole = view.scaled(1.0);
        assert!(whole.zoom.iter().zip(view.zoom).all(|(zoom, expected)| (zoom - expected).abs() < 1e-12));
    }

    /// Step by step, each pixel looked up as a sum over all pixels under the tent that bilinear interpolation is.
    fn reference(image: &RgbImage, view: &Augmentation, x: u32, y: u32) -> [f64; 3] {
        let (width, height) = (f64::from(image.width()), f64::from(image.height()));
        let (mut right, mut below) = (f64::from(x) - (width - 1.0) / 2.0, f64::from(y) - (height - 1.0) / 2.0);
        if view.flip {
            right = -right;
        }
        right *= view.zoom[0];
        below *= view.zoom[1];
        let shear = view.shear * std::f64::consts::PI / 180.0;
        below -= right * shear.sin();
        right *= shear.cos();
        right += view.shift[0] * width;
        below += view.shift[1] * height;
        let (length, angle) = (right.hypot(below), below.atan2(right) - view.rotation * std::f64::consts::PI / 180.0);
        let column = (length * angle.cos() + (width - 1.0) / 2.0).clamp(0.0, width - 1.0);
        let row = (length * angle.sin() + (height - 1.0) / 2.0).clamp(0.0, height - 1.0);
        let mut sum = [0.0; 3];
        for (px, py, pixel) in image.enumerate_pixels() {
            let tent = |a: u32, b: f64| (1.0 - (f64::from(a) - b).abs()).max(0.0);
            let weight = tent(px, column) * tent(py, row);
            (0..3).for_each(|channel| sum[channel] += weight * f64::from(pixel[channel]));
        }
        sum
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn agrees_with_the_definition(
            width in 1u32..14, height in 1u32..14, rotation in -180.0f64..180.0, shear in -40.0f64..40.0,
            shift in prop::array::uniform2(-0.5f64..0.5), zoom in prop::array::uniform2(0.3f64..2.0), flip: bool,
        ) {
            let (image, view) = (pattern(width, height), Augmentation { rotation, shift, shear, zoom, flip });
            for (x, y, pixel) in augment(&image, &view).enumerate_pixels() {
                for (found, expected) in pixel.0.iter().zip(reference(&image, &view, x, y)) {
                    prop_assert!((f64::from(*found) - expected).abs() < 0.51, "({x}, {y}): {found} for {expected}");
                }
            }
        }
    }

    #[test]
    fn draws_fill_the_published_ranges_and_follow_from_the_generator() {
        let draws = |seed| {
            let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
            (0..2000).map(|_| Augmentation::draw(&mut random)).collect::<Vec<_>>()
        };
        let drawn = draws(1);
        assert_eq!(drawn, draws(1));
        assert_ne!(drawn, draws(2));
        let range = |value: &dyn Fn(&Augmentation) -> f64| {
            drawn.iter().map(value).fold((f64::MAX, f64::MIN), |(low, high), v| (low.min(v), high.max(v)))
        };
        for (found, (low, high)) in [
            (range(&|a| a.rotation), (-50.0, 50.0)),
            (range(&|a| a.shift[0]), (-0.2, 0.2)),
            (range(&|a| a.shift[1]), (-0.2, 0.2)),
            (range(&|a| a.shear), (-0.2, 0.2)),
            (range(&|a| a.zoom[0]), (0.7, 1.3)),
            (range(&|a| a.zoom[1]), (0.7, 1.3)),
        ] {
            let slack = 0.01 * (high - low);
            assert!(found.0 >= low && found.0 < low + slack && found.1 <= high && found.1 > high - slack, "{found:?}");
        }
        let flipped = drawn.iter().filter(|a| a.flip).count();
        assert!((900..1100).contains(&flipped));
    }
}
