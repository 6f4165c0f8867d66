//! Headstart beside other runtimes in the same browser.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::browser;
use crate::bundle;
use crate::error::XtaskError;
use crate::journal::Journal;
use crate::options::{Bench, Build};
use crate::program::Program;
use crate::weights;
use crate::workspace::Workspace;

/// What npm is told to bring, and the versions and hashes of that.
const PACKAGES: [&str; 2] = ["package.json", "package-lock.json"];
/// What pip is told to bring for the converter.
const REQUIREMENTS: &str = "requirements.txt";
/// Makes LiteRT.js's files with that.
const CONVERTER: &str = "tflite.py";

const PYTHON: &str = "This needs python3, 3.11 to 3.13, with pip (Debian: apt-get install python3-pip) and a connection \
                      to PyPI.";

/// Brings all that it takes, and runs the test crate's `bench`.
///
/// # Errors
/// Something that cannot be had or built, or a runtime that does not compute the same network.
pub(crate) fn run(workspace: &Workspace, journal: &mut Journal, asked: &Bench) -> Result<(), XtaskError> {
    browser::set_up(workspace, journal)?;
    bundle::build(workspace, journal, &Build::default())?;
    let floats = weights::floats(workspace, journal, false)?;
    let folder = install(workspace, journal)?;
    if asked.litert {
        convert(workspace, journal, &folder, &floats, asked.photos.as_deref())?;
    }
    let why = "All in turn, and nothing else should run on this machine meanwhile.";
    journal.step("Measure", why, || {
        // By itself: the other native crates, burn among them, are not needed.
        let bench = Program::new(workspace, "cargo").words("run --release --locked --package headstart-tests");
        let mut bench = bench.words("--bin bench --").arg(&folder).env("HEADSTART_DIST", workspace.dist());
        for (device, rounds) in [("cpu", asked.cpu), ("webgpu", asked.webgpu)] {
            if let Some(rounds) = rounds {
                bench = bench.arg(format!("{device}={rounds}"));
            }
        }
        if asked.litert {
            bench = bench.arg("litert");
        }
        bench.words(asked.only.unwrap_or_default()).advice("What went wrong is said above.").run()
    })
}

/// Makes LiteRT.js's files in `folder` out of the weights at `floats`: in int8 throughout only by `photos`.
fn convert(
    workspace: &Workspace,
    journal: &mut Journal,
    folder: &Path,
    floats: &Path,
    photos: Option<&Path>,
) -> Result<(), XtaskError> {
    let script = bench_source(workspace).join(CONVERTER);
    // Written last.
    let done = folder.join(CONVERTER);
    let made = same(&script, &done);
    let int8 = folder.join("vgg16-224-int8.tflite");
    if photos.is_none() && !(made && int8.is_file()) {
        let problem = "LiteRT.js in int8 throughout needs photos for its ranges: `--photos DIR`".to_owned();
        journal.leave_out("LiteRT.js in int8 throughout", &XtaskError::Usage { problem });
    }
    if made && photos.is_none() {
        return Ok(());
    }
    let python = converter(workspace, journal, folder)?;
    if done.exists() {
        // The files may be half made from here on.
        fs::remove_file(&done).map_err(XtaskError::file(&done, "removed"))?;
    }
    journal.step("LiteRT.js's files", "TensorFlow's converter makes them: some minutes.", || {
        let script = Program::new(workspace, "python3").env("PYTHONPATH", &python).arg(&script);
        let mut script = script.arg(floats).arg(folder);
        if let Some(photos) = photos {
            // As seen from where this was started: programs run in the checkout.
            script = script.arg(std::path::absolute(photos).map_err(XtaskError::file(photos, "found"))?);
        }
        script.advice("What went wrong is said above.").run()?;
        copy(workspace, folder, CONVERTER)
    })
}

/// The folder with TensorFlow and what it needs, of just the versions in `tests/bench/requirements.txt`.
fn converter(workspace: &Workspace, journal: &mut Journal, folder: &Path) -> Result<PathBuf, XtaskError> {
    let python = folder.join("python");
    let list = bench_source(workspace).join(REQUIREMENTS);
    // Written last.
    if same(&list, &folder.join(REQUIREMENTS)) {
        return Ok(python);
    }
    journal.step("TensorFlow's converter", "pip downloads TensorFlow (600 MB, 2 GB unpacked).", || {
        if python.exists() {
            // pip leaves alone what is there.
            fs::remove_dir_all(&python).map_err(XtaskError::file(&python, "removed"))?;
        }
        let pip = Program::new(workspace, "python3").words("-m pip install --no-deps --only-binary :all: --target");
        pip.arg(&python).arg("--requirement").arg(&list).advice(PYTHON).run()?;
        copy(workspace, folder, REQUIREMENTS)
    })?;
    Ok(python)
}

/// The bench's own folder.
fn bench_source(workspace: &Workspace) -> PathBuf {
    workspace.root().join("tests/bench")
}

/// Copies the file of that name out of the bench's own folder into `folder`.
fn copy(workspace: &Workspace, folder: &Path, name: &str) -> Result<(), XtaskError> {
    let to = folder.join(name);
    fs::copy(bench_source(workspace).join(name), &to).map_err(XtaskError::file(&to, "written"))?;
    Ok(())
}

/// The folder with the other runtimes, of just the versions in `tests/bench/package-lock.json`.
fn install(workspace: &Workspace, journal: &mut Journal) -> Result<PathBuf, XtaskError> {
    let source = bench_source(workspace);
    let folder = workspace.target().join("bench");
    // npm writes this last.
    let done = folder.join("node_modules/.package-lock.json").is_file();
    if done && PACKAGES.iter().all(|name| same(&source.join(name), &folder.join(name))) {
        return Ok(folder);
    }
    let why = "npm downloads TensorFlow.js, ONNX Runtime Web and LiteRT.js (70 MB).";
    journal.step("The other runtimes", why, || {
        fs::create_dir_all(&folder).map_err(XtaskError::file(&folder, "made"))?;
        for name in PACKAGES {
            copy(workspace, &folder, name)?;
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
