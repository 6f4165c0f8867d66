//! The other runtimes, each in a window of its own at `tests/bench/peers.html`.

use std::{fs, path::Path};

use headstart_tests::{Browser, Site, TestError, Window, onnx};
use headstart_weights::{BaseWeights, ConvWeights};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Cores, Device, LONG, SIZES};

/// The weights as `peers.js` asks for them: as an ONNX file, and as floats in a row, each layer's kernel (HWIO) and bias.
const ONNX: &str = "vgg16.onnx";
const FLOATS: &str = "vgg16.f32";

/// A runtime to be compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Peer {
    /// TensorFlow.js.
    Tfjs,
    /// ONNX Runtime Web.
    Ort,
    /// LiteRT.js in float32.
    Litert,
    /// LiteRT.js with int8 weights, and int8 photos whose ranges it finds as it runs.
    LitertWeights,
    /// LiteRT.js in int8 throughout.
    LitertInt8,
}

impl Peer {
    /// Those that are always there.
    pub(crate) const FLOATS: [Self; 2] = [Self::Tfjs, Self::Ort];

    /// Those of LiteRT.js: int8 throughout only where there were photos to make its files by, which then are in `folder`.
    pub(crate) fn litert(folder: &Path) -> Vec<Self> {
        let mut peers = vec![Self::Litert, Self::LitertWeights];
        let int8 = SIZES.iter().all(|size| folder.join(Self::LitertInt8.weights(*size)).is_file());
        peers.extend(int8.then_some(Self::LitertInt8));
        peers
    }

    /// Its name for a person.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Tfjs => "TensorFlow.js",
            Self::Ort => "ONNX Runtime Web",
            Self::Litert => "LiteRT.js",
            Self::LitertWeights => "LiteRT.js, int8 weights",
            Self::LitertInt8 => "LiteRT.js, int8",
        }
    }

    /// Whether it runs on `device` here.
    pub(crate) fn is_on(self, device: Device) -> bool {
        device == Device::Cpu || Self::FLOATS.contains(&self)
    }

    /// Whether it computes in floats and must give the golden features.
    pub(crate) fn is_exact(self) -> bool {
        !matches!(self, Self::LitertWeights | Self::LitertInt8)
    }

    /// The file of its weights for photos of that size.
    pub(crate) fn weights(self, size: usize) -> String {
        match self {
            Self::Tfjs => FLOATS.to_owned(),
            Self::Ort => ONNX.to_owned(),
            Self::Litert => format!("vgg16-{size}-float32.tflite"),
            Self::LitertWeights => format!("vgg16-{size}-weights.tflite"),
            Self::LitertInt8 => format!("vgg16-{size}-int8.tflite"),
        }
    }

    /// The address of its page, below the site's.
    pub(crate) fn page(self, device: Device, cores: Cores, size: usize) -> String {
        let peer = match self {
            Self::Tfjs => "tfjs",
            Self::Ort => "ort",
            Self::Litert => "litert&precision=float32",
            Self::LitertWeights => "litert&precision=weights",
            Self::LitertInt8 => "litert&precision=int8",
        };
        let backend = match device {
            Device::Cpu => "wasm",
            Device::WebGpu => "webgpu",
        };
        let cores = match cores {
            Cores::One => "",
            Cores::All => "&cores=all",
        };
        format!("peers.html?peer={peer}&backend={backend}&size={size}{cores}")
    }
}

/// A site with the page, the runtimes of `peers` out of `folder/node_modules`, and the weights out of `folder`.
///
/// # Errors
/// Something that npm should have brought, or no port.
pub(crate) fn site(folder: &Path, peers: &[Peer]) -> Result<Site, TestError> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("bench");
    let modules = folder.join("node_modules");
    let tfjs = |file: &str| modules.join("@tensorflow").join(file);
    let ort = |file: &str| modules.join("onnxruntime-web/dist").join(file);
    let litert = |file: &str| modules.join("@litertjs").join(file);
    let mut files = vec![
        ("peers.html", own.join("peers.html")),
        ("peers.js", own.join("peers.js")),
        ("tf-core.js", tfjs("tfjs-core/dist/tf-core.es2017.min.js")),
        ("tf-backend-wasm.js", tfjs("tfjs-backend-wasm/dist/tf-backend-wasm.es2017.min.js")),
        ("tf-backend-webgpu.js", tfjs("tfjs-backend-webgpu/dist/tf-backend-webgpu.es2017.min.js")),
        ("tfjs-backend-wasm-simd.wasm", tfjs("tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm")),
        ("tfjs-backend-wasm-threaded-simd.wasm", tfjs("tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm")),
        ("litert.js", litert("core/dist/index.js")),
        ("litert-wasm-utils.js", litert("wasm-utils/dist/index.js")),
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
    let runtime = [
        "litert_wasm_internal.js",
        "litert_wasm_internal.wasm",
        "litert_wasm_threaded_internal.js",
        "litert_wasm_threaded_internal.wasm",
    ];
    files.extend(runtime.map(|file| (file, litert("core/wasm").join(file))));
    let weights = peers.iter().flat_map(|peer| SIZES.map(|size| peer.weights(size)));
    let weights: Vec<_> = weights.map(|file| (folder.join(&file), file)).collect();
    files.extend(weights.iter().map(|(path, file)| (file.as_str(), path.clone())));
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
    let weight = conv.weight.floats();
    let mut values = Vec::with_capacity(weight.len());
    for place in 0..9 {
        for input in 0..ins {
            values.extend((0..outs).map(|out| weight[(out * ins + input) * 9 + place]));
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
    /// Opens it in a new window, at its [`Peer::page`].
    ///
    /// # Errors
    /// Where the browser refuses.
    pub(crate) fn open(browser: &'a Browser, site: &Site, peer: Peer, address: &str) -> Result<Self, TestError> {
        let window = browser.add_window()?;
        browser.open(&site.url(address))?;
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
    use headstart_weights::StoredTensor;

    use super::*;

    #[test]
    fn kernels_are_turned_around() {
        // The value names its place in OIHW.
        let weight = StoredTensor::Floats((0..2 * 3 * 9).map(|place| place as f32).collect());
        let conv = ConvWeights { name: String::new(), out_channels: 2, in_channels: 3, weight, bias: vec![0.0; 2] };
        let values = inputs_before_outputs(&conv);
        assert_eq!(values.len(), 54);
        assert_eq!(values[..6], [0.0, 27.0, 9.0, 36.0, 18.0, 45.0]);
        assert_eq!(values[53], 53.0);
    }
}
