//! A zip that the main worker reads for the page, slice by slice.

use std::rc::{Rc, Weak};

use headstart_protocol::{CloseZip, NextZipFiles, OpenZip, ZipContents, ZipSlice};
use web_sys::Blob;

use super::client::Engine;
use super::connection::Connection;
use crate::error::PageError;

/// A zip that the main worker has open. It is closed when this is dropped.
pub(crate) struct ZipReading {
    /// The worker's, which may end meanwhile.
    connection: Weak<Connection>,
    contents: ZipContents,
}

impl Engine {
    /// Has a zip opened, once the engine is ready. The worker reads it where it lies: the page never does.
    ///
    /// # Errors
    /// As for [`Engine::ask`].
    pub(crate) async fn open_zip(&self, zip: &Blob) -> Result<ZipReading, PageError> {
        let main = self.main().await?;
        let connection = Rc::downgrade(&main);
        let reply = main.ask_with(OpenZip, zip);
        drop(main);
        Ok(ZipReading { connection, contents: reply.await? })
    }
}

impl ZipReading {
    /// What it holds.
    pub(crate) fn contents(&self) -> &ZipContents {
        &self.contents
    }

    /// The next files. The worker reads them only now, so that no more than these lie in memory.
    ///
    /// # Errors
    /// As for [`Engine::ask`]: a zip of which the worker ended is lost.
    pub(crate) async fn next(&self) -> Result<ZipSlice, PageError> {
        let reply = self.connection.upgrade().ok_or(PageError::EngineStopped)?.ask(NextZipFiles);
        reply.await
    }
}

impl Drop for ZipReading {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.upgrade() {
            // Asked at once; there is nothing to wait for.
            drop(connection.ask(CloseZip));
        }
    }
}
