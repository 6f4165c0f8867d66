//! Where a zip's bytes come from.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::rc::Rc;

use crate::ArchiveError;

/// A zip's bytes: those of a file, a part of them, or such as were unpacked. Counts what is read, up to a bound, and remembers
/// why a file gave nothing back: the zip's own mistakes look alike further up.
#[derive(Debug)]
pub(crate) struct Source<R> {
    bytes: Bytes<R>,
    /// Where the next byte is read.
    at: u64,
    length: u64,
    meter: Meter,
    /// Bytes that are read in the place of others.
    instead: Rc<BTreeMap<u64, u8>>,
}

#[derive(Debug)]
enum Bytes<R> {
    /// From this byte of the file on.
    File(Rc<RefCell<R>>, u64),
    Unpacked(Rc<[u8]>),
}

impl<R> Clone for Bytes<R> {
    fn clone(&self) -> Self {
        match self {
            Self::File(file, start) => Self::File(file.clone(), *start),
            Self::Unpacked(bytes) => Self::Unpacked(bytes.clone()),
        }
    }
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

impl<R: Read + Seek> Source<R> {
    /// Reads `file`, as far as `meter` allows.
    ///
    /// # Errors
    /// [`ArchiveError::Source`] where its length cannot be had.
    pub(crate) fn new(mut file: R, meter: Meter) -> Result<Self, ArchiveError> {
        let length = file.seek(SeekFrom::End(0)).map_err(|error| ArchiveError::Source(error.to_string()))?;
        let bytes = Bytes::File(Rc::new(RefCell::new(file)), 0);
        Ok(Self { bytes, at: 0, length, meter, instead: Rc::default() })
    }

    /// So many more bytes may be read.
    pub(crate) fn allow(&self, bytes: u64) {
        self.meter.allow(bytes);
    }

    /// The same from its first byte on, with other bytes in some places.
    pub(crate) fn with(&self, instead: BTreeMap<u64, u8>) -> Self {
        let Self { bytes, length, meter, .. } = self;
        Self { bytes: bytes.clone(), at: 0, length: *length, meter: meter.clone(), instead: Rc::new(instead) }
    }

    /// How many bytes it has.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// `count` of the file's bytes, from the one at `start` of these on; [`None`] where these were unpacked.
    pub(crate) fn part(&self, start: u64, count: u64) -> Option<Self> {
        let Bytes::File(file, first) = &self.bytes else { return None };
        let bytes = Bytes::File(file.clone(), first.saturating_add(start));
        let length = count.min(self.length.saturating_sub(start));
        Some(Self { bytes, at: 0, length, meter: self.meter.clone(), instead: Rc::default() })
    }

    /// Bytes that were unpacked.
    pub(crate) fn unpacked(&self, bytes: Vec<u8>) -> Self {
        let length = bytes.len() as u64;
        Self { bytes: Bytes::Unpacked(bytes.into()), at: 0, length, meter: self.meter.clone(), instead: Rc::default() }
    }

    /// Where the byte at `at` stands in the file; [`None`] where it was unpacked.
    pub(crate) fn place_in_file(&self, at: u64) -> Option<u64> {
        match &self.bytes {
            Bytes::File(_, start) => start.checked_add(at),
            Bytes::Unpacked(_) => None,
        }
    }

    fn note<T>(&self, result: io::Result<T>) -> io::Result<T> {
        if let Err(error) = &result {
            self.meter.0.borrow_mut().failure = Some(error.to_string());
        }
        result
    }
}

impl<R: Read + Seek> Read for Source<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.meter.0.borrow().left;
        let most = (buffer.len() as u64).min(self.length.saturating_sub(self.at));
        if left == 0 && most > 0 {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "more would have to be read than any zip needs"));
        }
        let buffer = &mut buffer[..most.min(left) as usize];
        let read = match &self.bytes {
            Bytes::File(file, start) => {
                let mut file = file.borrow_mut();
                let read = file.seek(SeekFrom::Start(start.saturating_add(self.at))).and_then(|_| file.read(buffer));
                self.note(read)?
            }
            Bytes::Unpacked(bytes) => {
                let mut bytes = Cursor::new(bytes);
                bytes.set_position(self.at);
                bytes.read(buffer)?
            }
        };
        for (place, byte) in self.instead.range(self.at..self.at + read as u64) {
            buffer[(place - self.at) as usize] = *byte;
        }
        self.at += read as u64;
        self.meter.0.borrow_mut().left -= read as u64;
        Ok(read)
    }
}

impl<R: Read + Seek> Seek for Source<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.length.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        // A place before the first byte is a mistake of the zip.
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}
