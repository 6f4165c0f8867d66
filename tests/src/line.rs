//! A connection to the network as thin as a home's.

use std::{
    io::{self, Write},
    sync::{Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

/// Bytes that go out at a time.
const PIECE: usize = 16 * 1024;

/// So many bytes a second for all who send over it together.
pub(crate) struct Line {
    bytes_a_second: f64,
    free_at: Mutex<Instant>,
}

impl Line {
    /// A line with nobody on it.
    pub(crate) fn new(bytes_a_second: u64) -> Self {
        Self { bytes_a_second: bytes_a_second.max(1) as f64, free_at: Mutex::new(Instant::now()) }
    }

    /// Sends `body`, each piece once those before it, of whomever, are through.
    pub(crate) fn send(&self, mut stream: impl Write, body: &[u8]) -> io::Result<()> {
        body.chunks(PIECE).try_for_each(|piece| {
            thread::sleep(self.reserve(piece.len()).saturating_duration_since(Instant::now()));
            stream.write_all(piece)
        })
    }

    /// When `bytes` from now on are through.
    fn reserve(&self, bytes: usize) -> Instant {
        let mut free_at = self.free_at.lock().unwrap_or_else(PoisonError::into_inner);
        *free_at = (*free_at).max(Instant::now()) + Duration::from_secs_f64(bytes as f64 / self.bytes_a_second);
        *free_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_who_send_share_the_line() {
        let line = Line::new(1_000_000);
        let start = Instant::now();
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| line.send(io::sink(), &[0; 100_000]).unwrap());
            }
        });
        let taken = start.elapsed().as_secs_f64();
        assert!((0.19..2.0).contains(&taken), "{taken} s for 0.2 MB at 1 MB/s");
    }
}
