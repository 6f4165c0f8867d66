//! Files to give to the page, most of them bad.

use std::{
    fs,
    ops::Range,
    path::{Path, PathBuf},
};

use image::{DynamicImage, Frame, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage, codecs::gif::GifEncoder};

use crate::{Scratch, TestError, Texture};

/// Test pictures in a folder of their own.
pub struct Pictures {
    folder: Scratch,
}

impl Pictures {
    /// Makes the folder.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn new() -> Result<Self, TestError> {
        Ok(Self { folder: Scratch::new()? })
    }

    /// A file of those bytes.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<PathBuf, TestError> {
        let path = self.folder.path().join(name);
        fs::write(&path, bytes)?;
        Ok(path)
    }

    /// `image` in the format that the name's ending says.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn save(&self, name: &str, image: impl Into<DynamicImage>) -> Result<PathBuf, TestError> {
        let path = self.folder.path().join(name);
        image.into().save(&path)?;
        Ok(path)
    }

    /// The photo at `original` in the format that the name's ending says.
    ///
    /// # Errors
    /// Where it cannot be read or written.
    pub fn convert(&self, original: &Path, name: &str) -> Result<PathBuf, TestError> {
        self.save(name, image::open(original)?.into_rgb8())
    }

    /// The first half of the photo at `original`, as JPEG.
    ///
    /// # Errors
    /// Where it cannot be read or written.
    pub fn half_a_jpeg(&self, original: &Path) -> Result<PathBuf, TestError> {
        let bytes = fs::read(self.convert(original, "whole.jpg")?)?;
        self.write("half.jpg", &bytes[..bytes.len() / 2])
    }

    /// A texture for each seed, as `KIND-SEED.png`.
    ///
    /// # Errors
    /// Where they cannot be written.
    pub fn textures(&self, kind: Texture, seeds: Range<u64>) -> Result<Vec<PathBuf>, TestError> {
        seeds.map(|seed| self.save(&format!("{}-{seed}.png", kind.name()), kind.draw(seed))).collect()
    }

    /// A picture of noise, which no format makes small: some 800 KB.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn noise(&self, name: &str, seed: u32) -> Result<PathBuf, TestError> {
        let mut state = seed.wrapping_mul(2_654_435_761) | 1;
        let mut next = || {
            // Xorshift: enough to defeat compression.
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            (state >> 24) as u8
        };
        self.save(name, RgbImage::from_fn(512, 512, |_, _| Rgb([next(), next(), next()])))
    }

    /// The same picture in so many files of different bytes.
    ///
    /// # Errors
    /// Where they cannot be written.
    pub fn identical(&self, name: &str, image: &RgbImage, count: usize) -> Result<Vec<PathBuf>, TestError> {
        let mut picture = std::io::Cursor::new(Vec::new());
        image.write_to(&mut picture, ImageFormat::Png)?;
        let picture = picture.into_inner();
        // Decoders stop at the picture's end, so what follows it makes another file and not another picture. With the name,
        // the files of two names differ too.
        let file = |index| {
            let bytes = [picture.as_slice(), format!("{name} {index}").as_bytes()].concat();
            self.write(&format!("{name}-{index}.png"), &bytes)
        };
        (0..count).map(file).collect()
    }

    /// A picture of one pixel.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn one_pixel(&self) -> Result<PathBuf, TestError> {
        self.save("one-pixel.png", RgbImage::from_pixel(1, 1, Rgb([90, 60, 30])))
    }

    /// A bitmap whose header names 30,000×30,000 pixels.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn huge_header(&self) -> Result<PathBuf, TestError> {
        let mut bytes = std::io::Cursor::new(Vec::new());
        RgbImage::new(8, 8).write_to(&mut bytes, ImageFormat::Bmp)?;
        let mut bytes = bytes.into_inner();
        bytes[18..22].copy_from_slice(&30_000_u32.to_le_bytes());
        bytes[22..26].copy_from_slice(&30_000_u32.to_le_bytes());
        self.write("huge.bmp", &bytes)
    }

    /// An animation whose first frame is the photo at `original` and whose second is black.
    ///
    /// # Errors
    /// Where it cannot be read or written.
    pub fn animation(&self, original: &Path) -> Result<PathBuf, TestError> {
        let photo = image::open(original)?.into_rgba8();
        let black = RgbaImage::from_pixel(photo.width(), photo.height(), Rgba([0, 0, 0, 255]));
        let path = self.folder.path().join("animation.gif");
        GifEncoder::new(fs::File::create(&path)?).encode_frames([Frame::new(photo), Frame::new(black)])?;
        Ok(path)
    }
}
