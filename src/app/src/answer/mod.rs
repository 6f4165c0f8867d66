//! What the models say of a photo.

mod acceptance;
mod photo_answer;
mod view;

pub(crate) use acceptance::{Acceptance, AcceptanceSlider};
pub(crate) use photo_answer::{Answer, HeadAnswer};
pub(crate) use view::{AnswerView, took};
