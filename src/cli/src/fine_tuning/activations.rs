//! What the frozen layers make of photos, kept on disk in half precision under (base, size, stage, view) and each photo's
//! hash: a run reads each of them in every epoch.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use burn::tensor::Tensor;
use futures::executor::block_on;
use half::f16;
use half::slice::HalfFloatSliceExt;
use headstart_nn::{DESCRIPTOR, NnError, Vgg16, read};
use headstart_protocol::PhotoHash;
use headstart_train::{BlockInputs, FineTuningSettings};
use headstart_vision::DECODING;
use headstart_weights::sha256_hex;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::error::CliError;
use crate::features::{Store, square_view};
use crate::models::Base;
use crate::photos::read_photo;
use crate::progress::Progress;

/// Photos that are in memory at once.
const PORTION: usize = 64;

/// A photo that went through the base.
struct Seen {
    /// As it is kept, after its hash.
    record: Vec<u8>,
    descriptor: Vec<f32>,
}

/// The activations of photos and of their augmented views.
#[derive(Debug, Clone)]
pub(super) struct Activations {
    cache: PathBuf,
    settings: FineTuningSettings,
    /// What the names of its files begin with.
    prefix: String,
    /// For each view where each photo's record begins.
    known: Vec<HashMap<PhotoHash, u64>>,
}

impl Activations {
    /// Nothing known yet; files lie in `cache`.
    pub(super) fn new(cache: &Path, base: &Base, settings: &FineTuningSettings) -> Self {
        let stage = settings.unfrozen.stage();
        let recipe = sha256_hex(format!("{} {stage} {DECODING}{}", base.sha256, base.device()).as_bytes());
        let prefix = format!("{}-{}", &recipe[..16], settings.size);
        Self { cache: cache.to_owned(), settings: settings.clone(), prefix, known: Vec::new() }
    }

    /// Numbers in half precision of a photo.
    fn values(&self) -> usize {
        self.settings.unfrozen.channels() * self.settings.unfrozen.side(self.settings.size).pow(2)
    }

    /// Bytes of a record: hash, front of the descriptor, activations.
    fn record(&self) -> usize {
        32 + 4 * self.settings.unfrozen.front() + 2 * self.values()
    }

    fn path(&self, view: u32) -> PathBuf {
        let view = if view > 0 { format!("-view{view}") } else { String::new() };
        self.cache.join(format!("{}{view}.{}", self.prefix, self.settings.unfrozen.stage()))
    }

    /// Sees to it that view `view` of each of `files` is known, after the views before it; their hashes, `None` for a file
    /// that is no photo. Descriptors that are worked out on the way are kept with the others.
    ///
    /// # Errors
    /// [`CliError::Activations`] where they cannot be kept.
    pub(super) fn keep(&mut self, files: &[&Path], base: &Base, view: u32) -> Result<Vec<Option<PhotoHash>>, CliError> {
        let path = self.path(view);
        let megabytes = (self.record() * files.len()) as u64 / 1_000_000;
        let blame = |error| CliError::Activations { path: path.clone(), megabytes, error };
        let (mut known, mut file) = self.begin(&path).map_err(blame)?;
        let mut descriptors = Store::open(&self.cache, base, self.settings.size, view);
        let progress = Progress::over("photos through the frozen layers", files.len());
        let mut hashes = Vec::with_capacity(files.len());
        for portion in files.chunks(PORTION) {
            let photos: Vec<_> = portion.par_iter().map(|path| self.read_view(path, view, &known)).collect();
            hashes.extend(photos.iter().map(|photo| photo.as_ref().map(|(hash, _)| *hash)));
            let new = photos.into_iter().flatten().filter_map(|(hash, square)| Some((hash, square?)));
            let (new, squares): (Vec<PhotoHash>, Vec<Vec<f32>>) = new.unzip();
            progress.advance(portion.len() - new.len());
            let see = |model: &Vgg16, photos: Tensor<4>| {
                let seen = self.see(model, photos)?;
                progress.advance(seen.len());
                Ok(seen)
            };
            for (hash, Seen { record, descriptor }) in
                new.into_iter().zip(base.each(&squares, self.settings.size, see)?)
            {
                // Copies of a photo in one portion are seen as often as they are there.
                if known.contains_key(&hash) {
                    continue;
                }
                known.insert(hash, known.len() as u64 * self.record() as u64);
                file.write_all(&hash).and_then(|()| file.write_all(&record)).map_err(blame)?;
                descriptors.add(hash, &descriptor);
            }
        }
        file.flush().map_err(blame)?;
        descriptors.flush();
        self.known.resize(self.known.len().max(view as usize + 1), HashMap::new());
        self.known[view as usize] = known;
        Ok(hashes)
    }

    /// What the file at `path` knows, and the file, to be appended to.
    fn begin(&self, path: &Path) -> io::Result<(HashMap<PhotoHash, u64>, BufWriter<File>)> {
        if let Some(dir) = path.parent() {
            fs::create_dir_all(dir)?;
        }
        let mut file = OpenOptions::new().create(true).read(true).append(true).open(path)?;
        let record = self.record() as u64;
        let count = file.metadata()?.len() / record;
        // A record cut short by an interrupted run would shift all that follow.
        file.set_len(count * record)?;
        let mut known = HashMap::new();
        for number in 0..count {
            let mut hash = PhotoHash::default();
            file.seek(SeekFrom::Start(number * record))?;
            file.read_exact(&mut hash)?;
            known.insert(hash, number * record);
        }
        Ok((known, BufWriter::new(file)))
    }

    /// A photo's hash and, where it is not known yet, its view `view` as the base takes it. `None` where it is no photo.
    fn read_view(
        &self,
        path: &Path,
        view: u32,
        known: &HashMap<PhotoHash, u64>,
    ) -> Option<(PhotoHash, Option<Vec<f32>>)> {
        let bytes = read_photo(path).ok()?;
        let hash: PhotoHash = Sha256::digest(&bytes).into();
        if known.contains_key(&hash) {
            return Some((hash, None));
        }
        Some((hash, Some(square_view(&bytes, self.settings.size, view).ok()?)))
    }

    /// Photos `[n, 3, size, size]` through the base.
    fn see(&self, model: &Vgg16, photos: Tensor<4>) -> Result<Vec<Seen>, NnError> {
        let mut activations = None;
        let features = model.forward(photos, |stage, values| {
            if stage == self.settings.unfrozen.stage() {
                activations = Some(values.clone().permute([0, 2, 3, 1]));
            }
        });
        let descriptors = block_on(read(features.descriptor))?;
        let activations = block_on(read(activations.ok_or(NnError::Layers)?))?;
        let photo = |(descriptor, activations): (&[f32], &[f32])| {
            let front = descriptor[..self.settings.unfrozen.front()].iter().flat_map(|value| value.to_le_bytes());
            let halves = activations.iter().flat_map(|value| f16::from_f32(value.min(f16::MAX.to_f32())).to_le_bytes());
            Seen { record: front.chain(halves).collect(), descriptor: descriptor.to_vec() }
        };
        let photos = descriptors.chunks_exact(DESCRIPTOR).zip(activations.chunks_exact(self.values()));
        Ok(photos.map(photo).collect())
    }

    /// To read them.
    pub(super) fn open(&self) -> Kept<'_> {
        Kept { of: self, files: HashMap::new() }
    }
}

/// Activations that are read.
pub(super) struct Kept<'a> {
    of: &'a Activations,
    files: HashMap<u32, File>,
}

impl Kept<'_> {
    /// The activations of photos and their views, one after the other.
    ///
    /// # Errors
    /// [`CliError::Read`].
    pub(super) fn read(&mut self, photos: impl Iterator<Item = (PhotoHash, u32)>) -> Result<BlockInputs, CliError> {
        let mut inputs = BlockInputs::default();
        let mut record = vec![0; self.of.record()];
        let mut halves = vec![f16::ZERO; self.of.values()];
        for (hash, view) in photos {
            let path = self.of.path(view);
            self.record(hash, view, &mut record).map_err(|error| CliError::Read { path, error })?;
            let (front, values) = record[32..].split_at(4 * self.of.settings.unfrozen.front());
            inputs.front.extend(front.as_chunks().0.iter().map(|four| f32::from_le_bytes(*four)));
            for (half, bytes) in halves.iter_mut().zip(values.as_chunks().0) {
                *half = f16::from_le_bytes(*bytes);
            }
            let from = inputs.activations.len();
            inputs.activations.resize(from + halves.len(), 0.0);
            halves.convert_to_f32_slice(&mut inputs.activations[from..]);
        }
        Ok(inputs)
    }

    /// Reads the record of view `view` of the photo `hash`.
    fn record(&mut self, hash: PhotoHash, view: u32, record: &mut [u8]) -> io::Result<()> {
        let at = self.of.known.get(view as usize).and_then(|known| known.get(&hash)).copied();
        let at = at.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
        let file = match self.files.entry(view) {
            std::collections::hash_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::hash_map::Entry::Vacant(entry) => entry.insert(File::open(self.of.path(view))?),
        };
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(record)?;
        if record[..32] == hash { Ok(()) } else { Err(io::ErrorKind::InvalidData.into()) }
    }
}
