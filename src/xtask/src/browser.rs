//! The browsers that the tests drive: Chromium, which they cannot do without, Firefox and WebKitGTK.

use std::{env, fs, path::PathBuf};

use crate::error::XtaskError;
use crate::journal::Journal;
use crate::program::Program;
use crate::tools;
use crate::workspace::Workspace;

/// Each program under its names, and the variable that names another one.
pub(crate) const CHROMIUM: (&[&str], &str) =
    (&["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"], "HEADSTART_CHROMIUM");
const DRIVER: (&[&str], &str) = (&["chromedriver"], "HEADSTART_CHROMEDRIVER");
const GECKODRIVER: (&[&str], &str) = (&["geckodriver"], "HEADSTART_GECKODRIVER");
const GECKODRIVER_VERSION: &str = "0.37.1";

/// Debian's packages of Chromium.
const PACKAGES: &str = "chromium chromium-driver";

/// Makes sure of Chromium and its driver: on Debian, as root, by installing what is missing.
///
/// # Errors
/// [`XtaskError::NoBrowser`], which says what to install, where that cannot be done here.
pub(crate) fn set_up(workspace: &Workspace, journal: &mut Journal) -> Result<(), XtaskError> {
    let Some(missing) = missing() else { return Ok(()) };
    let advice = "Install Chromium or Chrome, and the ChromeDriver of the same version, or name both in \
                  HEADSTART_CHROMIUM and HEADSTART_CHROMEDRIVER.";
    can_install(workspace, missing, PACKAGES, advice)?;
    journal.step("Chromium", "apt-get downloads the browser that the tests drive (100 MB).", || {
        install(workspace, PACKAGES)
    })
}

/// Makes sure of Firefox with geckodriver and of WebKitGTK with its driver. One that cannot be had is left out, with its
/// reason; the tests in it say that they are skipped.
///
/// # Errors
/// None but those of the folder of tools.
pub(crate) fn set_up_others(workspace: &Workspace, journal: &mut Journal) -> Result<(), XtaskError> {
    if let Err(error) = set_up_packages(workspace, journal, &FIREFOX).and_then(|()| geckodriver(workspace, journal)) {
        journal.leave_out("the browser tests in Firefox", &error);
    }
    if let Err(error) = set_up_packages(workspace, journal, &WEBKIT) {
        journal.leave_out("the browser tests in WebKitGTK", &error);
    }
    tools::clear_build(&workspace.tools())
}

/// What Debian has of a browser.
struct Packages {
    title: &'static str,
    /// Programs under their names, and the variables that name other ones.
    programs: &'static [(&'static [&'static str], &'static str)],
    names: &'static str,
    /// What the download takes.
    why: &'static str,
    /// Where there is no Debian.
    advice: &'static str,
}

const FIREFOX: Packages = Packages {
    title: "Firefox",
    programs: &[(&["firefox-esr", "firefox"], "HEADSTART_FIREFOX")],
    names: "firefox-esr",
    why: "apt-get downloads it (70 MB).",
    advice: "Install Firefox, or name it in HEADSTART_FIREFOX.",
};
const WEBKIT: Packages = Packages {
    title: "WebKitGTK",
    programs: &[(&["WebKitWebDriver"], "HEADSTART_WEBKIT_DRIVER"), (&["Xvfb"], "HEADSTART_XVFB")],
    names: "webkit2gtk-driver xvfb",
    why: "apt-get downloads Safari's engine, its driver and a screen for it (90 MB).",
    advice: "Install WebKitGTK's driver and Xvfb, or name them in HEADSTART_WEBKIT_DRIVER and HEADSTART_XVFB.",
};

fn set_up_packages(workspace: &Workspace, journal: &mut Journal, packages: &Packages) -> Result<(), XtaskError> {
    let mut programs = packages.programs.iter();
    let Some((names, _)) = programs.find(|(names, variable)| find(names, variable).is_none()) else { return Ok(()) };
    can_install(workspace, names[0], packages.names, packages.advice)?;
    journal.step(packages.title, packages.why, || install(workspace, packages.names))
}

/// Firefox's driver, which Debian does not have.
fn geckodriver(workspace: &Workspace, journal: &mut Journal) -> Result<(), XtaskError> {
    let (names, variable) = GECKODRIVER;
    let folder = workspace.tools();
    let own = folder.join("bin").join(names[0]);
    if find(names, variable).is_some() || tools::has_version(workspace, &own, GECKODRIVER_VERSION) {
        return Ok(());
    }
    journal.step("geckodriver", "It drives Firefox. Compiling it takes some minutes, once.", || {
        let install = tools::install(workspace, &folder, &folder.join("build")).arg("--locked");
        install.arg(format!("geckodriver@{GECKODRIVER_VERSION}")).run()
    })
}

/// Whether the `packages` of a `missing` program can be installed here.
fn can_install(
    workspace: &Workspace,
    missing: &'static str,
    packages: &str,
    elsewhere: &str,
) -> Result<(), XtaskError> {
    let is_root = || Program::new(workspace, "id").arg("-u").output().is_ok_and(|id| id.trim() == "0");
    let advice = if !is_debian() {
        elsewhere.to_owned()
    } else if !is_root() {
        format!("As root: apt-get update && apt-get install {packages}")
    } else {
        return Ok(());
    };
    Err(XtaskError::NoBrowser { missing, advice })
}

/// Installs Debian's `packages`.
fn install(workspace: &Workspace, packages: &str) -> Result<(), XtaskError> {
    let advice = "Are Debian's packages within reach?";
    let apt = || Program::new(workspace, "apt-get").env("DEBIAN_FRONTEND", "noninteractive").advice(advice);
    apt().words("update -q").run()?;
    apt().words("install -q -y --no-install-recommends").words(packages).run()
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
