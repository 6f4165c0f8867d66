//! A zip that is taken apart.

use std::collections::VecDeque;
use std::io::{Read, Seek};

use headstart_protocol::{LeftOut, LeftOutReason, MOST_PHOTOS, ProjectManifest, Unzipped, ZipContents};

use crate::ArchiveError;
use crate::limits::MOST_ENTRIES;
use crate::opened::{OpenedZip, Unpacked};
use crate::selection::{Chosen, Kind, leave_out};
use crate::source::{Meter, Source};

/// A file out of a zip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchivedFile {
    /// Its path: the project's for a photo that it names, else tidied, with `/` between folders.
    pub path: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Where these stand in the zip as they are, if they are not compressed.
    pub start: Option<u64>,
}

/// What became of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// It was read.
    File(ArchivedFile),
    /// It is no file to hand over, or could not be read: [`ArchiveReader::finish`] tells of it.
    LeftOut,
}

/// A zip that is being read, file by file. Zips in it are read too, but none in those.
#[derive(Debug)]
pub struct ArchiveReader<R> {
    zip: OpenedZip<R>,
    /// The zip in it that is being read.
    inner: Option<OpenedZip<R>>,
    meter: Meter,
    /// The entries of `zip` that have not been read yet.
    left: VecDeque<Chosen>,
    /// Those of `inner`.
    inner_left: VecDeque<Chosen>,
    /// Entries of all zips so far, wanted or not.
    entries: u64,
    went: Unzipped,
    /// Whether a photo that the project names was read.
    has_photo: bool,
}

impl<R: Read + Seek> ArchiveReader<R> {
    /// Opens the zip that `source` holds, and the project in it where there is one. Of the files nothing is read yet. A zip that
    /// holds one zip and nothing else stands for that one.
    ///
    /// # Errors
    /// Every [`ArchiveError`] but [`ArchiveError::Write`].
    pub fn open(source: R) -> Result<Self, ArchiveError> {
        let meter = Meter::default();
        let source = Source::new(source, meter.clone())?;
        let (mut zip, mut selection) = OpenedZip::open(source, &meter, None)?;
        let mut entries = zip.entries();
        let is_wrapped = zip.project().is_none() && selection.went == Unzipped::default();
        if let [only] = &selection.chosen[..]
            && is_wrapped
            && only.kind == Kind::Zip
            && let Ok(source) = zip.source_of(&meter, only)?
        {
            match OpenedZip::open(source, &meter, None) {
                Ok((inner, chosen)) => {
                    entries += inner.entries();
                    (zip, selection) = (inner.named(only, &chosen.chosen), chosen);
                    // Depth one: zips in it stay as they are.
                    selection.leave_zips_out();
                }
                // It is read in its turn, and is then said to be damaged.
                Err(ArchiveError::NotAZip | ArchiveError::Damaged(_)) => {}
                Err(error) => return Err(error),
            }
        }
        check_entries(entries)?;
        let left = selection.chosen.into();
        let (inner_left, went) = (VecDeque::new(), selection.went);
        Ok(Self { zip, inner: None, meter, left, inner_left, entries, went, has_photo: false })
    }

    /// What the zip holds.
    #[must_use]
    pub fn contents(&self) -> ZipContents {
        ZipContents { project: self.zip.project().cloned(), files: count(self.left.len()) }
    }

    /// Reads the next file; `None` after the last.
    ///
    /// # Errors
    /// [`ArchiveError::Source`], [`ArchiveError::TooMany`], and at the end [`ArchiveError::NoPhoto`].
    pub fn next_entry(&mut self) -> Result<Option<Entry>, ArchiveError> {
        let is_inner = !self.inner_left.is_empty();
        let next = if is_inner { self.inner_left.pop_front() } else { self.left.pop_front() };
        let Some(chosen) = next else { return self.check_photos().map(|()| None) };
        if chosen.kind == Kind::Zip {
            self.open_inner(&chosen)?;
            return Ok(Some(Entry::LeftOut));
        }
        let zip = if is_inner { self.inner.as_mut().unwrap_or(&mut self.zip) } else { &mut self.zip };
        if chosen.kind == Kind::Unknown && !zip.is_picture(&self.meter, &chosen)? {
            self.went.passed_over += 1;
            return Ok(Some(Entry::LeftOut));
        }
        match zip.unpack(&self.meter, &chosen)? {
            Ok(Unpacked { bytes, start }) => {
                self.went.files += 1;
                if self.went.files as usize > MOST_PHOTOS {
                    return Err(ArchiveError::TooMany { limit: MOST_PHOTOS as u64 });
                }
                self.has_photo |= chosen.kind == Kind::OfProject;
                let path = zip.path_of(&chosen);
                Ok(Some(Entry::File(ArchivedFile { path, bytes, start })))
            }
            Err(reason) => {
                leave_out(&mut self.went, LeftOut { name: zip.name_of(&chosen), reason });
                Ok(Some(Entry::LeftOut))
            }
        }
    }

    /// How it went, after the last file.
    #[must_use]
    pub fn finish(&self) -> Unzipped {
        self.went.clone()
    }

    /// Opens a zip in the zip: its files are the next ones.
    fn open_inner(&mut self, chosen: &Chosen) -> Result<(), ArchiveError> {
        let opened = match self.zip.source_of(&self.meter, chosen)? {
            Ok(source) => OpenedZip::open(source, &self.meter, Some(chosen)),
            Err(reason) => {
                leave_out(&mut self.went, LeftOut { name: chosen.name.clone(), reason });
                return Ok(());
            }
        };
        let (inner, mut selection) = match opened {
            Ok(opened) => opened,
            Err(error @ (ArchiveError::Source(_) | ArchiveError::TooMany { .. })) => return Err(error),
            Err(_) => {
                let reason = LeftOutReason::Damaged;
                leave_out(&mut self.went, LeftOut { name: chosen.name.clone(), reason });
                return Ok(());
            }
        };
        self.entries += inner.entries();
        check_entries(self.entries)?;
        selection.leave_zips_out();
        self.went.passed_over += selection.went.passed_over;
        self.went.left_out_count += selection.went.left_out_count;
        let room = Unzipped::NAMED - self.went.left_out.len();
        let inside = |file: LeftOut| LeftOut { name: inner.inside(&file.name), ..file };
        self.went.left_out.extend(selection.went.left_out.into_iter().take(room).map(inside));
        self.inner_left = selection.chosen.into();
        self.inner = Some(inner);
        Ok(())
    }

    /// A project that lost all of its photos is not worth the one whose place it would take.
    fn check_photos(&self) -> Result<(), ArchiveError> {
        let photos = self.zip.project().map_or(0, |project: &ProjectManifest| project.photos.len());
        match self.went.left_out.first() {
            Some(first) if photos > 0 && !self.has_photo => {
                Err(ArchiveError::NoPhoto { photos: count(photos), first: first.clone() })
            }
            _ => Ok(()),
        }
    }
}

fn check_entries(entries: u64) -> Result<(), ArchiveError> {
    if entries > MOST_ENTRIES { Err(ArchiveError::TooMany { limit: MOST_ENTRIES }) } else { Ok(()) }
}

/// As many as a message can say; a zip has fewer.
fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
