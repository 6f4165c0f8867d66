//! Photos through the base, once: on all cores, with features kept on disk under (base, size, view) and each photo's hash.

use std::collections::HashMap;
use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use futures::executor::block_on;
use headstart_nn::{DESCRIPTOR, DESCRIPTOR_RECIPE};
use headstart_protocol::PhotoHash;
use headstart_vision::{DECODING, Limits, decode, normalise, square, view};
use indicatif::{ProgressBar, ProgressStyle};
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::error::CliError;
use crate::models::Base;

/// A file that gave no features, and why.
#[derive(Debug, Clone, serde::Serialize)]
pub(crate) struct Skipped {
    pub(crate) path: PathBuf,
    pub(crate) reason: String,
}

/// What came of a list of files.
pub(crate) struct Extracted {
    /// The descriptor of each file, in the order of the files; `None` for one that was skipped.
    pub(crate) descriptors: Vec<Option<Vec<f32>>>,
    /// What was skipped.
    pub(crate) skipped: Vec<Skipped>,
    /// Milliseconds a photo from the file's bytes to its descriptor, on one core.
    pub(crate) ms_per_photo: f64,
}

/// Where features are kept: beside what Cargo builds, so that `cargo clean` forgets them.
pub(crate) fn default_cache() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/features")
}

/// The descriptors of `files`, or of their augmented view `number` (0: the photos themselves), from the cache in `cache`
/// where they are there.
///
/// # Errors
/// [`CliError::NothingReadable`] where no file is a photo, [`CliError::Write`] where the cache cannot be written.
pub(crate) fn extract(
    files: &[&Path],
    base: &Base,
    size: usize,
    cache: &Path,
    number: u32,
) -> Result<Extracted, CliError> {
    let mut store = Store::open(cache, base, size, number)?;
    let bar = ProgressBar::new(files.len() as u64).with_style(style());
    bar.enable_steady_tick(Duration::from_millis(500));
    let timed = Mutex::new((Duration::ZERO, 0u32));
    let mut descriptors = Vec::with_capacity(files.len());
    let mut skipped = Vec::new();
    // In portions, so that an interrupted run keeps what it has.
    for portion in files.chunks(256) {
        let results: Vec<_> = portion
            .par_iter()
            .map(|path| {
                let result = describe(path, base, size, number, &store, &timed);
                bar.inc(1);
                result
            })
            .collect();
        for (path, result) in portion.iter().zip(results) {
            match result {
                Ok((hash, descriptor)) => {
                    store.add(hash, &descriptor)?;
                    descriptors.push(Some(descriptor));
                }
                Err(reason) => {
                    skipped.push(Skipped { path: path.to_path_buf(), reason });
                    descriptors.push(None);
                }
            }
        }
        store.flush()?;
    }
    bar.finish_and_clear();
    refuse_nothing(files.len(), &skipped)?;
    let (spent, photos) = *timed.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let ms_per_photo = spent.as_secs_f64() * 1e3 / f64::from(photos.max(1));
    Ok(Extracted { descriptors, skipped, ms_per_photo })
}

/// Refuses a list of `files` files all of which were skipped.
///
/// # Errors
/// [`CliError::NothingReadable`].
pub(crate) fn refuse_nothing(files: usize, skipped: &[Skipped]) -> Result<(), CliError> {
    match skipped {
        [first, ..] if skipped.len() == files => {
            let (first, reason) = (first.path.clone(), first.reason.clone());
            Err(CliError::NothingReadable { count: files, first, reason })
        }
        _ => Ok(()),
    }
}

/// One file's hash and descriptor. The first few are computed even where the cache has them, for their time.
fn describe(
    path: &Path,
    base: &Base,
    size: usize,
    number: u32,
    store: &Store,
    timed: &Mutex<(Duration, u32)>,
) -> Result<(PhotoHash, Vec<f32>), String> {
    let bytes = fs::read(path).map_err(|error| error.to_string())?;
    let hash: PhotoHash = Sha256::digest(&bytes).into();
    let enough_timed = || timed.lock().map_or(true, |timed| timed.1 >= 4);
    if let Some(descriptor) = store.get(&hash).filter(|_| enough_timed()) {
        return Ok((hash, descriptor.to_vec()));
    }
    let start = Instant::now();
    let mut image = decode(&bytes, &Limits::roomy()).map_err(|error| error.to_string())?;
    if number > 0 {
        image = view(&image, number);
    }
    let photos = base.model.photos(normalise(&square(&image, size)), size);
    let descriptor = block_on(headstart_nn::read(base.model.features(photos).descriptor));
    let descriptor = descriptor.map_err(|error| error.to_string())?;
    if let Ok(mut timed) = timed.lock() {
        timed.0 += start.elapsed();
        timed.1 += 1;
    }
    Ok((hash, descriptor))
}

/// How progress over photos looks.
pub(crate) fn style() -> ProgressStyle {
    ProgressStyle::with_template("{pos}/{len} photos {wide_bar} {per_sec}, {eta} left")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// One file a base, size and view: records of a photo's hash and its descriptor, appended.
struct Store {
    path: PathBuf,
    known: HashMap<PhotoHash, Vec<f32>>,
    file: BufWriter<fs::File>,
}

const RECORD: usize = 32 + 4 * DESCRIPTOR;

impl Store {
    fn open(dir: &Path, base: &Base, size: usize, number: u32) -> Result<Self, CliError> {
        let recipe =
            headstart_weights::sha256_hex(format!("{} {DESCRIPTOR_RECIPE} {DECODING}", base.sha256).as_bytes());
        let view = if number > 0 { format!("-view{number}") } else { String::new() };
        let path = dir.join(format!("{}-{size}{view}.features", &recipe[..16]));
        let write = |error| CliError::Write { path: path.clone(), error };
        fs::create_dir_all(dir).map_err(write)?;
        let bytes = fs::read(&path).unwrap_or_default();
        let known = bytes.chunks_exact(RECORD).filter_map(record).collect();
        let file = fs::OpenOptions::new().create(true).append(true).open(&path).map_err(write)?;
        // A record cut short by an interrupted run would shift all that follow.
        if !bytes.len().is_multiple_of(RECORD) {
            file.set_len((bytes.len() / RECORD * RECORD) as u64).map_err(write)?;
        }
        Ok(Self { path, known, file: BufWriter::new(file) })
    }

    fn get(&self, hash: &PhotoHash) -> Option<&[f32]> {
        self.known.get(hash).map(Vec::as_slice)
    }

    fn add(&mut self, hash: PhotoHash, descriptor: &[f32]) -> Result<(), CliError> {
        if self.known.contains_key(&hash) {
            return Ok(());
        }
        let mut bytes = hash.to_vec();
        bytes.extend(descriptor.iter().flat_map(|value| value.to_le_bytes()));
        self.known.insert(hash, descriptor.to_vec());
        self.file.write_all(&bytes).map_err(|error| CliError::Write { path: self.path.clone(), error })
    }

    fn flush(&mut self) -> Result<(), CliError> {
        self.file.flush().map_err(|error| CliError::Write { path: self.path.clone(), error })
    }
}

/// A record's hash and descriptor, unless it is damaged.
fn record(bytes: &[u8]) -> Option<(PhotoHash, Vec<f32>)> {
    let (hash, values) = bytes.split_first_chunk()?;
    let values: Vec<f32> = values.as_chunks().0.iter().map(|four| f32::from_le_bytes(*four)).collect();
    values.iter().all(|value| value.is_finite()).then_some((*hash, values))
}
