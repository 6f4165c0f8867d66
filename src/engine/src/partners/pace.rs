//! Whether photos are faster together. Plain data.

/// Milliseconds that a photo together may take at least before partners are given up.
const PATIENCE: f64 = 2_000.0;
/// The same, in times of a photo alone.
const MANY_TIMES: f64 = 8.0;
/// Photos together before it is said that they are no faster.
const TRIED: u32 = 8;

/// How long photos took at least, in milliseconds.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Pace {
    alone: Option<f64>,
    together: Option<f64>,
    /// Photos together.
    tried: u32,
}

impl Pace {
    /// A photo took so long with so many workers.
    pub(super) fn note(&mut self, workers: u32, ms: f64) {
        self.tried += u32::from(workers > 1);
        let least = if workers > 1 { &mut self.together } else { &mut self.alone };
        *least = Some(least.map_or(ms, |least| least.min(ms)));
    }

    /// There are other partners.
    pub(super) fn forget_together(&mut self) {
        *self = Self { alone: self.alone, ..Self::default() };
    }

    /// Milliseconds that a photo together may take.
    pub(super) fn limit_ms(&self) -> u32 {
        PATIENCE.max(MANY_TIMES * self.alone.unwrap_or_default()) as u32
    }

    /// Whether photos together are faster, as far as is known.
    pub(super) fn pays(&self) -> bool {
        self.tried < TRIED || !matches!((self.together, self.alone), (Some(together), Some(alone)) if together > alone)
    }
}
