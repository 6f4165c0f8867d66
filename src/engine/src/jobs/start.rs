//! Starting the engine.

use std::rc::Rc;

use headstart_nn::read;
use headstart_protocol::{Backend, Failure, Ready, Start, StartProgress};
use headstart_weights::{golden_pattern, relative_distance};

use crate::device::{BACKEND, OpenDevice};
use crate::engine::StartedEngine;
use crate::error::EngineError;
use crate::models::{Ahead, Models};
use crate::port::RunLine;
use crate::turns::Turns;

/// Relative L2 distance of the golden pattern's pooled features beyond which a device is refused.
const GOLDEN_BOUND: f64 = 5e-3;

/// Opens the device and loads the models, with what is under way `ahead`; a GPU warms up on the golden pattern, whose
/// features it has to give.
///
/// # Errors
/// Whatever stands in the way.
pub(crate) async fn start(
    start: &Start,
    turns: Rc<Turns>,
    ahead: Ahead,
    line: &RunLine<Start>,
) -> Result<StartedEngine, EngineError> {
    let opened = OpenDevice::open().await?;
    let models = Models::load(start, BACKEND.default_size(), &opened.device, ahead, line).await?;
    if BACKEND == Backend::WebGpu {
        line.tell(StartProgress::WarmingUp(BACKEND));
        warm_up(&models).await?;
    }
    let ready = Ready {
        backend: BACKEND,
        adapter: start.adapter.clone(),
        size: models.size,
        base_sha256: models.base_file.sha256.clone(),
        classes: models.manifest.classes.clone(),
        has_bank: models.head.has_bank(),
        fetched_bytes: models.fetched,
    };
    Ok(StartedEngine::new(opened, models, ready, start.base_url.clone(), turns))
}

/// Has a GPU compile its kernels, and refuses one that computes something else. The processor has nothing to compile and no
/// drivers: there the visitor's own photo comes first.
async fn warm_up(models: &Models) -> Result<(), EngineError> {
    let size = models.size.pixels();
    let features = models.base.features(models.base.photos(golden_pattern(size), size));
    let pooled = read(features.pooled).await?;
    if let Some(golden) = &models.golden {
        let error = relative_distance(&pooled, &golden.features);
        // Not a number counts as wrong, too.
        if error.is_nan() || error > GOLDEN_BOUND {
            return Err(Failure::DeviceWrong { backend: BACKEND, error, bound: GOLDEN_BOUND }.into());
        }
    }
    // The head's first run compiles its kernels.
    read(models.head.classifier.probabilities(features.descriptor)).await?;
    Ok(())
}
