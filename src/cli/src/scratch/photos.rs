//! Photos into memory, on all cores.

use std::path::Path;

use headstart_vision::{Limits, RgbImage, decode, square};
use rayon::prelude::*;

use crate::error::CliError;
use crate::features::refuse_nothing;
use crate::photos::{LabelledFile, Skipped, note_skipped, read_photo};
use crate::progress::Progress;

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
    let progress = Progress::over("photos", files.len());
    let squares: Vec<_> = files
        .par_iter()
        .map(|(_, path)| {
            let square = read(path, size);
            progress.step();
            square
        })
        .collect();
    drop(progress);
    let (mut images, mut labels, mut skipped) = (Vec::new(), Vec::new(), Vec::new());
    for ((label, path), square) in files.into_iter().zip(squares) {
        match square {
            Ok(image) => {
                images.push(image);
                labels.push(label);
            }
            Err(reason) => skipped.push(Skipped::new(path, reason)),
        }
    }
    note_skipped(&skipped);
    refuse_nothing(images.len() + skipped.len(), &skipped)?;
    Ok((images, labels))
}

/// The photo in `path`, squeezed to `size` × `size` pixels; or why there is none.
pub(crate) fn read(path: &Path, size: usize) -> Result<RgbImage, String> {
    let bytes = read_photo(path)?;
    let image = decode(&bytes, &Limits::roomy()).map_err(|error| error.to_string())?;
    Ok(square(&image, size))
}
