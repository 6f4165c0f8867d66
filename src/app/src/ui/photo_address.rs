//! Photos that are shown as they are.

use leptos::prelude::*;
use web_sys::{Blob, Url};

/// An address at which an `<img>` finds `photo`, for as long as the component that is being made is on the page. Whoever finds
/// that the browser cannot show it takes it out.
pub(crate) fn photo_address(photo: Option<&Blob>) -> RwSignal<Option<String>> {
    let address = photo.and_then(|photo| Url::create_object_url_with_blob(photo).ok());
    let shown = RwSignal::new(address.clone());
    on_cleanup(move || {
        if let Some(address) = address {
            // Revoking an address does not fail.
            let _ = Url::revoke_object_url(&address);
        }
    });
    shown
}
