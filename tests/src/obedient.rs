//! Workers that do what a test orders.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde_json::json;

use crate::{Browser, Scratch, TestError};

/// What goes before a worker's own loader: it hears orders before the worker does, and keeps its GPU devices.
const PRELUDE: &str = "{
    const devices = [];
    if (self.GPUAdapter) {
        const requestDevice = GPUAdapter.prototype.requestDevice;
        GPUAdapter.prototype.requestDevice = async function (...given) {
            const device = await requestDevice.apply(this, given);
            devices.push(device);
            return device;
        };
    }
    addEventListener('message', event => {
        const order = event.data?.order;
        if (!order) return;
        event.stopImmediatePropagation();
        if (order === 'hang') for (;;);
        if (order === 'crash') setTimeout(() => { throw new Error('it crashed for a test'); });
        if (order === 'lose') devices.forEach(device => device.destroy());
    });
}
";

/// What goes before it where the GPU never answers.
const SILENT_GPU: &str = "if (self.GPU) GPU.prototype.requestAdapter = () => new Promise(() => {});\n";

/// What a worker does in a browser whose [`crate::Options::before_pages`] is [`crate::Worker::WATCH`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// It computes for ever.
    Hang,
    /// It ends with an uncaught error.
    Crash,
    /// The GPU's device is destroyed.
    LoseDevice,
}

impl Order {
    /// Gives it to the worker that the page started last.
    ///
    /// # Errors
    /// Where there is none.
    pub fn give(self, browser: &Browser) -> Result<(), TestError> {
        self.give_to(browser, -1)
    }

    /// Gives it to the worker of that number: the first one is 0, the last one -1.
    ///
    /// # Errors
    /// Where there is none.
    pub fn give_to(self, browser: &Browser, number: i32) -> Result<(), TestError> {
        let name = match self {
            Self::Hang => "hang",
            Self::Crash => "crash",
            Self::LoseDevice => "lose",
        };
        browser.run("window.workers.at(arguments[0]).order(arguments[1]);", vec![json!(number), json!(name)]).map(drop)
    }
}

/// Loaders of a built page's workers, to be mounted in the place of its own.
pub struct ObedientWorkers {
    /// Deleted with this.
    _folder: Scratch,
    loaders: Vec<(String, PathBuf)>,
}

impl ObedientWorkers {
    /// Such that obey [`Order`]s.
    ///
    /// # Errors
    /// Where the page in `dist` cannot be read.
    pub fn new(dist: &Path) -> io::Result<Self> {
        Self::behind(PRELUDE, dist)
    }

    /// Such that no GPU answers.
    ///
    /// # Errors
    /// As for [`Self::new`].
    pub fn with_silent_gpu(dist: &Path) -> io::Result<Self> {
        Self::behind(SILENT_GPU, dist)
    }

    /// Such as a browser without relaxed SIMD starts.
    ///
    /// # Errors
    /// As for [`Self::new`].
    pub fn without_relaxed_simd(dist: &Path) -> io::Result<Self> {
        Self::behind("WebAssembly.validate = () => false;\n", dist)
    }

    fn behind(prelude: &str, dist: &Path) -> io::Result<Self> {
        let folder = Scratch::new()?;
        let mut loaders = Vec::new();
        for entry in fs::read_dir(dist)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.ends_with("_loader.js") {
                let path = folder.path().join(&name);
                fs::write(&path, [prelude.as_bytes(), &fs::read(entry.path())?].concat())?;
                loaders.push((name, path));
            }
        }
        Ok(Self { _folder: folder, loaders })
    }

    /// What [`crate::Site::under`] is to mount.
    #[must_use]
    pub fn mounted(&self) -> Vec<(&str, &Path)> {
        self.loaders.iter().map(|(name, path)| (name.as_str(), path.as_path())).collect()
    }
}
