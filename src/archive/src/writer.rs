//! A zip on its way to the disk, part by part.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

use headstart_protocol::ProjectManifest;
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, StreamWriter, ZipWriter};

use crate::{ArchiveError, MANIFEST};

/// A zip that is being written. Files are stored as they are: photos are compressed already.
pub struct ArchiveWriter {
    zip: ZipWriter<StreamWriter<Parts>>,
    parts: Parts,
}

/// Bytes that have not been handed on yet.
#[derive(Clone, Default)]
struct Parts(Rc<RefCell<Vec<u8>>>);

impl Parts {
    fn take(&self) -> Vec<u8> {
        self.0.take()
    }
}

impl Write for Parts {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Default for ArchiveWriter {
    fn default() -> Self {
        let parts = Parts::default();
        Self { zip: ZipWriter::new_stream(parts.clone()), parts }
    }
}

impl ArchiveWriter {
    /// Puts a file in; the zip's next bytes.
    ///
    /// # Errors
    /// [`ArchiveError::Write`] where a file with this path is in already.
    pub fn add(&mut self, path: &str, bytes: &[u8]) -> Result<Vec<u8>, ArchiveError> {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        self.zip.start_file(path, options).map_err(|error| ArchiveError::Write(error.to_string()))?;
        self.zip.write_all(bytes).map_err(|error| ArchiveError::Write(error.to_string()))?;
        Ok(self.parts.take())
    }

    /// Puts the project's manifest in and ends the zip; its last bytes.
    ///
    /// # Errors
    /// [`ArchiveError::Write`].
    pub fn finish(mut self, manifest: &ProjectManifest) -> Result<Vec<u8>, ArchiveError> {
        let json = serde_json::to_vec_pretty(manifest).map_err(|error| ArchiveError::Write(error.to_string()))?;
        let mut last = self.add(MANIFEST, &json)?;
        self.zip.finish().map_err(|error| ArchiveError::Write(error.to_string()))?;
        last.extend(self.parts.take());
        Ok(last)
    }
}
