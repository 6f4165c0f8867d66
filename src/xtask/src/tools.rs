//! The tools that turn the crates into a page: the wasm target, trunk, wasm-bindgen. What is missing is installed, trunk
//! and wasm-bindgen into the target folder rather than the user's home.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::error::XtaskError;
use crate::journal::Journal;
use crate::program::Program;
use crate::workspace::Workspace;

/// The target that page and worker are compiled for.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";
/// Trunk.toml asks for the same. Later ones need a later Rust.
const TRUNK: &str = "0.21.14";

const REGISTRY: &str = "Is there a connection to the registry of crates? Compiling a tool also needs a C linker \
                        (Debian: apt-get install gcc libc6-dev).";

/// The installed tools.
pub(crate) struct Tools {
    /// Their folder, to be put on the path.
    pub(crate) bin: PathBuf,
    /// The version of wasm-bindgen, which is also that of the crate.
    pub(crate) wasm_bindgen: String,
}

/// Makes sure of the wasm target and of cargo's own helpers.
///
/// # Errors
/// Where rustup is missing or cannot bring them.
pub(crate) fn set_up_rust(workspace: &Workspace, journal: &mut Journal) -> Result<(), XtaskError> {
    let sysroot = Program::new(workspace, "rustc").words("--print sysroot").output()?;
    if !Path::new(sysroot.trim()).join("lib/rustlib").join(WASM).is_dir() {
        journal.step("Rust for the browser", "rustup downloads the standard library for wasm (20 MB).", || {
            let advice = "Rust that does not come from rustup needs the same version's library for wasm32 beside it \
                          (Debian: libstd-rust-dev-wasm32).";
            Program::new(workspace, "rustup").words("target add").arg(WASM).advice(advice).run()
        })?;
    }
    for component in ["clippy", "fmt"] {
        if Program::new(workspace, "cargo").words(component).arg("--version").output().is_err() {
            journal.step("cargo's lints and format", "", || {
                Program::new(workspace, "rustup").words("component add clippy rustfmt").run()
            })?;
        }
    }
    Ok(())
}

/// Makes sure of trunk and wasm-bindgen as well.
///
/// # Errors
/// Where one cannot be installed.
pub(crate) fn set_up(workspace: &Workspace, journal: &mut Journal) -> Result<Tools, XtaskError> {
    set_up_rust(workspace, journal)?;
    let folder = workspace.tools();
    let tools = Tools { bin: folder.join("bin"), wasm_bindgen: workspace.locked_version("wasm-bindgen")? };
    let missing = |program: &str, version: &str| !has_version(workspace, &tools.bin.join(program), version);
    // One folder for both, so that what both use is compiled once.
    let build = folder.join("build");
    if missing("trunk", TRUNK) {
        journal.step("trunk", "It assembles the page. Compiling it takes some minutes, once.", || {
            // Without its default features, which are there to download tools: all it needs will be on the path.
            let install = install(workspace, &folder, &build).words("--locked --no-default-features");
            install.arg(format!("trunk@{TRUNK}")).run()
        })?;
    }
    // The runner of unit tests is compiled from the same crates and takes seconds more.
    if ["wasm-bindgen", "wasm-bindgen-test-runner"].iter().any(|program| missing(program, &tools.wasm_bindgen)) {
        let why = "It writes the JavaScript around the wasm, and must have the version of the crate. Compiling it \
                   takes a minute or two, once.";
        journal.step("wasm-bindgen", why, || {
            // Not `--locked`: this version's own lock file does not fit its manifest.
            let install = install(workspace, &folder, &build).words("--no-default-features");
            let install = install.words("--bin wasm-bindgen --bin wasm-bindgen-test-runner");
            install.arg(format!("wasm-bindgen-cli@{}", tools.wasm_bindgen)).run()
        })?;
    }
    clear_build(&folder)?;
    Ok(tools)
}

/// Whether `program` is there in this version.
pub(crate) fn has_version(workspace: &Workspace, program: &Path, version: &str) -> bool {
    let said = Program::new(workspace, program).arg("--version").output();
    said.is_ok_and(|said| said.split_whitespace().nth(1) == Some(version))
}

/// Deletes what was left of compiling tools in `folder`.
///
/// # Errors
/// A file that cannot be removed.
pub(crate) fn clear_build(folder: &Path) -> Result<(), XtaskError> {
    let build = folder.join("build");
    if build.exists() { fs::remove_dir_all(&build).map_err(XtaskError::file(&build, "removed")) } else { Ok(()) }
}

/// `cargo install`, for tools that run for seconds: compiled soon rather than well.
pub(crate) fn install(workspace: &Workspace, folder: &Path, build: &Path) -> Program {
    let install = Program::new(workspace, "cargo").words("install --force --root").arg(folder);
    let install = install.arg("--target-dir").arg(build).advice(REGISTRY);
    let profile = [("LTO", "off"), ("CODEGEN_UNITS", "16"), ("OPT_LEVEL", "1"), ("STRIP", "true")];
    profile.iter().fold(install, |install, (name, value)| install.env(&format!("CARGO_PROFILE_RELEASE_{name}"), value))
}
