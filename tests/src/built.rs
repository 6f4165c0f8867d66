//! What `cargo xtask build` leaves: the page and the `headstart` command.

use std::{
    env,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use headstart_weights::MAGIC;
use serde::Deserialize;

use crate::TestError;

/// The built page and command.
#[derive(Debug, Clone)]
pub struct Built {
    /// The folder to serve.
    pub dist: PathBuf,
    /// The native command.
    pub headstart: PathBuf,
    /// The shipped base, below `dist`.
    pub base: PathBuf,
    root: PathBuf,
}

/// What `headstart classify --json` says of one photo.
#[derive(Debug, Clone, Deserialize)]
pub struct Answer {
    /// The photo.
    pub path: PathBuf,
    /// The most probable class.
    pub label: String,
    /// Its probability.
    pub confidence: f64,
}

impl Built {
    /// Finds both: in `HEADSTART_DIST` and `HEADSTART_BIN` where those are set, else below the workspace.
    ///
    /// # Errors
    /// [`TestError::NotBuilt`].
    pub fn find() -> Result<Self, TestError> {
        let built = Self::page()?;
        if built.headstart.is_file() { Ok(built) } else { Err(TestError::NotBuilt { path: built.headstart }) }
    }

    /// Finds the page, for what does without the command.
    ///
    /// # Errors
    /// [`TestError::NotBuilt`].
    pub fn page() -> Result<Self, TestError> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new(".")).to_owned();
        let from = |variable: &str, default: PathBuf| env::var_os(variable).map_or(default, PathBuf::from);
        let target = from("CARGO_TARGET_DIR", root.join("target"));
        let dist = from("HEADSTART_DIST", root.join("dist"));
        let headstart = from("HEADSTART_BIN", target.join("release/headstart"));
        let page = dist.join("index.html");
        if !page.is_file() {
            return Err(TestError::NotBuilt { path: page });
        }
        let base = shipped_base(&dist)?.ok_or_else(|| TestError::NotBuilt { path: dist.join("the base's weights") })?;
        Ok(Self { dist, headstart, base, root })
    }

    /// The shipped base's path as the page asks for it, without what comes before `dist`.
    #[must_use]
    pub fn base_path(&self) -> String {
        let below = self.base.strip_prefix(&self.dist).unwrap_or(&self.base);
        format!("/{}", below.display())
    }

    /// A picture that ships with the page.
    #[must_use]
    pub fn sample(&self, name: &str) -> PathBuf {
        self.root.join("public/samples").join(name)
    }

    /// The float weights, where `cargo xtask weights` brought them.
    #[must_use]
    pub fn float_weights(&self) -> Option<PathBuf> {
        Some(self.root.join("target/weights/vgg16_features.safetensors")).filter(|path| path.is_file())
    }

    /// What the command says of `photos` at `size`.
    ///
    /// # Errors
    /// Where it fails or says something else than the contract promises.
    pub fn classify(&self, size: usize, photos: &[PathBuf]) -> Result<Vec<Answer>, TestError> {
        self.answers(["--size".as_ref(), size.to_string().as_ref()], photos)
    }

    /// What the command says of `photos` by the head in the file `head`.
    ///
    /// # Errors
    /// As [`Self::classify`].
    pub fn classify_by(&self, head: &Path, photos: &[PathBuf]) -> Result<Vec<Answer>, TestError> {
        self.answers(["--model".as_ref(), head.as_os_str()], photos)
    }

    fn answers(&self, by: [&OsStr; 2], photos: &[PathBuf]) -> Result<Vec<Answer>, TestError> {
        let mut command = Command::new(&self.headstart);
        command.current_dir(&self.root).args(["classify", "--json"]).args(by).args(photos);
        let output = command.output()?;
        if !output.status.success() {
            let arguments = command.get_args().map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ");
            let message = String::from_utf8_lossy(&output.stderr).into_owned();
            return Err(TestError::CommandLine { arguments, message });
        }
        Ok(serde_json::from_slice(&output.stdout)?)
    }
}

/// The file below `folder` that begins as a weight file does.
fn shipped_base(folder: &Path) -> Result<Option<PathBuf>, TestError> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let found =
            if path.is_dir() { shipped_base(&path)? } else { fs::read(&path)?.starts_with(&MAGIC).then_some(path) };
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}
