//! How far the engine is with the photos.

use std::collections::VecDeque;

use crate::wording::seconds_left;

/// The rate is taken over so many of the last photos.
const RATE_OVER: usize = 16;

/// How far the engine is with the photos that it was asked to describe.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Progress {
    pub(crate) done: usize,
    pub(crate) of: usize,
    /// When the last ones were described, in milliseconds.
    described_at: VecDeque<f64>,
}

impl Progress {
    /// Whether photos wait.
    pub(crate) fn is_busy(&self) -> bool {
        self.done < self.of
    }

    /// So many more are to be described.
    pub(crate) fn add(&mut self, count: usize) {
        if !self.is_busy() {
            *self = Self::default();
        }
        self.of += count;
    }

    /// One is described, or cannot be.
    pub(crate) fn step(&mut self, now: f64) {
        self.done += 1;
        self.described_at.push_back(now);
        if self.described_at.len() > RATE_OVER {
            self.described_at.pop_front();
        }
    }

    /// So many are no longer wanted.
    pub(crate) fn withdraw(&mut self, count: usize) {
        self.of -= count.min(self.of - self.done.min(self.of));
    }

    /// Photos a second, once it is known.
    fn rate(&self) -> Option<f64> {
        let span = self.described_at.back()? - self.described_at.front()?;
        (span > 0.0).then(|| (self.described_at.len() - 1) as f64 * 1000.0 / span)
    }

    /// Progress in words.
    pub(crate) fn words(&self) -> String {
        let progress = format!("Looking at photo {} of {}", (self.done + 1).min(self.of), self.of);
        match self.rate() {
            Some(rate) => {
                let left = seconds_left((self.of - self.done.min(self.of)) as f64 / rate);
                format!("{progress} · {rate:.1} a second, {left}")
            }
            None => progress,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_that_of_the_last_photos() {
        let mut progress = Progress::default();
        progress.add(30);
        assert_eq!(progress.words(), "Looking at photo 1 of 30");
        (0..10).for_each(|photo| progress.step(f64::from(photo) * 500.0));
        assert_eq!(progress.words(), "Looking at photo 11 of 30 · 2.0 a second, about 10 seconds left");
        progress.withdraw(100);
        assert!(!progress.is_busy());
        progress.add(1);
        assert_eq!((progress.done, progress.of), (0, 1));
    }
}
