//! Figures and states in words.

use headstart_protocol::{Backend, Ready};

use crate::browser::uppercase;

/// Below this probability an answer is called unsure.
pub(crate) const SURE_FROM: f32 = 0.6;

/// A number with so many digits after the point: what Rust's `{:.1}` gives, for numbers below 2^53. Rust's own takes 6 KB of
/// the page.
pub(crate) fn fixed(number: f64, digits: u32) -> String {
    if !number.is_finite() {
        return if number.is_nan() { "NaN" } else { "∞" }.to_owned();
    }
    let scale = 10_u64.pow(digits);
    let (size, factor) = (number.abs(), scale as f64);
    let product = size * factor;
    // What the product lacks: each half of the number, times the factor, is exact.
    let upper = f64::from_bits(size.to_bits() >> 27 << 27);
    let lacking = (upper * factor - product) + (size - upper) * factor;
    let below = product.floor();
    let over_half = (product - below - 0.5) + lacking;
    let is_odd = below % 2.0 == 1.0;
    let scaled = below as u64 + u64::from(over_half > 0.0 || over_half == 0.0 && is_odd);
    let sign = if number < 0.0 { "-" } else { "" };
    let (whole, rest) = (scaled / scale, scaled % scale);
    if digits == 0 {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{rest:0width$}", width = digits as usize)
    }
}

/// A probability as a percentage that never claims certainty.
pub(crate) fn percent(probability: f32) -> String {
    match f64::from(probability) * 100.0 {
        p if p >= 99.95 => "> 99.9 %".to_owned(),
        p if p < 0.05 => "< 0.1 %".to_owned(),
        p => format!("{} %", fixed(p, 1)),
    }
}

/// A share of photos as a percentage: it was counted, so it may be certain.
pub(crate) fn share(share: f64) -> String {
    format!("{} %", fixed(share * 100.0, 1))
}

/// So many of something, as in “3 photos”.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{} {noun}s", thousands(count as u64)) }
}

/// A count with its thousands apart.
pub(crate) fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut words = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            words.push(',');
        }
        words.push(digit);
    }
    words
}

/// How long something will still take.
pub(crate) fn seconds_left(seconds: f64) -> String {
    match seconds {
        s if s >= 90.0 => format!("about {} minutes left", fixed(s / 60.0, 0)),
        s if s >= 1.5 => format!("about {} seconds left", fixed(s, 0)),
        _ => "about a second left".to_owned(),
    }
}

/// A span of time.
pub(crate) fn milliseconds(ms: f64) -> String {
    if ms < 999.5 { format!("{} ms", fixed(ms, 0)) } else { format!("{} s", fixed(ms / 1000.0, 1)) }
}

/// A count of bytes as a person reads it, in powers of ten as hosts and browsers count downloads.
pub(crate) fn megabytes(bytes: u64) -> String {
    format!("{} MB", fixed(bytes as f64 / 1e6, 1))
}

/// A count of bytes in powers of two, as file limits are given.
pub(crate) fn mebibytes(bytes: u64) -> String {
    format!("{} MiB", fixed(bytes as f64 / f64::from(1 << 20), 0))
}

/// A class's name as a title: `tabby_cat` becomes `Tabby cat`.
pub(crate) fn class_title(name: &str) -> String {
    let spaced = name.replace('_', " ");
    let mut letters = spaced.chars();
    letters.next().map_or_else(String::new, |first| uppercase(&first.to_string()) + letters.as_str())
}

/// The device, as in “on your processor”.
pub(crate) fn device(backend: Backend) -> &'static str {
    match backend {
        Backend::WebGpu => "your GPU",
        Backend::Cpu => "your processor",
    }
}

/// The engine's line once it is ready.
pub(crate) fn ready(ready: &Ready) -> String {
    let side = ready.size.pixels();
    format!("Ready on {}, {side}×{side}", device(ready.backend))
}

/// The index of the most probable class.
pub(crate) fn winner(probabilities: &[f32]) -> Option<usize> {
    let best = probabilities.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1))?;
    Some(best.0)
}

/// The classes with their titles, as in “Cat or Dog”.
pub(crate) fn either(classes: &[String]) -> String {
    let titles: Vec<_> = classes.iter().map(|name| class_title(name)).collect();
    match titles.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        Some((last, _)) => last.clone(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_rounded_as_rust_rounds_them() {
        let random = (1_u32..2000).map(|seed| f64::from(seed.wrapping_mul(2_654_435_761)) / 4321.0);
        let ties = [0.0, 0.05, 0.25, 0.145, 0.949_999, 1.0, 1.115, 8.345, 98.25, -0.5, -7.25, -0.01, 999.96, 2.5, 3.5];
        for number in ties.into_iter().chain(random) {
            assert_eq!(
                [0, 1, 2, 6].map(|digits| fixed(number, digits)),
                [format!("{number:.0}"), format!("{number:.1}"), format!("{number:.2}"), format!("{number:.6}")]
            );
        }
        assert_eq!(fixed(f64::NAN, 1), "NaN");
    }

    #[test]
    fn percentages_are_never_certain() {
        assert_eq!(percent(1.0), "> 99.9 %");
        assert_eq!(percent(0.0), "< 0.1 %");
        assert_eq!(percent(0.973_24), "97.3 %");
        assert_eq!(percent(0.5), "50.0 %");
        assert_eq!(percent(0.9996), "> 99.9 %");
    }

    #[test]
    fn times_change_their_unit_at_a_second() {
        assert_eq!(milliseconds(412.4), "412 ms");
        assert_eq!(milliseconds(999.6), "1.0 s");
        assert_eq!(milliseconds(12_345.0), "12.3 s");
        assert_eq!(seconds_left(0.2), "about a second left");
        assert_eq!(seconds_left(12.3), "about 12 seconds left");
        assert_eq!(seconds_left(170.0), "about 3 minutes left");
    }

    #[test]
    fn nouns_follow_their_count() {
        assert_eq!(counted(0, "photo"), "0 photos");
        assert_eq!(counted(1, "photo"), "1 photo");
        assert_eq!(counted(2, "photo"), "2 photos");
        assert_eq!([0, 999, 1000, 168_641].map(thousands), ["0", "999", "1,000", "168,641"]);
        assert_eq!(share(1.0), "100.0 %");
        assert_eq!(share(0.955), "95.5 %");
    }

    #[test]
    fn bytes_are_counted_in_both_ways() {
        assert_eq!(megabytes(9_412_345), "9.4 MB");
        assert_eq!(mebibytes(64 << 20), "64 MiB");
    }

    #[test]
    fn class_names_become_titles() {
        assert_eq!(class_title("cat"), "Cat");
        assert_eq!(class_title("tabby_cat"), "Tabby cat");
        assert_eq!(class_title("übung"), "Übung");
        assert_eq!(class_title(""), "");
    }

    #[test]
    fn classes_are_listed() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(either(&names(&["cat", "dog"])), "Cat or Dog");
        assert_eq!(either(&names(&["a", "b", "c"])), "A, B or C");
        assert_eq!(either(&names(&["a"])), "A");
        assert_eq!(either(&[]), "");
    }

    #[test]
    fn the_most_probable_class_wins() {
        assert_eq!(winner(&[0.2, 0.7, 0.1]), Some(1));
        assert_eq!(winner(&[]), None);
    }
}
