//! Whether a fresh worker takes the place of one that failed.

use headstart_protocol::Backend;

/// Fresh workers in a row, without an answer between them, before the page gives up.
const RESTARTS_ALLOWED: u8 = 3;

/// What to do after a worker failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// Start a fresh worker, on a new device of the same kind if there is one.
    Fresh,
    /// Start a fresh worker on the processor.
    FreshOnCpu,
    /// Show the failure and wait for the visitor.
    GiveUp,
}

/// How far a worker came before it stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Life {
    /// It never said that it is alive: its script for this device is missing or broken.
    Unborn(Backend),
    /// It was starting or at work on this device.
    On(Backend),
}

/// The policy, with what it has to remember.
#[derive(Debug, Clone, Default)]
pub(crate) struct Restarts {
    forced: Option<Backend>,
    fell_back: bool,
    /// Whether a worker on the GPU stopped, and none has answered since.
    gpu_stopped: bool,
    in_a_row: u8,
}

impl Restarts {
    /// `forced` is the device that the address insists on: no other may take its place.
    pub(crate) fn new(forced: Option<Backend>) -> Self {
        Self { forced, ..Self::default() }
    }

    /// The engine could not start, and says whether the processor is worth a try.
    pub(crate) fn after_failed_start(&mut self, retry_on_cpu: bool) -> Next {
        if retry_on_cpu { self.fall_back() } else { Next::GiveUp }
    }

    /// The worker stopped.
    pub(crate) fn after_stop(&mut self, life: Life) -> Next {
        match life {
            Life::Unborn(Backend::Cpu) => Next::GiveUp,
            // A lost device is gone for good, but the next one may be there: after a driver's reset, say.
            Life::On(Backend::WebGpu) if !self.gpu_stopped => {
                self.gpu_stopped = true;
                Next::Fresh
            }
            Life::Unborn(Backend::WebGpu) | Life::On(Backend::WebGpu) => self.fall_back(),
            Life::On(Backend::Cpu) if self.in_a_row < RESTARTS_ALLOWED => {
                self.in_a_row += 1;
                Next::FreshOnCpu
            }
            Life::On(Backend::Cpu) => Next::GiveUp,
        }
    }

    /// The worker answered a photo.
    pub(crate) fn answered(&mut self) {
        self.in_a_row = 0;
        self.gpu_stopped = false;
    }

    fn fall_back(&mut self) -> Next {
        if self.fell_back || self.forced.is_some() {
            return Next::GiveUp;
        }
        self.fell_back = true;
        Next::FreshOnCpu
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_is_tried_once() {
        let mut restarts = Restarts::new(None);
        assert_eq!(restarts.after_failed_start(true), Next::FreshOnCpu);
        assert_eq!(restarts.after_failed_start(true), Next::GiveUp);
        assert_eq!(Restarts::new(None).after_failed_start(false), Next::GiveUp);
    }

    #[test]
    fn a_lost_gpu_is_opened_again_once_and_then_left() {
        let mut restarts = Restarts::new(None);
        for _ in 0..3 {
            assert_eq!(restarts.after_stop(Life::On(Backend::WebGpu)), Next::Fresh);
            restarts.answered();
        }
        let nexts = [0; 3].map(|_| restarts.after_stop(Life::On(Backend::WebGpu)));
        assert_eq!(nexts, [Next::Fresh, Next::FreshOnCpu, Next::GiveUp]);
    }

    #[test]
    fn a_lost_gpu_that_does_not_open_again_is_left() {
        let mut restarts = Restarts::new(None);
        assert_eq!(restarts.after_stop(Life::On(Backend::WebGpu)), Next::Fresh);
        assert_eq!(restarts.after_failed_start(true), Next::FreshOnCpu);
    }

    #[test]
    fn a_forced_device_is_never_replaced() {
        let mut restarts = Restarts::new(Some(Backend::WebGpu));
        assert_eq!(restarts.after_failed_start(true), Next::GiveUp);
        // A new device of the same kind is none other.
        assert_eq!(restarts.after_stop(Life::On(Backend::WebGpu)), Next::Fresh);
        assert_eq!(restarts.after_stop(Life::On(Backend::WebGpu)), Next::GiveUp);
    }

    #[test]
    fn a_missing_script_is_not_tried_again() {
        assert_eq!(Restarts::new(None).after_stop(Life::Unborn(Backend::Cpu)), Next::GiveUp);
        let mut without_gpu = Restarts::new(None);
        assert_eq!(without_gpu.after_stop(Life::Unborn(Backend::WebGpu)), Next::FreshOnCpu);
        assert_eq!(without_gpu.after_stop(Life::Unborn(Backend::Cpu)), Next::GiveUp);
    }

    #[test]
    fn the_processor_restarts_until_it_stops_without_an_answer() {
        let mut restarts = Restarts::new(Some(Backend::Cpu));
        for _ in 0..10 {
            assert_eq!(restarts.after_stop(Life::On(Backend::Cpu)), Next::FreshOnCpu);
            restarts.answered();
        }
        for _ in 0..RESTARTS_ALLOWED {
            assert_eq!(restarts.after_stop(Life::On(Backend::Cpu)), Next::FreshOnCpu);
        }
        assert_eq!(restarts.after_stop(Life::On(Backend::Cpu)), Next::GiveUp);
    }
}
