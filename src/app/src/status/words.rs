//! The engine's phase in words.

use headstart_protocol::Transfer;

use crate::engine::Phase;
use crate::wording::device;

/// Words that change only with the phase, so that a screen reader says each once.
pub(crate) fn phase_words(phase: &Phase) -> String {
    match phase {
        Phase::Starting => "Starting the engine".to_owned(),
        Phase::Loading(Transfer { cached: true, .. }) => "Loading the cached model".to_owned(),
        Phase::Loading(_) => "Fetching the model".to_owned(),
        Phase::WarmingUp(backend) => format!("Warming up {}", device(*backend)),
        Phase::Ready(ready) => {
            let side = ready.size.pixels();
            format!("Ready on {}, {side}×{side}", device(ready.backend))
        }
        Phase::Failed(_) => "The engine is not running".to_owned(),
    }
}
