//! Projects and photos as zip files.

use headstart_archive::{Reader, Writer};
use headstart_protocol::{Event, ProjectManifest};

use crate::error::EngineError;
use crate::port::Outbox;
use crate::turns::Turns;

/// The zip that is being written, if any.
#[derive(Default)]
pub(crate) struct Zip(Option<Writer>);

impl Zip {
    /// Begins one, in place of another.
    pub(crate) fn begin(&mut self) {
        self.0 = Some(Writer::default());
    }

    /// The event that answers [`headstart_protocol::Command::ZipAdd`].
    pub(crate) fn add(&mut self, path: &str, bytes: &[u8]) -> Event {
        let part = match &mut self.0 {
            Some(zip) => zip.add(path, bytes).map_err(EngineError::from),
            None => Err(EngineError::NoZip),
        };
        self.told(part, false)
    }

    /// The event that answers [`headstart_protocol::Command::ZipFinish`].
    pub(crate) fn finish(&mut self, manifest: &ProjectManifest) -> Event {
        let part = match self.0.take() {
            Some(zip) => zip.finish(manifest).map_err(EngineError::from),
            None => Err(EngineError::NoZip),
        };
        self.told(part, true)
    }

    /// A zip that failed is given up.
    fn told(&mut self, part: Result<Vec<u8>, EngineError>, last: bool) -> Event {
        match part {
            Ok(bytes) => Event::ZipPart { bytes, last },
            Err(error) => {
                self.0 = None;
                Event::ZipRefused(error.failure())
            }
        }
    }
}

/// Hands over what is in the zip `bytes`; the event that ends it.
pub(crate) async fn unzip(bytes: Vec<u8>, outbox: &Outbox, turns: &Turns) -> Event {
    let read = async {
        let mut reader = Reader::open(bytes)?;
        while let Some(file) = reader.next_file()? {
            outbox.post(&Event::ZipFile { path: file.path, bytes: file.bytes });
            turns.next().await;
        }
        Ok::<_, EngineError>(reader.finish())
    };
    match read.await {
        Ok(unzipped) => Event::ZipRead(unzipped),
        Err(error) => Event::ZipRefused(error.failure()),
    }
}
