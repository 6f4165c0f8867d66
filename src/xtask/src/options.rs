//! What was asked for on the command line.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
};

use crate::error::XtaskError;

/// What `cargo xtask help` prints.
pub(crate) const HELP: &str = "\
cargo xtask COMMAND: set up, build, serve, change, check and test Headstart.
Each command first brings what it needs and does not find: into target/tools, not into your home.

  build [--public-url URL] [--fast]
        Build the page and its worker into dist/, plain files for any static host.
        --public-url URL  where they will be served; \"./\", the default, fits every folder
        --fast            leave wasm-opt out: a slightly bigger page
  serve [--port PORT] [--address ADDRESS] [--public-url URL] [--fast]
        Build, then serve dist/ until Ctrl-C. On http://127.0.0.1:8080/ unless told otherwise;
        --address 0.0.0.0 lets other machines in. The page is there as soon as it and the worker for
        the processor are built; the GPU's is put in place when it is done.
  dev [--port PORT] [--address ADDRESS]
        For work on the page: build it quickly, serve it, and build and reload it whenever a file of
        src/app, src/protocol, style, public or index.html changes. The workers are those built last;
        one that does not understand the page's protocol is built again (the GPU's: left out).
  check
        The fast part of test: format, spelling, licences and advisories, lints, documentation, unit
        tests. A tool that cannot be installed here, or a database that cannot be reached, is said and
        left out.
  test [--unit]
        Everything: check, build, the unit tests and the browser tests in a headless Chromium, those of
        classify, teach and storage in Firefox and WebKitGTK as well. One of these two that cannot be
        installed here is said and left out; with HEADSTART_ALL_ENGINES set the tests fail instead.
        --unit            only the unit tests of the page and the worker in Chromium
  weights [--force]
        Bring the float weights from their public source into target/weights (64 MB), quantize them,
        and compare the result with the shipped file. --force brings them again.
  bench [--cpu] [--webgpu] [--rounds N] [--only answers|own|visits] [--litert [--photos DIR]]
        Build the page and time it beside TensorFlow.js and ONNX Runtime Web, which npm brings, in the
        same Chromium. On both devices unless one is named; N times in turn (7 on the CPU, 3 on WebGPU).
        --only PART       answers: one photo beside the peers; own: many photos, camera, training, memory;
                          visits: first visits and what they bring
        --litert          beside LiteRT.js too, on the CPU: pip brings TensorFlow (2 GB), whose converter
                          makes the files for it, in float32 and with int8 weights
        --photos DIR      in int8 throughout too; the ranges are those of the photos in DIR
  fuzz [--minutes N] [--seed S]
        Give damaged pictures, weights, heads, checkpoints, zips and messages to whatever reads them, N
        minutes each (10). An input that is a finding is kept, and said. test does it for some seconds.
  soak [--seed S] [--kills N] [--tabs N] [--faults N] [--zips N] [--malformed N]
       [--photos N] [--offline N] [--hosts N] [--crashes N] [--devices N] [--weights N]
       [--flips N] [--drops N] [--stalls N] [--short] [--json]
        Build the page and inject faults into it: Chromium killed, two tabs at once, a database that
        fails, hostile zips, malformed photos, thousands of photos, no network, hosts that serve the page
        in ways of their own, workers that end, GPUs that are lost, weights that are others, downloads
        that break off or stand still. Prints how often nothing was lost. Where some are named, the others
        are left out; --short takes some minutes.
  help
        This text.";

/// How to build the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Build {
    /// The address or folder that the page's own files are asked for at.
    pub(crate) public_url: String,
    /// Without wasm-opt.
    pub(crate) fast: bool,
}

impl Default for Build {
    fn default() -> Self {
        Self { public_url: "./".to_owned(), fast: false }
    }
}

/// How often each device is timed, not at all where there is no number, and beside what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Bench {
    /// On the processor.
    pub(crate) cpu: Option<u32>,
    /// On the GPU, which may be a slow emulation.
    pub(crate) webgpu: Option<u32>,
    /// Beside LiteRT.js too.
    pub(crate) litert: bool,
    /// The folder of photos by which LiteRT.js's int8 file gets its ranges.
    pub(crate) photos: Option<PathBuf>,
    /// The one of [`PARTS`] that is asked for; all where none is.
    pub(crate) only: Option<&'static str>,
}

/// What the bench measures, one after the other.
const PARTS: [&str; 3] = ["answers", "own", "visits"];

impl Bench {
    /// For the devices asked for, both where none is; `rounds` of them, or each device's own number.
    fn new(cpu: bool, webgpu: bool, rounds: Option<u32>) -> Self {
        let both = cpu == webgpu;
        let of = |asked: bool, default: u32| (asked || both).then_some(rounds.unwrap_or(default));
        Self { cpu: of(cpu, 7), webgpu: of(webgpu, 3), ..Self::default() }
    }
}

/// A command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Task {
    Help,
    Build(Build),
    Serve {
        build: Build,
        address: SocketAddr,
    },
    Dev {
        address: SocketAddr,
    },
    Check,
    Test {
        unit: bool,
    },
    Weights {
        force: bool,
    },
    Bench(Bench),
    Fuzz {
        /// For each target.
        minutes: u32,
        seed: u64,
    },
    /// Its words are the test crate's to read.
    Soak(Vec<String>),
}

/// Reads the words after `cargo xtask`.
///
/// # Errors
/// [`XtaskError::Usage`] for a command, option or value that there is not.
pub(crate) fn read(words: impl Iterator<Item = String>) -> Result<Task, XtaskError> {
    let mut words = words;
    let command = words.next().unwrap_or_else(|| "help".to_owned());
    if command == "soak" {
        return Ok(Task::Soak(words.collect()));
    }
    let mut build = Build::default();
    let mut address = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);
    let (mut force, mut unit) = (false, false);
    let (mut minutes, mut seed) = (10, 1);
    let (mut cpu, mut webgpu, mut rounds) = (false, false, None);
    let (mut litert, mut photos, mut only) = (false, None, None);
    while let Some(word) = words.next() {
        let (name, value) = match word.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (word, None),
        };
        let mut value = || value.clone().or_else(|| words.next()).ok_or_else(|| usage(format!("{name} needs a value")));
        match (command.as_str(), name.as_str()) {
            ("build" | "serve", "--public-url") => build.public_url = with_slash(value()?),
            ("build" | "serve", "--fast") => build.fast = true,
            ("serve" | "dev", "--port") => address.set_port(number(&value()?)?),
            ("serve" | "dev", "--address") => {
                let text = value()?;
                address.set_ip(text.parse().map_err(|_| usage(format!("{text:?} is no IP address")))?);
            }
            ("test", "--unit") => unit = true,
            ("weights", "--force") => force = true,
            ("fuzz", "--minutes") => minutes = count(&value()?)?,
            ("fuzz", "--seed") => seed = count(&value()?)?.into(),
            ("bench", "--cpu") => cpu = true,
            ("bench", "--webgpu") => webgpu = true,
            ("bench", "--rounds") => rounds = Some(count(&value()?)?),
            ("bench", "--litert") => litert = true,
            ("bench", "--photos") => photos = Some(PathBuf::from(value()?)),
            ("bench", "--only") => only = Some(part(&value()?)?),
            (_, "--help" | "-h") => return Ok(Task::Help),
            _ => return Err(usage(format!("{command:?} knows no {name:?}"))),
        }
    }
    if photos.is_some() && !litert {
        return Err(usage("--photos goes with --litert, whose int8 file takes its ranges from them".to_owned()));
    }
    match command.as_str() {
        "help" | "--help" | "-h" => Ok(Task::Help),
        "build" => Ok(Task::Build(build)),
        "serve" => Ok(Task::Serve { build, address }),
        "dev" => Ok(Task::Dev { address }),
        "check" => Ok(Task::Check),
        "test" => Ok(Task::Test { unit }),
        "weights" => Ok(Task::Weights { force }),
        "bench" => Ok(Task::Bench(Bench { litert, photos, only, ..Bench::new(cpu, webgpu, rounds) })),
        "fuzz" => Ok(Task::Fuzz { minutes, seed }),
        other => Err(usage(format!("there is no command {other:?}"))),
    }
}

fn usage(problem: String) -> XtaskError {
    XtaskError::Usage { problem }
}

fn number(text: &str) -> Result<u16, XtaskError> {
    text.parse().map_err(|_| usage(format!("{text:?} is no port: a number from 0 to 65535")))
}

fn count(text: &str) -> Result<u32, XtaskError> {
    text.parse().ok().filter(|count| *count > 0).ok_or_else(|| usage(format!("{text:?} is no number from 1 on")))
}

fn part(text: &str) -> Result<&'static str, XtaskError> {
    let known = PARTS.into_iter().find(|part| *part == text);
    known.ok_or_else(|| usage(format!("{text:?} is no part of the bench: {}", PARTS.join(" or "))))
}

fn with_slash(mut url: String) -> String {
    if !url.ends_with('/') {
        url.push('/');
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(line: &str) -> Result<Task, XtaskError> {
        read(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn commands_and_their_options() {
        assert_eq!(task("").unwrap(), Task::Help);
        assert_eq!(task("build -h").unwrap(), Task::Help);
        assert_eq!(task("build").unwrap(), Task::Build(Build { public_url: "./".to_owned(), fast: false }));
        let there = Build { public_url: "/a/b/".to_owned(), fast: true };
        assert_eq!(task("build --fast --public-url /a/b").unwrap(), Task::Build(there.clone()));
        let address = "0.0.0.0:90".parse().unwrap();
        let serve = task("serve --public-url=/a/b/ --address=0.0.0.0 --port 90 --fast").unwrap();
        assert_eq!(serve, Task::Serve { build: there, address });
        assert_eq!(task("dev --port 90 --address=0.0.0.0").unwrap(), Task::Dev { address });
        assert_eq!(task("test").unwrap(), Task::Test { unit: false });
        assert_eq!(task("test --unit").unwrap(), Task::Test { unit: true });
        assert_eq!(task("weights --force").unwrap(), Task::Weights { force: true });
        let soak = ["--seed", "2", "--short"].map(str::to_owned);
        assert_eq!(task("soak --seed 2 --short").unwrap(), Task::Soak(soak.to_vec()));
        assert_eq!(task("fuzz").unwrap(), Task::Fuzz { minutes: 10, seed: 1 });
        assert_eq!(task("fuzz --minutes 2 --seed=7").unwrap(), Task::Fuzz { minutes: 2, seed: 7 });
        let rounds = |cpu, webgpu| Bench { cpu, webgpu, ..Bench::default() };
        assert_eq!(task("bench").unwrap(), Task::Bench(rounds(Some(7), Some(3))));
        assert_eq!(task("bench --cpu").unwrap(), Task::Bench(rounds(Some(7), None)));
        assert_eq!(task("bench --webgpu --rounds 1").unwrap(), Task::Bench(rounds(None, Some(1))));
        let litert = Bench { litert: true, ..rounds(Some(7), Some(3)) };
        assert_eq!(task("bench --litert").unwrap(), Task::Bench(litert.clone()));
        let photos = Bench { photos: Some("a/b".into()), ..litert };
        assert_eq!(task("bench --photos a/b --litert").unwrap(), Task::Bench(photos));
        let visits = Bench { only: Some("visits"), ..rounds(Some(7), None) };
        assert_eq!(task("bench --only visits --cpu").unwrap(), Task::Bench(visits));
    }

    #[test]
    fn what_there_is_not_is_refused() {
        for line in [
            "bild",
            "build --port 1",
            "serve --port",
            "serve --port 70000",
            "serve --address x",
            "check x",
            "check --unit",
            "dev --fast",
            "bench --rounds 0",
            "bench --only rounds",
            "bench --photos a/b",
            "bench --litert --photos",
            "fuzz --minutes 0",
        ] {
            assert!(matches!(task(line), Err(XtaskError::Usage { .. })), "{line}");
        }
    }
}
