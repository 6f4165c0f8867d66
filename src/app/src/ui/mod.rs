//! Components of no feature: buttons, fields, tables and charts. None of them knows what the page is about.

mod announcer;
mod button;
pub(crate) mod chart;
mod check;
mod choice;
mod disclosure;
mod failure_text;
mod file_button;
mod number_field;
mod photo_address;
mod reveal;
mod slider;
mod soon;
mod table_scroller;
#[cfg(all(test, target_family = "wasm"))]
pub(crate) mod tests;

pub(crate) use announcer::{Announcer, LiveRegion};
pub(crate) use button::{Button, CloseButton};
pub(crate) use check::Check;
pub(crate) use choice::Choice;
pub(crate) use disclosure::Disclosure;
pub(crate) use failure_text::FailureText;
pub(crate) use file_button::{FileButton, PHOTOS, PICTURES};
pub(crate) use number_field::{Number, NumberField};
pub(crate) use photo_address::photo_address;
pub(crate) use reveal::{reveal, reveal_when};
pub(crate) use slider::Slider;
pub(crate) use soon::Soon;
pub(crate) use table_scroller::TableScroller;
