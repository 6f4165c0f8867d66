//! Made photos for a soak: tiny, cheap to look at, and no two alike.

use std::{fs, path::PathBuf};

use headstart_tests::{Scratch, TestError};
use image::{Rgb, RgbImage};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Side of a photo in pixels.
const SMALL: u32 = 24;
/// Of one that takes more than half a megabyte.
const LARGE: u32 = 480;

/// A folder of photos, numbered in the order in which they were made.
pub(crate) struct Photos {
    folder: Scratch,
    seed: u64,
    made: u32,
}

impl Photos {
    pub(crate) fn new(seed: u64) -> Result<Self, TestError> {
        Ok(Self { folder: Scratch::new()?, seed, made: 0 })
    }

    /// So many new files of about 2 KB.
    pub(crate) fn small(&mut self, count: usize) -> Result<Vec<PathBuf>, TestError> {
        (0..count).map(|_| self.make(SMALL)).collect()
    }

    /// So many new files of about 700 KB.
    pub(crate) fn large(&mut self, count: usize) -> Result<Vec<PathBuf>, TestError> {
        (0..count).map(|_| self.make(LARGE)).collect()
    }

    /// The bytes of the photo that was called `name`.
    pub(crate) fn bytes(&self, name: &str) -> Option<Vec<u8>> {
        fs::read(self.folder.path().join(name)).ok()
    }

    fn make(&mut self, side: u32) -> Result<PathBuf, TestError> {
        let number = self.made;
        self.made += 1;
        let path = self.folder.path().join(format!("p{number:05}.png"));
        draw(self.seed, number, side).save(&path)?;
        Ok(path)
    }
}

/// Noise around a colour, both the number's: nothing that compresses.
fn draw(seed: u64, number: u32, side: u32) -> RgbImage {
    let mut random = ChaCha8Rng::seed_from_u64(seed ^ (u64::from(number) << 32));
    let colour: [u8; 3] = random.random();
    RgbImage::from_fn(side, side, |_, _| {
        let noise: [u8; 3] = random.random();
        Rgb(std::array::from_fn(|channel| colour[channel] / 2 + noise[channel] / 2))
    })
}

/// The file's name, which is the photo's in the page.
pub(crate) fn name(path: &std::path::Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
