//! Damaged files for whatever reads files from elsewhere.

use crate::check::NATIVE;
use crate::error::XtaskError;
use crate::journal::Journal;
use crate::program::Program;
use crate::tools;
use crate::workspace::Workspace;

/// Runs the crates' `tests/fuzz.rs`, so many minutes for each of their targets.
///
/// # Errors
/// What does not compile, or an input that is a finding.
pub(crate) fn run(workspace: &Workspace, journal: &mut Journal, minutes: u32, seed: u64) -> Result<(), XtaskError> {
    tools::set_up_rust(workspace, journal)?;
    journal.step("Fuzzing", &format!("{minutes} minutes for each of a dozen targets, one after another."), || {
        let tests = Program::new(workspace, "cargo").words("test").words(NATIVE);
        let tests = tests.words("--test fuzz -- --nocapture --test-threads=1");
        let tests =
            tests.env("HEADSTART_FUZZ_MINUTES", minutes.to_string()).env("HEADSTART_FUZZ_SEED", seed.to_string());
        tests.advice("The finding is kept where it is said above: make a test of it.").run()
    })
}
