//! Where a zip's bytes come from.

use std::cell::RefCell;
use std::io::{self, Read, Seek, SeekFrom};
use std::rc::Rc;

use crate::ArchiveError;

/// Counts what is read of `R`, up to a bound, and remembers why it gave nothing back: the zip's own mistakes look alike
/// further up.
#[derive(Debug)]
pub(crate) struct Source<R> {
    inner: R,
    meter: Meter,
}

/// What a [`Source`] counts; clones read the same one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Meter(Rc<RefCell<Reading>>);

#[derive(Debug, Default)]
struct Reading {
    left: u64,
    failure: Option<String>,
}

impl Meter {
    /// So many more bytes may be read.
    pub(crate) fn allow(&self, bytes: u64) {
        self.0.borrow_mut().left = bytes;
    }

    /// # Errors
    /// [`ArchiveError::Source`] where bytes were not handed over since this was last asked.
    pub(crate) fn check(&self) -> Result<(), ArchiveError> {
        self.0.borrow_mut().failure.take().map_or(Ok(()), |reason| Err(ArchiveError::Source(reason)))
    }
}

impl<R> Source<R> {
    /// Reads `inner`, as far as `meter` allows.
    pub(crate) fn new(inner: R, meter: Meter) -> Self {
        Self { inner, meter }
    }

    fn note<T>(&self, result: io::Result<T>) -> io::Result<T> {
        if let Err(error) = &result {
            self.meter.0.borrow_mut().failure = Some(error.to_string());
        }
        result
    }
}

impl<R: Read> Read for Source<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.meter.0.borrow().left;
        if left == 0 && !buffer.is_empty() {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "more would have to be read than any zip needs"));
        }
        let most = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let read = self.inner.read(&mut buffer[..most]);
        let read = self.note(read)?;
        self.meter.0.borrow_mut().left -= read as u64;
        Ok(read)
    }
}

impl<R: Seek> Seek for Source<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        // A place before the first byte is a mistake of the zip.
        self.inner.seek(to)
    }
}
