//! The golden pattern for automation: the base's times, and the figures of every stage.

use headstart_nn::{measure_golden, read};
use headstart_protocol::{BenchReport, MeasureParity, TimeBase};
use headstart_weights::golden_pattern;
use js_sys::Reflect;
use wasm_bindgen::JsCast;

use super::AnswerInTurn;
use crate::clock::now;
use crate::engine::StartedEngine;
use crate::error::EngineError;

impl AnswerInTurn for TimeBase {
    async fn answer(self, engine: &StartedEngine) -> Result<BenchReport, EngineError> {
        let base = &engine.models.base;
        let size = engine.models.size.pixels();
        let batch = self.batch.max(1);
        let photos = golden_pattern(size).repeat(batch as usize);
        let mut runs_ms = Vec::new();
        let mut features_l2 = 0.0;
        // The first run warms up this batch size's kernels and is not counted.
        for run in 0..=self.runs {
            let start = now();
            let pooled = read(base.features(base.photos(photos.clone(), size)).pooled).await?;
            if run > 0 {
                runs_ms.push(now() - start);
            }
            let one = &pooled[..pooled.len() / batch as usize];
            features_l2 = one.iter().map(|value| f64::from(*value).powi(2)).sum::<f64>().sqrt();
        }
        let ready = engine.ready();
        Ok(BenchReport {
            backend: ready.backend,
            adapter: ready.adapter.clone(),
            size: size as u32,
            batch,
            runs_ms,
            features_l2,
            wasm_heap_bytes: heap_bytes(),
        })
    }
}

impl AnswerInTurn for MeasureParity {
    async fn answer(self, engine: &StartedEngine) -> Result<String, EngineError> {
        let golden = measure_golden(&engine.models.base, engine.models.size.pixels()).await?;
        let ready = engine.ready();
        let figures = serde_json::json!({
            "backend": ready.backend.name(),
            "adapter": ready.adapter,
            "golden": golden,
        });
        Ok(figures.to_string())
    }
}

/// Bytes of this wasm instance's memory.
fn heap_bytes() -> u64 {
    let buffer = Reflect::get(&wasm_bindgen::memory(), &"buffer".into());
    let buffer = buffer.ok().and_then(|buffer| buffer.dyn_into::<js_sys::ArrayBuffer>().ok());
    buffer.map_or(0, |buffer| u64::from(buffer.byte_length()))
}
