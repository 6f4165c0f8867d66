//! Early stopping: when to stop, and which epoch to keep.

/// Remembers the epoch with the lowest validation loss.
#[derive(Debug, Clone)]
pub(crate) struct EarlyStopping {
    patience: usize,
    /// The first epoch, counted from 1, whose loss counts.
    settled: usize,
    lowest: f64,
    since_best: usize,
}

impl EarlyStopping {
    /// Stops after `patience` epochs (at least one) without a new lowest loss. Epochs before `settled` do not count: each
    /// is better than the one before, and the run goes on.
    pub(crate) fn new(patience: usize, settled: usize) -> Self {
        Self { patience: patience.max(1), settled, lowest: f64::INFINITY, since_best: 0 }
    }

    /// Takes the validation loss of `epoch`, counted from 1; whether that is the best so far.
    pub(crate) fn is_best(&mut self, epoch: usize, val_loss: f64) -> bool {
        if epoch < self.settled {
            return true;
        }
        let better = val_loss < self.lowest;
        if better {
            self.lowest = val_loss;
            self.since_best = 0;
        } else {
            self.since_best += 1;
        }
        better
    }

    /// Whether patience is over.
    pub(crate) fn is_over(&self) -> bool {
        self.since_best >= self.patience
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(mut stopping: EarlyStopping, losses: &[f64]) -> Vec<(bool, bool)> {
        (1..).zip(losses).map(|(epoch, loss)| (stopping.is_best(epoch, *loss), stopping.is_over())).collect()
    }

    #[test]
    fn patience_starts_anew_at_each_best() {
        let seen = run(EarlyStopping::new(2, 1), &[1.0, 1.1, 0.9, 0.9, 1.0]);
        assert_eq!(seen, [(true, false), (false, false), (true, false), (false, false), (false, true)]);
    }

    #[test]
    fn what_comes_before_a_run_has_settled_neither_wins_nor_ends_it() {
        let seen = run(EarlyStopping::new(1, 4), &[0.1, 0.5, 0.6, 0.4, 0.4]);
        assert_eq!(seen, [(true, false), (true, false), (true, false), (true, false), (false, true)]);
    }

    #[test]
    fn not_a_number_is_never_best() {
        assert!(!EarlyStopping::new(1, 1).is_best(1, f64::NAN));
    }
}
