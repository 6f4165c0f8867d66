//! The programs for the browser.

use std::path::PathBuf;

use crate::program::Program;
use crate::tools::WASM;
use crate::workspace::Workspace;

/// A program for the browser. Its files bear its name.
#[derive(Clone, Copy)]
pub(crate) struct Part {
    /// What it is, in words.
    pub(crate) title: &'static str,
    /// What its files are called.
    pub(crate) name: &'static str,
    package: &'static str,
    features: &'static str,
    /// Cargo's profile for what is published.
    pub(crate) profile: &'static str,
}

impl Part {
    /// A cargo command for it.
    pub(crate) fn cargo(self, workspace: &Workspace, command: &str) -> Program {
        self.cargo_in(workspace, command, self.profile)
    }

    /// A cargo command for it, in another profile than its own.
    pub(crate) fn cargo_in(self, workspace: &Workspace, command: &str, profile: &str) -> Program {
        let cargo = Program::new(workspace, "cargo").words(command).words("--locked --target").arg(WASM);
        let cargo = cargo.arg("--profile").arg(profile).arg("--package").arg(self.package);
        if self.features.is_empty() { cargo } else { cargo.arg("--features").arg(self.features) }
    }

    /// What cargo makes of it.
    pub(crate) fn wasm(self, workspace: &Workspace) -> PathBuf {
        workspace.target().join(WASM).join(self.profile).join(format!("{}.wasm", self.name))
    }
}

/// The page.
pub(crate) const PAGE: Part =
    Part { title: "page", name: "headstart-app", package: "headstart-app", features: "", profile: "web-page" };
/// The worker for the processor, which every browser can run.
pub(crate) const CPU: Part = Part {
    title: "worker for the processor",
    name: "headstart-engine-cpu",
    package: "headstart-engine",
    features: "cpu",
    profile: "web-worker",
};
/// The worker for the GPU.
pub(crate) const WEBGPU: Part = Part {
    title: "worker for WebGPU",
    name: "headstart-engine-webgpu",
    package: "headstart-engine",
    features: "webgpu",
    profile: "web-worker",
};
