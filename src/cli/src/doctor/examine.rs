//! From a list of files to what may be wrong with them.

use std::path::{Path, PathBuf};

use headstart_protocol::{ExaminedPhoto, Finding, FindingKind, PhotoLook, TrainingExample, Validation, count};
use headstart_train::{Doctor, Examples, HeadPlan, HeadSettings, TrainError, ValidationSplit, photo_look};
use headstart_vision::{Limits, VisionError, decode};
use rayon::prelude::*;

use super::{Row, words};
use crate::error::CliError;
use crate::features::{extract, refuse_nothing};
use crate::models::Base;
use crate::output;
use crate::photos::{LabelledFile, Skipped, note_skipped, read_photo};
use crate::progress::Progress;
use crate::train::{grouped, train};

/// How files are examined.
pub(super) struct Examination<'a> {
    /// Names of the classes.
    pub(super) names: Vec<String>,
    pub(super) base: &'a Base,
    pub(super) size: usize,
    pub(super) cache: &'a Path,
    pub(super) seed: u64,
}

/// What became of a file.
enum Seen {
    Photo(PhotoLook),
    /// It shows nothing at all, and has no descriptor.
    Blank,
}

/// A photo with its class and its look.
struct Photo<'a> {
    label: usize,
    path: &'a Path,
    look: PhotoLook,
}

impl Examination<'_> {
    /// What may be wrong with `files`. Those that are no photos are named on standard error.
    ///
    /// # Errors
    /// [`CliError::NothingReadable`] where none is a photo, and what keeps a head from being trained.
    pub(super) fn rows(&self, files: &[LabelledFile]) -> Result<Vec<Row>, CliError> {
        let progress = Progress::over("photos looked at", files.len());
        let seen: Vec<Result<Seen, Skipped>> = files
            .par_iter()
            .map(|file| {
                progress.step();
                see(&file.path).map_err(|reason| Skipped::new(&file.path, reason))
            })
            .collect();
        drop(progress);
        let (mut photos, mut blank, mut skipped) = (Vec::new(), Vec::new(), Vec::new());
        for (file, seen) in files.iter().zip(seen) {
            match (self.names.iter().position(|name| *name == file.class), seen) {
                (_, Err(reason)) => skipped.push(reason),
                (Some(label), Ok(Seen::Photo(look))) => photos.push(Photo { label, path: &file.path, look }),
                (_, Ok(Seen::Blank)) => blank.push(file.path.clone()),
                (None, Ok(_)) => {}
            }
        }
        note_skipped(&skipped);
        refuse_nothing(files.len(), &skipped)?;
        let mut rows = if photos.is_empty() { Vec::new() } else { self.found(photos)? };
        let row = |path: PathBuf| Row {
            kind: FindingKind::Blank,
            paths: vec![path],
            score: 1.0,
            reason: words::ONE_COLOUR.to_owned(),
        };
        rows.extend(blank.into_iter().map(row));
        rows.sort_by(|a, b| Finding::order((a.kind, a.score), (b.kind, b.score)));
        Ok(rows)
    }

    /// The same of photos that can be described.
    fn found(&self, photos: Vec<Photo>) -> Result<Vec<Row>, CliError> {
        let paths: Vec<&Path> = photos.iter().map(|photo| photo.path).collect();
        let extracted = extract(&paths, self.base, self.size, self.cache, 0)?;
        note_skipped(&extracted.skipped);
        let described = photos.into_iter().zip(extracted.descriptors);
        let (photos, rows): (Vec<Photo>, Vec<Vec<f32>>) =
            described.filter_map(|(photo, descriptor)| Some((photo, descriptor?))).unzip();
        let labels = photos.iter().map(|photo| photo.label).collect();
        let examples = grouped(Examples::new(&rows, labels, self.names.len())?)?;
        let mut examined: Vec<ExaminedPhoto> = photos
            .iter()
            .map(|photo| ExaminedPhoto {
                example: TrainingExample { hash: [0; 32], label: count(photo.label), burst: None, held_out: false },
                look: Some(photo.look),
                answer: None,
            })
            .collect();
        self.answer(&mut examined, &examples)?;
        let mut doctor = Doctor::new(examples, &examined, self.names.len())?;
        let progress = Progress::over("steps of the examination", doctor.progress().1);
        while !doctor.step() {
            progress.set(doctor.progress().into());
        }
        drop(progress);
        let row = |finding: Finding| Row {
            kind: finding.kind,
            paths: finding.photos.iter().map(|photo| photos[*photo as usize].path.to_owned()).collect(),
            score: finding.score,
            reason: words::reason(&finding, &self.names),
        };
        Ok(doctor.finish().into_iter().map(row).collect())
    }

    /// Has a cross-validation answer each photo. Where there can be none, neighbours alone speak for labels.
    fn answer(&self, photos: &mut [ExaminedPhoto], examples: &Examples) -> Result<(), CliError> {
        let plan = HeadPlan {
            settings: HeadSettings { seed: self.seed, ..HeadSettings::default() },
            classes: self.names.clone(),
            examples: examples.clone(),
            validation: ValidationSplit::Of(Validation::Cross),
            continue_from: None,
        };
        let progress = Progress::over("epochs", 0);
        let trained = train(plan, |epochs| progress.set(epochs));
        drop(progress);
        let answers = match trained {
            Ok(trained) => trained.answers,
            Err(CliError::Train(TrainError::TooFewClasses { .. } | TrainError::EmptyClass { .. })) => Vec::new(),
            Err(error) => return Err(error),
        };
        if answers.is_empty() {
            output::note(
                "there are too few photos for a cross-validation: labels are held against similar photos alone",
            );
        }
        for answer in answers {
            photos[answer.example].answer = Some(answer.left_out());
        }
        Ok(())
    }
}

/// What can be measured of the photo in `path`; or why it is none.
fn see(path: &Path) -> Result<Seen, String> {
    match decode(&read_photo(path)?, &Limits::roomy()) {
        Ok(image) => Ok(Seen::Photo(photo_look(&image))),
        Err(VisionError::Blank) => Ok(Seen::Blank),
        Err(error) => Err(error.to_string()),
    }
}
