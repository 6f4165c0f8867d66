//! Timing of the base on the golden pattern.

use headstart_nn::{NnError, read};
use headstart_protocol::{Bench, BenchReport, Event};
use headstart_weights::golden_pattern;

use crate::session::{Session, heap_bytes, now};

impl Session {
    /// The event that answers [`headstart_protocol::Command::Bench`].
    pub(crate) async fn bench(&self, bench: Bench) -> Event {
        match self.time(bench).await {
            Ok(report) => Event::Benched(report),
            Err(error) => Event::Stopped(self.lost(error.to_string())),
        }
    }

    async fn time(&self, Bench { runs, batch }: Bench) -> Result<BenchReport, NnError> {
        let base = &self.models.base;
        let size = self.models.size.pixels();
        let photos = golden_pattern(size).repeat(batch.max(1) as usize);
        let mut runs_ms = Vec::new();
        let mut features_l2 = 0.0;
        // The first run warms up this batch size's kernels and is not counted.
        for run in 0..=runs {
            let start = now();
            let pooled = read(base.features(base.photos(photos.clone(), size)).pooled).await?;
            if run > 0 {
                runs_ms.push(now() - start);
            }
            let one = &pooled[..pooled.len() / batch.max(1) as usize];
            features_l2 = one.iter().map(|value| f64::from(*value).powi(2)).sum::<f64>().sqrt();
        }
        let ready = self.ready();
        Ok(BenchReport {
            backend: ready.backend,
            adapter: ready.adapter.clone(),
            size: size as u32,
            batch: batch.max(1),
            runs_ms,
            features_l2,
            wasm_heap_bytes: heap_bytes(),
        })
    }
}
