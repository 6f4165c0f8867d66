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
/// Photos of the class that has a border.
const BORDERED: usize = 30;
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

    let drawn = draw(examination, files, CLEAN + BORDERED, &mut random);
    let (clean, rest) = drawn.split_at(drawn.len().min(CLEAN));
    let false_alarms = examination.rows(clean)?;
    let folder = TempDir::new().map_err(|error| CliError::Write { path: std::env::temp_dir(), error })?;
    let (planted, beside) = plant(examination, clean, rest, folder.path())?;
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

/// Plants one of each fault in `folder`: among `clean` ones, and a class of its own of what is left in `rest`. What was found of
/// them, and what was found besides.
fn plant(
    examination: &Examination,
    clean: &[LabelledFile],
    rest: &[LabelledFile],
    folder: &Path,
) -> Result<(Vec<Planted>, Vec<Row>), CliError> {
    const EDGE: &str = "with a border";
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
    let (mut pairs, mut blurred, mut bordered) = (Vec::new(), Vec::new(), Vec::new());
    for (at, brighter) in [0, 12, 25].into_iter().enumerate() {
        if let Some((file, image)) = readable(7 * at).filter(|_| names.len() > 1) {
            let copy = imageops::brighten(&image, brighter);
            let copy = put(&format!("copy-{at}.jpg"), &copy, next_class(&file.class))?;
            pairs.push([file.path.clone(), copy]);
        }
    }
    for at in 0..2 {
        if let Some((file, image)) = readable(40 + 7 * at) {
            let sigma = BLUR * image.width().max(image.height()) as f32;
            blurred.push([put(&format!("blurred-{at}.jpg"), &imageops::blur(&image, sigma), &file.class)?]);
        }
    }
    // A sheet of paper: what is not of one colour is what the camera makes of it.
    let sheet =
        RgbImage::from_fn(200, 200, |x, y| Rgb([228, 226, 220].map(|value: u8| value + ((x * 7 + y * 13) % 5) as u8)));
    let blank = vec![[put("blank.jpg", &sheet, &names[0])?]];
    for (at, file) in rest.iter().enumerate() {
        if let Some(mut image) = read(&file.path) {
            edge(&mut image);
            bordered.push(put(&format!("bordered-{at}.jpg"), &image, EDGE)?);
        }
    }
    let edged = (!bordered.is_empty()).then(|| EDGE.to_owned());
    let names = names.iter().cloned().chain(edged).collect();
    let rows = Examination { names, ..*examination }.rows(&files)?;

    let found = |kind: FindingKind, all: &dyn Fn(&Row) -> bool| rows.iter().any(|row| row.kind == kind && all(row));
    let count = |kind: FindingKind, planted: &[Vec<PathBuf>]| Planted {
        kind: kind.name(),
        planted: planted.len(),
        found: planted
            .iter()
            .filter(|paths| found(kind, &|row| paths.iter().all(|path| row.paths.contains(path))))
            .count(),
    };
    let lists = |of: &[[PathBuf; 1]]| of.iter().map(|paths| paths.to_vec()).collect::<Vec<_>>();
    let pairs: Vec<Vec<PathBuf>> = pairs.iter().map(|paths| paths.to_vec()).collect();
    let border = found(FindingKind::GiveAway, &|row| row.paths.iter().all(|path| bordered.contains(path)));
    let counted = vec![
        count(FindingKind::NearDuplicate, &pairs),
        count(FindingKind::Blurred, &lists(&blurred)),
        count(FindingKind::Blank, &lists(&blank)),
        Planted {
            kind: FindingKind::GiveAway.name(),
            planted: usize::from(!bordered.is_empty()),
            found: usize::from(border),
        },
    ];
    let touched: HashSet<&PathBuf> =
        pairs.iter().flatten().chain(blurred.iter().chain(&blank).flatten()).chain(&bordered).collect();
    let beside = rows.iter().filter(|row| !row.paths.iter().any(|path| touched.contains(path)));
    Ok((counted, beside.cloned().collect()))
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
