//! What the models say of a photo.

mod photo_answer;
mod view;

pub(crate) use photo_answer::{Answer, HeadAnswer};
pub(crate) use view::{AnswerView, took};
