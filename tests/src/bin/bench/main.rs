//! Headstart beside TensorFlow.js, ONNX Runtime Web and, where it is asked for (`litert`), LiteRT.js, in the same
//! Chromium: `cargo xtask bench` calls this with the folder that it has prepared, and the devices with how often each is
//! timed (`cpu=7 webgpu=3`), and with a part of it where only that is asked for (`answers`, `own`, `visits`).

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

use headstart_tests::{Browser, Built, Options, Site, TestError, float_goldens};
use headstart_weights::relative_distance;

use crate::figures::Figures;
use crate::ours::{FLOATS, Ours};
use crate::peers::{Peer, PeerPage};
use crate::report::{Report, Row};

/// How long anything may take: a software adapter needs half a minute a photo.
const LONG: Duration = Duration::from_secs(600);
/// How far features may be off the golden ones, relatively, where floats make them.
const BOUND: f64 = 1e-2;
/// The sides of a photo as the base takes it.
const SIZES: [usize; 2] = [150, 224];

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

    /// On how many cores it is timed.
    fn cores(self) -> &'static [Cores] {
        match self {
            Self::Cpu => &Cores::BOTH,
            Self::WebGpu => &[Cores::One],
        }
    }

    /// The largest share of the fastest peer's time that a photo of that size should take.
    fn bar(self, cores: Cores, size: usize) -> Option<f64> {
        match (self, cores, size) {
            (Self::Cpu, Cores::One, 150) => Some(0.5),
            (Self::Cpu, Cores::One, 224) => Some(0.45),
            (Self::Cpu, Cores::All, 150) => Some(0.75),
            (Self::Cpu, ..) => None,
            (Self::WebGpu, ..) => Some(0.3),
        }
    }
}

/// How many of the processor's cores a photo may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cores {
    /// One: our page with one worker, a peer with one thread.
    One,
    /// All: our page as any host serves it, a peer with a thread a core in a page that is cross-origin isolated.
    All,
}

impl Cores {
    /// Both.
    const BOTH: [Self; 2] = [Self::One, Self::All];

    /// Their name for a person.
    fn name(self) -> &'static str {
        match self {
            Self::One => "one core",
            Self::All => "all cores",
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
    let Words { folder, devices, litert, only } = read(words)?;
    let built = Built::page()?;
    let floats = built.float_weights().ok_or_else(|| TestError::NotBuilt { path: "the float weights".into() })?;
    peers::write_weights(&floats, &folder)?;
    let ours = Site::under(&built.dist, "/", &[(FLOATS, &floats)])?;
    let mut peers = Peer::FLOATS.to_vec();
    if litert {
        peers.extend(Peer::litert(&folder));
    }
    let theirs = peers::site(&folder, &peers)?;
    let isolated = peers::site(&folder, &peers)?;
    isolated.isolate();
    let bench = Bench { ours, theirs, isolated, peers };
    let mut report = Report::default();
    let wants = |part| only.is_none_or(|only| only == part);
    for (device, rounds) in devices {
        if wants(Part::Answers) {
            bench.photos(&mut report, device, rounds)?;
        }
        if wants(Part::Own) && device == Device::Cpu {
            ours::measure(&bench.ours, &mut report)?;
            ours::pool(&bench.ours, &mut report)?;
            ours::camera(&bench.ours, &mut report)?;
        }
        if wants(Part::Visits) {
            match device {
                Device::Cpu => visits::measure(&bench, &mut report, rounds.min(3))?,
                Device::WebGpu => visits::weigh_webgpu(&bench.ours, &mut report)?,
            }
        }
    }
    report.print();
    report.write(&folder.join("result.json"))
}

/// What was asked for.
struct Words {
    /// What `cargo xtask bench` has prepared.
    folder: PathBuf,
    /// The devices with their rounds.
    devices: Vec<(Device, usize)>,
    /// Whether LiteRT.js is one of the peers.
    litert: bool,
    /// The one part that is asked for; all where none is.
    only: Option<Part>,
}

/// A part of the bench.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// One photo, beside the peers.
    Answers,
    /// What only our page does, on the CPU: many photos, the camera, training; and memory.
    Own,
    /// First visits, and what they bring.
    Visits,
}

impl Part {
    /// The one of that name.
    fn named(word: &str) -> Option<Self> {
        match word {
            "answers" => Some(Self::Answers),
            "own" => Some(Self::Own),
            "visits" => Some(Self::Visits),
            _ => None,
        }
    }
}

fn read(words: &[String]) -> Result<Words, TestError> {
    let usage = || TestError::BenchUsage { found: words.join(" ") };
    let (folder, rest) = words.split_first().ok_or_else(usage)?;
    let (litert, rest): (Vec<_>, Vec<_>) = rest.iter().partition(|word| *word == "litert");
    let (parts, rest): (Vec<_>, Vec<_>) = rest.into_iter().partition(|word| Part::named(word).is_some());
    let only = match *parts {
        [] => None,
        [word] => Part::named(word),
        _ => return Err(usage()),
    };
    let device = |word: &String| {
        let (name, rounds) = word.split_once('=')?;
        let device = [Device::Cpu, Device::WebGpu].into_iter().find(|device| device.name() == name)?;
        Some((device, rounds.parse().ok().filter(|rounds| *rounds > 0)?))
    };
    let devices: Option<Vec<_>> = rest.into_iter().map(device).collect();
    let devices = devices.filter(|devices| !devices.is_empty()).ok_or_else(usage)?;
    Ok(Words { folder: Path::new(folder).to_owned(), devices, litert: !litert.is_empty(), only })
}

/// The sites that are compared.
struct Bench {
    ours: Site,
    theirs: Site,
    /// Theirs again, cross-origin isolated.
    isolated: Site,
    peers: Vec<Peer>,
}

impl Bench {
    /// The peers' site on which a page may have that many cores.
    fn theirs(&self, cores: Cores) -> &Site {
        match cores {
            Cores::One => &self.theirs,
            Cores::All => &self.isolated,
        }
    }

    /// A photo in both sizes: first that all compute the same, then each in turn.
    fn photos(&self, report: &mut Report, device: Device, rounds: usize) -> Result<(), TestError> {
        let browser = Browser::start(&Options { webgpu: device == Device::WebGpu, ..Options::default() })?;
        report.set_browser(&browser)?;
        for size in SIZES {
            for cores in device.cores() {
                self.photo(report, &browser, Run { device, cores: *cores, size, rounds })?;
            }
        }
        Ok(())
    }

    fn photo(&self, report: &mut Report, browser: &Browser, run: Run) -> Result<(), TestError> {
        let Run { device, cores, size, rounds } = run;
        let goldens = float_goldens()?;
        let golden = goldens.iter().find(|golden| golden.size == size);
        let golden = golden.map_or(&[][..], |golden| &golden.features);
        let home = browser.window()?;
        let mut off = None;
        if cores == Cores::One {
            let floats = ours::features(browser, &self.ours, device, size, Some(FLOATS))?;
            let error = relative_distance(&floats.golden.features, golden);
            report.parity("Headstart", run, &floats.adapter, error);
            bounded("Headstart", error)?;
            let shipped = ours::features(browser, &self.ours, device, size, None)?;
            let error = relative_distance(&shipped.golden.features, golden);
            report.parity("Headstart, as it ships", run, &shipped.adapter, error);
            off = Some(Row::errors(&format!("{}, {size}×{size}, features", title(device, None)), error));
        }
        let mut peers = Vec::new();
        for peer in self.peers.iter().copied().filter(|peer| peer.is_on(device)) {
            let page = PeerPage::open(browser, self.theirs(cores), peer, &peer.page(device, cores, size))?;
            let state = page.ready()?;
            let error = relative_distance(&state.features, golden);
            report.parity(peer.name(), run, &state.adapter, error);
            if peer.is_exact() {
                bounded(peer.name(), error)?;
            }
            if let Some(off) = &mut off {
                off.set_peer(peer, Figures::one(error * 100.0));
            }
            if (device, cores, size) == (Device::Cpu, Cores::One, 150) {
                report.peer_heap(peer, state.heap);
            }
            peers.push((page, Figures::default()));
        }
        browser.turn_to(&home)?;
        let mut ours = Ours::open(browser, home, &self.ours, run)?;
        let mut times = Figures::default();
        for round in 1..=rounds {
            times.push(ours.time()?);
            for (page, times) in &mut peers {
                times.push(page.time()?);
            }
            println!("{}, {size}×{size}: round {round} of {rounds}", title(device, Some(cores)));
        }
        let mut row = Row::milliseconds(&format!("{}, one photo, {size}×{size}", title(device, Some(cores))), times);
        for (page, times) in peers {
            row.set_peer(page.peer, times);
            page.close()?;
        }
        row.bar_ratio = device.bar(cores, size);
        report.rows.push(row);
        report.rows.extend(off);
        Ok(())
    }
}

/// How a photo is timed.
#[derive(Clone, Copy)]
struct Run {
    device: Device,
    cores: Cores,
    size: usize,
    rounds: usize,
}

/// Refuses what is further off the golden features than floats are.
fn bounded(name: &str, error: f64) -> Result<(), TestError> {
    if error <= BOUND { Ok(()) } else { Err(TestError::OtherNetwork { name: name.to_owned(), error, bound: BOUND }) }
}

/// The device for a person, and how much of it.
fn title(device: Device, cores: Option<Cores>) -> String {
    match (device, cores) {
        (Device::Cpu, Some(cores)) => format!("CPU, {}", cores.name()),
        (Device::Cpu, None) => "CPU".to_owned(),
        (Device::WebGpu, _) => "WebGPU".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_say_what_is_timed() {
        let words = |line: &str| read(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
        let found = words("target/bench cpu=7 litert webgpu=3").unwrap();
        assert_eq!(found.folder, Path::new("target/bench"));
        assert_eq!(found.devices, [(Device::Cpu, 7), (Device::WebGpu, 3)]);
        assert!(found.litert && found.only.is_none());
        assert_eq!(words("target/bench visits cpu=1").unwrap().only, Some(Part::Visits));
        assert!(!words("target/bench cpu=1").unwrap().litert);
        for line in [
            "",
            "target/bench",
            "target/bench litert",
            "target/bench cpu=0",
            "target/bench tpu=1",
            "target/bench cpu=1 visits answers",
        ] {
            assert!(matches!(words(line), Err(TestError::BenchUsage { .. })), "{line}");
        }
    }
}
