//! The checks, cheapest first, and the tests in a browser.
//!
//! Cargo compiles a crate again where another choice of packages or targets gives it other features. So all native steps
//! make the same choice, and the wasm ones take the profiles of the build.

use crate::browser;
use crate::bundle;
use crate::checkers;
use crate::error::XtaskError;
use crate::journal::Journal;
use crate::options::Build;
use crate::part::{CPU, PAGE, WEBGPU};
use crate::program::Program;
use crate::tools;
use crate::unit;
use crate::workspace::Workspace;

/// All packages but the worker, which has no native side. The page's own tests need no browser.
pub(crate) const NATIVE: &str = "--release --locked --workspace --exclude headstart-engine";

const BURN: &str = "From nothing this takes minutes: burn and all that it stands on.";

/// Format, spelling, dependencies, lints, documentation and unit tests.
///
/// # Errors
/// The first check that fails.
pub(crate) fn check(workspace: &Workspace, journal: &mut Journal) -> Result<(), XtaskError> {
    tools::set_up_rust(workspace, journal)?;
    let cargo = || Program::new(workspace, "cargo");
    let format = cargo().words("fmt --all --check").advice("`cargo fmt --all` formats all files.");
    journal.step("Format", "", || format.run())?;
    checkers::view_format(workspace, journal)?;
    checkers::spelling(workspace, journal)?;
    checkers::dependencies(workspace, journal)?;
    let mend = "Mend what is said above; an exception needs an #[expect] with its reason.";
    let lints = cargo().words("clippy").words(NATIVE).words("--all-targets -- -D warnings").advice(mend);
    journal.step("Lints, native", BURN, || lints.run())?;
    for part in [PAGE, CPU, WEBGPU] {
        let lints = part.cargo(workspace, "clippy").words("-- -D warnings").advice(mend);
        journal.step(&format!("Lints, {}", part.title), "The same for the browser.", || lints.run())?;
    }
    // It needs of the other crates what the lints needed. The workers' documentation is that of one.
    let mend = "`cargo doc --no-deps --open` shows it, of all crates but the worker's.";
    let doc = |cargo: Program| cargo.arg("--no-deps").env("RUSTDOCFLAGS", "-D warnings").advice(mend);
    journal.step("Documentation, native", "", || doc(cargo().words("doc").words(NATIVE)).run())?;
    for part in [PAGE, CPU] {
        let title = format!("Documentation, {}", part.title);
        journal.step(&title, "", || doc(part.cargo(workspace, "doc")).run())?;
    }
    let tests = cargo().words("test").words(NATIVE).advice("`cargo test --release NAME` runs one alone.");
    journal.step("Unit tests", BURN, || tests.run())
}

/// All checks, the build, and the browser tests.
///
/// # Errors
/// The first step that fails.
pub(crate) fn test(workspace: &Workspace, journal: &mut Journal) -> Result<(), XtaskError> {
    browser::set_up(workspace, journal)?;
    browser::set_up_others(workspace, journal)?;
    check(workspace, journal)?;
    bundle::build(workspace, journal, &Build::default())?;
    unit::run(workspace, journal)?;
    let cargo = || Program::new(workspace, "cargo");
    journal.step("Compile the headstart command", "The page must give its answers.", || {
        cargo().words("build").words(NATIVE).arg("--all-targets").run()
    })?;
    journal.step("Browser tests", "One after another: each has the machine for itself, as a visitor does.", || {
        let tests = cargo().words("test").words(NATIVE).words("--test * -- --ignored --test-threads=1");
        let tests = tests.env("HEADSTART_BIN", workspace.headstart()).env("HEADSTART_DIST", workspace.dist());
        tests.advice("What the page looked like then is described above, with the test that failed.").run()
    })
}
