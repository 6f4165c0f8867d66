//! Where the bytes of a photo are: in the file as it was given, and in the browser's database once they are written.

use std::cell::RefCell;
use std::rc::Rc;

use futures::future::LocalBoxFuture;
use js_sys::Uint8Array;
use web_sys::{Blob, File};

use crate::error::PageError;
use crate::platform::files;

/// Where photos are kept. The layer that saves them says where that is.
pub(crate) trait PhotoStore {
    /// The bytes of the photo of that number.
    ///
    /// # Errors
    /// They are not there, or cannot be read.
    fn fetch(&self, photo: u32) -> LocalBoxFuture<'static, Result<Uint8Array, PageError>>;
}

/// The bytes of a photo. Clones name the same ones.
#[derive(Clone)]
pub(crate) struct Original(Rc<RefCell<Places>>);

struct Places {
    photo: u32,
    given: Option<Blob>,
    store: Option<Rc<dyn PhotoStore>>,
    /// Whether the open project has it on the disk.
    is_written: bool,
    bytes: Option<u64>,
}

impl Original {
    /// A file that is written nowhere yet.
    pub(crate) fn given(photo: u32, file: Blob) -> Self {
        Self(Rc::new(RefCell::new(Places { photo, given: Some(file), store: None, is_written: false, bytes: None })))
    }

    /// A photo of so many bytes that lies in `store`.
    pub(crate) fn stored(photo: u32, store: Rc<dyn PhotoStore>, bytes: u64) -> Self {
        Self(Rc::new(RefCell::new(Places {
            photo,
            given: None,
            store: Some(store),
            is_written: true,
            bytes: Some(bytes),
        })))
    }

    /// Whether the open project has it on the disk.
    pub(crate) fn is_stored(&self) -> bool {
        self.0.borrow().is_written
    }

    /// The open project does not have it on the disk, wherever else it lies.
    pub(crate) fn forget_written(&self) {
        self.0.borrow_mut().is_written = false;
    }

    /// Its size, once somebody has read it.
    pub(crate) fn bytes(&self) -> Option<u64> {
        self.0.borrow().bytes
    }

    /// From now on it is read from `store`. A file on the visitor's disk is remembered beside it: that costs nothing, and
    /// is there when the browser's data is deleted. Bytes that lie in memory are let go.
    pub(crate) fn was_stored(&self, store: Rc<dyn PhotoStore>) {
        let mut places = self.0.borrow_mut();
        places.store = Some(store);
        places.is_written = true;
        places.given = places.given.take().filter(wasm_bindgen::JsCast::is_instance_of::<File>);
    }

    /// The store does not have it any more.
    pub(crate) fn store_is_gone(&self) {
        let mut places = self.0.borrow_mut();
        places.store = None;
        places.is_written = false;
    }

    /// Takes its bytes out of the store while that is there; the browser keeps them, on its disk where they are many.
    ///
    /// # Errors
    /// The store cannot be read.
    pub(crate) async fn take_out(&self) -> Result<(), PageError> {
        if self.0.borrow().given.is_none() {
            let bytes = self.read().await?;
            self.0.borrow_mut().given = Some(files::blob_of(&bytes));
        }
        Ok(())
    }

    /// Its bytes, left in the browser's memory: those in the store, or else of the file as it was given.
    ///
    /// # Errors
    /// [`PageError::EmptyFile`], [`PageError::FileTooLarge`], and [`PageError::UnreadableFile`] where nobody hands them
    /// over.
    pub(crate) async fn read(&self) -> Result<Uint8Array, PageError> {
        let (photo, store, given) = {
            let places = self.0.borrow();
            (places.photo, places.store.clone(), places.given.clone())
        };
        let stored = match &store {
            Some(store) => store.fetch(photo).await,
            None => Err(PageError::UnreadableFile { detail: "it is not saved".to_owned() }),
        };
        let read = match (stored, given) {
            (Ok(bytes), _) => Ok(bytes),
            (Err(_), Some(given)) => files::photo_bytes(&given).await,
            (Err(error), None) => Err(error),
        }?;
        self.0.borrow_mut().bytes = Some(u64::from(read.length()));
        Ok(read)
    }
}
