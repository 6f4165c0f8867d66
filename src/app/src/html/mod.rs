//! Markup, and what moves in it.
//!
//! [`html!`](crate::html!) takes the syntax of leptos's `view!` and leptos's signals, but makes other code of them: what
//! stands still is one string, which the browser's own parser turns into elements, and only what moves is code. `view!`
//! makes a type of each element, and code of each type: the page's wasm was half as large again with it.

mod block;
mod list;
mod markup;
mod template;
mod value;

pub(crate) use block::{Html, IntoHtml, show};
pub(crate) use list::list;
pub(crate) use markup::{html, parse, svg};
pub(crate) use template::{Template, mount};
pub(crate) use value::{IntoValue, Value};
