//! Photos into memory, on all cores.

use std::fs;
use std::path::Path;
use std::time::Duration;

use headstart_vision::{Limits, RgbImage, decode, square};
use indicatif::{ProgressBar, ProgressStyle};
use rayon::prelude::*;

use crate::error::CliError;
use crate::features::{Skipped, refuse_nothing};
use crate::photos::LabelledFile;

/// Squares of `size` pixels a side of the photos in `files` whose class is among `names`, each with its class's index.
/// Files that are no photos are named on standard error.
///
/// # Errors
/// [`CliError::NothingReadable`] where none is a photo.
pub(super) fn load(
    files: &[LabelledFile],
    names: &[String],
    size: usize,
) -> Result<(Vec<RgbImage>, Vec<usize>), CliError> {
    let files: Vec<_> = files
        .iter()
        .filter_map(|file| Some((names.iter().position(|name| *name == file.class)?, file.path.as_path())))
        .collect();
    let style = ProgressStyle::with_template("{pos}/{len} photos {wide_bar}");
    let bar = ProgressBar::new(files.len() as u64).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.enable_steady_tick(Duration::from_millis(500));
    let squares: Vec<_> = files
        .par_iter()
        .map(|(_, path)| {
            bar.inc(1);
            read(path, size)
        })
        .collect();
    bar.finish_and_clear();
    let (mut images, mut labels, mut skipped) = (Vec::new(), Vec::new(), Vec::new());
    for ((label, path), square) in files.into_iter().zip(squares) {
        match square {
            Ok(image) => {
                images.push(image);
                labels.push(label);
            }
            Err(reason) => {
                eprintln!("skipped {}: {reason}", path.display());
                skipped.push(Skipped { path: path.to_owned(), reason });
            }
        }
    }
    refuse_nothing(images.len() + skipped.len(), &skipped)?;
    Ok((images, labels))
}

/// The photo in `path`, squeezed to `size` × `size` pixels; or why there is none.
pub(crate) fn read(path: &Path, size: usize) -> Result<RgbImage, String> {
    let bytes = fs::read(path).map_err(|error| error.to_string())?;
    let image = decode(&bytes, &Limits::roomy()).map_err(|error| error.to_string())?;
    Ok(square(&image, size))
}
