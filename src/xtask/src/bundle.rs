//! The page as a folder of plain files: `dist/`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::digest::sha256_hex;
use crate::error::XtaskError;
use crate::journal::Journal;
use crate::optimizer::{self, Optimizer};
use crate::options::Build;
use crate::program::Program;
use crate::sizes;
use crate::tools::{self, Tools, WASM};
use crate::workspace::Workspace;

/// The page's crate and profile.
pub(crate) const PAGE: (&str, &str) = ("headstart-app", "web-page");
/// The worker's crate and profile. Its files bear the crate's name.
pub(crate) const WORKER: (&str, &str) = ("headstart-engine", "web-worker");

/// What wasm-opt's `-Oz` saved of a worker that held the same libraries, gzipped (5.1 to 4.1 MB) and raw (34 to 16.9 MB).
const SAVED: (f64, f64) = (0.2, 0.5);

/// Builds the page into `dist/` and prints what its files weigh.
///
/// # Errors
/// A tool that cannot be had, or code that does not compile.
pub(crate) fn build(workspace: &Workspace, journal: &mut Journal, options: &Build) -> Result<(), XtaskError> {
    let tools = tools::set_up(workspace, journal)?;
    let optimizer = if options.fast { None } else { Optimizer::set_up(workspace, journal) };
    let why = "From nothing this takes minutes: it holds the network, for the processor and for the GPU.";
    journal.step("Compile the worker", why, || compile(workspace, WORKER, None))?;
    let id = build_id(workspace, &tools, optimizer.as_ref())?;
    let why = "It is built to be small, which takes a while too.";
    journal.step("Compile the page", why, || compile(workspace, PAGE, Some(&id)))?;
    journal.step("Assemble dist/", "trunk writes the JavaScript around the wasm, and copies public/.", || {
        trunk(workspace, &tools, &options.public_url, &id)?;
        write_loader(&workspace.dist(), &id)
    })?;
    if let Some(optimizer) = &optimizer {
        journal.step("Optimize the wasm", "Smaller files, for minutes of wasm-opt where the code is new.", || {
            optimizer.optimize(workspace, &wasm_files(&workspace.dist())?)
        })?;
    }
    let sizes = sizes::of_files(&workspace.dist())?;
    println!("\n=== dist/, release {id}");
    sizes::print(&sizes);
    if optimizer.is_none() {
        println!("    Without wasm-opt. {}", price(&sizes));
    }
    Ok(())
}

/// Compiles a crate just as trunk will ask for it, so that trunk finds it done. Cargo fetches here what trunk, which
/// works offline, cannot.
fn compile(workspace: &Workspace, (package, profile): (&str, &str), id: Option<&str>) -> Result<(), XtaskError> {
    let cargo = Program::new(workspace, "cargo").words("build --profile").arg(profile);
    let cargo = cargo.arg("--target").arg(WASM).arg("--package").arg(package);
    match id {
        Some(id) => cargo.env("HEADSTART_BUILD", id),
        None => cargo,
    }
    .run()
}

/// Changes with every change of the worker. The page asks for the worker under an address with this in it, so that no
/// cache can answer with the worker of another release: trunk gives hashed names to the page's files only.
fn build_id(workspace: &Workspace, tools: &Tools, optimizer: Option<&Optimizer>) -> Result<String, XtaskError> {
    let (package, profile) = WORKER;
    let path = workspace.target().join(WASM).join(profile).join(format!("{package}.wasm"));
    let worker = fs::read(&path).map_err(XtaskError::file(&path, "read"))?;
    let edition = optimizer::edition(optimizer);
    let mut id = sha256_hex(&[&worker, tools.wasm_bindgen.as_bytes(), edition.as_bytes()]);
    id.truncate(12);
    Ok(id)
}

fn trunk(workspace: &Workspace, tools: &Tools, public_url: &str, id: &str) -> Result<(), XtaskError> {
    let trunk = Program::new(workspace, tools.bin.join("trunk")).words("build --offline --release --public-url");
    trunk.arg(public_url).path_first(&tools.bin).env("HEADSTART_BUILD", id).run()
}

/// Writes the script that the page starts as its worker. Trunk's own asks for files without the release in their
/// address, and says nothing where one does not arrive.
fn write_loader(dist: &Path, id: &str) -> Result<(), XtaskError> {
    let (package, _) = WORKER;
    let parts = [format!("{package}.js"), format!("{package}_bg.wasm"), format!("{package}_loader.js")];
    for part in &parts {
        let path = dist.join(part);
        if !path.is_file() {
            return Err(XtaskError::NotBuilt { path });
        }
    }
    let [script, wasm, loader] = parts;
    // A failed promise is no event of the worker; an error thrown on its own is.
    let text = format!(
        "importScripts(\"./{script}?v={id}\");\n\
         wasm_bindgen({{ module_or_path: \"./{wasm}?v={id}\" }}).catch((error) => setTimeout(() => {{ throw error; }}));\n"
    );
    let path = dist.join(loader);
    fs::write(&path, text).map_err(XtaskError::file(&path, "written"))
}

/// The wasm files in `dist`, each with its level: the worker fast, the page small.
fn wasm_files(dist: &Path) -> Result<Vec<(PathBuf, &'static str)>, XtaskError> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dist).map_err(XtaskError::file(dist, "read"))? {
        let path = entry.map_err(XtaskError::file(dist, "read"))?.path();
        if path.extension().is_some_and(|ending| ending == "wasm") {
            let is_worker = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(WORKER.0));
            files.push((path, if is_worker { "-Os" } else { "-Oz" }));
        }
    }
    Ok(files)
}

/// What leaving wasm-opt out costs.
fn price(sizes: &[sizes::Size]) -> String {
    let is_wasm = |size: &&sizes::Size| size.name.ends_with(".wasm");
    let (raw, gzip) = sizes.iter().filter(is_wasm).fold((0, 0), |(raw, gzip), size| (raw + size.raw, gzip + size.gzip));
    let megabytes = |bytes: u64, share: f64| bytes as f64 * share / 1e6;
    format!(
        "It would save about {:.1} MB of the wasm, {:.1} MB of what crosses the wire compressed.",
        megabytes(raw, SAVED.1),
        megabytes(gzip, SAVED.0)
    )
}
