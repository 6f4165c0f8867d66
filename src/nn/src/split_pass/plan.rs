//! Which part of each layer each worker computes, and what of it the others need.

use std::ops::Range;

use headstart_weights::vgg16::{CONVS, ConvShape};

use super::part::Part;
use crate::NnError;
use crate::conv3x3::panel_width;
use crate::vgg16::DESCRIBING;

/// Rows that a convolution computes together.
const TILE: usize = 4;
/// The first layer of block 4, from which on channels are shared.
const BLOCK_4: usize = 7;

/// How one photo's pass through the base's 13 convolutions is shared between workers: rows in the first blocks, output
/// channels where rows do not divide and in blocks 4 and 5, most of whose time goes to reading filters. A layer's share is the
/// convolution with the pool after it. Worker number 0 is the main one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    workers: usize,
    size: usize,
    layers: Vec<Layer>,
}

/// What the workers do in one layer.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Layer {
    /// Positions a side of its input and of what its convolution gives.
    side: usize,
    /// Of what its convolution gives, by workers; each position and channel is one worker's.
    shares: Vec<Part>,
}

impl Plan {
    /// Workers that a photo can be shared between, at most.
    pub const MOST: usize = 16;

    /// The plan for a photo of `size` pixels a side.
    ///
    /// # Errors
    /// [`NnError::Parts`] for no workers or more than [`Self::MOST`].
    pub fn new(size: usize, workers: usize) -> Result<Self, NnError> {
        Self::of_panels(size, workers, panel_width())
    }

    /// The plan where filters lie in panels of `panel`, which are not torn apart.
    pub(super) fn of_panels(size: usize, workers: usize, panel: usize) -> Result<Self, NnError> {
        if !(1..=Self::MOST).contains(&workers) {
            return Err(NnError::Parts(format!("{workers} workers")));
        }
        let mut side = size;
        let mut layers = Vec::with_capacity(CONVS.len());
        for (layer, shape) in CONVS.iter().enumerate() {
            layers.push(Layer { side, shares: shares(layer, shape, side, workers, panel) });
            side /= if shape.pool.is_some() { 2 } else { 1 };
        }
        Ok(Self { workers, size, layers })
    }

    /// All workers.
    #[must_use]
    pub fn workers(&self) -> usize {
        self.workers
    }

    /// Side of the photo in pixels.
    #[must_use]
    pub fn size(&self) -> usize {
        self.size
    }

    /// Positions a side of a layer's input.
    pub(super) fn side(&self, layer: usize) -> usize {
        self.layers[layer].side
    }

    /// What `worker` computes of a layer, before the pool.
    pub(super) fn share(&self, layer: usize, worker: usize) -> &Part {
        &self.layers[layer].shares[worker]
    }

    /// What `worker` has after a layer, behind the pool where there is one.
    pub(super) fn has(&self, layer: usize, worker: usize) -> Part {
        let share = self.share(layer, worker).clone();
        if CONVS[layer].pool.is_some() { share.pooled() } else { share }
    }

    /// What `worker` needs of a layer's input: all channels of its rows, of one above and one below; nothing beyond the last
    /// layer.
    pub(super) fn needs(&self, layer: usize, worker: usize) -> Part {
        let Some(Layer { side, shares }) = self.layers.get(layer) else { return Part::nothing() };
        let share = &shares[worker];
        if share.is_empty() && !self.is_resumed(layer, worker) {
            return Part::nothing();
        }
        let rows = share.rows.start.saturating_sub(1)..(share.rows.end + 1).min(*side);
        Part { rows, channels: 0..CONVS[layer].in_channels }
    }

    /// Whether all of a layer's input comes together at `worker` because heads' own blocks may go on from there: at the main
    /// one, of block 4.
    pub(super) fn is_resumed(&self, layer: usize, worker: usize) -> bool {
        worker == 0 && layer == BLOCK_4
    }

    /// What `from` sends to `to` after a layer, and `to` waits for: of what it has, what the other one needs. The main worker
    /// is sent all of the stages that describe, before the pool.
    pub(super) fn piece(&self, layer: usize, from: usize, to: usize) -> Option<Part> {
        let part = if self.is_collected(layer, to) {
            self.share(layer, from).clone()
        } else {
            self.has(layer, from).intersection(&self.needs(layer + 1, to))
        };
        (from != to && !part.is_empty()).then_some(part)
    }

    /// Whether all that a layer's convolution gives comes together at `worker`: at the main one, of the stages that describe.
    pub(super) fn is_collected(&self, layer: usize, worker: usize) -> bool {
        worker == 0 && DESCRIBING.contains(&CONVS[layer].stage)
    }
}

/// The shares of a layer whose sides have `side` positions, in panels of `panel` filters.
fn shares(layer: usize, shape: &ConvShape, side: usize, workers: usize, panel: usize) -> Vec<Part> {
    let (all_rows, all_channels) = (0..side, 0..shape.out_channels);
    let rows = even_shares(side, TILE, workers);
    let channels = even_shares(shape.out_channels, panel, workers);
    // With channels each worker needs all of the input, most of it from others.
    let rows_take = largest(&rows) as f64 / side.next_multiple_of(TILE) as f64;
    let channels_take = 1.25 * largest(&channels) as f64 / shape.out_channels as f64;
    if layer < BLOCK_4 && rows_take <= channels_take {
        rows.into_iter().map(|rows| Part { rows, channels: all_channels.clone() }).collect()
    } else {
        channels.into_iter().map(|channels| Part { rows: all_rows.clone(), channels }).collect()
    }
}

/// `count` shared between workers, in units that are not torn apart; the first workers have the smaller shares.
fn even_shares(count: usize, unit: usize, workers: usize) -> Vec<Range<usize>> {
    let units = count.div_ceil(unit);
    let bound = |worker: usize| (worker * units / workers * unit).min(count);
    (0..workers).map(|worker| bound(worker)..bound(worker + 1)).collect()
}

fn largest(shares: &[Range<usize>]) -> usize {
    shares.iter().map(ExactSizeIterator::len).max().unwrap_or_default()
}
