//! What is done for each request: one file a kind. [`AnswerInTurn`] is for what is answered in its turn, [`RunBeside`] for runs that
//! go on beside later requests.

mod classify;
mod comparison;
mod curve;
mod describe;
mod distort;
mod doctor;
mod heads;
pub(crate) mod keeping;
mod layers;
mod material;
mod measure;
mod scratch;
mod start;
mod train;
mod tuning;
mod zip;

use headstart_protocol::{Ask, Run};

pub(crate) use self::start::start;
#[cfg(test)]
pub(crate) use self::tuning::check_room;
pub(crate) use self::tuning::tune;
pub(crate) use self::zip::{OpenedZip, ZipInProgress};
use crate::engine::{StartedEngine, Workplace};
use crate::error::EngineError;
use crate::port::RunLine;

/// A request that is answered before the next one is taken up.
pub(crate) trait AnswerInTurn: Ask {
    /// Its answer.
    async fn answer(self, engine: &StartedEngine) -> Result<Self::Reply, EngineError>;
}

/// A run that goes on beside later requests, and asks `line` whether it is to end.
pub(crate) trait RunBeside: Run {
    /// Its answer, at its end.
    async fn work(self, place: &Workplace, line: &RunLine<Self>) -> Result<Self::Reply, EngineError>;
}
