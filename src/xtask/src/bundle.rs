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

/// A program for the browser. Its files bear its name.
#[derive(Clone, Copy)]
pub(crate) struct Part {
    /// What it is, in words.
    pub(crate) title: &'static str,
    name: &'static str,
    package: &'static str,
    features: &'static str,
    profile: &'static str,
}

impl Part {
    /// A cargo command for it.
    pub(crate) fn cargo(self, workspace: &Workspace, command: &str) -> Program {
        let cargo = Program::new(workspace, "cargo").words(command).words("--locked --target").arg(WASM);
        let cargo = cargo.arg("--profile").arg(self.profile).arg("--package").arg(self.package);
        if self.features.is_empty() { cargo } else { cargo.arg("--features").arg(self.features) }
    }
}

/// The page.
pub(crate) const PAGE: Part =
    Part { title: "page", name: "headstart-app", package: "headstart-app", features: "", profile: "web-page" };
/// The worker, once a device.
pub(crate) const WORKERS: [Part; 2] = [
    Part {
        title: "worker for the processor",
        name: "headstart-engine-cpu",
        package: "headstart-engine",
        features: "cpu",
        profile: "web-worker",
    },
    Part {
        title: "worker for WebGPU",
        name: "headstart-engine-webgpu",
        package: "headstart-engine",
        features: "webgpu",
        profile: "web-worker",
    },
];

/// The share of the page's wasm that wasm-opt saves, gzipped (181.7 to 178.8 KB) and raw (464 to 427 KB), measured.
const SAVED: (f64, f64) = (0.016, 0.078);

/// Builds the page into `dist/` and prints what its files weigh.
///
/// # Errors
/// A tool that cannot be had, or code that does not compile.
pub(crate) fn build(workspace: &Workspace, journal: &mut Journal, options: &Build) -> Result<(), XtaskError> {
    let tools = tools::set_up(workspace, journal)?;
    let optimizer = if options.fast { None } else { Optimizer::set_up(workspace, journal) };
    for worker in WORKERS {
        let why = "From nothing this takes minutes: it holds the network.";
        journal.step(&format!("Compile the {}", worker.title), why, || worker.cargo(workspace, "build").run())?;
    }
    let id = build_id(workspace, &tools, optimizer.as_ref())?;
    let why = "It is built to be small, which takes a while too.";
    journal.step("Compile the page", why, || PAGE.cargo(workspace, "build").env("HEADSTART_BUILD", &id).run())?;
    journal.step("Assemble dist/", "trunk writes the JavaScript around the wasm, and copies public/.", || {
        trunk(workspace, &tools, &options.public_url, &id)?;
        WORKERS.iter().try_for_each(|worker| write_loader(&workspace.dist(), worker.name, &id))
    })?;
    if let Some(optimizer) = &optimizer {
        journal.step("Optimize the wasm", "The page's, with wasm-opt.", || {
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

/// Changes with every change of a worker. The page asks for its worker under an address with this in it, so that no
/// cache can answer with the worker of another release: trunk gives hashed names to the page's files only.
fn build_id(workspace: &Workspace, tools: &Tools, optimizer: Option<&Optimizer>) -> Result<String, XtaskError> {
    let read = |worker: &Part| {
        let path = workspace.target().join(WASM).join(worker.profile).join(format!("{}.wasm", worker.name));
        fs::read(&path).map_err(XtaskError::file(&path, "read"))
    };
    let [cpu, webgpu] = [read(&WORKERS[0])?, read(&WORKERS[1])?];
    let edition = optimizer::edition(optimizer);
    let mut id = sha256_hex(&[&cpu, &webgpu, tools.wasm_bindgen.as_bytes(), edition.as_bytes()]);
    id.truncate(12);
    Ok(id)
}

fn trunk(workspace: &Workspace, tools: &Tools, public_url: &str, id: &str) -> Result<(), XtaskError> {
    let trunk = Program::new(workspace, tools.bin.join("trunk")).words("build --offline --release --public-url");
    trunk.arg(public_url).path_first(&tools.bin).env("HEADSTART_BUILD", id).run()
}

/// Writes the script that the page starts as its worker. Trunk's own asks for files without the release in their
/// address, and says nothing where one does not arrive.
fn write_loader(dist: &Path, name: &str, id: &str) -> Result<(), XtaskError> {
    let parts = [format!("{name}.js"), format!("{name}_bg.wasm"), format!("{name}_loader.js")];
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

/// The page's wasm files in `dist`, each with its level. The worker's is left alone: wasm-opt takes a quarter of an hour for
/// it, and what comes out is smaller on the disk (24.5 MB for 35.0) but not on the wire (5.0 MB gzipped for 4.9).
fn wasm_files(dist: &Path) -> Result<Vec<(PathBuf, &'static str)>, XtaskError> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dist).map_err(XtaskError::file(dist, "read"))? {
        let path = entry.map_err(XtaskError::file(dist, "read"))?.path();
        if path.file_name().is_some_and(|name| is_page_wasm(&name.to_string_lossy())) {
            files.push((path, "-Oz"));
        }
    }
    Ok(files)
}

fn is_page_wasm(name: &str) -> bool {
    name.ends_with(".wasm") && name.starts_with(PAGE.name)
}

/// What leaving wasm-opt out costs.
fn price(sizes: &[sizes::Size]) -> String {
    let of_page = sizes.iter().filter(|size| is_page_wasm(&size.name));
    let (raw, gzip) = of_page.fold((0, 0), |(raw, gzip), size| (raw + size.raw, gzip + size.gzip));
    let kilobytes = |bytes: u64, share: f64| bytes as f64 * share / 1e3;
    format!(
        "It would save about {:.0} KB of the page's wasm, {:.0} KB of what crosses the wire compressed.",
        kilobytes(raw, SAVED.1),
        kilobytes(gzip, SAVED.0)
    )
}
