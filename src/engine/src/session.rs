//! A started engine: one device, its models, and the answers to the page's commands.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use burn::tensor::Tensor;
use headstart_nn::{NnError, measure_golden, read};
use headstart_protocol::{
    Backend, Event, Failure, InputSize, OwnPrediction, Photo, PhotoHash, Prediction, Ready, Shipped, Start,
};
use headstart_vision::{RgbImage, normalise, square};
use headstart_weights::{golden_pattern, relative_distance};
use js_sys::Reflect;
use wasm_bindgen::JsCast;

use crate::device::{self, BACKEND};
use crate::error::EngineError;
use crate::models::Models;
use crate::own_head::OwnHead;
use crate::photo;
use crate::port::Outbox;
use crate::shipped::ScratchModel;
use crate::turns::Turns;

/// Relative L2 distance of the golden pattern's pooled features beyond which a device is refused.
const GOLDEN_BOUND: f64 = 5e-3;

/// The running engine.
pub(crate) struct Session {
    pub(crate) models: Models,
    /// The visitor's own head, where one is open.
    pub(crate) own: RefCell<Option<Rc<OwnHead>>>,
    /// The shipped CNN, where it is open.
    pub(crate) scratch: RefCell<Option<Rc<ScratchModel>>>,
    /// What ships for the comparison, once it was fetched.
    pub(crate) shipped: RefCell<Option<Shipped>>,
    /// The photos that the page has given for a CNN, small, by the SHA-256 of their files.
    pub(crate) kept: RefCell<HashMap<PhotoHash, RgbImage>>,
    pub(crate) turns: Turns,
    /// Address of the page's folder, with a trailing slash.
    pub(crate) base_url: String,
    ready: Ready,
}

/// The event of an engine that did not start: the processor is worth a try where it was the GPU that failed.
pub(crate) fn start_failed(error: &EngineError) -> Event {
    let of_device = matches!(
        error,
        EngineError::NoWebGpu(_)
            | EngineError::DeviceWrong { .. }
            | EngineError::DeviceLost(_)
            | EngineError::Model(NnError::HeadAnswer { .. })
    );
    Event::StartFailed { failure: error.failure(), retry_on_cpu: of_device && BACKEND == Backend::WebGpu }
}

impl Session {
    /// Opens the device, loads the models, warms up on the golden pattern and checks its features.
    ///
    /// # Errors
    /// Whatever stands in the way.
    pub(crate) async fn start(start: &Start, outbox: &Outbox) -> Result<Self, EngineError> {
        let models = Models::load(start, BACKEND.default_size(), &device::open().await?, outbox).await?;
        outbox.post(&Event::WarmingUp(BACKEND));
        let size = models.size.pixels();
        let features = models.base.features(models.base.photos(golden_pattern(size), size));
        let pooled = read(features.pooled).await?;
        if let Some(golden) = &models.golden {
            let error = relative_distance(&pooled, &golden.features);
            // Not a number counts as wrong, too.
            if error.is_nan() || error > GOLDEN_BOUND {
                return Err(EngineError::DeviceWrong { backend: BACKEND, error, bound: GOLDEN_BOUND });
            }
        }
        // The head's first run compiles its kernels.
        read(models.head.probabilities(features.descriptor)).await?;
        let ready = Ready {
            backend: BACKEND,
            adapter: start.adapter.clone(),
            size: models.size,
            classes: models.manifest.classes.clone(),
            fetched_bytes: models.fetched,
        };
        Ok(Self {
            models,
            own: RefCell::default(),
            scratch: RefCell::default(),
            shipped: RefCell::default(),
            kept: RefCell::default(),
            turns: Turns::new()?,
            base_url: start.base_url.clone(),
            ready,
        })
    }

    /// What the page is told once.
    pub(crate) fn ready(&self) -> &Ready {
        &self.ready
    }

    /// The event that answers one photo; with the shipped CNN's answer, to `compare`, where it is open.
    pub(crate) async fn classify(&self, id: u64, photo: Photo, compare: bool) -> Event {
        match self.predict(photo, compare).await {
            Ok(prediction) => Event::Predicted { id, prediction },
            Err(error) => photo_failed(id, &error),
        }
    }

    async fn predict(&self, photo: Photo, compare: bool) -> Result<Prediction, EngineError> {
        let start = now();
        let image = photo::pixels(photo).await?;
        let decoded = now();
        let descriptor = self.descriptor(&image, self.models.size);
        let probabilities = read(self.models.head.probabilities(descriptor.clone())).await?;
        let ms = now() - decoded;
        // Not borrowed while it answers: a run that ends meanwhile puts another in its place.
        let own = self.own.borrow().clone();
        let own = match own {
            Some(own) => {
                let shares = own.size() == self.models.size;
                let (since, descriptor) =
                    if shares { (decoded, descriptor) } else { (now(), self.descriptor(&image, own.size())) };
                let probabilities = read(own.head().probabilities(descriptor)).await?;
                Some(OwnPrediction { probabilities, ms: now() - since })
            }
            None => None,
        };
        let scratch = self.scratch.borrow().clone().filter(|_| compare);
        let scratch = match scratch {
            Some(scratch) => Some(scratch.answer(&image).await?),
            None => None,
        };
        Ok(Prediction { probabilities, ms, decode_ms: decoded - start, own, scratch })
    }

    /// What the base says of `image` at `size`, `[1, 2048]`.
    pub(crate) fn descriptor(&self, image: &RgbImage, size: InputSize) -> Tensor<2> {
        let size = size.pixels();
        let photos = self.models.base.photos(normalise(&square(image, size)), size);
        self.models.base.features(photos).descriptor
    }

    /// The event that answers [`headstart_protocol::Command::Parity`].
    pub(crate) async fn parity(&self) -> Event {
        match measure_golden(&self.models.base, self.models.size.pixels()).await {
            Ok(golden) => Event::ParityMeasured(
                serde_json::json!({
                    "backend": self.ready.backend.name(),
                    "adapter": self.ready.adapter,
                    "golden": golden,
                })
                .to_string(),
            ),
            Err(error) => Event::Stopped(self.lost(error.to_string())),
        }
    }

    /// The failure of a device that gives nothing back.
    pub(crate) fn lost(&self, reason: String) -> Failure {
        EngineError::DeviceLost(reason).failure()
    }
}

/// The event of a photo that could not be answered: a lost device ends the engine, anything else that photo alone.
pub(crate) fn photo_failed(id: u64, error: &EngineError) -> Event {
    match error {
        EngineError::DeviceLost(_) => Event::Stopped(error.failure()),
        error => Event::PhotoFailed { id, failure: error.failure() },
    }
}

/// Milliseconds since the worker began.
pub(crate) fn now() -> f64 {
    let scope: web_sys::WorkerGlobalScope = js_sys::global().unchecked_into();
    scope.performance().map_or(0.0, |clock| clock.now())
}

/// Bytes of this wasm instance's memory.
pub(crate) fn heap_bytes() -> u64 {
    let buffer = Reflect::get(&wasm_bindgen::memory(), &"buffer".into());
    let buffer = buffer.ok().and_then(|buffer| buffer.dyn_into::<js_sys::ArrayBuffer>().ok());
    buffer.map_or(0, |buffer| u64::from(buffer.byte_length()))
}
