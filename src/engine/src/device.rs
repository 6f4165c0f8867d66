//! Which device runs the models. WebGPU is probed through plain JavaScript before wgpu starts, because wgpu's runtime
//! panics on an adapter without `timestamp-query`, and a panic ends the worker.

use burn::tensor::Device;
use headstart_protocol::Backend;
use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::error::{EngineError, exception};

/// The device and how it was chosen.
pub(crate) struct Choice {
    pub(crate) backend: Backend,
    pub(crate) device: Device,
    /// The adapter's own words about itself.
    pub(crate) adapter: String,
    /// Why the GPU is not in use although the browser has WebGPU.
    pub(crate) note: Option<String>,
}

impl Choice {
    fn cpu(note: Option<String>) -> Self {
        Self { backend: Backend::Cpu, device: Device::flex(), adapter: String::new(), note }
    }
}

/// The forced device, or else the GPU where a real one can be had, or else the processor.
///
/// # Errors
/// [`EngineError::NoWebGpu`] where WebGPU is forced and cannot be had.
pub(crate) async fn choose(forced: Option<Backend>) -> Result<Choice, EngineError> {
    if forced == Some(Backend::Cpu) {
        return Ok(Choice::cpu(None));
    }
    let forced = forced.is_some();
    let adapter = match Adapter::probe().await {
        Ok(Some(adapter)) => adapter,
        Ok(None) if forced => return Err(EngineError::NoWebGpu("this browser offers no GPU.".into())),
        Ok(None) => return Ok(Choice::cpu(None)),
        Err(reason) if forced => return Err(EngineError::NoWebGpu(format!("{reason}."))),
        Err(reason) => return Ok(Choice::cpu(Some(format!("The GPU could not be used ({reason}).")))),
    };
    if !adapter.timestamps {
        let reason = "its GPU cannot take time stamps, which the GPU runtime needs.";
        return if forced {
            Err(EngineError::NoWebGpu(format!("for this browser, {reason}")))
        } else {
            Ok(Choice::cpu(Some(format!("The GPU is not used: in this browser {reason}"))))
        };
    }
    if adapter.software && !forced {
        return Ok(Choice::cpu(Some(
            "This browser's GPU is an emulation, so the processor is used: it is faster.".into(),
        )));
    }
    match Device::wgpu_options().init_async().await {
        Ok(device) => Ok(Choice { backend: Backend::WebGpu, device, adapter: adapter.words, note: None }),
        Err(error) if forced => Err(EngineError::NoWebGpu(format!("{error}."))),
        Err(error) => Ok(Choice::cpu(Some(format!("The GPU could not be used ({error}).")))),
    }
}

/// What an adapter says of itself.
struct Adapter {
    words: String,
    software: bool,
    timestamps: bool,
}

impl Adapter {
    /// The browser's preferred adapter; `None` where it has none, `Err` with the reason where asking failed.
    async fn probe() -> Result<Option<Self>, String> {
        Self::ask().await.map_err(|error| exception(&error))
    }

    async fn ask() -> Result<Option<Self>, JsValue> {
        let gpu = get(&get(&js_sys::global(), "navigator")?, "gpu")?;
        if gpu.is_falsy() {
            return Ok(None);
        }
        let options = Object::new();
        Reflect::set(&options, &"powerPreference".into(), &"high-performance".into())?;
        let request: Function = get(&gpu, "requestAdapter")?.dyn_into()?;
        let adapter = JsFuture::from(request.call1(&gpu, &options)?.dyn_into::<Promise>()?).await?;
        if adapter.is_falsy() {
            return Ok(None);
        }
        let info = get(&adapter, "info")?;
        let word = |key: &str| get(&info, key).ok().and_then(|value| value.as_string()).filter(|word| !word.is_empty());
        let words: Vec<_> = ["vendor", "architecture", "device", "description"].into_iter().filter_map(word).collect();
        let flag = |of: &JsValue| get(of, "isFallbackAdapter").is_ok_and(|value| value.is_truthy());
        let features = get(&adapter, "features")?;
        let has: Function = get(&features, "has")?.dyn_into()?;
        let timestamps = has.call1(&features, &"timestamp-query".into())?.is_truthy();
        let words = if words.is_empty() { "unnamed adapter".into() } else { words.join(" ") };
        Ok(Some(Self {
            software: flag(&info) || flag(&adapter) || words.to_lowercase().contains("swiftshader"),
            words,
            timestamps,
        }))
    }
}

/// A property, `undefined` where the object itself is missing.
fn get(of: &JsValue, key: &str) -> Result<JsValue, JsValue> {
    if of.is_object() || of.is_function() { Reflect::get(of, &key.into()) } else { Ok(JsValue::UNDEFINED) }
}
