//! The page while it is worked on: built soon rather than well, shown, and built and shown again when a file changes.

use std::{fs, net::SocketAddr, path::PathBuf, sync::Arc, thread, time::Instant};

use crate::bundle;
use crate::error::XtaskError;
use crate::journal::Journal;
use crate::offline;
use crate::part::{CPU, WEBGPU};
use crate::reload::Reload;
use crate::server::Server;
use crate::sources::Sources;
use crate::tools::{self, Tools};
use crate::watch::Watch;
use crate::workers::Worker;
use crate::workspace::Workspace;

/// What a page is made of.
const WATCHED: [&str; 8] =
    ["src/app", "src/protocol", "style", "public", "index.html", "Trunk.toml", "Cargo.toml", "Cargo.lock"];
/// Without LTO, and compiled again only where something changed.
pub(crate) const PROFILE: &str = "web-dev";
/// The release that these pages are of. Our server has nothing kept in a cache.
const RELEASE: &str = "dev";

/// Builds, serves and watches until the program is ended.
///
/// # Errors
/// A port in use, a tool that cannot be had, or a worker that does not compile.
pub(crate) fn run(workspace: &Workspace, journal: &mut Journal, address: SocketAddr) -> Result<(), XtaskError> {
    // Not `dist/`, which is a release.
    let dist = workspace.target().join("dev-dist");
    let reload = Arc::new(Reload::new());
    let server = Server::bind(address, &dist, "./")?.with_reload(&reload);
    let tools = tools::set_up(workspace, journal)?;
    fs::create_dir_all(&dist).map_err(XtaskError::file(&dist, "made"))?;
    let workbench = Workbench { workspace, tools, dist };
    let mut watch = Watch::new(workspace.root(), &WATCHED);
    workbench.report(journal, "The page");
    thread::spawn(move || server.run());
    loop {
        let changed = watch.wait();
        let name = |path: &PathBuf| path.strip_prefix(workspace.root()).unwrap_or(path).display().to_string();
        println!("\n=== Changed: {}", changed.iter().map(name).collect::<Vec<_>>().join(", "));
        if workbench.report(journal, "It") {
            reload.announce();
        }
    }
}

/// What a page is made with.
struct Workbench<'a> {
    workspace: &'a Workspace,
    tools: Tools,
    dist: PathBuf,
}

impl Workbench<'_> {
    /// Makes the page and says how that went; whether there is a new one. One that does not compile leaves the last in
    /// its place.
    fn report(&self, journal: &mut Journal, what: &str) -> bool {
        let start = Instant::now();
        let made = self.make(journal);
        match &made {
            Ok(()) => println!("\n{what} was built in {:.1} s.", start.elapsed().as_secs_f64()),
            Err(error) => eprintln!("\nxtask: {error}\nThe page stays as it was until a file changes."),
        }
        made.is_ok()
    }

    fn make(&self, journal: &mut Journal) -> Result<(), XtaskError> {
        let Self { workspace, tools, dist } = self;
        let sources = Sources::read(workspace, &tools.wasm_bindgen)?;
        let (cpu, webgpu) = (Worker::new(workspace, CPU), Worker::new(workspace, WEBGPU));
        if !cpu.understands(&sources) {
            cpu.make(journal, tools, &sources)?;
        }
        bundle::trunk(workspace, tools, PROFILE, dist, "./", RELEASE)?;
        offline::write_none(dist)?;
        cpu.put(dist, RELEASE)?;
        if webgpu.understands(&sources) { webgpu.put(dist, RELEASE) } else { Ok(()) }
    }
}
