//! Handing files to the visitor.

use std::time::Duration;

use leptos::prelude::set_timeout;
use wasm_bindgen::JsCast;
use web_sys::{Blob, HtmlAnchorElement, Url};

use super::dom::document;

/// Browsers read a download after the click; an address that is revoked too early is a download that fails.
const KEPT: Duration = Duration::from_secs(120);

/// Starts the download of `blob` as a file of that name.
pub(crate) fn download(blob: &Blob, name: &str) {
    let Ok(address) = Url::create_object_url_with_blob(blob) else { return };
    let link = document().create_element("a").ok().and_then(|link| link.dyn_into::<HtmlAnchorElement>().ok());
    if let Some(link) = link {
        link.set_href(&address);
        link.set_download(name);
        link.click();
    }
    // Revoking an address does not fail.
    set_timeout(move || drop(Url::revoke_object_url(&address)), KEPT);
}
