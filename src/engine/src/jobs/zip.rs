//! Projects and photos as zip files.

use headstart_archive::{ArchiveReader, ArchiveWriter, ArchivedFile, Entry};
use headstart_protocol::{ByteBuf, Failure, ZipAdd, ZipBytes, ZipContents, ZipFile, ZipFinish, ZipSlice};
use web_sys::Blob;

use crate::blob_reader::BlobReader;
use crate::clock::now;
use crate::error::EngineError;

/// Bytes of unpacked files that are handed over at once; a single file may have more.
const SLICE: usize = 4 << 20;
/// Milliseconds that reading them takes, at most, unless a single file takes longer.
const SLICE_MS: f64 = 12.0;

/// The zip that is being written, if any.
#[derive(Default)]
pub(crate) struct ZipInProgress(Option<ArchiveWriter>);

impl ZipInProgress {
    /// Puts a file in; the zip's next bytes. A zip that failed is given up.
    ///
    /// # Errors
    /// [`Failure::NoZip`], [`EngineError::Archive`].
    pub(crate) fn add(&mut self, ZipAdd { first, path, bytes }: ZipAdd) -> Result<ByteBuf, EngineError> {
        let mut zip = self.take(first)?;
        let part = zip.add(&path, &bytes)?;
        self.0 = Some(zip);
        Ok(ByteBuf::from(part))
    }

    /// Puts the project in and ends the zip; its last bytes.
    ///
    /// # Errors
    /// [`Failure::NoZip`], [`EngineError::Archive`].
    pub(crate) fn finish(&mut self, end: &ZipFinish) -> Result<ByteBuf, EngineError> {
        let zip = self.take(end.first)?;
        Ok(ByteBuf::from(zip.finish(&end.manifest)?))
    }

    fn take(&mut self, first: bool) -> Result<ArchiveWriter, EngineError> {
        let begun = self.0.take();
        if first { Ok(ArchiveWriter::default()) } else { Ok(begun.ok_or(Failure::NoZip)?) }
    }
}

/// The zip that is being read, if any. Nothing of it is read ahead: what the page has not asked for does not lie in memory.
#[derive(Default)]
pub(crate) struct OpenedZip(Option<ArchiveReader<BlobReader>>);

impl OpenedZip {
    /// Opens the zip in `blob`, in place of the one before.
    ///
    /// # Errors
    /// [`Failure::NoZip`] without a blob, [`EngineError::Archive`].
    pub(crate) fn open(&mut self, blob: Option<Blob>) -> Result<ZipContents, EngineError> {
        self.0 = None;
        let zip = ArchiveReader::open(BlobReader::new(blob.ok_or(Failure::NoZip)?)?)?;
        let contents = zip.contents();
        self.0 = Some(zip);
        Ok(contents)
    }

    /// Reads the next files. A zip that failed, or is through, is let go.
    ///
    /// # Errors
    /// [`Failure::NoZip`], [`EngineError::Archive`].
    pub(crate) fn next(&mut self) -> Result<ZipSlice, EngineError> {
        let mut zip = self.0.take().ok_or(Failure::NoZip)?;
        let start = now();
        let (mut files, mut bytes) = (Vec::new(), 0);
        while let Some(entry) = zip.next_entry()? {
            if let Entry::File(ArchivedFile { path, bytes: file, start }) = entry {
                let count = file.len() as u64;
                let file = match start {
                    Some(start) => ZipBytes::Within { start, count },
                    None => {
                        bytes += file.len();
                        ZipBytes::Unpacked(file)
                    }
                };
                files.push(ZipFile { path, bytes: file });
            }
            if bytes >= SLICE || now() - start >= SLICE_MS {
                self.0 = Some(zip);
                return Ok(ZipSlice { files, end: None });
            }
        }
        Ok(ZipSlice { files, end: Some(zip.finish()) })
    }

    /// Lets go of it.
    pub(crate) fn close(&mut self) {
        self.0 = None;
    }
}
