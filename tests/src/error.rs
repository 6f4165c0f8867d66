//! Why a test could not be carried out.

use std::{fmt, path::PathBuf, time::Duration};

use fantoccini::error::CmdError;

/// Why a test could not be carried out; a test that was carried out and failed panics instead.
#[derive(thiserror::Error)]
pub enum TestError {
    /// Something that a build leaves is missing.
    #[error("{path} is missing. Run `cargo xtask build` first, or `cargo xtask test`, which builds what it needs.")]
    NotBuilt {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// A program that is not installed.
    #[error("{name} was not found. On Debian: {packages}. Elsewhere set {variable}.")]
    NoProgram {
        /// What was looked for.
        name: &'static str,
        /// How Debian installs it.
        packages: &'static str,
        /// The environment variable that may name it.
        variable: &'static str,
    },
    /// The driver did not come up.
    #[error("the driver of {browser} did not start: {why}")]
    DriverStart {
        /// Whose.
        browser: &'static str,
        /// What it said.
        why: String,
    },
    /// The browser did not come up.
    #[error("{browser} did not start: {error}")]
    BrowserStart {
        /// Which one.
        browser: &'static str,
        /// What its driver said.
        error: fantoccini::error::NewSessionError,
    },
    /// Something was asked of another browser that only Chromium does.
    #[error("only Chromium has {what}")]
    OnlyChromium {
        /// What was asked for.
        what: &'static str,
    },
    /// The driver refused a command.
    #[error("the browser refused a command: {0}")]
    Command(#[from] CmdError),
    /// Something did not happen in time.
    #[error("{what} did not come within {} s; the page was {page}; the console said {console}", .after.as_secs())]
    Timeout {
        /// What was waited for.
        what: String,
        /// For how long.
        after: Duration,
        /// The page's engine and errors.
        page: String,
        /// The browser's console.
        console: String,
    },
    /// The page does not say what its contract promises.
    #[error("{testid} has no {attribute} that can be read: {found}")]
    Contract {
        /// The element.
        testid: String,
        /// The attribute.
        attribute: String,
        /// What was there.
        found: String,
    },
    /// The `headstart` command failed.
    #[error("`headstart {arguments}` failed: {message}")]
    CommandLine {
        /// Its arguments.
        arguments: String,
        /// What it said.
        message: String,
    },
    /// Words on the bench's command line that mean nothing.
    #[error(
        "the bench takes a folder and then cpu=ROUNDS, webgpu=ROUNDS, litert, and answers, own or visits, not {found}: `cargo xtask bench` calls it."
    )]
    BenchUsage {
        /// What was there.
        found: String,
    },
    /// A runtime does not run, or shows nothing.
    #[error("{name} failed in its page: {message}")]
    Peer {
        /// The runtime.
        name: String,
        /// What it said.
        message: String,
    },
    /// Networks that are not the same need no comparison.
    #[error(
        "{name} has features that are {error:.1e} off the golden ones, over {bound:.0e}: it computes another network."
    )]
    OtherNetwork {
        /// The runtime.
        name: String,
        /// Relative L2 distance.
        error: f64,
        /// How much would be bearable.
        bound: f64,
    },
    /// JSON that is not what it should be.
    #[error("unexpected JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// A weight file that cannot be read.
    #[error("the weight file cannot be read: {0}")]
    Weights(#[from] headstart_weights::WeightsError),
    /// A picture that cannot be written.
    #[error("a test picture cannot be made: {0}")]
    Picture(#[from] image::ImageError),
    /// A file or socket.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

impl TestError {
    /// Whether the driver ran a script and lost what it gave back, as WebKitGTK's does now and then while a page loads.
    pub(crate) fn is_lost_answer(&self) -> bool {
        matches!(self, Self::Command(CmdError::Standard(refused)) if refused.message == "Could not parse script result")
    }
}

/// The sentence, because `unwrap` in a test shows this and not `Display`.
impl fmt::Debug for TestError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}
