//! Transactions that write, and what becomes of them.

use idb::{Error, Transaction, TransactionResult};
use js_sys::Array;
use wasm_bindgen::prelude::*;
use web_sys::{DomException, IdbDatabase, IdbTransaction};

use crate::error::PageError;
use crate::platform::dom::object;

/// Why a batch was not written. Nothing of it was, then.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum WriteError {
    /// Another tab writes the project now.
    TakenOver,
    /// The project is not there any more.
    Gone,
    /// The database cannot be opened.
    Unopened(Box<PageError>),
    /// The browser grants no more space.
    Full,
    /// Anything else, as the browser calls it.
    Failed(String),
}

#[wasm_bindgen]
extern "C" {
    /// Web-sys has the options of a transaction only with its unstable parts.
    #[derive(Clone)]
    #[wasm_bindgen(extends = IdbDatabase)]
    pub(super) type DurableDatabase;

    #[wasm_bindgen(method, catch, js_name = transaction)]
    fn durable_transaction(
        this: &DurableDatabase,
        stores: &Array,
        mode: &str,
        options: &JsValue,
    ) -> Result<IdbTransaction, JsValue>;
}

/// A transaction whose end means that it is on the disk. The same one twice: idb's goes with the wait for its end, and only
/// the browser's tells why it ended.
pub(super) struct Writing {
    /// What requests go to.
    pub(super) transaction: Transaction,
    raw: IdbTransaction,
}

impl Writing {
    /// Begins one over these stores.
    ///
    /// # Errors
    /// The connection has ended.
    pub(super) fn begin(database: &DurableDatabase, stores: &[&str]) -> Result<Self, WriteError> {
        let stores: Array = stores.iter().map(|store| JsValue::from_str(store)).collect();
        let options = object(&[("durability", "strict".into())]);
        let raw = database.durable_transaction(&stores, "readwrite", &options);
        let raw = raw.map_err(|error| failed(&Error::TransactionOpenFailed(error)))?;
        Ok(Self { transaction: Transaction::from(raw.clone()), raw })
    }

    /// Gives it up: nothing of it is written.
    pub(super) fn abort(self) {
        // One that has ended by itself is as good.
        let _ = self.transaction.abort();
    }

    /// Waits for its end, once its requests were made, or not.
    ///
    /// # Errors
    /// What kept them from being made, or the transaction from being written.
    pub(super) async fn end<T>(self, made: Result<T, Error>) -> Result<T, WriteError> {
        let Self { transaction, raw } = self;
        let made = match made {
            Ok(made) => made,
            Err(error) => {
                // One that has ended by itself is as good.
                let _ = transaction.abort();
                return Err(raw.error().map_or_else(|| failed(&error), |error| failed(&Error::DomException(error))));
            }
        };
        match (transaction.await, raw.error()) {
            (Ok(TransactionResult::Committed), _) => Ok(made),
            (_, Some(error)) => Err(failed(&Error::DomException(error))),
            (Err(error), None) => Err(failed(&error)),
            (Ok(TransactionResult::Aborted), None) => Err(WriteError::Failed("AbortError".to_owned())),
        }
    }
}

/// The name of the browser's own error inside one of the crate's.
pub(super) fn name_of(error: &Error) -> Option<String> {
    match error {
        Error::DomException(error) => Some(error.name()),
        Error::IndexedDbNotFound(error) | Error::AddFailed(error) | Error::TransactionOpenFailed(error) => {
            error.dyn_ref::<DomException>().map(DomException::name)
        }
        _ => None,
    }
}

fn failed(error: &Error) -> WriteError {
    match name_of(error).as_deref() {
        Some("QuotaExceededError") => WriteError::Full,
        _ => WriteError::Failed(detail(error)),
    }
}

/// What the browser calls it, as short as can be.
pub(super) fn detail(error: &Error) -> String {
    name_of(error).unwrap_or_else(|| error.to_string())
}
