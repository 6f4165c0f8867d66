//! Faults injected into the built page in a real Chromium: `cargo xtask soak` calls this. Nothing that was said to be saved may
//! be lost. The same seed does the same things, at moments that are the machine's.

mod downloads;
mod engines;
mod exported;
mod faults;
mod kills;
mod large;
mod malformed;
mod model;
mod network;
mod photos;
mod report;
mod session;
mod tabs;
mod zips;

use std::process::ExitCode;

use clap::Parser;
use headstart_tests::{Built, Site, TestError};

use crate::{faults::Fault, report::Row};

/// Injects faults into the built page and counts how often it lost something. A count of 0 leaves a fault out.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask soak")]
struct Asked {
    /// What is done follows from this number.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How often the browser is killed [default: 50].
    #[arg(long, value_name = "N")]
    kills: Option<usize>,
    /// How often two tabs edit one project at once [default: 20].
    #[arg(long, value_name = "N")]
    tabs: Option<usize>,
    /// How often each fault of the database is injected [default: 10].
    #[arg(long, value_name = "N")]
    faults: Option<usize>,
    /// How many hostile zips are opened [default: 100].
    #[arg(long, value_name = "N")]
    zips: Option<usize>,
    /// How many malformed photos are given to the page [default: 10000].
    #[arg(long, value_name = "N")]
    malformed: Option<usize>,
    /// How many photos the large project has [default: 5000].
    #[arg(long, value_name = "N")]
    photos: Option<usize>,
    /// How often the network is taken away after the first visit [default: 1].
    #[arg(long, value_name = "N")]
    offline: Option<usize>,
    /// How many faulty hosts are tried [default: all].
    #[arg(long, value_name = "N")]
    hosts: Option<usize>,
    /// How often a worker is ended [default: 50].
    #[arg(long, value_name = "N")]
    crashes: Option<usize>,
    /// How often a GPU's device is destroyed [default: 20].
    #[arg(long, value_name = "N")]
    devices: Option<usize>,
    /// How often the host sends other bytes than the weights [default: 200].
    #[arg(long, value_name = "N")]
    weights: Option<usize>,
    /// In how many blocks of 4 KiB of the weights a bit is flipped, natively [default: in all].
    #[arg(long, value_name = "N")]
    flips: Option<usize>,
    /// How often the network is lost in a download [default: 50].
    #[arg(long, value_name = "N")]
    drops: Option<usize>,
    /// How often it stands still [default: 20].
    #[arg(long, value_name = "N")]
    stalls: Option<usize>,
    /// Counts for a run of a few minutes, where no other is named.
    #[arg(long)]
    short: bool,
    /// Print the table as JSON, in the last line.
    #[arg(long)]
    json: bool,
}

/// How often each is done: all, and in a short run.
const KILLS: [usize; 2] = [50, 4];
const TABS: [usize; 2] = [20, 2];
const FAULTS: [usize; 2] = [10, 1];
const ZIPS: [usize; 2] = [100, 10];
// A short run is that of `cargo xtask fuzz`, natively.
const MALFORMED: [usize; 2] = [10_000, 0];
const PHOTOS: [usize; 2] = [5_000, 60];
// These two are tests of their own as well.
const OFFLINE: [usize; 2] = [1, 0];
const HOSTS: [usize; 2] = [usize::MAX, 0];
const CRASHES: [usize; 2] = [50, 3];
// The software adapter is too slow for a short run.
const DEVICES: [usize; 2] = [20, 0];
const WEIGHTS: [usize; 2] = [200, 5];
const DROPS: [usize; 2] = [50, 3];
const STALLS: [usize; 2] = [20, 2];
/// More than there are.
const FLIPS: [usize; 2] = [10_000, 20];

impl Asked {
    fn count(&self, asked: Option<usize>, default: [usize; 2]) -> usize {
        asked.unwrap_or(default[usize::from(self.short)])
    }
}

fn main() -> ExitCode {
    let asked = Asked::parse();
    match run(&asked) {
        Ok(rows) => {
            report::print(&rows, asked.seed, asked.json);
            if rows.iter().all(|row| row.held == row.times) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(asked: &Asked) -> Result<Vec<Row>, TestError> {
    let site = Site::new(&Built::page()?.dist)?;
    let seed = asked.seed;
    let mut rows = Vec::new();
    let mut add = |times: usize, run: &dyn Fn(usize) -> Result<Row, TestError>| -> Result<(), TestError> {
        if times > 0 {
            rows.push(run(times)?);
        }
        Ok(())
    };
    add(asked.count(asked.kills, KILLS), &|times| kills::run(&site, seed, times))?;
    add(asked.count(asked.tabs, TABS), &|times| tabs::run(&site, seed, times))?;
    for fault in Fault::ALL {
        add(asked.count(asked.faults, FAULTS), &|times| faults::run(&site, fault, seed, times))?;
    }
    add(asked.count(asked.zips, ZIPS), &|times| zips::run(&site, seed, times))?;
    add(asked.count(asked.malformed, MALFORMED), &|times| malformed::run(&site, seed, times))?;
    add(asked.count(asked.offline, OFFLINE), &network::off)?;
    add(asked.count(asked.hosts, HOSTS), &network::hosts)?;
    add(asked.count(asked.photos, PHOTOS), &|times| large::run(&site, seed, times))?;
    add(asked.count(asked.crashes, CRASHES), &|times| engines::crashes(seed, times))?;
    add(asked.count(asked.devices, DEVICES), &|times| engines::lost_devices(seed, times))?;
    add(asked.count(asked.flips, FLIPS), &|times| downloads::flips(times))?;
    add(asked.count(asked.weights, WEIGHTS), &|times| downloads::other_bytes(seed, times))?;
    add(asked.count(asked.drops, DROPS), &|times| downloads::drops(seed, times))?;
    add(asked.count(asked.stalls, STALLS), &|times| downloads::stalls(seed, times))?;
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_those_named_or_those_of_the_run() {
        let asked = Asked::parse_from(["soak", "--short", "--kills", "7", "--zips=0"]);
        assert_eq!(asked.count(asked.kills, KILLS), 7);
        assert_eq!(asked.count(asked.zips, ZIPS), 0);
        assert_eq!(asked.count(asked.tabs, TABS), TABS[1]);
        let asked = Asked::parse_from(["soak"]);
        assert_eq!((asked.seed, asked.count(asked.photos, PHOTOS)), (1, 5_000));
    }
}
