//! The base and head that this release ships, or those that the address names, fetched and put on the device.

use burn::tensor::Device;
use futures::future::join;
use headstart_nn::{Vgg16, Vgg16Builder};
use headstart_protocol::{Failure, InputSize, Start, StartProgress, Transfer, count};
use headstart_weights::Golden;
use headstart_weights::head::{HeadFile, HeadManifest};
use headstart_weights::index::{FileEntry, Index};

use super::base_file::{BaseFile, LastLayers, file_error, read_layers};
use super::cache::ModelCache;
use super::remote_file::{Arrival, EarlyRequest, RemoteFile};
use super::running_head::RunningHead;
use crate::clock::Throttle;
use crate::early_photo::EarlyPhoto;
use crate::error::EngineError;
use crate::port::RunLine;

/// What this release was built with: name, length and hash of every model file.
const INDEX: &[u8] = include_bytes!("../../../../public/models/index.json");
/// Where the model files lie, relative to the page.
pub(super) const FOLDER: &str = "models/";

/// How often the page is told how far the files are, at most.
const TELL_MS: f64 = 100.0;

/// The models on the device.
pub(crate) struct Models {
    pub(crate) base: Vgg16,
    pub(crate) base_file: BaseFile,
    pub(crate) head: RunningHead,
    /// Parameters of the head, without blocks of the base.
    pub(crate) head_parameters: usize,
    pub(crate) manifest: HeadManifest,
    pub(crate) size: InputSize,
    /// The base's golden figures at `size`, where its file has them (float32 safetensors have none).
    pub(crate) golden: Option<Golden>,
    /// Bytes of the files of base and head.
    pub(crate) bytes: u64,
    /// Bytes that came over the network.
    pub(crate) fetched: u64,
}

/// What is under way before the page says what it wants.
#[derive(Default)]
pub(crate) struct Ahead {
    /// The photo that it will ask about first.
    pub(crate) photo: EarlyPhoto,
    /// The file of the base that ships.
    pub(crate) base: Option<EarlyRequest>,
}

/// How far all files together are, told to the page as they come.
struct TransferTally<'a> {
    line: &'a RunLine<Start>,
    transfer: Transfer,
    fetched: u64,
    throttle: Throttle,
}

impl TransferTally<'_> {
    fn expect(&mut self, bytes: u64) {
        self.transfer.total += bytes;
    }

    fn add(&mut self, bytes: usize, cached: bool) {
        self.transfer.loaded += bytes as u64;
        self.transfer.total = self.transfer.total.max(self.transfer.loaded);
        self.transfer.cached = cached;
        self.fetched += if cached { 0 } else { bytes as u64 };
        // The first word says that files come, the last one that all are here.
        let news = self.transfer.loaded == bytes as u64 || self.transfer.loaded == self.transfer.total;
        if self.throttle.is_due(news) {
            self.line.tell(StartProgress::Loading(self.transfer));
        }
    }
}

/// One file's part in the tally.
struct FileTally<'a, 'b> {
    all: &'a mut TransferTally<'b>,
    loaded: u64,
    /// Its length, where the release does not know it and the host told it.
    announced: u64,
}

impl<'a, 'b> FileTally<'a, 'b> {
    fn new(all: &'a mut TransferTally<'b>) -> Self {
        Self { all, loaded: 0, announced: 0 }
    }

    fn note(&mut self, arrival: &Arrival<'_>) {
        match arrival {
            Arrival::Anew => {
                self.all.transfer.loaded -= std::mem::take(&mut self.loaded);
                self.all.transfer.total -= std::mem::take(&mut self.announced);
            }
            Arrival::Length(bytes) => {
                self.announced = *bytes;
                self.all.expect(*bytes);
            }
            Arrival::Bytes { bytes, cached } => {
                self.loaded += bytes.len() as u64;
                self.all.add(bytes.len(), *cached);
            }
        }
    }
}

/// The index of this release.
///
/// # Errors
/// [`EngineError::File`] where it was built with a damaged one.
pub(crate) fn index() -> Result<Index, EngineError> {
    Index::from_json(INDEX).map_err(|error| file_error("index.json", error))
}

/// Where a file of this release is, below the page's folder `base_url`.
fn shipped(base_url: &str, FileEntry { file, bytes, sha256 }: &FileEntry) -> RemoteFile {
    RemoteFile {
        name: file.clone(),
        // The hash makes a new release a new address, whatever a cache on the way still holds.
        url: format!("{base_url}{FOLDER}{file}?sha256={sha256}"),
        known: Some((*bytes, sha256.clone())),
    }
}

/// Asks for the base that ships, below the folder `base_url`, unless it is kept here: it is most of what will be wanted.
pub(crate) fn ask_for_base(base_url: &str) -> Option<EarlyRequest> {
    shipped(base_url, &index().ok()?.base).ask_early(base_url.to_owned())
}

impl Models {
    /// Fetches what `start` asks for, or what ships, each layer going to the device as soon as it is here, and the photo
    /// through it that is told of ahead.
    ///
    /// # Errors
    /// Whatever keeps a file from arriving whole, and [`Failure::HeadMismatch`] for a head of another base or size.
    pub(crate) async fn load(
        start: &Start,
        default_size: InputSize,
        device: &Device,
        ahead: Ahead,
        line: &RunLine<Start>,
    ) -> Result<Self, EngineError> {
        let Ahead { photo, base: early } = ahead;
        let index = index()?;
        let cache = ModelCache::open(&start.base_url).await;
        let shipped = |entry: &FileEntry| shipped(&start.base_url, entry);
        let foreign =
            |url: &String| RemoteFile { name: url.clone(), url: format!("{}{url}", start.base_url), known: None };
        let base = start.weights.as_ref().map_or_else(|| shipped(&index.base), foreign);
        let head_from = match &start.head {
            Some(url) => foreign(url),
            None => {
                let size = start.size.unwrap_or(default_size).pixels();
                let entry =
                    index.heads.iter().find(|head| head.size == size).ok_or(Failure::NoHead { size: count(size) })?;
                shipped(&entry.entry)
            }
        };
        let transfer = Transfer { loaded: 0, total: 0, cached: false };
        let mut loading = TransferTally { line, transfer, fetched: 0, throttle: Throttle::new(TELL_MS) };
        for file in [&head_from, &base] {
            loading.expect(file.known.as_ref().map_or(0, |(bytes, _)| *bytes));
        }
        let kept: Vec<_> = index.files().map(|entry| shipped(entry).url).collect();
        let (head_file, ()) = join(fetch_head(&head_from, &cache, &mut loading), cache.keep_only(&kept)).await;
        let head_file = head_file?;
        let manifest = head_file.manifest.clone();
        let size = InputSize::from_pixels(manifest.size).ok_or(Failure::NoHead { size: count(manifest.size) })?;
        let other_size = start.size.is_some_and(|asked| asked != size);
        // Whoever names another base for the shipped head wants to see just that.
        let other_base = start.weights.is_none() && manifest.base_sha256 != index.base.sha256;
        if other_size || other_base {
            let asked = count(start.size.unwrap_or(size).pixels());
            return Err(Failure::HeadMismatch { asked }.into());
        }
        let mut builder = Vgg16Builder::new(device);
        let mut last = LastLayers::new(head_file.convs.len());
        let mut tally = FileTally::new(&mut loading);
        let layer = |at, conv| {
            if at == 0 {
                builder = Vgg16Builder::new(device);
                photo.begin_again();
            }
            builder.push(&conv)?;
            photo.advance(&builder, size);
            last.take(at, conv);
            Ok(())
        };
        let content = read_layers(&base, early, &cache, |arrival| tally.note(arrival), layer).await?;
        let base_file = BaseFile { file: base, base_url: start.base_url.clone(), sha256: content.sha256 };
        let base = builder.build()?;
        // What was added to the blocks of one base is of no use on another one.
        if !head_file.convs.is_empty() && manifest.base_sha256 != base_file.sha256 {
            return Err(Failure::HeadMismatch { asked: count(size.pixels()) }.into());
        }
        let golden = content.goldens.into_iter().find(|golden| golden.size == size.pixels());
        let tuned = head_file.tuned(&last.convs).map_err(|error| file_error(&head_from.name, error))?;
        let head = RunningHead::open(&head_file, &tuned, &base).await?;
        let head_parameters = head_file.layers.iter().map(|layer| layer.weight.len() + layer.bias.len()).sum();
        Ok(Self {
            base,
            base_file,
            head,
            head_parameters,
            manifest,
            size,
            golden,
            bytes: loading.transfer.loaded,
            fetched: loading.fetched,
        })
    }
}

async fn fetch_head(
    file: &RemoteFile,
    cache: &ModelCache,
    loading: &mut TransferTally<'_>,
) -> Result<HeadFile, EngineError> {
    let mut all = Vec::new();
    let mut tally = FileTally::new(loading);
    file.fetch(None, cache, &mut |arrival| {
        tally.note(&arrival);
        collect(&mut all, &arrival);
        Ok(())
    })
    .await?;
    HeadFile::from_bytes(&all).map_err(|error| file_error(&file.name, error))
}

/// A file of this release below the page's folder `base_url`, all of its bytes at once.
///
/// # Errors
/// Those of [`RemoteFile::fetch`].
pub(crate) async fn fetch_whole(base_url: &str, entry: &FileEntry, cache: &ModelCache) -> Result<Vec<u8>, EngineError> {
    let mut all = Vec::new();
    let file = shipped(base_url, entry);
    file.fetch(None, cache, &mut |arrival| {
        collect(&mut all, &arrival);
        Ok(())
    })
    .await?;
    Ok(all)
}

/// Puts what came behind what came before.
fn collect(all: &mut Vec<u8>, arrival: &Arrival<'_>) {
    match arrival {
        Arrival::Anew => all.clear(),
        Arrival::Length(_) => {}
        Arrival::Bytes { bytes, .. } => all.extend_from_slice(bytes),
    }
}
