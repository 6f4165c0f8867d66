//! Which device runs the models, found out before any of the two workers is fetched. `start.js` asks for the adapter: it starts the
//! worker that [`decide`] is likely to want.

use std::time::Duration;

use headstart_protocol::Backend;
use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::error::PageError;
use crate::platform::deadline::within;
use crate::platform::files::reason;

/// How long the browser may take to answer whether it has a GPU. Some drivers never do.
const PROBE: Duration = Duration::from_secs(10);

/// The device and how it was chosen.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Choice {
    pub(crate) backend: Backend,
    /// The adapter's own words about itself, empty for the processor.
    pub(crate) adapter: String,
    /// Why the GPU is not in use although the browser has WebGPU.
    pub(crate) note: Option<String>,
}

impl Choice {
    fn cpu(note: Option<String>) -> Self {
        Self { backend: Backend::Cpu, adapter: String::new(), note }
    }
}

/// The forced device, or else the GPU where a real one can be had, or else the processor.
///
/// # Errors
/// [`PageError::NoWebGpu`] where WebGPU is forced and cannot be had.
pub(crate) async fn choose(forced: Option<Backend>) -> Result<Choice, PageError> {
    match forced {
        Some(Backend::Cpu) => Ok(Choice::cpu(None)),
        forced => decide(Adapter::probe().await, forced.is_some()),
    }
}

fn decide(probed: Result<Option<Adapter>, String>, forced: bool) -> Result<Choice, PageError> {
    let (reason, note) = match probed {
        Ok(Some(Adapter { timestamps: true, software, words })) if forced || !software => {
            return Ok(Choice { backend: Backend::WebGpu, adapter: words, note: None });
        }
        Ok(Some(adapter)) if adapter.timestamps => (
            String::new(),
            Some("This browser's GPU is an emulation, so the processor is used: it is faster.".to_owned()),
        ),
        Ok(Some(_)) => {
            let reason = "in this browser the GPU cannot take time stamps, which the GPU runtime needs";
            (reason.to_owned(), Some(format!("The GPU is not used: {reason}.")))
        }
        Ok(None) => ("this browser offers no GPU".to_owned(), None),
        Err(reason) => (reason.clone(), Some(format!("The GPU could not be used ({reason})."))),
    };
    if forced { Err(PageError::NoWebGpu { reason }) } else { Ok(Choice::cpu(note)) }
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
        let late = || Err(format!("the browser did not name one within {} seconds", PROBE.as_secs()));
        within(PROBE, Self::ask()).await.map_or_else(late, |asked| asked.map_err(|error| reason(&error)))
    }

    async fn ask() -> Result<Option<Self>, JsValue> {
        let probe: Function = Reflect::get(&js_sys::global(), &"headstartProbe".into())?.dyn_into()?;
        let adapter = JsFuture::from(probe.call0(&JsValue::UNDEFINED)?.dyn_into::<Promise>()?).await?;
        if adapter.is_falsy() {
            return Ok(None);
        }
        let get = |key: &str| Reflect::get(&adapter, &key.into());
        Ok(Some(Self {
            words: get("words")?.as_string().unwrap_or_default(),
            software: get("software")?.is_truthy(),
            timestamps: get("timestamps")?.is_truthy(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn adapter(software: bool, timestamps: bool) -> Result<Option<Adapter>, String> {
        Ok(Some(Adapter { words: "acme".to_owned(), software, timestamps }))
    }

    #[test]
    fn a_real_gpu_is_taken() {
        let gpu = Choice { backend: Backend::WebGpu, adapter: "acme".to_owned(), note: None };
        assert_eq!(decide(adapter(false, true), false), Ok(gpu));
    }

    #[test]
    fn a_browser_without_webgpu_says_nothing_of_it() {
        assert_eq!(decide(Ok(None), false), Ok(Choice::cpu(None)));
    }

    #[test]
    fn what_cannot_be_used_is_told_and_the_processor_taken() {
        for probed in [adapter(true, true), adapter(false, false), Err("boom".to_owned())] {
            let choice = decide(probed, false).unwrap();
            assert_eq!(choice.backend, Backend::Cpu);
            assert!(choice.note.is_some_and(|note| note.contains("GPU")));
        }
    }

    #[test]
    fn who_insists_gets_an_emulation_or_an_error() {
        assert_eq!(decide(adapter(true, true), true).unwrap().backend, Backend::WebGpu);
        for probed in [adapter(false, false), Err("boom".to_owned()), Ok(None)] {
            assert!(matches!(decide(probed, true), Err(PageError::NoWebGpu { .. })));
        }
    }
}
