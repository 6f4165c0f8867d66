//! A photo made harder: turned, cropped, in another light, blurred, noisy, partly hidden.

use image::imageops::crop_imm;
use image::{Rgb, RgbImage};
use rand::RngCore;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// What is seen where there is no photo.
const GREY: Rgb<u8> = Rgb([128; 3]);

/// The noise of every photo.
const SEED: u64 = 17;

/// A blur wider than this share of the longer side leaves one colour, and costs more and more.
const WIDEST_BLUR: f32 = 1.0;

/// What is done to a photo, in this order.
#[derive(Debug, Clone, PartialEq)]
pub struct Distortion {
    /// Degrees by which it is turned clockwise about its middle. What comes into view is grey.
    pub turn: f32,
    /// The share of each side that is cropped away around its middle; at least a pixel is left.
    pub crop: f32,
    /// What its light is multiplied by.
    pub light: f32,
    /// Standard deviation of a blur that is nearly Gaussian, as a share of the longer side.
    pub blur: f32,
    /// Standard deviation of noise that is nearly Gaussian, on each colour, as a share of white. It is always the same noise.
    pub noise: f32,
    /// Squares that are hidden in grey.
    pub hidden: Vec<Hidden>,
}

/// A square of a photo as it is seen after it was turned and cropped.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hidden {
    /// Its middle from the left, as a share of the width.
    pub x: f32,
    /// Its middle from the top, as a share of the height.
    pub y: f32,
    /// Its side as a share of the longer side.
    pub side: f32,
}

impl Distortion {
    /// The photo as it is.
    pub const NONE: Self = Self { turn: 0.0, crop: 0.0, light: 1.0, blur: 0.0, noise: 0.0, hidden: Vec::new() };

    /// `image` after all of it. Numbers that mean nothing do nothing.
    #[must_use]
    pub fn apply(&self, image: &RgbImage) -> RgbImage {
        let mut seen = image.clone();
        if does_something(self.turn, 0.0) {
            seen = turned(&seen, self.turn);
        }
        if does_something(self.crop, 0.0) {
            seen = cropped(&seen, self.crop);
        }
        if does_something(self.light, 1.0) {
            seen.iter_mut().for_each(|value| *value = (self.light * f32::from(*value)).round() as u8);
        }
        if does_something(self.blur, 0.0) {
            seen = blurred(&seen, self.blur.clamp(0.0, WIDEST_BLUR) * longer_side(&seen));
        }
        if does_something(self.noise, 0.0) {
            add_noise(&mut seen, self.noise);
        }
        self.hidden.iter().for_each(|square| hide(&mut seen, *square));
        seen
    }
}

/// Whether `value` is a number and another than `nothing`.
fn does_something(value: f32, nothing: f32) -> bool {
    value.is_finite() && value != nothing
}

fn longer_side(image: &RgbImage) -> f32 {
    image.width().max(image.height()) as f32
}

/// `image` turned clockwise about its middle and as large as before, bilinear between the pixels' middles.
fn turned(image: &RgbImage, degrees: f32) -> RgbImage {
    let (sin, cos) = f64::from(degrees).to_radians().sin_cos();
    let (sin, cos) = (sin as f32, cos as f32);
    let (width, height) = image.dimensions();
    let middle = [width, height].map(|side| (side as f32 - 1.0) / 2.0);
    let colour = |x: i64, y: i64| {
        let inside = u32::try_from(x).ok().zip(u32::try_from(y).ok());
        let pixel = inside.and_then(|(x, y)| image.get_pixel_checked(x, y));
        pixel.unwrap_or(&GREY).0.map(f32::from)
    };
    RgbImage::from_fn(width, height, |x, y| {
        let (right, below) = (x as f32 - middle[0], y as f32 - middle[1]);
        let (across, down) = (middle[0] + cos * right + sin * below, middle[1] - sin * right + cos * below);
        let (left, top) = (across.floor(), down.floor());
        let (to_right, to_bottom) = (across - left, down - top);
        let (left, top) = (left as i64, top as i64);
        let (a, b) = (colour(left, top), colour(left + 1, top));
        let (c, d) = (colour(left, top + 1), colour(left + 1, top + 1));
        Rgb([0, 1, 2].map(|channel| {
            let above = a[channel] + to_right * (b[channel] - a[channel]);
            let below = c[channel] + to_right * (d[channel] - c[channel]);
            (above + to_bottom * (below - above)).round() as u8
        }))
    })
}

/// `image` without `share` of each side.
fn cropped(image: &RgbImage, share: f32) -> RgbImage {
    let (width, height) = image.dimensions();
    let left = |side: u32| (((1.0 - share) * side as f32).round() as u32).clamp(side.min(1), side);
    let (across, down) = (left(width), left(height));
    crop_imm(image, (width - across) / 2, (height - down) / 2, across, down).to_image()
}

/// `image` after three boxes across and three down, which together are nearly a Gaussian of that `deviation` in pixels. Beyond the
/// border everything is as on it.
fn blurred(image: &RgbImage, deviation: f32) -> RgbImage {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let mut colours: Vec<[f32; 3]> = image.pixels().map(|pixel| pixel.0.map(f32::from)).collect();
    let blur = BoxBlur::new(deviation);
    let mut line = Vec::new();
    for row in colours.chunks_exact_mut(width.max(1)) {
        blur.smooth(row, &mut line);
    }
    let mut column = vec![[0.0; 3]; height];
    for x in 0..width {
        (0..height).for_each(|y| column[y] = colours[y * width + x]);
        blur.smooth(&mut column, &mut line);
        (0..height).for_each(|y| colours[y * width + x] = column[y]);
    }
    RgbImage::from_fn(image.width(), image.height(), |x, y| {
        Rgb(colours[y as usize * width + x as usize].map(|value| value.round() as u8))
    })
}

/// Three times the mean of a pixel with `radius` neighbours to either side, and with the next ones to a part.
struct BoxBlur {
    radius: usize,
    part: f32,
}

impl BoxBlur {
    /// Boxes whose deviations add up to `deviation` exactly.
    fn new(deviation: f32) -> Self {
        let variance = deviation * deviation / 3.0;
        let radius = (((12.0 * variance + 1.0).sqrt() - 1.0) / 2.0).floor();
        let next = radius + 1.0;
        let part = (2.0 * radius + 1.0) * (radius * next - 3.0 * variance) / (6.0 * (variance - next * next));
        Self { radius: radius as usize, part }
    }

    /// Smooths `line`; `before` is room for what it was.
    fn smooth(&self, line: &mut [[f32; 3]], before: &mut Vec<[f32; 3]>) {
        let last = line.len().saturating_sub(1);
        let size = 2.0 * self.radius as f32 + 1.0 + 2.0 * self.part;
        for _ in 0..3 {
            before.clear();
            before.extend_from_slice(line);
            // What is `by` before, and after.
            let earlier = |at: usize, by: usize| before[at.saturating_sub(by)];
            let later = |at: usize, by: usize| before[(at + by).min(last)];
            let mut sum = [0.0_f32; 3];
            for (at, smooth) in line.iter_mut().enumerate() {
                for channel in 0..3 {
                    if at == 0 {
                        let sides = (1..=self.radius).map(|by| earlier(0, by)[channel] + later(0, by)[channel]);
                        sum[channel] = before[0][channel] + sides.sum::<f32>();
                    } else {
                        sum[channel] += later(at, self.radius)[channel] - earlier(at, self.radius + 1)[channel];
                    }
                    let next = earlier(at, self.radius + 1)[channel] + later(at, self.radius + 1)[channel];
                    smooth[channel] = (sum[channel] + self.part * next) / size;
                }
            }
        }
    }
}

fn add_noise(image: &mut RgbImage, deviation: f32) {
    /// Standard deviation of the sum of eight bytes, each uniform, and its mean.
    const OF_EIGHT: (f32, f32) = (209.023_13, 1020.0);
    let mut random = ChaCha8Rng::seed_from_u64(SEED);
    for value in image.iter_mut() {
        let sum: u16 = random.next_u64().to_le_bytes().into_iter().map(u16::from).sum();
        let noise = (f32::from(sum) - OF_EIGHT.1) / OF_EIGHT.0;
        *value = (f32::from(*value) + 255.0 * deviation * noise).round() as u8;
    }
}

fn hide(image: &mut RgbImage, Hidden { x, y, side }: Hidden) {
    let half = side * longer_side(image) / 2.0;
    let (width, height) = image.dimensions();
    // What is no number is 0, and what lies outside ends at the border.
    let ends = |middle: f32, side: u32| {
        let middle = middle * side as f32;
        ((middle - half).round() as u32).min(side)..((middle + half).round() as u32).min(side)
    };
    let (across, down) = (ends(x, width), ends(y, height));
    for row in down {
        for column in across.clone() {
            image.put_pixel(column, row, GREY);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: Distortion = Distortion::NONE;

    fn pattern(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |x, y| {
            Rgb([0, 1, 2].map(|c: u32| ((x * 41 * (c + 1) + y * 97 + x * y) % 256) as u8))
        })
    }

    fn grey(width: u32, height: u32) -> RgbImage {
        RgbImage::from_pixel(width, height, GREY)
    }

    /// Mean and standard deviation of all values.
    fn spread_of(image: &RgbImage) -> (f64, f64) {
        let values = || image.as_raw().iter().map(|value| f64::from(*value));
        let count = image.as_raw().len() as f64;
        let mean = values().sum::<f64>() / count;
        (mean, (values().map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt())
    }

    #[test]
    fn nothing_leaves_the_photo_as_it_is() {
        for (width, height) in [(1, 1), (1, 7), (40, 31)] {
            assert_eq!(NONE.apply(&pattern(width, height)), pattern(width, height));
        }
        assert_eq!(NONE.apply(&RgbImage::new(0, 3)).dimensions(), (0, 3));
    }

    #[test]
    fn it_turns_clockwise_and_what_comes_into_view_is_grey() {
        let (square, wide) = (pattern(9, 9), pattern(11, 5));
        let turned = |image: &RgbImage, turn| Distortion { turn, ..NONE }.apply(image);
        assert_eq!(turned(&square, 90.0), image::imageops::rotate90(&square));
        assert_eq!(turned(&square, -90.0), image::imageops::rotate270(&square));
        assert_eq!(turned(&wide, 180.0), image::imageops::rotate180(&wide));
        assert_eq!(turned(&wide, 360.0), wide);
        let quarter = turned(&wide, 90.0);
        assert_eq!((quarter.dimensions(), *quarter.get_pixel(0, 2), *quarter.get_pixel(10, 2)), ((11, 5), GREY, GREY));
        assert_eq!(quarter.get_pixel(5, 2), wide.get_pixel(5, 2), "the middle stays");
        let white = turned(&RgbImage::from_pixel(101, 101, Rgb([255; 3])), 45.0);
        assert_eq!((*white.get_pixel(0, 0), *white.get_pixel(50, 50)), (GREY, Rgb([255; 3])));
    }

    #[test]
    fn it_is_cropped_around_its_middle() {
        let photo = pattern(40, 20);
        let half = Distortion { crop: 0.5, ..NONE }.apply(&photo);
        assert_eq!((half.dimensions(), half.get_pixel(0, 0)), ((20, 10), photo.get_pixel(10, 5)));
        let most = Distortion { crop: 0.99, ..NONE };
        assert_eq!(most.apply(&pattern(7, 3)).dimensions(), (1, 1));
    }

    #[test]
    fn its_light_is_multiplied_up_to_white_and_down_to_black() {
        let photo = RgbImage::from_pixel(3, 2, Rgb([0, 100, 200]));
        let lit = |light| Distortion { light, ..NONE }.apply(&photo).get_pixel(2, 1).0;
        assert_eq!([lit(0.0), lit(0.5), lit(1.5)], [[0; 3], [0, 50, 100], [0, 150, 255]]);
    }

    #[test]
    fn a_blur_makes_an_edge_as_wide_as_it_says_and_loses_no_light() {
        let edge = RgbImage::from_fn(200, 60, |x, _| Rgb([if x < 100 { 0 } else { 250 }; 3]));
        for deviation in [0.5, 1.0, 2.0, 4.0, 8.0] {
            let blurred = Distortion { blur: deviation / 200.0, ..NONE }.apply(&edge);
            let value = |x: u32| f64::from(blurred.get_pixel(x, 30)[0]) / 250.0;
            // What rises between two pixels, at the border between them.
            let spread: f64 = (1..200).map(|x| (value(x) - value(x - 1)) * (f64::from(x) - 100.0).powi(2)).sum();
            assert!((spread.sqrt() / f64::from(deviation) - 1.0).abs() < 0.03, "{} for {deviation}", spread.sqrt());
            assert!((spread_of(&blurred).0 - 125.0).abs() < 0.5);
        }
        assert_eq!(Distortion { blur: 0.05, ..NONE }.apply(&grey(30, 20)), grey(30, 20));
    }

    #[test]
    fn noise_has_its_deviation_and_is_the_same_each_time() {
        let noisy = |noise| Distortion { noise, ..NONE }.apply(&grey(200, 100));
        let (mean, deviation) = spread_of(&noisy(0.1));
        assert!((mean - 128.0).abs() < 0.5 && (deviation - 25.5).abs() < 0.5, "{mean} ± {deviation}");
        assert_eq!(noisy(0.1), noisy(0.1));
        assert!(spread_of(&noisy(0.2)).1 > 45.0);
    }

    #[test]
    fn squares_are_hidden_where_they_lie_as_far_as_they_lie_on_the_photo() {
        let photo = RgbImage::from_pixel(20, 10, Rgb([9; 3]));
        let hidden = |squares: &[Hidden]| Distortion { hidden: squares.to_vec(), ..NONE }.apply(&photo);
        let seen = hidden(&[Hidden { x: 0.5, y: 0.5, side: 0.2 }, Hidden { x: 1.0, y: 0.0, side: 0.2 }]);
        for (x, y, pixel) in seen.enumerate_pixels() {
            let is_hidden = (8..12).contains(&x) && (3..7).contains(&y) || x >= 18 && y < 2;
            assert_eq!(*pixel == GREY, is_hidden, "({x}, {y})");
        }
        assert_eq!(hidden(&[Hidden { x: 2.0, y: -3.0, side: 0.2 }]), photo);
        assert_eq!(hidden(&[Hidden { x: 0.5, y: 0.5, side: 1.0 }]), grey(20, 10));
    }

    #[test]
    fn the_order_is_turn_crop_light_blur_noise_and_hiding() {
        let photo = pattern(31, 24);
        let hidden = vec![Hidden { x: 0.3, y: 0.6, side: 0.2 }];
        let steps = [
            Distortion { turn: 20.0, ..NONE },
            Distortion { crop: 0.3, ..NONE },
            Distortion { light: 0.7, ..NONE },
            Distortion { blur: 0.03, ..NONE },
            Distortion { noise: 0.1, ..NONE },
            Distortion { hidden: hidden.clone(), ..NONE },
        ];
        let one_by_one = steps.iter().fold(photo.clone(), |photo, step| step.apply(&photo));
        let all = Distortion { turn: 20.0, crop: 0.3, light: 0.7, blur: 0.03, noise: 0.1, hidden };
        assert_eq!(all.apply(&photo), one_by_one);
        assert!(steps.iter().all(|step| step.apply(&photo) != photo));
    }

    #[test]
    fn numbers_that_mean_nothing_end_nothing_even_on_the_smallest_photos() {
        let numbers = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN, -1.0, 1e9, 1e-30];
        let photos = [(1, 1), (1, 9), (9, 1), (2, 3), (30, 20), (0, 0), (0, 4)].map(|(x, y)| pattern(x, y));
        for number in numbers {
            let square = Hidden { x: number, y: number, side: number };
            for photo in &photos {
                for distortion in [
                    Distortion { turn: number, ..NONE },
                    Distortion { crop: number, ..NONE },
                    Distortion { light: number, ..NONE },
                    Distortion { blur: number, ..NONE },
                    Distortion { noise: number, ..NONE },
                    Distortion { hidden: vec![square, Hidden { x: 0.5, y: 0.5, ..square }], ..NONE },
                ] {
                    let seen = distortion.apply(photo);
                    assert!(seen.width() <= photo.width() && seen.height() <= photo.height());
                    assert_eq!(seen.width() > 0, photo.width() > 0);
                    if !number.is_finite() && distortion.hidden.is_empty() {
                        assert_eq!(seen, *photo);
                    }
                }
            }
        }
    }
}
