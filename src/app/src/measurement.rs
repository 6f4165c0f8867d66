//! What `?bench=` measured, as JSON for automation.

use headstart_protocol::BenchReport;
use js_sys::{Array, JSON, Object, Reflect};
use wasm_bindgen::JsValue;

/// The report with the page's own figure: milliseconds from the navigation to `ready`.
pub(crate) fn json(report: &BenchReport, ready_ms: Option<f64>) -> String {
    let runs: Array = report.runs_ms.iter().copied().map(JsValue::from_f64).collect();
    let fields = [
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
    let object = Object::new();
    for (name, value) in &fields {
        // Setting a field of a fresh object does not fail.
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    JSON::stringify(&object).map(String::from).unwrap_or_default()
}
