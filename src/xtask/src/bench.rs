//! Headstart beside other runtimes in the same browser.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::browser;
use crate::bundle;
use crate::error::XtaskError;
use crate::journal::Journal;
use crate::options::{Build, Rounds};
use crate::program::Program;
use crate::weights;
use crate::workspace::Workspace;

/// What npm is told to bring, and the versions and hashes of that.
const PACKAGES: [&str; 2] = ["package.json", "package-lock.json"];

/// Brings all that it takes, and runs the test crate's `bench`.
///
/// # Errors
/// Something that cannot be had or built, or a runtime that does not compute the same network.
pub(crate) fn run(workspace: &Workspace, journal: &mut Journal, rounds: &Rounds) -> Result<(), XtaskError> {
    browser::set_up(workspace, journal)?;
    bundle::build(workspace, journal, &Build::default())?;
    weights::floats(workspace, journal, false)?;
    let folder = install(workspace, journal)?;
    let why = "All in turn, and nothing else should run on this machine meanwhile.";
    journal.step("Measure", why, || {
        // By itself: the other native crates, burn among them, are not needed.
        let bench = Program::new(workspace, "cargo").words("run --release --locked --package headstart-tests");
        let mut bench = bench.words("--bin bench --").arg(&folder).env("HEADSTART_DIST", workspace.dist());
        for (device, rounds) in [("cpu", rounds.cpu), ("webgpu", rounds.webgpu)] {
            if let Some(rounds) = rounds {
                bench = bench.arg(format!("{device}={rounds}"));
            }
        }
        bench.advice("What went wrong is said above.").run()
    })
}

/// The folder with the other runtimes, of just the versions in `tests/bench/package-lock.json`.
fn install(workspace: &Workspace, journal: &mut Journal) -> Result<PathBuf, XtaskError> {
    let source = workspace.root().join("tests/bench");
    let folder = workspace.target().join("bench");
    // npm writes this last.
    let done = folder.join("node_modules/.package-lock.json").is_file();
    if done && PACKAGES.iter().all(|name| same(&source.join(name), &folder.join(name))) {
        return Ok(folder);
    }
    journal.step("The other runtimes", "npm downloads TensorFlow.js and ONNX Runtime Web (60 MB).", || {
        fs::create_dir_all(&folder).map_err(XtaskError::file(&folder, "made"))?;
        for name in PACKAGES {
            let to = folder.join(name);
            fs::copy(source.join(name), &to).map_err(XtaskError::file(&to, "written"))?;
        }
        let npm =
            Program::new(workspace, "npm").words("ci --no-audit --no-fund --ignore-scripts --prefix").arg(&folder);
        npm.advice("This needs Node.js with npm (Debian: apt-get install npm) and a connection to its registry.").run()
    })?;
    Ok(folder)
}

/// Whether both files are there and have the same bytes.
fn same(one: &Path, other: &Path) -> bool {
    matches!((fs::read(one), fs::read(other)), (Ok(one), Ok(other)) if one == other)
}
