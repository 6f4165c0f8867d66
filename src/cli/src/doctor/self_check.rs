//! How much of what is wrong the doctor finds: `headstart doctor DIR --self-check` does to copies of a folder's photos what it is to
//! find, and counts. The photos are to be as they should: what is wrong with them already counts as a false alarm.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use headstart_protocol::FindingKind;
use headstart_vision::{Limits, RgbImage, decode};
use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, imageops};
use rand::Rng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use serde::Serialize;
use tempfile::TempDir;

use super::Row;
use super::examine::Examination;
use crate::error::CliError;
use crate::output;
use crate::photos::{LabelledFile, read_photo};

/// Photos of which labels are flipped, and the share of those.
const FLIPPED_AMONG: usize = 500;
const FLIPPED_SHARE: f64 = 0.05;
/// How far down the list one looks for them.
const LOOKED_AT: usize = 50;
/// Photos as they are, among which faults are planted.
const CLEAN: usize = 200;
/// By how many of 255 levels the copies are brighter: saved again, and two that somebody has mended.
const BRIGHTER: [i32; 3] = [0, 12, 25];
/// Deviation of the blur, over the longer side.
const BLUR: f32 = 0.025;
/// Of 100, of the copies; originals have more.
const QUALITY: u8 = 85;

/// What was found of what was done.
#[derive(Serialize)]
struct Report {
    /// Labels that were flipped, of how many photos.
    flipped: usize,
    of: usize,
    /// Flipped ones among the first photos listed with a doubtful label, and how many of those are listed in all.
    flipped_found: usize,
    looked_at: usize,
    listed: usize,
    /// What was planted of each kind.
    planted: Vec<Planted>,
    /// Findings about nothing that was planted.
    false_alarms_beside_planted: Vec<Row>,
    /// Findings about photos as they are, and of how many photos.
    false_alarms: Vec<Row>,
    clean: usize,
}

#[derive(Serialize)]
struct Planted {
    kind: &'static str,
    planted: usize,
    found: usize,
}

/// Does it and tells.
///
/// # Errors
/// [`CliError::Write`] where there is no room for copies; what keeps photos from being examined.
pub(super) fn run(examination: &Examination, files: &[LabelledFile], json: bool) -> Result<(), CliError> {
    let mut random = ChaCha8Rng::seed_from_u64(examination.seed);
    let (among, flipped) = flip(examination, files, &mut random);
    let rows = examination.rows(&among)?;
    let doubted: Vec<&PathBuf> =
        rows.iter().filter(|row| row.kind == FindingKind::WrongLabel).flat_map(|row| &row.paths).collect();
    let flipped_found = doubted.iter().take(LOOKED_AT).filter(|path| flipped.contains(**path)).count();

    let clean = draw(examination, files, CLEAN, &mut random);
    let false_alarms = examination.rows(&clean)?;
    let folder = TempDir::new().map_err(|error| CliError::Write { path: std::env::temp_dir(), error })?;
    let (mut planted, mut beside) = plant(examination, &clean, folder.path())?;
    let (border, beside_border) = put_border(examination, &clean, folder.path())?;
    planted.push(border);
    beside.extend(beside_border);
    let report = Report {
        flipped: flipped.len(),
        of: among.len(),
        flipped_found,
        looked_at: LOOKED_AT,
        listed: doubted.len(),
        planted,
        false_alarms_beside_planted: beside,
        false_alarms,
        clean: clean.len(),
    };
    if json { output::json(&report) } else { report.tell() }
}

impl Report {
    fn tell(&self) -> Result<(), CliError> {
        let Self { flipped, of, flipped_found, looked_at, listed, clean, .. } = self;
        output::line(format_args!(
            "flipped labels: {flipped_found} of {flipped} in {of} photos found among the first {looked_at} listed, {listed} listed in all"
        ))?;
        for Planted { kind, planted, found } in &self.planted {
            output::line(format_args!("planted {kind}: {found} of {planted} found"))?;
        }
        let told = [
            (&self.false_alarms_beside_planted, "false alarms beside them"),
            (&self.false_alarms, "findings in the photos as they are"),
        ];
        for (rows, what) in told {
            output::line(format_args!("{what}, {clean} photos: {}", rows.len()))?;
            rows.iter().try_for_each(|row| output::line(format_args!("  {}", super::line(row))))?;
        }
        Ok(())
    }
}

/// `count` of `files`, as many of each class as there are.
fn draw(examination: &Examination, files: &[LabelledFile], count: usize, random: &mut ChaCha8Rng) -> Vec<LabelledFile> {
    let mut classes: Vec<Vec<LabelledFile>> = Vec::new();
    for name in &examination.names {
        let mut class: Vec<_> = files.iter().filter(|file| file.class == *name).cloned().collect();
        class.shuffle(random);
        classes.push(class);
    }
    let mut drawn = Vec::new();
    while drawn.len() < count && classes.iter().any(|class| !class.is_empty()) {
        drawn.extend(classes.iter_mut().filter_map(Vec::pop));
    }
    drawn.truncate(count);
    drawn
}

/// Some of `files`, of which some have another class's label, and the paths of those.
fn flip(
    examination: &Examination,
    files: &[LabelledFile],
    random: &mut ChaCha8Rng,
) -> (Vec<LabelledFile>, HashSet<PathBuf>) {
    let mut among = draw(examination, files, FLIPPED_AMONG, random);
    among.shuffle(random);
    let names = &examination.names;
    let flips = if names.len() < 2 { 0 } else { (FLIPPED_SHARE * among.len() as f64).round() as usize };
    let mut flipped = HashSet::new();
    for file in &mut among[..flips] {
        let own = names.iter().position(|name| *name == file.class).unwrap_or_default();
        let other = (own + random.random_range(1..names.len())) % names.len();
        file.class.clone_from(&names[other]);
        flipped.insert(file.path.clone());
    }
    (among, flipped)
}

/// Plants faults among `clean` photos; the files lie in `folder`. What was found of them, and what was found besides.
fn plant(
    examination: &Examination,
    clean: &[LabelledFile],
    folder: &Path,
) -> Result<(Vec<Planted>, Vec<Row>), CliError> {
    let names = &examination.names;
    let mut files = clean.to_vec();
    let mut put = |name: &str, image: &RgbImage, class: &str| -> Result<PathBuf, CliError> {
        let path = folder.join(name);
        write(&path, image)?;
        files.push(LabelledFile { class: class.to_owned(), path: path.clone() });
        Ok(path)
    };
    let readable = |from: usize| clean.iter().skip(from).find_map(|file| Some((file, read(&file.path)?)));
    let next_class = |class: &str| {
        let at = names.iter().position(|name| name == class).unwrap_or_default();
        names[(at + 1) % names.len()].as_str()
    };
    let (mut pairs, mut blurred) = (Vec::new(), Vec::new());
    for (at, brighter) in BRIGHTER.into_iter().enumerate() {
        if let Some((file, image)) = readable(7 * at).filter(|_| names.len() > 1) {
            let copy = imageops::brighten(&image, brighter);
            let copy = put(&format!("copy-{at}.jpg"), &copy, next_class(&file.class))?;
            pairs.push(vec![file.path.clone(), copy]);
        }
    }
    for at in 0..2 {
        if let Some((file, image)) = readable(40 + 7 * at) {
            let sigma = BLUR * image.width().max(image.height()) as f32;
            blurred.push(vec![put(&format!("blurred-{at}.jpg"), &imageops::blur(&image, sigma), &file.class)?]);
        }
    }
    // A sheet of paper: what is not of one colour is what the camera makes of it.
    let grain = |x: u32, y: u32| ((x * 7 + y * 13) % 5) as u8;
    let sheet = RgbImage::from_fn(200, 200, |x, y| Rgb([228, 226, 220].map(|value: u8| value + grain(x, y))));
    let blank = vec![vec![put("blank.jpg", &sheet, &names[0])?]];

    let rows = examination.rows(&files)?;
    let is_found = |kind: FindingKind, paths: &[PathBuf]| {
        rows.iter().any(|row| row.kind == kind && paths.iter().all(|path| row.paths.contains(path)))
    };
    let all = [(FindingKind::NearDuplicate, &pairs), (FindingKind::Blurred, &blurred), (FindingKind::Blank, &blank)];
    let counted = all.map(|(kind, planted)| Planted {
        kind: kind.name(),
        planted: planted.len(),
        found: planted.iter().filter(|paths| is_found(kind, paths)).count(),
    });
    let touched: HashSet<&PathBuf> = all.iter().flat_map(|(_, planted)| planted.iter().flatten()).collect();
    let beside = rows.iter().filter(|row| !row.paths.iter().any(|path| touched.contains(path)));
    Ok((counted.into(), beside.cloned().collect()))
}

/// The same with a border around all photos of the first class.
fn put_border(
    examination: &Examination,
    clean: &[LabelledFile],
    folder: &Path,
) -> Result<(Planted, Vec<Row>), CliError> {
    let class = &examination.names[0];
    let mut files = clean.to_vec();
    for (at, file) in files.iter_mut().enumerate().filter(|(_, file)| file.class == *class) {
        if let Some(mut image) = read(&file.path) {
            edge(&mut image);
            file.path = folder.join(format!("edge-{at}.jpg"));
            write(&file.path, &image)?;
        }
    }
    let rows = examination.rows(&files)?;
    let is_about_it =
        |row: &Row| row.kind == FindingKind::GiveAway && row.paths.iter().all(|path| path.starts_with(folder));
    let (found, beside): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(is_about_it);
    Ok((Planted { kind: FindingKind::GiveAway.name(), planted: 1, found: found.len().min(1) }, beside))
}

fn read(path: &Path) -> Option<RgbImage> {
    decode(&read_photo(path).ok()?, &Limits::roomy()).ok()
}

fn write(path: &Path, image: &RgbImage) -> Result<(), CliError> {
    let mut bytes = Vec::new();
    let encoded = JpegEncoder::new_with_quality(&mut bytes, QUALITY).encode_image(image);
    let written = encoded.map_err(std::io::Error::other).and_then(|()| fs::write(path, bytes));
    written.map_err(|error| CliError::Write { path: path.to_owned(), error })
}

/// Puts a white edge of 6 % around a photo.
fn edge(image: &mut RgbImage) {
    let (width, height) = image.dimensions();
    let (across, down) = (width * 6 / 100, height * 6 / 100);
    for (x, y, pixel) in image.enumerate_pixels_mut() {
        if !(across..width - across).contains(&x) || !(down..height - down).contains(&y) {
            *pixel = Rgb([255; 3]);
        }
    }
}
