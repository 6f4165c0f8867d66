//! A file of the browser as a source of bytes. It is read where it lies, a window at a time: none of it is kept.

use std::io::{self, Read, Seek, SeekFrom};

use js_sys::Uint8Array;
use wasm_bindgen::JsValue;
use web_sys::{Blob, FileReaderSync};

use crate::error::exception;

/// Bytes that are read at once: each look into a blob costs the browser a message between its processes.
const WINDOW: u64 = 256 << 10;

/// Reads a `Blob`. Workers alone can do this without waiting for the event loop.
pub(crate) struct BlobReader {
    blob: Blob,
    reader: FileReaderSync,
    length: u64,
    at: u64,
    /// The bytes from `window_start` on.
    window: Vec<u8>,
    window_start: u64,
}

impl BlobReader {
    /// Reads `blob` from its first byte.
    ///
    /// # Errors
    /// What the browser throws where it reads no blobs in workers.
    pub(crate) fn new(blob: Blob) -> Result<Self, JsValue> {
        // Sizes are whole numbers far below 2^53.
        let length = blob.size() as u64;
        Ok(Self { blob, reader: FileReaderSync::new()?, length, at: 0, window: Vec::new(), window_start: 0 })
    }

    /// The bytes at hand from the present place on; none at the end.
    fn at_hand(&mut self) -> io::Result<&[u8]> {
        let end = self.window_start + self.window.len() as u64;
        if !(self.window_start..end).contains(&self.at) && self.at < self.length {
            let end = self.length.min(self.at + WINDOW);
            self.window = self.slice(self.at, end).map_err(|error| io::Error::other(exception(&error)))?;
            self.window_start = self.at;
            if self.window.len() as u64 != end - self.at {
                return Err(io::Error::other("the browser handed over less than there is"));
            }
        }
        let from = usize::try_from(self.at.saturating_sub(self.window_start)).unwrap_or(usize::MAX);
        Ok(self.window.get(from..).unwrap_or_default())
    }

    fn slice(&self, start: u64, end: u64) -> Result<Vec<u8>, JsValue> {
        let part = self.blob.slice_with_f64_and_f64(start as f64, end as f64)?;
        let buffer = self.reader.read_as_array_buffer(&part)?;
        Ok(Uint8Array::new(&buffer).to_vec())
    }
}

impl Read for BlobReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let at_hand = self.at_hand()?;
        let read = at_hand.len().min(buffer.len());
        buffer[..read].copy_from_slice(&at_hand[..read]);
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for BlobReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.length.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}
