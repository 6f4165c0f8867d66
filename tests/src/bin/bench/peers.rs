//! The other runtimes, each in a window of its own at `tests/bench/peers.html`.

use std::{fs, path::Path};

use headstart_tests::{Browser, Site, TestError, Window, onnx};
use headstart_weights::{BaseWeights, ConvWeights};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Device, LONG};

/// The weights as `peers.js` asks for them: as an ONNX file, and as floats in a row, each layer's kernel (HWIO) and bias.
const ONNX: &str = "vgg16.onnx";
const FLOATS: &str = "vgg16.f32";

/// A runtime to be compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Peer {
    /// TensorFlow.js.
    Tfjs,
    /// ONNX Runtime Web.
    Ort,
}

impl Peer {
    /// All of them.
    pub(crate) const ALL: [Self; 2] = [Self::Tfjs, Self::Ort];

    /// Its name for a person.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Tfjs => "TensorFlow.js",
            Self::Ort => "ONNX Runtime Web",
        }
    }

    /// The address of its page, below the site's.
    pub(crate) fn page(self, device: Device, size: usize) -> String {
        let peer = match self {
            Self::Tfjs => "tfjs",
            Self::Ort => "ort",
        };
        let backend = match device {
            Device::Cpu => "wasm",
            Device::WebGpu => "webgpu",
        };
        format!("peers.html?peer={peer}&backend={backend}&size={size}")
    }
}

/// A site with the page, the runtimes out of `folder/node_modules`, and the weights out of `folder`.
///
/// # Errors
/// Something that npm should have brought, or no port.
pub(crate) fn site(folder: &Path) -> Result<Site, TestError> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("bench");
    let modules = folder.join("node_modules");
    let tfjs = |file: &str| modules.join("@tensorflow").join(file);
    let ort = |file: &str| modules.join("onnxruntime-web/dist").join(file);
    let mut files = vec![
        ("peers.html", own.join("peers.html")),
        ("peers.js", own.join("peers.js")),
        (ONNX, folder.join(ONNX)),
        (FLOATS, folder.join(FLOATS)),
        ("tf-core.js", tfjs("tfjs-core/dist/tf-core.es2017.min.js")),
        ("tf-backend-wasm.js", tfjs("tfjs-backend-wasm/dist/tf-backend-wasm.es2017.min.js")),
        ("tf-backend-webgpu.js", tfjs("tfjs-backend-webgpu/dist/tf-backend-webgpu.es2017.min.js")),
        ("tfjs-backend-wasm-simd.wasm", tfjs("tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm")),
    ];
    let runtime = [
        "ort.wasm.min.mjs",
        "ort.webgpu.min.mjs",
        "ort-wasm-simd-threaded.mjs",
        "ort-wasm-simd-threaded.wasm",
        "ort-wasm-simd-threaded.asyncify.mjs",
        "ort-wasm-simd-threaded.asyncify.wasm",
    ];
    files.extend(runtime.map(|file| (file, ort(file))));
    if let Some((_, path)) = files.iter().find(|(_, path)| !path.is_file()) {
        return Err(TestError::NotBuilt { path: path.clone() });
    }
    let mounted: Vec<_> = files.iter().map(|(name, path)| (*name, path.as_path())).collect();
    Ok(Site::under(&own, "/", &mounted)?)
}

/// Writes the weights at `floats` as the runtimes want them.
///
/// # Errors
/// A file that cannot be read or written.
pub(crate) fn write_weights(floats: &Path, folder: &Path) -> Result<(), TestError> {
    let base = BaseWeights::from_safetensors(&fs::read(floats)?)?;
    fs::write(folder.join(ONNX), onnx(&base))?;
    let values = base.convs.iter().flat_map(|conv| inputs_before_outputs(conv).into_iter().chain(conv.bias.clone()));
    fs::write(folder.join(FLOATS), values.flat_map(f32::to_le_bytes).collect::<Vec<_>>())?;
    Ok(())
}

/// The kernel as HWIO.
fn inputs_before_outputs(conv: &ConvWeights) -> Vec<f32> {
    let (outs, ins) = (conv.out_channels, conv.in_channels);
    let mut values = Vec::with_capacity(conv.weight.len());
    for place in 0..9 {
        for input in 0..ins {
            values.extend((0..outs).map(|out| conv.weight[(out * ins + input) * 9 + place]));
        }
    }
    values
}

/// What `peers.js` says of itself.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct State {
    state: String,
    error: String,
    /// The 512 features.
    pub(crate) features: Vec<f32>,
    /// Milliseconds from the navigation to them.
    pub(crate) first_answer: f64,
    runs: Vec<f64>,
    /// Bytes of its wasm memories.
    pub(crate) heap: f64,
    /// The GPU's own words about itself.
    pub(crate) adapter: String,
}

/// A runtime's page.
pub(crate) struct PeerPage<'a> {
    /// Which it is.
    pub(crate) peer: Peer,
    browser: &'a Browser,
    window: Window,
}

impl<'a> PeerPage<'a> {
    /// Opens it in a new window.
    ///
    /// # Errors
    /// Where the browser refuses.
    pub(crate) fn open(
        browser: &'a Browser,
        site: &Site,
        peer: Peer,
        device: Device,
        size: usize,
    ) -> Result<Self, TestError> {
        let window = browser.add_window()?;
        browser.open(&site.url(&peer.page(device, size)))?;
        Ok(Self { peer, browser, window })
    }

    /// Its state once it has answered.
    ///
    /// # Errors
    /// [`TestError::Peer`] with what it says.
    pub(crate) fn ready(&self) -> Result<State, TestError> {
        ready(self.browser, self.peer)
    }

    /// Milliseconds that one more run takes.
    ///
    /// # Errors
    /// [`TestError::Peer`] with what it says.
    pub(crate) fn time(&self) -> Result<f64, TestError> {
        self.browser.turn_to(&self.window)?;
        self.browser.run("window.measure()", vec![])?;
        let none = || TestError::Peer { name: self.peer.name().to_owned(), message: "it measured nothing".to_owned() };
        self.ready()?.runs.last().copied().ok_or_else(none)
    }

    /// Leaves the page, and its memory to others.
    ///
    /// # Errors
    /// Where the browser refuses.
    pub(crate) fn close(self) -> Result<(), TestError> {
        self.browser.turn_to(&self.window)?;
        self.browser.open("about:blank")
    }
}

/// The state of the page that `browser` shows, once it has answered.
///
/// # Errors
/// [`TestError::Peer`] with what it says.
pub(crate) fn ready(browser: &Browser, peer: Peer) -> Result<State, TestError> {
    browser.wait_for(peer.name(), LONG, || {
        let state = browser.run("return window.bench ?? null", vec![])?;
        if state == Value::Null {
            return Ok(None);
        }
        let state: State = serde_json::from_value(state)?;
        match state.state.as_str() {
            "ready" => Ok(Some(state)),
            "failed" => Err(TestError::Peer { name: peer.name().to_owned(), message: state.error }),
            _ => Ok(None),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernels_are_turned_around() {
        // The value names its place in OIHW.
        let weight = (0..2 * 3 * 9).map(|place| place as f32).collect();
        let conv = ConvWeights { name: String::new(), out_channels: 2, in_channels: 3, weight, bias: vec![0.0; 2] };
        let values = inputs_before_outputs(&conv);
        assert_eq!(values.len(), 54);
        assert_eq!(values[..6], [0.0, 27.0, 9.0, 36.0, 18.0, 45.0]);
        assert_eq!(values[53], 53.0);
    }
}
