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

/// Injects faults into the built page and counts how often it lost something. Where some are named, the others are left out; a count of
/// 0 leaves one out.
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
    /// Counts for a run of some minutes, where none is named.
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
const MALFORMED: [usize; 2] = [10_000, 200];
const PHOTOS: [usize; 2] = [5_000, 60];
// These two are tests of their own as well.
const OFFLINE: [usize; 2] = [1, 0];
const HOSTS: [usize; 2] = [usize::MAX, 0];
const CRASHES: [usize; 2] = [50, 3];
// One in a pick of photos: trainings take the software adapter minutes.
const DEVICES: [usize; 2] = [20, 1];
const WEIGHTS: [usize; 2] = [200, 5];
const DROPS: [usize; 2] = [50, 3];
const STALLS: [usize; 2] = [20, 2];
/// More than there are.
const FLIPS: [usize; 2] = [10_000, 20];

/// A fault: how often it was asked for, how often it is injected otherwise, and what does it.
struct Plan<'a> {
    asked: Option<usize>,
    default: [usize; 2],
    run: Box<dyn Fn(usize) -> Result<Row, TestError> + 'a>,
}

fn plan<'a>(asked: Option<usize>, default: [usize; 2], run: impl Fn(usize) -> Result<Row, TestError> + 'a) -> Plan<'a> {
    Plan { asked, default, run: Box::new(run) }
}

/// How often each of `plans` is done. Where some are named, the others are left out.
fn times(plans: &[Plan<'_>], is_short: bool) -> Vec<usize> {
    let some_are_named = plans.iter().any(|plan| plan.asked.is_some_and(|times| times > 0));
    let default = |plan: &Plan<'_>| if some_are_named { 0 } else { plan.default[usize::from(is_short)] };
    plans.iter().map(|plan| plan.asked.unwrap_or_else(|| default(plan))).collect()
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
    let site = &Site::new(&Built::page()?.dist)?;
    let seed = asked.seed;
    let mut plans = vec![
        plan(asked.kills, KILLS, |times| kills::run(site, seed, times)),
        plan(asked.tabs, TABS, |times| tabs::run(site, seed, times)),
    ];
    let faults = Fault::ALL.map(|fault| plan(asked.faults, FAULTS, move |times| faults::run(site, fault, seed, times)));
    plans.extend(faults);
    plans.extend([
        plan(asked.zips, ZIPS, |times| zips::run(site, seed, times)),
        plan(asked.malformed, MALFORMED, |times| malformed::run(site, seed, times)),
        plan(asked.offline, OFFLINE, network::off),
        plan(asked.hosts, HOSTS, network::hosts),
        plan(asked.photos, PHOTOS, |times| large::run(site, seed, times)),
        plan(asked.crashes, CRASHES, |times| engines::crashes(seed, times)),
        plan(asked.devices, DEVICES, |times| engines::lost_devices(seed, times)),
        plan(asked.flips, FLIPS, downloads::flips),
        plan(asked.weights, WEIGHTS, |times| downloads::other_bytes(seed, times)),
        plan(asked.drops, DROPS, |times| downloads::drops(seed, times)),
        plan(asked.stalls, STALLS, |times| downloads::stalls(seed, times)),
    ]);
    let mut rows = Vec::new();
    for (plan, times) in plans.iter().zip(times(&plans, asked.short)) {
        if times > 0 {
            rows.push((plan.run)(times)?);
        }
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_those_named_or_those_of_the_run() {
        let counts = |words: &[&str]| {
            let asked = Asked::parse_from([&["soak"], words].concat());
            let run = |_| Ok(Row::new("none"));
            times(&[plan(asked.kills, KILLS, run), plan(asked.zips, ZIPS, run)], asked.short)
        };
        assert_eq!(counts(&[]), [50, 100]);
        assert_eq!(counts(&["--short"]), [KILLS[1], ZIPS[1]]);
        assert_eq!(counts(&["--short", "--kills", "7"]), [7, 0]);
        assert_eq!(counts(&["--zips=0"]), [50, 0]);
        assert_eq!(counts(&["--kills=7", "--zips=0"]), [7, 0]);
    }
}
