//! Which examples each step sees.

use rand::seq::SliceRandom;

use crate::generator;

/// Stream of [`generator`] for the first epoch's order.
const ORDER: u64 = 2 << 32;

/// The examples' order in one epoch, dealt into batches of (nearly) equal size.
#[derive(Debug, Clone)]
pub(crate) struct BatchOrder {
    order: Vec<usize>,
    count: usize,
    next: usize,
}

impl BatchOrder {
    /// At most `most` of `n` examples a batch; none is dealt before [`Self::shuffle`].
    pub(crate) fn new(n: usize, most: usize) -> Self {
        let count = n.div_ceil(most.max(1));
        Self { order: (0..n).collect(), count, next: count }
    }

    /// Begins epoch `epoch` in an order of its own, whatever was dealt before.
    pub(crate) fn shuffle(&mut self, seed: u64, epoch: usize) {
        self.order.sort_unstable();
        self.order.shuffle(&mut generator(seed, ORDER + epoch as u64));
        self.next = 0;
    }

    /// The next batch of this epoch; `None` when all are dealt.
    pub(crate) fn deal(&mut self) -> Option<&[usize]> {
        if self.is_dealt() {
            return None;
        }
        self.next += 1;
        Some(self.batch(self.next - 1))
    }

    /// Batch `at` of this epoch.
    fn batch(&self, at: usize) -> &[usize] {
        let bound = |batch: usize| batch * self.order.len() / self.count;
        &self.order[bound(at)..bound(at + 1)]
    }

    /// Whether this epoch has no batch left.
    pub(crate) fn is_dealt(&self) -> bool {
        self.next >= self.count
    }

    /// Batches dealt in this epoch.
    pub(crate) fn dealt(&self) -> usize {
        self.next
    }

    /// Batches of an epoch.
    pub(crate) fn count(&self) -> usize {
        self.count
    }
}

/// The batches of a whole run: each follows from its number alone, so that whoever makes them can do so in any order.
#[derive(Debug, Clone)]
pub(crate) struct NumberedBatches {
    order: BatchOrder,
    seed: u64,
    /// The epoch that `order` is of.
    epoch: Option<usize>,
}

impl NumberedBatches {
    /// At most `most` of `n` examples a batch.
    pub(crate) fn new(n: usize, most: usize, seed: u64) -> Self {
        Self { order: BatchOrder::new(n, most), seed, epoch: None }
    }

    /// Batches of an epoch.
    pub(crate) fn an_epoch(&self) -> usize {
        self.order.count()
    }

    /// The examples of batch `number`, counted from the run's first one, and the epoch, counted from 0.
    pub(crate) fn get(&mut self, number: usize) -> (usize, &[usize]) {
        let (epoch, at) = (number / self.order.count(), number % self.order.count());
        if self.epoch != Some(epoch) {
            self.order.shuffle(self.seed, epoch);
            self.epoch = Some(epoch);
        }
        (epoch, self.order.batch(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn epoch(batches: &mut BatchOrder, seed: u64, epoch: usize) -> Vec<Vec<usize>> {
        batches.shuffle(seed, epoch);
        std::iter::from_fn(|| batches.deal().map(<[usize]>::to_vec)).collect()
    }

    #[test]
    fn every_example_is_dealt_once_an_epoch_in_even_batches() {
        let mut batches = BatchOrder::new(10, 4);
        assert!(batches.is_dealt());
        let dealt = epoch(&mut batches, 1, 0);
        assert_eq!(dealt.iter().map(Vec::len).collect::<Vec<_>>(), [3, 3, 4]);
        let mut all = dealt.concat();
        all.sort_unstable();
        assert_eq!(all, (0..10).collect::<Vec<_>>());
    }

    #[test]
    fn an_order_follows_from_seed_and_epoch_alone() {
        let mut batches = BatchOrder::new(50, 8);
        let first = epoch(&mut batches, 1, 0);
        let second = epoch(&mut batches, 1, 1);
        assert_ne!(first, second);
        assert_ne!(first, epoch(&mut batches, 2, 0));
        assert_eq!(second, epoch(&mut BatchOrder::new(50, 8), 1, 1));
    }
}
