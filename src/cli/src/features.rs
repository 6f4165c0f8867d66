//! Photos through the base, once: on all cores, with features kept on disk under (base, size, view) and each photo's hash.

use std::collections::HashMap;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use std::{fs, io};

use burn::tensor::Tensor;
use futures::executor::block_on;
use headstart_nn::{DESCRIPTOR, DESCRIPTOR_RECIPE, Vgg16};
use headstart_protocol::PhotoHash;
use headstart_vision::{DECODING, Limits, decode, normalise, square, view};
use headstart_weights::sha256_hex;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::error::CliError;
use crate::models::Base;
use crate::output;
use crate::photos::{Skipped, read_photo};
use crate::progress::Progress;

/// Photos that are in memory at once, as squares.
const PORTION: usize = 128;
/// Photos that are computed for their time at least.
const TIMED: usize = 4;

/// What came of a list of files.
pub(crate) struct Extracted {
    /// The descriptor of each file, in the order of the files; `None` for one that was skipped.
    pub(crate) descriptors: Vec<Option<Vec<f32>>>,
    /// What was skipped.
    pub(crate) skipped: Vec<Skipped>,
    /// Milliseconds a photo from the file's bytes to its descriptor, on one core or, the base, on the GPU.
    pub(crate) ms_per_photo: f64,
}

/// Where features are kept: beside what Cargo builds, so that `cargo clean` forgets them.
pub(crate) fn default_cache() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/features")
}

/// The descriptors of `files`, or of their augmented view `number` (0: the photos themselves), from the cache in `cache`
/// where they are there. A cache that cannot be written is told on standard error.
///
/// # Errors
/// [`CliError::NothingReadable`] where no file is a photo.
pub(crate) fn extract(
    files: &[&Path],
    base: &Base,
    size: usize,
    cache: &Path,
    number: u32,
) -> Result<Extracted, CliError> {
    let mut store = Store::open(cache, base, size, number);
    let progress = Progress::over("photos", files.len());
    let timed = Timed::default();
    let mut descriptors = Vec::with_capacity(files.len());
    let mut skipped = Vec::new();
    // In portions, so that an interrupted run keeps what it has.
    for portion in files.chunks(PORTION) {
        let mut photos: Vec<_> = portion.par_iter().map(|path| read_view(path, size, number, &store, &timed)).collect();
        let new: Vec<Vec<f32>> = photos.iter_mut().flatten().filter_map(|photo| photo.square.take()).collect();
        progress.advance(portion.len() - new.len());
        let see = |model: &Vgg16, photos: Tensor<4>| {
            let n = photos.dims()[0];
            let start = Instant::now();
            let values = block_on(headstart_nn::read(model.features(photos).descriptor))?;
            timed.add(start.elapsed(), n);
            progress.advance(n);
            Ok(values.chunks_exact(DESCRIPTOR).map(<[f32]>::to_vec).collect())
        };
        let mut seen = base.each(&new, size, see)?.into_iter();
        for (path, photo) in portion.iter().zip(photos) {
            match photo {
                Ok(ReadPhoto { hash, known, .. }) => {
                    // What is not known was seen, in the same order.
                    let descriptor = known.or_else(|| seen.next());
                    if let Some(descriptor) = &descriptor {
                        store.add(hash, descriptor);
                    }
                    descriptors.push(descriptor);
                }
                Err(reason) => {
                    skipped.push(Skipped::new(*path, reason));
                    descriptors.push(None);
                }
            }
        }
        store.flush();
    }
    drop(progress);
    if let Some(error) = &store.failure {
        let path = store.path.display();
        output::note(format_args!("features cannot be kept in {path}: {error}; they will be computed again next time"));
    }
    refuse_nothing(files.len(), &skipped)?;
    Ok(Extracted { descriptors, skipped, ms_per_photo: timed.ms_per_photo() })
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

/// The time that photos took, read or not from the cache.
#[derive(Default)]
struct Timed {
    /// Of all together, and how many passed through the base.
    spent: Mutex<(Duration, usize)>,
    /// Photos that are to be timed.
    chosen: AtomicUsize,
}

impl Timed {
    fn add(&self, time: Duration, photos: usize) {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        spent.0 += time;
        spent.1 += photos;
    }

    /// Whether the next photo is to be computed for its time even where its descriptor is known.
    fn wants(&self) -> bool {
        self.chosen.fetch_add(1, Ordering::Relaxed) < TIMED
    }

    fn ms_per_photo(&self) -> f64 {
        let (spent, photos) = *self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        spent.as_secs_f64() * 1e3 / photos.max(1) as f64
    }
}

/// A photo on its way to its descriptor.
struct ReadPhoto {
    hash: PhotoHash,
    /// Its descriptor, out of the cache.
    known: Option<Vec<f32>>,
    /// As the base takes it, where its descriptor is not known.
    square: Option<Vec<f32>>,
}

/// One file's hash with its descriptor, or with the photo itself. The first few are read even where the cache has them, for
/// their time.
fn read_view(path: &Path, size: usize, number: u32, store: &Store, timed: &Timed) -> Result<ReadPhoto, String> {
    let start = Instant::now();
    let bytes = read_photo(path)?;
    let hash: PhotoHash = Sha256::digest(&bytes).into();
    let known = store.get(&hash).map(<[f32]>::to_vec);
    if !timed.wants() && known.is_some() {
        return Ok(ReadPhoto { hash, known, square: None });
    }
    let square = Some(square_view(&bytes, size, number)?);
    timed.add(start.elapsed(), 0);
    Ok(ReadPhoto { hash, known: None, square })
}

/// The photo in `bytes`, or its augmented view `number`, as the base takes it: `[3, size, size]`.
///
/// # Errors
/// Why it is no photo.
pub(crate) fn square_view(bytes: &[u8], size: usize, number: u32) -> Result<Vec<f32>, String> {
    let mut image = decode(bytes, &Limits::roomy()).map_err(|error| error.to_string())?;
    if number > 0 {
        image = view(&image, number);
    }
    Ok(normalise(&square(&image, size)))
}

/// One file a base, size and view: records of a photo's hash and its descriptor, appended.
pub(crate) struct Store {
    path: PathBuf,
    known: HashMap<PhotoHash, Vec<f32>>,
    /// `None` once it cannot be written.
    file: Option<BufWriter<fs::File>>,
    /// Why it cannot be written.
    failure: Option<io::Error>,
}

const RECORD: usize = 32 + 4 * DESCRIPTOR;

impl Store {
    pub(crate) fn open(dir: &Path, base: &Base, size: usize, number: u32) -> Self {
        let recipe = sha256_hex(format!("{} {DESCRIPTOR_RECIPE} {DECODING}{}", base.sha256, base.device()).as_bytes());
        let view = if number > 0 { format!("-view{number}") } else { String::new() };
        Self::at(dir.join(format!("{}-{size}{view}.features", &recipe[..16])))
    }

    fn at(path: PathBuf) -> Self {
        let bytes = fs::read(&path).unwrap_or_default();
        let known = bytes.chunks_exact(RECORD).filter_map(record).collect();
        let mut store = Self { path, known, file: None, failure: None };
        match store.begin(bytes.len()) {
            Ok(file) => store.file = Some(file),
            Err(error) => store.failure = Some(error),
        }
        store
    }

    /// The file, which has `len` bytes, to be appended to.
    fn begin(&self, len: usize) -> io::Result<BufWriter<fs::File>> {
        if let Some(dir) = self.path.parent() {
            fs::create_dir_all(dir)?;
        }
        let file = fs::OpenOptions::new().create(true).append(true).open(&self.path)?;
        // A record cut short by an interrupted run would shift all that follow.
        if !len.is_multiple_of(RECORD) {
            file.set_len((len / RECORD * RECORD) as u64)?;
        }
        Ok(BufWriter::new(file))
    }

    fn get(&self, hash: &PhotoHash) -> Option<&[f32]> {
        self.known.get(hash).map(Vec::as_slice)
    }

    pub(crate) fn add(&mut self, hash: PhotoHash, descriptor: &[f32]) {
        if self.known.contains_key(&hash) {
            return;
        }
        let mut bytes = hash.to_vec();
        bytes.extend(descriptor.iter().flat_map(|value| value.to_le_bytes()));
        self.known.insert(hash, descriptor.to_vec());
        self.write(|file| file.write_all(&bytes));
    }

    pub(crate) fn flush(&mut self) {
        self.write(Write::flush);
    }

    /// Nothing more is written once that has failed.
    fn write(&mut self, write: impl FnOnce(&mut BufWriter<fs::File>) -> io::Result<()>) {
        if let Some(file) = &mut self.file
            && let Err(error) = write(file)
        {
            self.failure = Some(error);
            self.file = None;
        }
    }
}

/// A record's hash and descriptor, unless it is damaged.
fn record(bytes: &[u8]) -> Option<(PhotoHash, Vec<f32>)> {
    let (hash, values) = bytes.split_first_chunk()?;
    let values: Vec<f32> = values.as_chunks().0.iter().map(|four| f32::from_le_bytes(*four)).collect();
    values.iter().all(|value| value.is_finite()).then_some((*hash, values))
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    #[test]
    fn a_cache_that_cannot_be_written_is_no_end() {
        let folder = TempDir::new().unwrap();
        let blocked = folder.path().join("file");
        fs::write(&blocked, b"no folder").unwrap();
        let descriptor = vec![0.5; DESCRIPTOR];
        let mut store = Store::at(blocked.join("cache.features"));
        store.add([1; 32], &descriptor);
        store.flush();
        assert!(store.failure.is_some());
        assert_eq!(store.get(&[1; 32]), Some(descriptor.as_slice()));

        let path = folder.path().join("new/cache.features");
        let mut store = Store::at(path.clone());
        store.add([1; 32], &descriptor);
        store.flush();
        assert!(store.failure.is_none());
        assert_eq!(Store::at(path).get(&[1; 32]), Some(descriptor.as_slice()));
    }

    /// A device that is always full stands for a full disk.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_cache_on_a_full_disk_is_no_end() {
        let mut store = Store::at("/dev/null".into());
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        store.file = Some(BufWriter::new(full));
        store.add([1; 32], &vec![0.5; DESCRIPTOR]);
        store.flush();
        assert_eq!(store.failure.map(|error| error.kind()), Some(io::ErrorKind::StorageFull));
        assert!(store.file.is_none() && store.known.len() == 1);
    }
}
