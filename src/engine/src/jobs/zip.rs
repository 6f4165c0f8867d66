//! Projects and photos as zip files.

use headstart_archive::{ArchiveReader, ArchiveWriter};
use headstart_protocol::{ByteBuf, Failure, ReadZip, Unzipped, ZipAdd, ZipFile, ZipFinish};

use crate::error::EngineError;
use crate::port::RunLine;
use crate::turns::Turns;

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

/// Hands over what is in a zip, until it is through or is to end.
///
/// # Errors
/// [`EngineError::Archive`].
pub(crate) async fn unzip(zip: ReadZip, turns: &Turns, line: &RunLine<ReadZip>) -> Result<Unzipped, EngineError> {
    let mut reader = ArchiveReader::open(zip.bytes)?;
    while !line.is_stopped()
        && let Some(file) = reader.next_file()?
    {
        line.tell(ZipFile { path: file.path, bytes: file.bytes });
        turns.next().await;
    }
    Ok(reader.finish())
}
