//! Where projects are kept. The connection is opened when it is needed, and again after it ended.

use std::cell::RefCell;
use std::rc::Rc;

use futures::future::LocalBoxFuture;
use futures::lock::Mutex;
use js_sys::Uint8Array;

use super::database::{Database, Ending};
use crate::error::PageError;
use crate::project::album::PhotoStore;

/// What the connection says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StoreNews {
    /// A tab with an earlier release keeps the database from being opened.
    Blocked,
    /// The connection ends, or has.
    Ending(Ending),
}

/// The browser's database. Clones name the same one.
#[derive(Clone)]
pub(super) struct Store(Rc<Inner>);

struct Inner {
    name: String,
    current: RefCell<Option<Rc<Database>>>,
    /// One opens it at a time.
    opening: Mutex<()>,
    news: Box<dyn Fn(StoreNews)>,
}

impl Store {
    /// The database of that name, not opened yet; what it says of itself goes to `news`.
    pub(super) fn new(name: String, news: impl Fn(StoreNews) + 'static) -> Self {
        Self(Rc::new(Inner { name, current: RefCell::new(None), opening: Mutex::new(()), news: Box::new(news) }))
    }

    /// The open database.
    ///
    /// # Errors
    /// Those of [`Database::open`].
    pub(super) async fn database(&self) -> Result<Rc<Database>, PageError> {
        let _turn = self.0.opening.lock().await;
        if let Some(database) = self.0.current.borrow().clone() {
            return Ok(database);
        }
        let (weak, blocked) = (Rc::downgrade(&self.0), Rc::downgrade(&self.0));
        let blocked = move || {
            if let Some(inner) = blocked.upgrade() {
                (inner.news)(StoreNews::Blocked);
            }
        };
        let ending = move |ending| {
            let Some(inner) = weak.upgrade() else { return };
            if ending == Ending::Closed {
                inner.current.take();
            }
            (inner.news)(StoreNews::Ending(ending));
        };
        let database = Rc::new(Database::open(&self.0.name, blocked, ending).await?);
        self.0.current.replace(Some(database.clone()));
        Ok(database)
    }

    /// Ends the connection; whoever needs it next opens another one.
    pub(super) fn close(&self) {
        if let Some(database) = self.0.current.take() {
            database.close();
        }
    }

    /// Where the photos of a project are.
    pub(super) fn photos(&self, project: u32) -> Rc<dyn PhotoStore> {
        Rc::new(StoredPhotos { store: self.clone(), project })
    }
}

/// The photos of a project in the database.
struct StoredPhotos {
    store: Store,
    project: u32,
}

impl PhotoStore for StoredPhotos {
    fn fetch(&self, photo: u32) -> LocalBoxFuture<'static, Result<Uint8Array, PageError>> {
        let (store, project) = (self.store.clone(), self.project);
        let lost = |_| PageError::SavedCopyLost;
        Box::pin(async move {
            let database = store.database().await.map_err(lost)?;
            let bytes = match database.photo(project, photo).await {
                Ok(bytes) => bytes,
                // The connection may have ended unnoticed.
                Err(_) => {
                    store.close();
                    store.database().await.map_err(lost)?.photo(project, photo).await.map_err(lost)?
                }
            };
            bytes.ok_or(PageError::SavedCopyLost)
        })
    }
}
