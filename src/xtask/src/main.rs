//! `cargo xtask`: sets up the tools that are missing, and builds, serves, checks, tests and measures Headstart with them.

mod bench;
mod browser;
mod bundle;
mod check;
mod checkers;
mod dev;
mod digest;
mod error;
mod fuzz;
mod journal;
mod offline;
mod optimizer;
mod options;
mod part;
mod program;
mod relaxed_simd;
mod reload;
mod server;
mod sizes;
mod soak;
mod sources;
mod tools;
mod unit;
mod watch;
mod weights;
mod workers;
mod workspace;

use std::process::ExitCode;

use crate::error::XtaskError;
use crate::journal::Journal;
use crate::options::{HELP, Task};
use crate::workspace::Workspace;

fn main() -> ExitCode {
    let outcome = options::read(std::env::args().skip(1)).and_then(|task| run(&task));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: &Task) -> Result<(), XtaskError> {
    let workspace = Workspace::find()?;
    let mut journal = Journal::default();
    match task {
        Task::Help => println!("{HELP}"),
        Task::Build(build) => bundle::build(&workspace, &mut journal, build)?,
        Task::Serve { build, address } => {
            // Before the build, which takes minutes: a port in use is told at once.
            let server = server::Server::bind(*address, &workspace.dist(), &build.public_url)?;
            bundle::serve(&workspace, &mut journal, build, server)?;
        }
        Task::Dev { address } => dev::run(&workspace, &mut journal, *address)?,
        Task::Check => check::check(&workspace, &mut journal)?,
        Task::Test { unit: false } => check::test(&workspace, &mut journal)?,
        Task::Test { unit: true } => unit::run(&workspace, &mut journal)?,
        Task::Weights { force } => weights::run(&workspace, &mut journal, *force)?,
        Task::Bench(rounds) => bench::run(&workspace, &mut journal, rounds)?,
        Task::Fuzz { minutes, seed } => fuzz::run(&workspace, &mut journal, *minutes, *seed)?,
        Task::Soak(words) => soak::run(&workspace, &mut journal, words)?,
    }
    journal.print_summary();
    Ok(())
}
