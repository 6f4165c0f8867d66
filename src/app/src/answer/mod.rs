//! What the models say of a photo.

mod acceptance;
mod distorter;
mod explainer;
mod harder;
mod heat;
mod heat_map;
mod photo_answer;
mod view;

pub(crate) use acceptance::{Acceptance, AcceptanceSlider};
pub(crate) use distorter::{Distorter, HarderPhoto};
pub(crate) use explainer::{Explained, Explainer};
pub(crate) use harder::Harder;
pub(crate) use heat::Why;
pub(crate) use heat_map::{HeatCanvas, HeatChoices, HeatWish};
pub(crate) use photo_answer::{Answer, HeadAnswer};
pub(crate) use view::{AnswerView, took};
