//! Headstart beside TensorFlow.js and ONNX Runtime Web, in the same Chromium: `cargo xtask bench` calls this with the
//! folder that it has prepared, and the devices with how often each is timed (`cpu=7 webgpu=3`).

mod figures;
mod ours;
mod peers;
mod report;
mod visits;

use std::{
    env,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use headstart_tests::{Browser, Built, Options, Page, Site, TestError, float_goldens};
use headstart_weights::relative_distance;

use crate::figures::Figures;
use crate::ours::{FLOATS, Golden, Ours};
use crate::peers::{Peer, PeerPage};
use crate::report::{Report, Row};

/// How long anything may take: a software adapter needs half a minute a photo.
const LONG: Duration = Duration::from_secs(600);
/// How far features may be off the golden ones, relatively.
const BOUND: f64 = 1e-2;

/// What a photo is seen on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Device {
    Cpu,
    WebGpu,
}

impl Device {
    /// Its name in our page's address.
    fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::WebGpu => "webgpu",
        }
    }

    /// The largest share of the fastest peer's time that a photo of that size should take.
    fn bar(self, size: usize) -> Option<f64> {
        match (self, size) {
            (Self::Cpu, 150) => Some(0.5),
            (Self::Cpu, _) => None,
            (Self::WebGpu, _) => Some(0.3),
        }
    }
}

fn main() -> ExitCode {
    match run(&env::args().skip(1).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[String]) -> Result<(), TestError> {
    let (folder, devices) = read(words)?;
    let built = Built::page()?;
    let floats = built.float_weights().ok_or_else(|| TestError::NotBuilt { path: "the float weights".into() })?;
    peers::write_weights(&floats, &folder)?;
    let ours = Site::under(&built.dist, "/", &[(FLOATS, &floats)])?;
    let theirs = peers::site(&folder)?;
    let bench = Bench { ours, theirs };
    let mut report = Report::default();
    for (device, rounds) in devices {
        bench.photos(&mut report, device, rounds)?;
        if device == Device::Cpu {
            visits::measure(&bench, &mut report, rounds.min(3))?;
            ours::measure(&bench.ours, &mut report)?;
            ours::pool(&bench.ours, &mut report)?;
        } else {
            visits::weigh_webgpu(&bench.ours, &mut report)?;
        }
    }
    report.print();
    report.write(&folder.join("result.json"))
}

/// The folder, and the devices with their rounds.
fn read(words: &[String]) -> Result<(PathBuf, Vec<(Device, usize)>), TestError> {
    let usage = || TestError::BenchUsage { found: words.join(" ") };
    let (folder, rest) = words.split_first().ok_or_else(usage)?;
    let device = |word: &String| {
        let (name, rounds) = word.split_once('=')?;
        let device = [Device::Cpu, Device::WebGpu].into_iter().find(|device| device.name() == name)?;
        Some((device, rounds.parse().ok().filter(|rounds| *rounds > 0)?))
    };
    let devices: Option<Vec<_>> = rest.iter().map(device).collect();
    Ok((Path::new(folder).to_owned(), devices.filter(|devices| !devices.is_empty()).ok_or_else(usage)?))
}

/// The two sites that are compared.
struct Bench {
    ours: Site,
    theirs: Site,
}

impl Bench {
    /// A photo in both sizes: first that all compute the same, then each in turn.
    fn photos(&self, report: &mut Report, device: Device, rounds: usize) -> Result<(), TestError> {
        let browser = Browser::start(&Options { webgpu: device == Device::WebGpu, ..Options::default() })?;
        report.set_browser(&browser)?;
        for size in [150, 224] {
            self.photo(report, &browser, device, size, rounds)?;
        }
        Ok(())
    }

    fn photo(
        &self,
        report: &mut Report,
        browser: &Browser,
        device: Device,
        size: usize,
        rounds: usize,
    ) -> Result<(), TestError> {
        let goldens = float_goldens()?;
        let golden = goldens.iter().find(|golden| golden.size == size);
        let golden = golden.map_or(&[][..], |golden| &golden.features);
        let check = |report: &mut Report, name: &str, adapter: &str, features: &[f32]| {
            let error = relative_distance(features, golden);
            let on = [device.name(), adapter].join(" ");
            println!("{name} on {}, {size}×{size}: features {error:.1e} off the golden ones", on.trim());
            report.parity(name, on.trim(), size, error);
            if error <= BOUND {
                Ok(())
            } else {
                Err(TestError::OtherNetwork { name: name.to_owned(), error, bound: BOUND })
            }
        };

        let url = self.ours.url(&format!("?backend={}&size={size}&parity=1&weights={FLOATS}", device.name()));
        let measured: Golden = Page::open(browser, &url)?.json("parity-result", LONG)?;
        check(report, "Headstart", &measured.adapter, &measured.golden.features)?;
        let home = browser.window()?;
        let mut peers = Vec::new();
        for peer in Peer::ALL {
            let page = PeerPage::open(browser, &self.theirs, peer, device, size)?;
            let state = page.ready()?;
            check(report, peer.name(), &state.adapter, &state.features)?;
            if (device, size) == (Device::Cpu, 150) {
                report.peer_heap(peer, state.heap);
            }
            peers.push((page, Figures::default()));
        }
        browser.turn_to(&home)?;
        let mut ours = Ours::open(browser, home, &self.ours, device, size)?;
        let mut times = Figures::default();
        for round in 1..=rounds {
            times.push(ours.time()?);
            for (page, times) in &mut peers {
                times.push(page.time()?);
            }
            println!("{} at {size}×{size}: round {round} of {rounds}", device.name());
        }
        let mut row = Row::milliseconds(&format!("{}, one photo, {size}×{size}", title(device)), times);
        for (page, times) in peers {
            row.set_peer(page.peer, times);
            page.close()?;
        }
        row.bar_ratio = device.bar(size);
        report.rows.push(row);
        Ok(())
    }
}

fn title(device: Device) -> &'static str {
    match device {
        Device::Cpu => "CPU (wasm, 1 thread)",
        Device::WebGpu => "WebGPU",
    }
}
