//! Hosts that serve the page in ways of their own: it starts, or says what the host must change.

use std::{fs, io, path::Path, time::Duration};

use headstart_protocol::{FromWorker, encode};
use serde_json::json;

use crate::{Browser, Kind, Page, Scratch, Site, TestError};

/// How long until the page is ready or has said why not: what stands still is told after 20 s.
const PATIENCE: Duration = Duration::from_secs(25);

/// The page's own program, the engine's files, the base: ends of their paths.
const PROGRAM: &str = "{program}";
const SCRIPT: &str = "{script}";
const ENGINE: &str = "/headstart-engine-cpu_bg.wasm";
const LOADER: &str = "/headstart-engine-cpu_loader.js";
const BASE: &str = "/vgg16.hsw";

/// A way to serve the page.
pub struct Host {
    /// What it does.
    pub name: &'static str,
    prefix: &'static str,
    /// What is opened below the prefix, or above it.
    opened: &'static str,
    /// Whether text and wasm go out compressed.
    compresses: bool,
    faults: &'static [(&'static str, Kind)],
    /// The download of the base breaks once.
    drops_once: bool,
    /// The worker's script is that of another release.
    mixes_releases: bool,
    ends: End,
}

/// What the page makes of it.
enum End {
    Ready,
    /// A sentence with these words.
    Told(&'static [&'static str]),
}

const WELL: Host = Host {
    name: "",
    prefix: "/",
    opened: "",
    compresses: false,
    faults: &[],
    drops_once: false,
    mixes_releases: false,
    ends: End::Ready,
};

/// Those that are tried.
pub const HOSTS: &[Host] = &[
    Host {
        name: "wasm as application/octet-stream",
        faults: &[(".wasm", Kind::Type("application/octet-stream"))],
        ..WELL
    },
    Host {
        name: "scripts as text",
        faults: &[(".js", Kind::Type("text/plain"))],
        ends: End::Told(&["text/javascript"]),
        ..WELL
    },
    Host {
        name: "scripts as text, nosniff",
        faults: &[(".js", Kind::Type("text/plain")), (".js", Kind::Header("x-content-type-options", "nosniff"))],
        ends: End::Told(&["text/javascript"]),
        ..WELL
    },
    Host { name: "right types, nosniff", faults: &[("", Kind::Header("x-content-type-options", "nosniff"))], ..WELL },
    Host {
        name: "a web page for the missing program",
        faults: &[(PROGRAM, Kind::Html("text/html"))],
        ends: End::Told(&["upload the whole folder"]),
        ..WELL
    },
    Host {
        name: "a web page for the missing worker",
        faults: &[(LOADER, Kind::Html("text/html"))],
        ends: End::Told(&["host"]),
        ..WELL
    },
    Host {
        name: "a web page for the worker's missing wasm",
        faults: &[(ENGINE, Kind::Html("text/html"))],
        ends: End::Told(&["host"]),
        ..WELL
    },
    Host {
        name: "a web page for the missing weights",
        faults: &[(BASE, Kind::Html("text/html"))],
        ends: End::Told(&["host"]),
        ..WELL
    },
    Host {
        name: "the folder without its slash",
        prefix: "/some/where/",
        opened: "..",
        ends: End::Told(&["with a slash at the end"]),
        ..WELL
    },
    Host { name: "a folder with a blank below another", prefix: "/a%20b/c/", ..WELL },
    Host { name: "gzip", compresses: true, ..WELL },
    Host {
        name: "gzip without a word of it, the program",
        compresses: true,
        faults: &[(PROGRAM, Kind::Unsaid)],
        ends: End::Told(&["Content-Encoding: gzip"]),
        ..WELL
    },
    Host {
        name: "gzip without a word of it, a script",
        compresses: true,
        faults: &[(SCRIPT, Kind::Unsaid)],
        ends: End::Told(&["Content-Encoding: gzip"]),
        ..WELL
    },
    Host {
        name: "gzip said of what is none, the program",
        faults: &[(PROGRAM, Kind::Header("content-encoding", "gzip"))],
        ends: End::Told(&["Content-Encoding"]),
        ..WELL
    },
    Host {
        name: "gzip without a word of it, the worker",
        compresses: true,
        faults: &[(ENGINE, Kind::Unsaid)],
        ends: End::Told(&["host"]),
        ..WELL
    },
    Host { name: "no ranges", faults: &[(BASE, Kind::NoRanges)], drops_once: true, ..WELL },
    Host { name: "416 for every range", faults: &[(BASE, Kind::RefusesRanges)], drops_once: true, ..WELL },
    Host {
        name: "weights shorter than announced",
        faults: &[(BASE, Kind::Short(100_000))],
        ends: End::Told(&["sends less than it announces"]),
        ..WELL
    },
    Host {
        name: "weights cut short",
        faults: &[(BASE, Kind::Ends(1_000_000))],
        ends: End::Told(&["must upload all files of one release"]),
        ..WELL
    },
    Host {
        name: "a program shorter than announced",
        faults: &[(PROGRAM, Kind::Short(1_000))],
        ends: End::Told(&["sends less than it announces"]),
        ..WELL
    },
    Host {
        name: "a worker shorter than announced",
        faults: &[(ENGINE, Kind::Short(1_000))],
        ends: End::Told(&["sends less than it announces"]),
        ..WELL
    },
    Host {
        name: "weights of another release",
        faults: &[(BASE, Kind::Flip(3_000_000))],
        ends: End::Told(&["must upload all files of one release"]),
        ..WELL
    },
    Host {
        name: "a worker of another release",
        mixes_releases: true,
        ends: End::Told(&["must upload all files of one release"]),
        ..WELL
    },
    Host {
        name: "a policy against wasm",
        faults: &[("/", Kind::Header("content-security-policy", "script-src 'self'"))],
        ends: End::Told(&["wasm-unsafe-eval"]),
        ..WELL
    },
    Host {
        name: "a policy against scripts",
        faults: &[("/", Kind::Header("content-security-policy", "script-src 'none'"))],
        ends: End::Told(&["no policy that forbids scripts"]),
        ..WELL
    },
];

impl Host {
    /// Serves `dist` so and opens it; what was seen in the place of what must be, if anything.
    ///
    /// # Errors
    /// Where the browser or the site fails.
    pub fn try_on(&self, browser: &Browser, dist: &Path) -> Result<Option<String>, TestError> {
        let folder = Scratch::new()?;
        let other = folder.path().join("other.js");
        fs::write(&other, other_release()?)?;
        let mounted: &[(&str, &Path)] =
            if self.mixes_releases { &[(LOADER.trim_start_matches('/'), &other)] } else { &[] };
        let site = Site::under(dist, self.prefix, mounted)?;
        if self.compresses {
            site.compress()?;
        }
        for (end, kind) in self.faults {
            site.misbehave(&path_end(dist, end)?, *kind, u32::MAX);
        }
        if self.drops_once {
            site.misbehave(BASE, Kind::CutAfter(1_000_000), 1);
        }
        let url = match self.opened {
            ".." => site.url("").trim_end_matches('/').to_owned(),
            opened => site.url(opened),
        };
        let url = url + "?backend=cpu&size=150";
        let page = Page::open(browser, &url)?;
        let mut last = "nothing is said".to_owned();
        let ended = browser.wait_for(self.name, PATIENCE, || {
            let is_ready = page.all("engine")?.iter().any(|engine| engine.get("state") == "ready");
            let told = said(browser)?;
            let holds = match &self.ends {
                End::Ready => is_ready,
                End::Told(words) => words.iter().all(|word| told.contains(word)),
            };
            if is_ready {
                "it is ready".clone_into(&mut last);
            } else if !told.is_empty() {
                last = told;
            }
            Ok(holds.then_some(()))
        });
        match ended {
            Err(TestError::Timeout { .. }) => Ok(Some(last)),
            ended => ended.map(|()| None),
        }
    }
}

/// A worker's script that speaks as one of another release does.
fn other_release() -> Result<String, TestError> {
    let mut message = encode(&FromWorker::Alive).map_err(|error| io::Error::other(error.to_string()))?;
    // The version comes first.
    message[0] ^= 0x40;
    Ok(format!("postMessage(new Uint8Array({message:?}));"))
}

/// What the page says of its failure, where a person sees it.
fn said(browser: &Browser) -> Result<String, TestError> {
    let script = "return [...document.querySelectorAll(\".engine-failure, .engine-late, [data-testid=stands-still]\")]
        .filter(element => !element.closest('noscript') && getComputedStyle(element).visibility === 'visible')
        .map(element => element.textContent.replace(/\\s+/g, ' ').trim()).join(' ')";
    Ok(serde_json::from_value(browser.run(script, vec![json!(null)])?)?)
}

/// The end of the path of the page's program or script, whose names are new in each release.
fn path_end(dist: &Path, end: &str) -> Result<String, TestError> {
    let of_page = |suffix: &str| -> Result<String, TestError> {
        for entry in fs::read_dir(dist)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if name.starts_with("headstart-app") && name.ends_with(suffix) {
                return Ok(format!("/{name}"));
            }
        }
        Err(TestError::NotBuilt { path: dist.join(format!("headstart-app…{suffix}")) })
    };
    match end {
        PROGRAM => of_page("_bg.wasm"),
        SCRIPT => of_page(".js"),
        end => Ok(end.to_owned()),
    }
}
