//! The unit tests of what runs in a browser only: views and browser glue of the page, jobs of the worker.

use std::{env, fs, path::PathBuf};

use crate::browser;
use crate::dev;
use crate::error::XtaskError;
use crate::journal::Journal;
use crate::part::{CPU, PAGE};
use crate::tools;
use crate::workspace::Workspace;

/// What Chromium is started with. Without a sandbox, as root in a container needs it; without a GPU, for which no unit test
/// asks; and without what it does over the network by itself.
const FLAGS: [&str; 7] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
];
/// Seconds for all tests of a program. The runner's own 20 are few where the machine does something else as well.
const PATIENCE: &str = "300";

/// Sets up what they need, and runs them.
///
/// What is compiled again: both with `cfg(test)`, and the crates whose features the tests' own crates add to (web-sys and
/// serde_json, and so leptos: a minute of one core, once). The rest is at hand. The page's crates are those of `cargo
/// xtask dev`: in the page's own profile all code would be made while linking, once more for the tests. The worker's are
/// those of the worker for the processor: burn is slow without optimization, and compiling it again would take minutes.
///
/// # Errors
/// A test that fails, what does not compile, or a tool that cannot be had.
pub(crate) fn run(workspace: &Workspace, journal: &mut Journal) -> Result<(), XtaskError> {
    browser::set_up(workspace, journal)?;
    let tools = tools::set_up(workspace, journal)?;
    let driver = browser::driver()?;
    let configuration = write_configuration(workspace)?;
    // A crate that says nothing runs where its code runs: the page's in a page, the worker's in a worker. Of the worker only
    // the library: its program, linked once more as a test, has none.
    let kinds = [
        (PAGE, dev::PROFILE, "--bins", "WASM_BINDGEN_USE_BROWSER"),
        (CPU, CPU.profile, "--lib", "WASM_BINDGEN_USE_DEDICATED_WORKER"),
    ];
    for (part, profile, targets, place) in kinds {
        journal.step(&format!("Unit tests in Chromium, {}", part.title), "", || {
            let tests = part.cargo_in(workspace, "test", profile).arg(targets);
            let tests = tests.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", tools.bin.join(RUNNER));
            let tests = tests.env("CHROMEDRIVER", &driver).env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", &configuration);
            let tests = tests.env("WASM_BINDGEN_TEST_TIMEOUT", PATIENCE).env(place, "1");
            tests.advice("`cargo xtask test --unit` runs these alone.").run()
        })?;
    }
    Ok(())
}

/// What cargo starts the tests with: it serves them to a browser and prints what they say.
const RUNNER: &str = "wasm-bindgen-test-runner";

/// The runner's file with how to start the browser.
fn write_configuration(workspace: &Workspace) -> Result<PathBuf, XtaskError> {
    let path = workspace.target().join("webdriver.json");
    let text = configuration(env::var(browser::CHROMIUM.1).ok().as_deref());
    fs::create_dir_all(workspace.target()).map_err(XtaskError::file(&path, "written"))?;
    fs::write(&path, text).map_err(XtaskError::file(&path, "written"))?;
    Ok(path)
}

/// In JSON: the flags, and the browser where it is not the driver's own choice.
fn configuration(chromium: Option<&str>) -> String {
    let flags = FLAGS.map(|flag| format!("\"{flag}\"")).join(", ");
    let binary = chromium.map(|path| format!("\"binary\": {path:?}, ")).unwrap_or_default();
    format!("{{ \"goog:chromeOptions\": {{ {binary}\"args\": [{flags}] }} }}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browser_is_named_where_one_is_asked_for() {
        assert!(configuration(None).starts_with("{ \"goog:chromeOptions\": { \"args\": [\"--headless\", "));
        assert!(configuration(Some("/a b")).contains("{ \"binary\": \"/a b\", \"args\""));
    }
}
