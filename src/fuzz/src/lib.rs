//! Fuzzing with what stable Rust has: valid files, damaged as a seed says, given to whatever reads files from elsewhere.
//!
//! A crate's `tests/fuzz.rs` holds its targets, and [`PeakAlloc`] as its allocator; each is a [`Fuzz`] with a few valid files
//! and a function that reads one. As a test it takes a second or two and does the same things each time. `cargo xtask fuzz
//! --minutes N` goes on for as long.
//!
//! What must hold: the valid files are taken, no panic, no input that takes more than [`HANG`], and no more memory than
//! [`Fuzz::memory`] says for an input of its length. A reader that accepts damage is no failure by itself; the target says
//! what an accepted value must be.

// The tests' crates have it as a dependency, and nothing else has.
#![expect(clippy::expect_used, clippy::panic, reason = "a finding is a panic, as in any test")]

pub mod container;
mod mutate;
pub mod pictures;
mod runner;

pub use mutate::mutate;
pub use runner::{Fuzz, HANG};

/// Counts memory, where it is the test's `#[global_allocator]`.
pub use peak_alloc::PeakAlloc;

pub use rand::{Rng, SeedableRng, seq::IndexedRandom};
pub use rand_chacha::ChaCha8Rng;
