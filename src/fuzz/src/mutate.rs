//! Damage, of the kinds that files meet on their way and of those that somebody makes.

#![expect(clippy::ptr_arg, reason = "all changes have one signature, and some of them change the length")]

use rand::{Rng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;

/// What is done to bytes.
type Change = fn(&mut ChaCha8Rng, &mut Vec<u8>, &[Vec<u8>]);

const CHANGES: [Change; 12] = [
    flip_bits, flip_bits, set_byte, set_length, set_length, set_number, set_number, cut, remove, repeat, overwrite,
    splice,
];

/// Lengths and counts that readers stumble over.
const LENGTHS: [u64; 14] =
    [0, 1, 2, 3, 0x7f, 0xff, 0x100, 0x7fff, 0xffff, 0x10000, 0x7fff_ffff, 0xffff_ffff, 1 << 32, u64::MAX];
/// Numbers in a text that readers stumble over.
const NUMBERS: [&str; 14] = [
    "0",
    "-1",
    "1e999",
    "-1e-999",
    "1.5",
    "null",
    "NaN",
    "\"1\"",
    "[]",
    "{}",
    "255",
    "4294967296",
    "18446744073709551615",
    "99999999999999999999",
];
/// No input grows beyond this and what it grew from.
const GROWTH: usize = 64 << 10;

/// One of `seeds`, damaged in one to eight places, parts of the other ones among it.
#[must_use]
pub fn mutate(random: &mut ChaCha8Rng, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = seeds.choose(random).cloned().unwrap_or_default();
    let most = bytes.len() + GROWTH;
    // Mostly few changes: after many, a reader stops at the first.
    let changes = 1 + random.random_range(0u32..8).min(random.random_range(0..8));
    for _ in 0..changes {
        let change = CHANGES.choose(random).unwrap_or(&CHANGES[0]);
        change(random, &mut bytes, seeds);
        bytes.truncate(most);
    }
    bytes
}

/// A place in `bytes`; half of the time among the first ones, where headers are.
fn place(random: &mut ChaCha8Rng, bytes: &[u8]) -> usize {
    let reach = if random.random() { bytes.len().min(128) } else { bytes.len() };
    if reach == 0 { 0 } else { random.random_range(0..reach) }
}

/// A range of `bytes`, mostly a short one.
fn range(random: &mut ChaCha8Rng, bytes: &[u8]) -> std::ops::Range<usize> {
    let start = place(random, bytes);
    let left = bytes.len() - start;
    let most = if random.random_ratio(1, 4) { left } else { left.min(32) };
    start..start + if most == 0 { 0 } else { random.random_range(1..=most) }
}

fn flip_bits(random: &mut ChaCha8Rng, bytes: &mut Vec<u8>, _: &[Vec<u8>]) {
    for _ in 0..random.random_range(1..=4) {
        let at = place(random, bytes);
        if let Some(byte) = bytes.get_mut(at) {
            *byte ^= 1 << random.random_range(0..8);
        }
    }
}

fn set_byte(random: &mut ChaCha8Rng, bytes: &mut Vec<u8>, _: &[Vec<u8>]) {
    let at = place(random, bytes);
    if let Some(byte) = bytes.get_mut(at) {
        *byte = *[0, 1, 0x7f, 0x80, 0xff, b'<', b'"', b'[', random.random()].choose(random).unwrap_or(&0);
    }
}

/// Writes a length where one may stand, of two to eight bytes in either order: absurd, or off by a little.
fn set_length(random: &mut ChaCha8Rng, bytes: &mut Vec<u8>, _: &[Vec<u8>]) {
    let at = place(random, bytes);
    let width = *[2, 2, 4, 4, 4, 8].choose(random).unwrap_or(&4);
    let Some(field) = bytes.get_mut(at..at + width) else { return };
    let is_big = random.random();
    if is_big {
        field.reverse();
    }
    let mut value = [0; 8];
    value[..width].copy_from_slice(field);
    let value = match random.random_range(0..3) {
        0 => u64::from_le_bytes(value).wrapping_add(random.random_range(0..5)).wrapping_sub(2),
        1 => random.random::<u64>() >> random.random_range(0..64),
        _ => *LENGTHS.choose(random).unwrap_or(&0),
    };
    field.copy_from_slice(&value.to_le_bytes()[..width]);
    if is_big {
        field.reverse();
    }
}

/// Writes another number into a text.
fn set_number(random: &mut ChaCha8Rng, bytes: &mut Vec<u8>, _: &[Vec<u8>]) {
    let from = place(random, bytes);
    let is_part = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'-');
    let Some(start) = bytes[from..].iter().position(is_part).map(|at| from + at) else { return };
    let end = bytes[start..].iter().position(|byte| !is_part(byte)).map_or(bytes.len(), |at| start + at);
    let number = NUMBERS.choose(random).unwrap_or(&"0");
    bytes.splice(start..end, number.bytes());
}

fn cut(random: &mut ChaCha8Rng, bytes: &mut Vec<u8>, _: &[Vec<u8>]) {
    let keep = random.random_range(0..=bytes.len());
    bytes.truncate(keep);
}

fn remove(random: &mut ChaCha8Rng, bytes: &mut Vec<u8>, _: &[Vec<u8>]) {
    let gone = range(random, bytes);
    bytes.drain(gone);
}

/// Puts a block in once more, or many times.
fn repeat(random: &mut ChaCha8Rng, bytes: &mut Vec<u8>, _: &[Vec<u8>]) {
    let block = range(random, bytes);
    let times = if random.random_ratio(1, 8) { random.random_range(2..500) } else { 1 };
    let times = times.min(GROWTH / block.len().max(1) + 1);
    let again = bytes[block.clone()].repeat(times);
    bytes.splice(block.end..block.end, again);
}

/// What disks and networks put in the place of what is lost.
fn overwrite(random: &mut ChaCha8Rng, bytes: &mut Vec<u8>, _: &[Vec<u8>]) {
    let block = range(random, bytes);
    let fill = *[0, 0xff, b' '].choose(random).unwrap_or(&0);
    let is_noise: bool = random.random();
    for byte in &mut bytes[block] {
        *byte = if is_noise { random.random() } else { fill };
    }
}

/// A part of another file, in the place of one or between.
fn splice(random: &mut ChaCha8Rng, bytes: &mut Vec<u8>, seeds: &[Vec<u8>]) {
    let Some(other) = seeds.choose(random) else { return };
    let part = range(random, other);
    let mut place = range(random, bytes);
    if random.random() {
        place.end = place.start;
    }
    bytes.splice(place, other[part].iter().copied());
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use rand::SeedableRng;

    use super::*;

    #[test]
    fn the_same_seed_does_the_same_and_another_one_something_else() {
        let seeds = [br#"{"version": 1, "bytes": 4096}"#.to_vec(), vec![7; 300]];
        let all = |seed| {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            (0..500).map(|_| mutate(&mut random, &seeds)).collect::<Vec<_>>()
        };
        assert_eq!(all(1), all(1));
        assert_ne!(all(1), all(2));
        let different: HashSet<_> = all(1).into_iter().collect();
        assert!(different.len() > 400, "{}", different.len());
        assert!(different.iter().all(|bytes| bytes.len() <= 300 + GROWTH));
    }

    #[test]
    fn nothing_is_damaged_too() {
        let mut random = ChaCha8Rng::seed_from_u64(1);
        for _ in 0..2_000 {
            let _ = mutate(&mut random, &[Vec::new(), vec![1]]);
        }
        assert!(mutate(&mut random, &[]).is_empty());
    }
}
