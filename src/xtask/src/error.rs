//! Why a command stopped.

use std::{io, net::SocketAddr, path::PathBuf};

/// A reason to stop, with what to do about it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum XtaskError {
    /// Words on the command line that mean nothing.
    #[error("{problem}. `cargo xtask help` lists what there is.")]
    Usage { problem: String },
    /// The checkout cannot be found.
    #[error("{} is no checkout of Headstart: it has no Cargo.lock. Run this inside the checkout, as `cargo xtask`.", path.display())]
    NoWorkspace { path: PathBuf },
    /// A program that is not installed.
    #[error("`{program}` cannot be started ({error}). {advice}")]
    NoProgram { program: String, error: io::Error, advice: String },
    /// A program that ended badly.
    #[error("this failed ({status}):\n    {line}\n{advice}")]
    Failed { line: String, status: String, advice: String },
    /// A file that cannot be read or written.
    #[error("{} cannot be {done}: {error}", path.display())]
    File { path: PathBuf, done: &'static str, error: io::Error },
    /// A compiled program of which no other one can be made.
    #[error("{} cannot be rewritten for browsers without relaxed SIMD: {problem}", path.display())]
    Wasm { path: PathBuf, problem: String },
    /// The lock file does not say which version of a crate is in use.
    #[error(
        "Cargo.lock names no version of {name}. Was it made by another tool? `git checkout Cargo.lock` brings it back."
    )]
    NotLocked { name: &'static str },
    /// No browser to test in.
    #[error("the browser tests need {missing}, which is not on the path. {advice}")]
    NoBrowser { missing: &'static str, advice: String },
    /// A port that is taken, or an address of another machine.
    #[error("nothing can be served at {address}: {error}. Another port: `cargo xtask serve --port 8081`.")]
    Address { address: SocketAddr, error: io::Error },
    /// Downloaded weights that are not the known ones.
    #[error("{} has the SHA-256 {found}, not {expected}: the public source has changed, or the conversion is wrong.", path.display())]
    Weights { path: PathBuf, found: String, expected: &'static str },
    /// Quantizing gives another file than the shipped one.
    #[error(
        "the result differs from the shipped file:\n    {made_sum}  {}\n    {shipped_sum}  {}\n\
         If quantization was changed on purpose, ship it: `cargo headstart quantize {} {}`, and train the heads again.",
        made.display(), shipped.display(), floats.display(), shipped.display()
    )]
    Differs { made: PathBuf, made_sum: String, shipped: PathBuf, shipped_sum: String, floats: PathBuf },
}

impl XtaskError {
    /// For `map_err`: `path` could not be `done` ("read", "written").
    pub(crate) fn file(path: impl Into<PathBuf>, done: &'static str) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |error| Self::File { path, done, error }
    }
}
