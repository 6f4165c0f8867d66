//! What `?bench=` measured, as JSON for automation.

use headstart_protocol::BenchReport;
use js_sys::{Array, JSON};
use wasm_bindgen::JsValue;

use crate::platform::dom::object;

/// What `?photos=` measured.
pub(super) struct PhotosTimed {
    /// How many there were.
    pub(super) count: u32,
    /// The workers that answered one or more.
    pub(super) workers: usize,
    /// Milliseconds from the first that was sent to the last that was answered.
    pub(super) ms: f64,
}

/// The report with the page's own figure, milliseconds from the navigation to `ready`, and that of the photos.
pub(super) fn json(report: &BenchReport, ready_ms: Option<f64>, photos: Option<&PhotosTimed>) -> String {
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
    JSON::stringify(&object(&fields)).map(String::from).unwrap_or_default()
}
