//! Headstart's page: what a visitor sees, and the conversation with the worker that does the thinking.

// `html!` takes a step for each tag, attribute and text.
#![recursion_limit = "512"]

mod address;
mod browser;
mod camera;
mod compare;
mod database;
mod device;
mod dom;
mod download;
mod error;
mod folders;
mod html;
mod intake;
mod machine;
mod measurement;
mod order;
mod pause;
mod pool;
mod queue;
mod restart;
mod signal;
mod state;
mod teach;
mod view;
mod wording;
mod worker;

use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, UrlSearchParams};

use crate::address::Query;
use crate::dom::{document, window};
use crate::html::Html;
use crate::state::Page;
use crate::view::shell;

fn main() {
    console_error_panic_hook::set_once();
    // The document holds a still picture of the shell, which was painted before this code came.
    let place = document().get_element_by_id("page").and_then(|place| place.dyn_into::<HtmlElement>().ok());
    let Some(place) = place.or_else(|| document().body()) else { return };
    place.set_inner_html("");
    html::mount(&place, app);
}

/// The state and, around it, the shell.
fn app() -> Html {
    let page = Page::here();
    let search = UrlSearchParams::new_with_str(&window().location().search().unwrap_or_default());
    let query = Query::read(|name| search.as_ref().ok()?.get(name));
    let base = document().base_uri().ok().flatten().unwrap_or_default();
    page.start(query, address::folder(&base).to_owned());
    shell()
}
