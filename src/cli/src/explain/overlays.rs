//! Photos with their heat maps, as files.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs;
use std::io::{self, Cursor};
use std::path::{Path, PathBuf};

use headstart_vision::{RgbImage, overlay, shrunk};
use image::ImageFormat;

use crate::error::CliError;
use crate::replace::replace;

/// Pixels of the longer side of a photo with its heat map, at most.
const LONGEST: u32 = 1024;
/// How much of the photo the strongest place hides.
const STRENGTH: f32 = 0.8;
/// Characters of a class in the name of a file, at most.
const LONGEST_CLASS: usize = 60;

/// `photo` with the heat map `heat`, `[side, side]`, over it.
pub(super) fn picture(photo: &RgbImage, heat: &[f32], side: usize) -> RgbImage {
    overlay(&shrunk(photo, LONGEST), heat, side, STRENGTH)
}

/// The folder that they are written to.
pub(super) struct Overlays {
    dir: PathBuf,
    /// What this run has written.
    written: HashSet<PathBuf>,
}

impl Overlays {
    /// None yet; the folder is made where there is none.
    ///
    /// # Errors
    /// [`CliError::Write`] where it cannot be made.
    pub(super) fn begin(dir: PathBuf) -> Result<Self, CliError> {
        match fs::create_dir_all(&dir) {
            Ok(()) => Ok(Self { dir, written: HashSet::new() }),
            Err(error) => Err(CliError::Write { path: dir, error }),
        }
    }

    /// Writes `picture`, which shows what speaks for `class` in the photo in `file`, and says where.
    ///
    /// # Errors
    /// [`CliError::Write`].
    pub(super) fn write(&mut self, picture: &RgbImage, file: &Path, class: &str) -> Result<PathBuf, CliError> {
        let path = self.path(file, class);
        let mut bytes = Vec::new();
        let encoded = picture.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png);
        encoded.map_err(|error| CliError::Write { path: path.clone(), error: io::Error::other(error) })?;
        replace(&path, &bytes)?;
        Ok(path)
    }

    /// `NAME.CLASS.png`, with a number where this run has written that already for another photo. What in the class's name
    /// could lead out of the folder is replaced.
    fn path(&mut self, file: &Path, class: &str) -> PathBuf {
        let harmless = |c: char| if c.is_alphanumeric() || " -_".contains(c) { c } else { '_' };
        let class: String = class.chars().take(LONGEST_CLASS).map(harmless).collect();
        let numbers = (2..).map(|number| format!("-{number}"));
        let names = [String::new()].into_iter().chain(numbers).map(|number| {
            let mut name = OsString::from(file.file_stem().unwrap_or_default());
            name.push(format!(".{class}{number}.png"));
            self.dir.join(name)
        });
        let free = |path: &PathBuf| !self.written.contains(path);
        let path = names.into_iter().find(free).unwrap_or_else(|| self.dir.join("overlay.png"));
        self.written.insert(path.clone());
        path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_photo_has_a_file_of_its_own_in_the_folder() {
        let mut overlays = Overlays { dir: "out".into(), written: HashSet::new() };
        let mut path = |file: &str, class: &str| overlays.path(Path::new(file), class).display().to_string();
        assert_eq!(path("a/1.jpg", "cat"), "out/1.cat.png");
        assert_eq!(path("b/1.jpg", "cat"), "out/1.cat-2.png");
        assert_eq!(path("b/1.jpg", "dog"), "out/1.dog.png");
        assert_eq!(path("c/1.png", "cat"), "out/1.cat-3.png");
        assert_eq!(path("../x.jpg", "../../etc/passwd\n"), "out/x.______etc_passwd_.png");
        assert_eq!(path("x.jpg", &"é".repeat(300)), format!("out/x.{}.png", "é".repeat(60)));
    }
}
