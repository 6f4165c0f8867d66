//! What was measured, as a table and as JSON.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use headstart_tests::{Browser, Request, TestError};
use serde::Serialize;
use serde_json::json;

use crate::figures::Figures;
use crate::peers::Peer;
use crate::visits::weight_of;
use crate::{Device, Run, title};

/// How what is timed is timed.
const CAPTION: &str = "\
A photo: the median over rounds, all in turn. Ours is what the page says of the photo (data-ms, the worker's clock): from
decoded pixels (squaring, normalising, base, head) to probabilities; decoding the file comes on top. A peer's is from the
normalised input tensor to the base's 512 features in JavaScript, without a head, which is 0.01 % of the work. All had one
run before. Ours runs the weights that ship, the peers float32 unless int8 is said. One core: our page with one worker, the
peers with one thread; all cores: our page as any host serves it, the peers with a thread a core, which they can have in a
cross-origin isolated page alone. Features: how far those of the golden pattern are off what float32 makes of it (L2). A
first visit: new profile, from the navigation to the first answer, ours always as any host serves it; scripts, wasm and text
come gzipped, weights as they are. Photos on 1 and on 2 workers: pixels, 320×240, from the first sent to the last answered,
the second worker's start included; the ratio is the median of each round's. MB are millions of bytes.";

/// All that was measured.
#[derive(Default, Serialize)]
pub(crate) struct Report {
    browser: String,
    parity: Vec<Parity>,
    /// One a line of the table.
    pub(crate) rows: Vec<Row>,
    #[serde(skip)]
    peer_heaps: BTreeMap<Peer, f64>,
    #[serde(skip)]
    peer_sizes: BTreeMap<Peer, [f64; 2]>,
}

/// How far a runtime's features are off the golden ones.
#[derive(Serialize)]
struct Parity {
    name: String,
    device: String,
    size: usize,
    relative_l2: f64,
}

/// A thing measured.
#[derive(Serialize)]
pub(crate) struct Row {
    what: String,
    unit: &'static str,
    ours: Figures,
    peers: BTreeMap<Peer, Figures>,
    /// Whether ours is to be set against the least of the peers.
    #[serde(skip)]
    compared: bool,
    /// The most that ours may be of the least of the peers.
    pub(crate) bar_ratio: Option<f64>,
    /// The most that ours may be.
    pub(crate) bar: Option<f64>,
}

impl Row {
    /// A row of ours alone.
    pub(crate) fn new(what: &str, unit: &'static str, ours: Figures) -> Self {
        Self { what: what.to_owned(), unit, ours, peers: BTreeMap::new(), compared: true, bar_ratio: None, bar: None }
    }

    /// A row of relative distances, in per cent; ours is given as a share of one.
    pub(crate) fn errors(what: &str, ours: f64) -> Self {
        Self { compared: false, ..Self::new(what, "%", Figures::one(ours * 100.0)) }
    }

    /// A row of times.
    pub(crate) fn milliseconds(what: &str, ours: Figures) -> Self {
        Self::new(what, "ms", ours)
    }

    /// With a peer's measurements.
    pub(crate) fn set_peer(&mut self, peer: Peer, figures: Figures) {
        self.peers.insert(peer, figures);
    }

    /// Ours as a share of the least of the peers.
    fn ratio(&self) -> Option<f64> {
        if !self.compared {
            return None;
        }
        let least = self.peers.values().filter_map(Figures::median).min_by(f64::total_cmp)?;
        Some(self.ours.median()? / least)
    }

    fn cells(&self, peers: &BTreeSet<Peer>) -> Vec<String> {
        let amount = |value: Option<f64>| {
            value.map_or_else(
                || "–".to_owned(),
                |value| format!("{} {}", rounded(value), self.unit).trim_end().to_owned(),
            )
        };
        let mut cells = vec![self.what.clone(), amount(self.ours.median())];
        cells.extend(peers.iter().map(|peer| amount(self.peers.get(peer).and_then(Figures::median))));
        cells.push(self.ratio().map_or_else(|| "–".to_owned(), |ratio| format!("{ratio:.2}")));
        cells.push(match (self.bar_ratio, self.bar) {
            (Some(ratio), _) => format!("≤ {ratio}"),
            (None, Some(_)) => format!("≤ {}", amount(self.bar)),
            (None, None) => "–".to_owned(),
        });
        cells
    }
}

impl Report {
    /// Notes which browser it is.
    ///
    /// # Errors
    /// Where it does not say.
    pub(crate) fn set_browser(&mut self, browser: &Browser) -> Result<(), TestError> {
        let version = browser.devtools("Browser.getVersion", &json!({}))?;
        version["product"].as_str().unwrap_or_default().clone_into(&mut self.browser);
        Ok(())
    }

    /// Notes, and says, how far a runtime's features are off the golden ones.
    pub(crate) fn parity(&mut self, name: &str, run: Run, adapter: &str, error: f64) {
        let Run { device, cores, size, .. } = run;
        let device = [&title(device, Some(cores)), adapter].join(" ").trim().to_owned();
        println!("{name} on {device}, {size}×{size}: features {error:.1e} off the golden ones");
        self.parity.push(Parity { name: name.to_owned(), device, size, relative_l2: error });
    }

    /// Notes a peer's wasm memory, at 150×150 on the CPU, after an answer.
    pub(crate) fn peer_heap(&mut self, peer: Peer, bytes: f64) {
        self.peer_heaps.insert(peer, bytes);
    }

    /// Notes our worker's, the same way.
    pub(crate) fn heap(&mut self, bytes: f64) {
        let mut row = Row::new("wasm memory, CPU, 150×150, ready", "MB", Figures::one(bytes / 1e6));
        row.bar = Some(400.0);
        self.peer_heaps.iter().for_each(|(peer, bytes)| row.set_peer(*peer, Figures::one(bytes / 1e6)));
        self.rows.push(row);
    }

    /// Notes what a peer's first visit, the `requests`, brought: its scripts and wasm, and its weights.
    pub(crate) fn peer_sizes(&mut self, peer: Peer, requests: &[Request]) {
        let is_weights = |file: &str| file.starts_with("vgg16");
        let sizes = [weight_of(requests, is_code), weight_of(requests, is_weights)];
        self.peer_sizes.insert(peer, sizes.map(|bytes| bytes / 1e6));
    }

    /// Notes what our first visit, the `requests`, brought.
    pub(crate) fn sizes(&mut self, requests: &[Request]) {
        let mut page = Row::new("page, js and wasm gzipped", "MB", code_of("headstart-app", requests));
        page.bar = Some(0.4);
        self.rows.push(page);
        self.worker(Device::Cpu, requests);
        let models = weight_of(requests, |file| file.starts_with("models/")) / 1e6;
        let mut weights = Row::new("base and head", "MB", Figures::one(models));
        weights.bar = Some(9.5);
        self.peer_sizes.iter().for_each(|(peer, [_, floats])| weights.set_peer(*peer, Figures::one(*floats)));
        self.rows.push(weights);
        let mut all = Row::new("first visit, CPU, all bytes", "MB", Figures::one(weight_of(requests, |_| true) / 1e6));
        self.peer_sizes.iter().for_each(|(peer, [code, floats])| all.set_peer(*peer, Figures::one(code + floats)));
        self.rows.push(all);
    }

    /// Notes what the worker of a device brought, of which a visit's `requests` tell. The peers' code is that of the CPU.
    pub(crate) fn worker(&mut self, device: Device, requests: &[Request]) {
        let what = format!("worker, {}, js and wasm gzipped", device.name());
        let mut worker = Row::new(&what, "MB", code_of("headstart-engine", requests));
        worker.bar = Some(3.5);
        if device == Device::Cpu {
            self.peer_sizes.iter().for_each(|(peer, [code, _])| worker.set_peer(*peer, Figures::one(*code)));
        }
        self.rows.push(worker);
    }

    /// Prints the table.
    pub(crate) fn print(&self) {
        let peers: BTreeSet<_> = self.rows.iter().flat_map(|row| row.peers.keys().copied()).collect();
        let names = peers.iter().map(|peer| peer.name());
        let head: Vec<_> = ["what", "ours"].into_iter().chain(names).chain(["ours / least", "wanted"]).collect();
        let head: Vec<_> = head.into_iter().map(str::to_owned).collect();
        let lines: Vec<_> = [head.clone()].into_iter().chain(self.rows.iter().map(|row| row.cells(&peers))).collect();
        let width = |column: usize| lines.iter().map(|cells| cells[column].chars().count()).max().unwrap_or(0);
        let widths: Vec<_> = (0..head.len()).map(width).collect();
        println!("\nIn {}:\n", self.browser);
        for (number, cells) in lines.iter().enumerate() {
            let padded: Vec<_> = cells.iter().zip(&widths).map(|(cell, &width)| format!("{cell:<width$}")).collect();
            println!("| {} |", padded.join(" | "));
            if number == 0 {
                println!("|{}|", widths.iter().map(|width| "-".repeat(width + 2)).collect::<Vec<_>>().join("|"));
            }
        }
        println!("\n{CAPTION}");
    }

    /// Writes everything, each single measurement included, to `path`.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub(crate) fn write(&self, path: &Path) -> Result<(), TestError> {
        let mut json = serde_json::to_value(self)?;
        for (line, row) in json["rows"].as_array_mut().into_iter().flatten().zip(&self.rows) {
            line["median"] = json!(row.ours.median());
            line["ratio"] = json!(row.ratio());
        }
        fs::write(path, serde_json::to_string_pretty(&json)? + "\n")?;
        println!("\nEach measurement is in {}.", path.display());
        Ok(())
    }
}

/// Megabytes on the wire of the code whose files' names begin so.
fn code_of(name: &str, requests: &[Request]) -> Figures {
    Figures::one(weight_of(requests, |file| is_code(file) && file.starts_with(name)) / 1e6)
}

fn is_code(file: &str) -> bool {
    [".js", ".mjs", ".wasm"].iter().any(|ending| file.ends_with(ending)) && file != "peers.js"
}

/// Three digits where there are not more before the point, and what is next to nothing as that.
fn rounded(value: f64) -> String {
    if value > 0.0 && value < 0.01 {
        return "< 0.01".to_owned();
    }
    let places = match value {
        100.0.. => 0,
        10.0.. => 1,
        _ => 2,
    };
    format!("{value:.places$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ours_is_compared_with_the_fastest_peer() {
        let mut row = Row::milliseconds("a photo", Figures::one(30.0));
        assert_eq!(row.ratio(), None);
        let peers = BTreeSet::from([Peer::Tfjs, Peer::Ort]);
        assert_eq!(row.cells(&peers), ["a photo", "30.0 ms", "–", "–", "–", "–"]);
        row.set_peer(Peer::Tfjs, Figures::one(200.0));
        row.set_peer(Peer::Ort, Figures::one(60.0));
        row.bar_ratio = Some(0.35);
        assert_eq!(row.cells(&peers), ["a photo", "30.0 ms", "200 ms", "60.0 ms", "0.50", "≤ 0.35"]);
    }

    #[test]
    fn errors_are_shown_and_not_compared() {
        let mut row = Row::errors("features", 0.021);
        row.set_peer(Peer::Tfjs, Figures::one(1e-4));
        row.set_peer(Peer::LitertInt8, Figures::one(4.2));
        let peers = BTreeSet::from([Peer::Tfjs, Peer::LitertInt8]);
        assert_eq!(row.cells(&peers), ["features", "2.10 %", "< 0.01 %", "4.20 %", "–", "–"]);
    }

    #[test]
    fn a_number_without_a_unit_stands_alone() {
        let mut row = Row::new("one against another", "", Figures::one(0.55));
        row.bar = Some(0.6);
        let peers = BTreeSet::from([Peer::Tfjs, Peer::Ort]);
        assert_eq!(row.cells(&peers), ["one against another", "0.55", "–", "–", "–", "≤ 0.60"]);
    }
}
