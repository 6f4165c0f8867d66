//! How many workers look at photos: the main one, and helpers while many photos wait, or one is computed by all of them.
//!
//! A helper is the same engine once more. It costs memory, and a second or so of a core before it can answer; it pays
//! where cores lie idle while photos wait.

use headstart_protocol::Backend;

/// Photos that wait for each helper. To start takes one about as long as five to ten photos take, so with fewer the
/// main worker is done before a helper is of use.
const SHARE: usize = 8;

/// Workers in all, at most: each takes some 280 MB.
const MOST: usize = 4;

/// Workers in all that an address may ask for.
const MOST_ASKED: usize = 16;

/// A device with no more memory than this, in GiB, has enough to do with one worker.
const SMALL_MEMORY: f64 = 4.0;

/// What the browser tells of its device.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Machine {
    /// Processor cores.
    pub(crate) cores: usize,
    /// Memory in GiB, roughly; not every browser tells it.
    pub(crate) memory: Option<f64>,
    /// Whether it is held in the hand, as a phone or a tablet is.
    pub(crate) is_handheld: bool,
}

/// The policy, with what it has to remember.
#[derive(Debug, Default)]
pub(crate) struct Pool {
    /// Workers in all, at most.
    most: usize,
}

impl Pool {
    /// `asked` is the number of workers that the address asks for. `keeps_files` tells whether the weights lie in the
    /// browser's cache: without it each helper would download them again.
    pub(crate) fn new(asked: Option<u32>, machine: &Machine, keeps_files: bool) -> Self {
        let is_small = machine.memory.map_or(machine.is_handheld, |memory| memory <= SMALL_MEMORY);
        let most = match asked {
            Some(asked) => MOST_ASKED.min(asked as usize),
            None if is_small || !keeps_files => 1,
            None => machine.cores.min(MOST),
        };
        Self { most }
    }

    /// The workers that there should be in all while so many photos wait. A GPU is one, however many ask it.
    pub(crate) fn wanted(&self, backend: Backend, waiting: usize) -> usize {
        match backend {
            Backend::Cpu => self.most.min(1 + waiting / SHARE),
            Backend::WebGpu => 1,
        }
    }

    /// The workers that there should be in all to compute one photo together.
    pub(crate) fn together(&self, backend: Backend) -> usize {
        match backend {
            Backend::Cpu => self.most,
            Backend::WebGpu => 1,
        }
    }

    /// A helper failed: there will be no others.
    pub(crate) fn close(&mut self) {
        self.most = 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DESKTOP: Machine = Machine { cores: 12, memory: Some(8.0), is_handheld: false };

    fn most(machine: Machine) -> usize {
        Pool::new(None, &machine, true).wanted(Backend::Cpu, 1000)
    }

    #[test]
    fn there_are_as_many_workers_as_cores_but_no_more_than_four() {
        assert_eq!(most(DESKTOP), 4);
        assert_eq!(most(Machine { cores: 2, ..DESKTOP }), 2);
        assert_eq!(most(Machine { cores: 1, ..DESKTOP }), 1);
        assert_eq!(most(Machine { memory: None, ..DESKTOP }), 4);
    }

    #[test]
    fn little_memory_means_one_worker() {
        for memory in [0.25, 2.0, 4.0] {
            assert_eq!(most(Machine { memory: Some(memory), ..DESKTOP }), 1);
        }
        assert_eq!(most(Machine { memory: None, is_handheld: true, ..DESKTOP }), 1);
        // What the browser tells counts for more than what may be guessed.
        assert_eq!(most(Machine { is_handheld: true, ..DESKTOP }), 4);
    }

    #[test]
    fn each_helper_must_have_photos_to_itself() {
        let pool = Pool::new(None, &DESKTOP, true);
        let wanted = [0, 7, 8, 15, 16, 24, 100].map(|waiting| pool.wanted(Backend::Cpu, waiting));
        assert_eq!(wanted, [1, 1, 2, 2, 3, 4, 4]);
        assert_eq!(pool.together(Backend::Cpu), 4);
    }

    #[test]
    fn a_gpu_has_no_helpers() {
        for asked in [None, Some(4)] {
            let pool = Pool::new(asked, &DESKTOP, true);
            assert_eq!([pool.wanted(Backend::WebGpu, 1000), pool.together(Backend::WebGpu)], [1, 1]);
        }
    }

    #[test]
    fn nothing_is_downloaded_twice_unless_the_address_insists() {
        assert_eq!(Pool::new(None, &DESKTOP, false).wanted(Backend::Cpu, 1000), 1);
        assert_eq!(Pool::new(Some(3), &DESKTOP, false).wanted(Backend::Cpu, 1000), 3);
    }

    #[test]
    fn the_address_decides_within_reason() {
        let small = Machine { cores: 1, memory: Some(2.0), is_handheld: true };
        for (asked, found) in [(1, 1), (2, 2), (8, 8), (u32::MAX, MOST_ASKED)] {
            assert_eq!(Pool::new(Some(asked), &small, true).wanted(Backend::Cpu, 1000), found);
        }
    }

    #[test]
    fn after_a_failed_helper_there_are_no_others() {
        let mut pool = Pool::new(Some(4), &DESKTOP, true);
        pool.close();
        assert_eq!(pool.wanted(Backend::Cpu, 1000), 1);
    }
}
