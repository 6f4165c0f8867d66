//! Figures and states in words.

use headstart_protocol::Backend;

/// Below this probability an answer is called unsure.
pub(crate) const SURE_FROM: f32 = 0.6;

/// A number as short as it can be written: `0.001`, `1e-12`.
pub(crate) fn figure(number: f64) -> String {
    let size = number.abs();
    if size == 0.0 || (1e-6..1e15).contains(&size) { number.to_string() } else { format!("{number:e}") }
}

/// A number with so many digits after the point.
pub(crate) fn fixed(number: f64, digits: u32) -> String {
    format!("{number:.*}", digits as usize)
}

/// A probability as a percentage that never claims certainty.
pub(crate) fn percent(probability: f32) -> String {
    match f64::from(probability) * 100.0 {
        p if p >= 99.95 => "> 99.9 %".to_owned(),
        p if p < 0.05 => "< 0.1 %".to_owned(),
        p => format!("{p:.1} %"),
    }
}

/// A share of photos as a percentage: it was counted, so it may be certain.
pub(crate) fn share(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
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

/// A day and a time of day, as the visitor's language writes them. `time` is in milliseconds since 1970.
pub(crate) fn date(time: f64) -> String {
    let options = crate::platform::dom::object(&[("dateStyle", "medium".into()), ("timeStyle", "short".into())]);
    js_sys::Date::new(&time.into()).to_locale_string("default", &options).into()
}

/// How long something will still take.
pub(crate) fn seconds_left(seconds: f64) -> String {
    match seconds {
        s if s >= 90.0 => format!("about {:.0} minutes left", s / 60.0),
        s if s >= 1.5 => format!("about {s:.0} seconds left"),
        _ => "about a second left".to_owned(),
    }
}

/// A span of time.
pub(crate) fn milliseconds(ms: f64) -> String {
    if ms < 999.5 { format!("{ms:.0} ms") } else { format!("{:.1} s", ms / 1000.0) }
}

/// A count of bytes as a person reads it, in powers of ten as hosts and browsers count downloads.
pub(crate) fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

/// A count of bytes in powers of two, as file limits are given.
pub(crate) fn mebibytes(bytes: u64) -> String {
    format!("{:.0} MiB", bytes as f64 / f64::from(1 << 20))
}

/// A class's name as a title: `tabby_cat` becomes `Tabby cat`.
pub(crate) fn class_title(name: &str) -> String {
    let spaced = name.replace('_', " ");
    let mut letters = spaced.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The device, as in “on your processor”.
pub(crate) fn device(backend: Backend) -> &'static str {
    match backend {
        Backend::WebGpu => "your GPU",
        Backend::Cpu => "your processor",
    }
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
