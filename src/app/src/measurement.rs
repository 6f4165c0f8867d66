//! What `?bench=` measured, as JSON for automation.

use headstart_protocol::{BenchReport, Photo};
use js_sys::{Array, JSON, Object, Reflect};
use wasm_bindgen::JsValue;

/// What `?photos=` measured.
pub(crate) struct Photos {
    /// How many there were.
    pub(crate) count: u32,
    /// The workers that answered one or more.
    pub(crate) workers: usize,
    /// Milliseconds from the first that was sent to the last that was answered.
    pub(crate) ms: f64,
}

/// The report with the page's own figure, milliseconds from the navigation to `ready`, and that of the photos.
pub(crate) fn json(report: &BenchReport, ready_ms: Option<f64>, photos: Option<&Photos>) -> String {
    let runs: Array = report.runs_ms.iter().copied().map(JsValue::from_f64).collect();
    let mut fields = vec![
        ("backend", report.backend.name().into()),
        ("adapter", report.adapter.as_str().into()),
        ("size", report.size.into()),
        ("batch", report.batch.into()),
        ("runs_ms", runs.into()),
        ("features_l2", report.features_l2.into()),
        ("navigation_to_ready_ms", ready_ms.map_or(JsValue::NULL, JsValue::from_f64)),
        // Far below 2^53.
        ("wasm_heap_bytes", JsValue::from_f64(report.wasm_heap_bytes as f64)),
    ];
    if let Some(photos) = photos {
        fields.push(("photos", photos.count.into()));
        fields.push(("workers", JsValue::from_f64(photos.workers as f64)));
        fields.push(("photos_ms", photos.ms.into()));
    }
    let object = Object::new();
    for (name, value) in &fields {
        // Setting a field of a fresh object does not fail.
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    JSON::stringify(&object).map(String::from).unwrap_or_default()
}

/// A photo of the bench, larger than either input size: the same for a number every time, and another one for each
/// number below 256.
pub(crate) fn photo(number: u32) -> Photo {
    let (width, height) = (320, 240);
    let pixels = (0..width * height).flat_map(|place| {
        let (x, y) = (place % width, place / width);
        let value = |c: u32| ((x * 7 * c + y * 13 * (c + 1) + x * y * c + number) % 256) as u8;
        [value(1), value(2), value(3), 255]
    });
    Photo::Rgba { width, height, pixels: pixels.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_photo_of_the_bench_is_another_one_and_always_the_same() {
        let photos: Vec<_> = (0..4).map(photo).collect();
        for (number, first) in photos.iter().enumerate() {
            assert_eq!(photos.iter().position(|other| other == first), Some(number));
            assert_eq!(*first, photo(number as u32));
        }
        let Photo::Rgba { width, height, pixels } = &photos[0] else { panic!("no pixels") };
        assert_eq!(pixels.len() as u32, 4 * width * height);
    }
}
