//! The page as a folder of plain files: `dist/`.
//!
//! trunk makes the page after `index.html`, which says all that there is to it; the workers are put beside it. So the page
//! need not wait for a worker, nor be made again for one.

use std::{
    fs,
    path::{Path, PathBuf},
    thread,
};

use crate::error::XtaskError;
use crate::journal::Journal;
use crate::offline;
use crate::optimizer::Optimizer;
use crate::options::Build;
use crate::part::{CPU, PAGE, WEBGPU};
use crate::program::Program;
use crate::server::Server;
use crate::sizes;
use crate::sources::Sources;
use crate::tools::{self, Tools};
use crate::workers::Worker;
use crate::workspace::Workspace;

/// The share of the page's wasm that wasm-opt saves, gzipped (478.4 to 477.0 KB) and raw (1,367 to 1,230 KB), measured.
const SAVED: (f64, f64) = (0.003, 0.1);

/// Where `index.html` leaves room for the release.
const NO_RELEASE: &str = "<meta name=\"release\" content=\"\" />";

/// Builds the page into `dist/` and prints what its files weigh.
///
/// # Errors
/// A tool that cannot be had, or code that does not compile.
pub(crate) fn build(workspace: &Workspace, journal: &mut Journal, options: &Build) -> Result<(), XtaskError> {
    let maker = Maker::set_up(workspace, journal, options)?;
    for worker in [&maker.cpu, &maker.webgpu] {
        worker.make(journal, &maker.tools, &maker.sources)?;
    }
    maker.make_page(journal)?;
    maker.put(&[&maker.cpu, &maker.webgpu])?;
    maker.print_sizes()
}

/// Builds the page and lets `server` show it as soon as it can answer: with the worker for the processor. The GPU's, which
/// takes as long again, is put in its place when it is done; until then there is none, and the page does without.
///
/// # Errors
/// Those of [`build`], before anything is shown. What goes wrong later is printed.
pub(crate) fn serve(
    workspace: &Workspace,
    journal: &mut Journal,
    options: &Build,
    server: Server,
) -> Result<(), XtaskError> {
    let maker = Maker::set_up(workspace, journal, options)?;
    maker.cpu.make(journal, &maker.tools, &maker.sources)?;
    maker.make_page(journal)?;
    let mut workers = vec![&maker.cpu];
    workers.extend(Some(&maker.webgpu).filter(|worker| worker.is_of(&maker.sources)));
    maker.put(&workers)?;
    journal.print_summary();
    let server = thread::spawn(move || server.run());
    let later = maker.webgpu.make(journal, &maker.tools, &maker.sources).and_then(|()| {
        maker.put(&[&maker.webgpu])?;
        maker.print_sizes()
    });
    match later {
        Ok(()) => println!("\nThe worker for WebGPU is in place: a page that is opened from now on uses it."),
        Err(error) => eprintln!("\nxtask: {error}\nThe page goes on without its worker for WebGPU."),
    }
    // It never ends by itself.
    let _ = server.join();
    Ok(())
}

/// Runs trunk, which compiles the page in `profile` and writes it into `dist`, for the release `id`.
///
/// # Errors
/// Code that does not compile. What was in `dist` is then still there.
pub(crate) fn trunk(
    workspace: &Workspace,
    tools: &Tools,
    profile: &str,
    dist: &Path,
    public_url: &str,
    id: &str,
) -> Result<(), XtaskError> {
    let trunk = Program::new(workspace, tools.bin.join("trunk")).words("build --offline --cargo-profile").arg(profile);
    let trunk = trunk.arg("--dist").arg(dist).arg("--public-url").arg(public_url);
    trunk.path_first(&tools.bin).env("HEADSTART_BUILD", id).run()?;
    let path = dist.join("index.html");
    let html = fs::read_to_string(&path).map_err(XtaskError::file(&path, "read"))?;
    fs::write(&path, of_release(&html, id)).map_err(XtaskError::file(&path, "written"))
}

/// The page `html` with the release `id` written down for `start.js`.
fn of_release(html: &str, id: &str) -> String {
    html.replace(NO_RELEASE, &format!("<meta name=\"release\" content=\"{id}\" />"))
}

/// All that a release is made with.
struct Maker<'a> {
    workspace: &'a Workspace,
    options: &'a Build,
    tools: Tools,
    optimizer: Option<Optimizer>,
    sources: Sources,
    cpu: Worker<'a>,
    webgpu: Worker<'a>,
}

impl<'a> Maker<'a> {
    fn set_up(workspace: &'a Workspace, journal: &mut Journal, options: &'a Build) -> Result<Self, XtaskError> {
        let tools = tools::set_up(workspace, journal)?;
        let optimizer = if options.fast { None } else { Optimizer::set_up(workspace, journal) };
        let sources = Sources::read(workspace, &tools.wasm_bindgen)?;
        let (cpu, webgpu) = (Worker::new(workspace, CPU), Worker::new(workspace, WEBGPU));
        Ok(Self { workspace, options, tools, optimizer, sources, cpu, webgpu })
    }

    /// A `dist/` with the page alone.
    fn make_page(&self, journal: &mut Journal) -> Result<(), XtaskError> {
        let Self { workspace, tools, .. } = self;
        let id = &self.sources.workers;
        let why = "It is built to be small, which takes a while too.";
        journal.step("Compile the page", why, || PAGE.cargo(workspace, "build").env("HEADSTART_BUILD", id).run())?;
        journal.step("Assemble dist/", "trunk writes the JavaScript around the wasm, and copies public/.", || {
            trunk(workspace, tools, PAGE.profile, &workspace.dist(), &self.options.public_url, id)
        })?;
        let Some(optimizer) = &self.optimizer else { return Ok(()) };
        journal.step("Optimize the wasm", "The page's, with wasm-opt.", || {
            optimizer.optimize(workspace, &wasm_files(&workspace.dist())?)
        })
    }

    /// Puts `workers` beside the page, and writes the service worker that knows of them.
    fn put(&self, workers: &[&Worker]) -> Result<(), XtaskError> {
        let (dist, id) = (self.workspace.dist(), &self.sources.workers);
        for worker in workers {
            worker.put(&dist, id)?;
        }
        offline::write(self.workspace, &dist, id)
    }

    fn print_sizes(&self) -> Result<(), XtaskError> {
        let sizes = sizes::of_files(&self.workspace.dist())?;
        println!("\n=== dist/, release {}", self.sources.workers);
        sizes::print(&sizes);
        if self.optimizer.is_none() {
            println!("    Without wasm-opt. {}", price(&sizes));
        }
        Ok(())
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_says_which_release_it_is_of() {
        let html = of_release(include_str!("../../../index.html"), "12ab");
        assert!(html.contains("<meta name=\"release\" content=\"12ab\" />") && !html.contains(NO_RELEASE));
    }
}
