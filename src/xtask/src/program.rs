//! Other programs, run where their failure says what to do.

use std::{
    ffi::OsStr,
    path::Path,
    process::{Command, Stdio},
};

use crate::error::XtaskError;
use crate::workspace::Workspace;

/// A program and its arguments.
pub(crate) struct Program {
    command: Command,
    advice: String,
}

impl Program {
    /// `name`, to be run in the checkout. Cargo's target folder is the workspace's, whatever the program.
    pub(crate) fn new(workspace: &Workspace, name: impl AsRef<OsStr>) -> Self {
        let mut command = Command::new(name);
        command.current_dir(workspace.root()).env("CARGO_TARGET_DIR", workspace.target());
        // trunk takes a value that means "yes" elsewhere for an error.
        command.env_remove("NO_COLOR");
        Self { command, advice: String::new() }
    }

    /// With `words`, split at spaces, as further arguments.
    pub(crate) fn words(mut self, words: &str) -> Self {
        self.command.args(words.split_whitespace());
        self
    }

    /// With one more argument.
    pub(crate) fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    /// With an environment variable.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// With `folder` searched for programs before all others.
    pub(crate) fn path_first(self, folder: &Path) -> Self {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = [folder.to_owned()].into_iter().chain(std::env::split_paths(&path));
        match std::env::join_paths(folders) {
            Ok(path) => self.env("PATH", path),
            Err(_) => self,
        }
    }

    /// What to do where it fails.
    pub(crate) fn advice(mut self, advice: &str) -> Self {
        advice.clone_into(&mut self.advice);
        self
    }

    /// Prints the command line and runs it, its output shown.
    ///
    /// # Errors
    /// A program that is missing, or that fails.
    pub(crate) fn run(mut self) -> Result<(), XtaskError> {
        println!("    $ {}", self.line());
        let status = self.command.status();
        let status = status.map_err(|error| self.missing(error))?;
        if status.success() { Ok(()) } else { Err(self.failed(&status.to_string())) }
    }

    /// Runs it and gives what it prints on standard output.
    ///
    /// # Errors
    /// A program that is missing, or that fails.
    pub(crate) fn output(mut self) -> Result<String, XtaskError> {
        let output = self.command.stdin(Stdio::null()).output();
        let output = output.map_err(|error| self.missing(error))?;
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        } else {
            let said = String::from_utf8_lossy(&output.stderr);
            Err(self.failed(&format!("{}; it said: {}", output.status, said.trim())))
        }
    }

    fn line(&self) -> String {
        let words = [self.command.get_program()].into_iter().chain(self.command.get_args());
        words.map(|word| quoted(&word.to_string_lossy())).collect::<Vec<_>>().join(" ")
    }

    fn missing(&self, error: std::io::Error) -> XtaskError {
        let program = self.command.get_program().to_string_lossy().into_owned();
        XtaskError::NoProgram { program, error, advice: self.advice.clone() }
    }

    fn failed(&self, status: &str) -> XtaskError {
        XtaskError::Failed { line: self.line(), status: status.to_owned(), advice: self.advice.clone() }
    }
}

/// `word` as a shell would take it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-=+:,@".contains(c);
    if !word.is_empty() && word.chars().all(plain) { word.to_owned() } else { format!("'{word}'") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_shows_the_command_line_and_the_advice() {
        let workspace = Workspace::find().unwrap();
        let cargo = || Program::new(&workspace, "cargo").words("no-such-command --x").arg("a b").advice("Do this.");
        let said = cargo().output().unwrap_err().to_string();
        assert!(said.contains("cargo no-such-command --x 'a b'") && said.ends_with("Do this."), "{said}");
        let said = Program::new(&workspace, "no-such-program").advice("Install it.").output().unwrap_err().to_string();
        assert!(said.contains("no-such-program") && said.ends_with("Install it."), "{said}");
    }
}
