//! Headstart's page, a Leptos app: what a visitor sees, and the line to the worker that computes.

#![expect(unreachable_pub, reason = "leptos makes the props of a component `pub`")]
#![expect(clippy::needless_pass_by_value, reason = "a component owns its props")]

mod about;
mod answer;
mod app;
mod camera;
mod classify;
mod compare;
mod crash;
mod engine;
mod error;
mod failure;
mod learn;
mod offline;
mod platform;
mod project;
mod shell;
mod status;
mod ui;
mod wording;

use leptos::mount::mount_to;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::app::App;
use crate::platform::dom::document;

fn main() {
    crash::watch();
    // The document holds a still picture of the shell, which was painted before this code came.
    let place = document().get_element_by_id("page").and_then(|place| place.dyn_into::<HtmlElement>().ok());
    let Some(place) = place.or_else(|| document().body()) else { return };
    place.replace_children_with_node_0();
    mount_to(place, App).forget();
}
