//! Entropy coding: range asymmetric numeral systems with a static table (Duda 2013, "Asymmetric numeral systems").
//!
//! A symbol is a byte. [`LANES`] independent 32-bit states take turns, so
//! that a decoder keeps several multiplications in flight; they share one stream of 16-bit words. Every state begins as
//! [`LOW`] in the encoder, so a decoder that does not end there has read damaged bytes.

/// Frequencies of a table sum to `1 << PRECISION`.
const PRECISION: u32 = 12;
const TOTAL: u32 = 1 << PRECISION;
/// The lower bound of a state between symbols; states are below `LOW << 16`.
const LOW: u32 = 1 << 16;
/// How many states take turns.
const LANES: usize = 4;
/// Symbols that are read in one call, whole turns.
const PORTION: usize = 1 << 12;

/// How often each byte occurs, out of 4096.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Frequencies([u16; 256]);

impl Frequencies {
    /// Frequencies in proportion to `counts`, none of a byte that occurs being zero. All counts zero gives a table that
    /// codes only byte 0.
    pub(crate) fn from_counts(counts: &[u64; 256]) -> Self {
        let sum: u64 = counts.iter().sum();
        let mut table = [0u16; 256];
        if sum == 0 {
            table[0] = TOTAL as u16;
            return Self(table);
        }
        for (frequency, &count) in table.iter_mut().zip(counts) {
            if count > 0 {
                *frequency = ((count * u64::from(TOTAL) + sum / 2) / sum).max(1) as u16;
            }
        }
        // Rounding misses the total by a few: give to, or take from, the byte where it costs least.
        loop {
            let total: u32 = table.iter().map(|&frequency| u32::from(frequency)).sum();
            if total == TOTAL {
                return Self(table);
            }
            let grow = total < TOTAL;
            // The slope of count · log2(frequency) halfway, by division only: logarithms differ between machines.
            let cost = |byte: usize| {
                let (count, frequency) = (counts[byte] as f64, f64::from(table[byte]));
                match table[byte] {
                    0 => f64::INFINITY,
                    _ if grow => -count / (frequency + 0.5),
                    1 => f64::INFINITY,
                    _ => count / (frequency - 0.5),
                }
            };
            let best = (0..256).min_by(|&a, &b| cost(a).total_cmp(&cost(b))).unwrap_or(0);
            table[best] = if grow { table[best] + 1 } else { table[best] - 1 };
        }
    }

    /// Reads frequencies written by [`Frequencies::write`] off the front of `bytes`; `None` when they are not a table.
    pub(crate) fn read(bytes: &mut &[u8]) -> Option<Self> {
        let (&[first, last], rest) = bytes.split_first_chunk::<2>()?;
        let count = usize::from(last).checked_sub(usize::from(first))? + 1;
        let (values, rest) = rest.split_at_checked(count * 2)?;
        *bytes = rest;
        let mut table = [0u16; 256];
        for (slot, pair) in table[usize::from(first)..].iter_mut().zip(values.as_chunks::<2>().0) {
            *slot = u16::from_le_bytes(*pair);
        }
        let total: u32 = table.iter().map(|&frequency| u32::from(frequency)).sum();
        (total == TOTAL).then_some(Self(table))
    }

    /// Appends the first and last byte that occur and the frequencies between.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        let first = self.0.iter().position(|&frequency| frequency > 0).unwrap_or(0);
        let last = self.0.iter().rposition(|&frequency| frequency > 0).unwrap_or(0);
        out.extend([first as u8, last as u8]);
        out.extend(self.0[first..=last].iter().flat_map(|frequency| frequency.to_le_bytes()));
    }

    /// For each byte: frequency and the sum of the frequencies before it.
    fn intervals(&self) -> [(u32, u32); 256] {
        let mut start = 0;
        self.0.map(|frequency| {
            let interval = (u32::from(frequency), start);
            start += u32::from(frequency);
            interval
        })
    }
}

/// Codes `symbols`. Each must have a frequency.
pub(crate) fn encode(symbols: &[u8], frequencies: &Frequencies) -> Vec<u8> {
    let intervals = frequencies.intervals();
    let mut states = [LOW; LANES];
    let mut words: Vec<u16> = Vec::with_capacity(symbols.len() / 4);
    for (position, &symbol) in symbols.iter().enumerate().rev() {
        let (frequency, start) = intervals[usize::from(symbol)];
        let state = &mut states[position % LANES];
        if u64::from(*state) >= u64::from(frequency) << (32 - PRECISION) {
            words.push((*state & 0xffff) as u16);
            *state >>= 16;
        }
        *state = ((*state / frequency) << PRECISION) + *state % frequency + start;
    }
    let states = states.iter().flat_map(|state| state.to_le_bytes());
    states.chain(words.iter().rev().flat_map(|word| word.to_le_bytes())).collect()
}

/// A decoder's table: for each of the 4096 slots of a state, the byte (8 bits), its frequency less one (12 bits) and the
/// slot's distance from the byte's first slot (12 bits).
struct Slots(Box<[u32; TOTAL as usize]>);

impl Slots {
    /// The decoder's view of `frequencies`.
    fn new(frequencies: &Frequencies) -> Self {
        let mut slots = Box::new([0; TOTAL as usize]);
        for (byte, (frequency, start)) in (0u32..).zip(frequencies.intervals()) {
            for distance in 0..frequency {
                slots[(start + distance) as usize] = byte << 24 | (frequency - 1) << 12 | distance;
            }
        }
        Self(slots)
    }
}

/// Reads back the `count` symbols of which [`encode`] made `bytes`; what is wrong where it did not.
pub(crate) fn decode(bytes: &[u8], count: usize, frequencies: &Frequencies) -> Result<Vec<u8>, &'static str> {
    let slots = Slots::new(frequencies);
    let mut decoder = Decoder::new(bytes).ok_or("its stream is no stream")?;
    let mut symbols = vec![0; count];
    symbols.chunks_mut(PORTION).for_each(|portion| decoder.read(&slots, portion));
    if decoder.finished() { Ok(symbols) } else { Err("its stream does not end where it should") }
}

/// Where a decoder is in its stream.
struct Decoder<'a> {
    states: [u32; LANES],
    words: &'a [[u8; 2]],
    next: usize,
}

impl<'a> Decoder<'a> {
    /// A decoder of `bytes`; `None` when they cannot be a stream.
    fn new(bytes: &'a [u8]) -> Option<Self> {
        let (states, words) = bytes.split_at_checked(4 * LANES)?;
        let (words, []) = words.as_chunks::<2>() else { return None };
        let mut all = [0; LANES];
        for (state, four) in all.iter_mut().zip(states.as_chunks::<4>().0) {
            *state = u32::from_le_bytes(*four);
        }
        Some(Self { states: all, words, next: 0 })
    }

    /// Reads the next symbols; the first one is the first state's.
    ///
    /// A call of its own: a browser goes over to its optimizing compiler's code when a function is called, and not within it.
    #[inline(never)]
    fn read(&mut self, slots: &Slots, symbols: &mut [u8]) {
        let Self { mut states, words, mut next } = *self;
        let (turns, rest) = symbols.as_chunks_mut::<LANES>();
        for turn in turns {
            read_turn(slots, &mut states, words, &mut next, turn);
        }
        read_turn(slots, &mut states, words, &mut next, rest);
        (self.states, self.next) = (states, next);
    }

    /// Whether the stream was read exactly to its end.
    fn finished(&self) -> bool {
        self.next == self.words.len() && self.states == [LOW; LANES]
    }
}

/// Reads a symbol from each state, as many as `symbols` are. Whether a state takes a word no processor can foretell: it is
/// no branch.
#[inline(always)]
fn read_turn(slots: &Slots, states: &mut [u32; LANES], words: &[[u8; 2]], next: &mut usize, symbols: &mut [u8]) {
    let mut window = window(words, *next);
    for (symbol, state) in symbols.iter_mut().zip(states) {
        let slot = slots.0[(*state & (TOTAL - 1)) as usize];
        let frequency = (slot >> 12 & (TOTAL - 1)) + 1;
        // Wraps only for states that no encoder makes.
        *state = frequency.wrapping_mul(*state >> PRECISION).wrapping_add(slot & (TOTAL - 1));
        let low = *state < LOW;
        *state = if low { *state << 16 | (window & 0xffff) as u32 } else { *state };
        window >>= if low { 16 } else { 0 };
        *next += usize::from(low);
        *symbol = (slot >> 24) as u8;
    }
}

/// The words from `next` on that a turn can take, the first one lowest; zeros beyond the end.
#[inline(always)]
fn window(words: &[[u8; 2]], next: usize) -> u64 {
    let rest = words.get(next..).unwrap_or_default().as_flattened();
    if let Some(eight) = rest.first_chunk::<8>() {
        return u64::from_le_bytes(*eight);
    }
    let mut eight = [0; 8];
    eight[..rest.len()].copy_from_slice(rest);
    u64::from_le_bytes(eight)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn table_of(symbols: &[u8]) -> Frequencies {
        let mut counts = [0u64; 256];
        symbols.iter().for_each(|&symbol| counts[usize::from(symbol)] += 1);
        Frequencies::from_counts(&counts)
    }

    proptest! {
        #[test]
        fn what_goes_in_comes_out(symbols in prop::collection::vec(any::<u8>(), 0..2000)) {
            let table = table_of(&symbols);
            prop_assert_eq!(decode(&encode(&symbols, &table), symbols.len(), &table), Ok(symbols));
        }

        #[test]
        fn any_bytes_decode_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = decode(&bytes, 300, &table_of(&[1, 1, 2]));
        }

        #[test]
        fn tables_survive_writing(counts in prop::collection::vec(0u64..1_000_000, 256)) {
            let counts: [u64; 256] = counts.try_into().unwrap();
            let table = Frequencies::from_counts(&counts);
            prop_assert!(table.0.iter().zip(counts).all(|(&frequency, count)| (frequency > 0) == (count > 0)));
            let mut bytes = Vec::new();
            table.write(&mut bytes);
            prop_assert_eq!(Frequencies::read(&mut bytes.as_slice()), Some(table));
        }
    }

    #[test]
    fn one_symbol_alone_costs_nothing() {
        let symbols = [7; 10_000];
        assert_eq!(encode(&symbols, &table_of(&symbols)).len(), 4 * LANES);
    }

    #[test]
    fn comes_close_to_the_entropy() {
        let symbols: Vec<u8> =
            (0u32..40_000).map(|index| (index.wrapping_mul(2_654_435_761) >> 16).leading_zeros() as u8).collect();
        let mut counts = [0.0f64; 256];
        symbols.iter().for_each(|&symbol| counts[usize::from(symbol)] += 1.0);
        let total = symbols.len() as f64;
        let bits: f64 = counts.iter().filter(|&&count| count > 0.0).map(|count| -count * (count / total).log2()).sum();
        let bytes = encode(&symbols, &table_of(&symbols)).len() as f64;
        assert!(bytes < bits / 8.0 * 1.01 + 20.0, "{bytes} bytes for {bits} bits");
    }
}
