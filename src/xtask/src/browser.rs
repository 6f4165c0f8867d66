//! The browser that the tests drive: Chromium and its driver.

use std::{env, fs, path::PathBuf};

use crate::error::XtaskError;
use crate::journal::Journal;
use crate::program::Program;
use crate::workspace::Workspace;

/// Each program under its names, and the variable that names another one.
pub(crate) const CHROMIUM: (&[&str], &str) =
    (&["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"], "HEADSTART_CHROMIUM");
const DRIVER: (&[&str], &str) = (&["chromedriver"], "HEADSTART_CHROMEDRIVER");

/// Makes sure of both: on Debian, as root, by installing what is missing.
///
/// # Errors
/// [`XtaskError::NoBrowser`], which says what to install, where that cannot be done here.
pub(crate) fn set_up(workspace: &Workspace, journal: &mut Journal) -> Result<(), XtaskError> {
    let Some(missing) = missing() else { return Ok(()) };
    if !is_debian() {
        let advice = "Install Chromium or Chrome, and the ChromeDriver of the same version, or name both in \
                      HEADSTART_CHROMIUM and HEADSTART_CHROMEDRIVER.";
        return Err(XtaskError::NoBrowser { missing, advice: advice.to_owned() });
    }
    let is_root = Program::new(workspace, "id").arg("-u").output().is_ok_and(|id| id.trim() == "0");
    if !is_root {
        let advice = "As root: apt-get update && apt-get install chromium chromium-driver";
        return Err(XtaskError::NoBrowser { missing, advice: advice.to_owned() });
    }
    journal.step("Chromium", "apt-get downloads the browser that the tests drive (100 MB).", || {
        let advice = "Are Debian's packages within reach?";
        let apt = || Program::new(workspace, "apt-get").env("DEBIAN_FRONTEND", "noninteractive").advice(advice);
        apt().words("update -q").run()?;
        apt().words("install -q -y --no-install-recommends chromium chromium-driver").run()
    })
}

/// ChromeDriver's program.
///
/// # Errors
/// [`XtaskError::NoBrowser`] where there is none, which [`set_up`] makes sure of.
pub(crate) fn driver() -> Result<PathBuf, XtaskError> {
    let (names, variable) = DRIVER;
    let advice = format!("{variable} may name it.");
    find(names, variable).ok_or(XtaskError::NoBrowser { missing: names[0], advice })
}

/// The first program that is not there.
fn missing() -> Option<&'static str> {
    [CHROMIUM, DRIVER].into_iter().find(|(names, variable)| find(names, variable).is_none()).map(|(names, _)| names[0])
}

/// The program that `variable` names, or else the first on the path.
fn find(names: &[&str], variable: &str) -> Option<PathBuf> {
    if let Some(path) = env::var_os(variable) {
        return Some(path.into());
    }
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .flat_map(|folder| names.iter().map(move |name| folder.join(name)))
        .find(|file| file.is_file())
}

fn is_debian() -> bool {
    fs::read_to_string("/etc/os-release").is_ok_and(|text| text.lines().any(|line| line == "ID=debian"))
}
