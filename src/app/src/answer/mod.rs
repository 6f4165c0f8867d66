//! What the models say of a photo.

mod explainer;
mod heat;
mod photo_answer;
mod view;

pub(crate) use explainer::{Explained, Explainer};
pub(crate) use heat::Why;
pub(crate) use photo_answer::{Answer, HeadAnswer};
pub(crate) use view::{AnswerView, took};
