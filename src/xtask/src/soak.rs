//! Faults injected into the built page.

use crate::browser;
use crate::bundle;
use crate::error::XtaskError;
use crate::journal::Journal;
use crate::options::Build;
use crate::program::Program;
use crate::workspace::Workspace;

/// Brings all that it takes, and runs the test crate's `soak` with `words`.
///
/// # Errors
/// Something that cannot be had or built, or a page that lost something.
pub(crate) fn run(workspace: &Workspace, journal: &mut Journal, words: &[String]) -> Result<(), XtaskError> {
    browser::set_up(workspace, journal)?;
    bundle::build(workspace, journal, &Build::default())?;
    journal.step("Soak", "Browsers are killed, databases fail: an hour or two where nothing is left out.", || {
        // By itself, as the bench.
        let soak = Program::new(workspace, "cargo").words("run --release --locked --package headstart-tests");
        let soak = soak.words("--bin soak --").env("HEADSTART_DIST", workspace.dist());
        let soak = words.iter().fold(soak, Program::arg);
        soak.advice("What was lost is said above.").run()
    })
}
