//! The visitor's own head, which answers beside the shipped one: it comes and goes as the page says, and in no other way.

use std::rc::Rc;

use headstart_protocol::{CloseHead, HeadSummary, OpenHead};

use super::AnswerInTurn;
use crate::engine::StartedEngine;
use crate::error::EngineError;
use crate::models::{OwnHead, read_head};

impl AnswerInTurn for OpenHead {
    async fn answer(self, engine: &StartedEngine) -> Result<HeadSummary, EngineError> {
        let file = read_head(&self.bytes, &engine.place.base.sha256)?;
        let (own, summary) = OwnHead::open(self.number, &file, &engine.models.base, &engine.place.base).await?;
        engine.own.replace(Some(Rc::new(own)));
        Ok(summary)
    }
}

impl AnswerInTurn for CloseHead {
    async fn answer(self, engine: &StartedEngine) -> Result<(), EngineError> {
        engine.own.take();
        Ok(())
    }
}
