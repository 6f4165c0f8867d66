//! Checkpoints of runs: told to the page, which keeps them, so that a run survives the worker and the page.

use headstart_protocol::{ByteBuf, Resumed, Run, RunCheckpoint, RunNews, count};
use headstart_train::TrainError;

use crate::clock::now;
use crate::port::RunLine;

/// Milliseconds between two checkpoints, at least. Trainings of the tests are short.
pub(crate) const EVERY_MS: f64 = if cfg!(test) { 50.0 } else { 2_000.0 };
/// A checkpoint may take so much of the time: the next one waits for as many times as long as the last one took.
const SHARE: f64 = 20.0;
/// Bytes of a checkpoint at most. The page holds it, and writes it to the disk again and again.
const MOST_BYTES: usize = 32 << 20;

/// When checkpoints of a run are made.
pub(super) struct Keeping {
    next: f64,
}

impl Keeping {
    /// The first one is due in a while.
    pub(super) fn new() -> Self {
        Self { next: now() + EVERY_MS }
    }

    /// Whether one of about so many bytes is due, if there is something to keep.
    pub(super) fn is_due(&self, bytes: usize) -> bool {
        now() >= self.next && bytes <= MOST_BYTES
    }

    /// Tells one that was begun at `since`.
    pub(super) fn tell<P, R: Run<Progress = RunNews<P>>>(
        &mut self,
        line: &RunLine<R>,
        (done, of): (usize, usize),
        bytes: Vec<u8>,
        since: f64,
    ) {
        let bytes = ByteBuf::from(bytes);
        line.tell(RunNews::Checkpoint(RunCheckpoint { done: count(done), of: count(of), bytes }));
        self.next = now() + EVERY_MS.max(SHARE * (now() - since));
    }
}

/// Has `restore` put back the checkpoint that the run was asked with, if any, and tells whether it did; what it gave back.
/// `resumed` says where the run is then.
///
/// # Errors
/// Whatever else than a checkpoint that does not fit.
pub(super) fn resume<P, T, U, R: Run<Progress = RunNews<P>>>(
    checkpoint: Option<&ByteBuf>,
    run: &mut T,
    restore: impl FnOnce(&mut T, &[u8]) -> Result<U, TrainError>,
    resumed: impl FnOnce(&T) -> Resumed,
    line: &RunLine<R>,
) -> Result<Option<U>, TrainError> {
    let Some(checkpoint) = checkpoint else { return Ok(None) };
    let restored = match restore(run, checkpoint) {
        Ok(restored) => Some(restored),
        Err(TrainError::Checkpoint(_)) => None,
        Err(error) => return Err(error),
    };
    line.tell(RunNews::Resumed(restored.is_some().then(|| resumed(run))));
    Ok(restored)
}
