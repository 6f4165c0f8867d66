//! Thousands of photos in one project: added, opened again, exported, opened elsewhere.

use std::time::{Duration, Instant};

use headstart_tests::{Downloads, Scratch, Site, TestError};
use serde_json::json;

use crate::{
    exported,
    photos::Photos,
    report::Row,
    session::{SOON, Session},
};

const CLASSES: [&str; 2] = ["left", "right"];
/// Photos in one pick.
const PICK: usize = 250;
/// For looking at one photo, on a machine that does something else as well.
const LOOK: Duration = Duration::from_millis(1_500);
/// For anything with all photos that needs no look at them.
const LONG: Duration = Duration::from_secs(900);
/// Seconds from the address to a view that can be used.
const REOPENING: f64 = 5.0;
/// Megabytes of the page, without its workers.
const HEAP: f64 = 300.0;

/// Keeps the memory of the page's wasm, which no command tells.
const KEEP_MEMORY: &str = "window.wasmBytes = () => 0;
    for (const name of ['instantiate', 'instantiateStreaming']) {
        const original = WebAssembly[name];
        WebAssembly[name] = (...given) => original.apply(WebAssembly, given).then(result => {
            const memory = (result.instance ?? result).exports.memory;
            if (memory) window.wasmBytes = () => memory.buffer.byteLength;
            return result;
        });
    }";

pub(crate) fn run(site: &Site, seed: u64, count: usize) -> Result<Row, TestError> {
    let mut row = Row::new("a large project: added, reopened, exported, opened in an empty profile");
    let start = Instant::now();
    let mut measured = vec![("photos", count as f64)];
    let broken = once(site, seed, count, &mut measured).unwrap_or_else(|error| vec![error.to_string()]);
    row.count(start.elapsed(), broken);
    row.measured = measured;
    Ok(row)
}

fn once(
    site: &Site,
    seed: u64,
    count: usize,
    measured: &mut Vec<(&'static str, f64)>,
) -> Result<Vec<String>, TestError> {
    let mut photos = Photos::new(seed)?;
    let profile = Scratch::new()?;
    let looks = LOOK * count as u32 + SOON;
    let mut broken = Vec::new();

    let session = Session::start(site, Some(profile.path()), Some(KEEP_MEMORY))?;
    session.open()?;
    session.ready()?;
    let mut log = session.begin(&CLASSES)?;
    let start = Instant::now();
    let files = photos.small(count)?;
    for (number, files) in files.chunks(PICK).enumerate() {
        session.add(&mut log, number % CLASSES.len(), files)?;
    }
    measured.push(("seconds until all are in", start.elapsed().as_secs_f64()));
    session.teach().described(count, looks)?;
    measured.push(("seconds until all are described", start.elapsed().as_secs_f64()));
    session.saved(LONG)?;
    log.promise();
    measured.push(("seconds until all are saved", start.elapsed().as_secs_f64()));
    heap(&session, "MB of the page that added them", measured, &mut broken)?;
    drop(session);

    let session = Session::start(site, Some(profile.path()), Some(KEEP_MEMORY))?;
    let start = Instant::now();
    session.open()?;
    let photo_count = count.to_string();
    session
        .page()
        .wait_for("project", LONG, |project| project.get("open") == "true" && project.get("photos") == photo_count)?;
    session.saved(LONG)?;
    let seconds = start.elapsed().as_secs_f64();
    measured.push(("seconds until it is open again", seconds));
    if seconds > REOPENING {
        broken.push(format!("it took {seconds:.1} s to open again, not {REOPENING}"));
    }
    session.teach().described(count, SOON)?;
    heap(&session, "MB of the page that opened them", measured, &mut broken)?;

    // The engine writes the zip.
    session.ready()?;
    let start = Instant::now();
    let downloads = Downloads::new(&session.browser)?;
    let zip = downloads.save(&session.page(), "export-project", LONG)?;
    measured.push(("seconds to export", start.elapsed().as_secs_f64()));
    let (found, wrong) = exported::read(&zip, &photos)?;
    broken.extend(wrong);
    broken.extend(log.broken_by(&found));

    let other = Session::start(site, None, Some(KEEP_MEMORY))?;
    other.open()?;
    other.ready()?;
    let start = Instant::now();
    other.page().upload("import-project", &[zip])?;
    other.counts(count, LONG)?;
    measured.push(("seconds until the zip is open", start.elapsed().as_secs_f64()));
    other.teach().described(count, looks)?;
    other.saved(LONG)?;
    heap(&other, "MB of the page that opened the zip", measured, &mut broken)?;
    let (found, wrong) = other.export(&photos, LONG)?;
    broken.extend(wrong);
    broken.extend(log.broken_by(&found).into_iter().map(|what| format!("in an empty profile, {what}")));
    Ok(broken)
}

/// Measures what the page holds in memory: JavaScript's heap, once garbage is collected, and wasm's.
fn heap(
    session: &Session,
    what: &'static str,
    measured: &mut Vec<(&'static str, f64)>,
    broken: &mut Vec<String>,
) -> Result<(), TestError> {
    session.browser.devtools("HeapProfiler.collectGarbage", &json!({}))?;
    let script = session.browser.devtools("Runtime.getHeapUsage", &json!({}))?["usedSize"].as_f64().unwrap_or_default();
    let wasm = session.browser.run("return window.wasmBytes()", vec![])?.as_f64().unwrap_or_default();
    let megabytes = (script + wasm) / 1e6;
    measured.push((what, megabytes));
    if wasm == 0.0 {
        broken.push("the memory of the page's wasm was not found".to_owned());
    }
    if megabytes > HEAP {
        broken.push(format!("{megabytes:.0} {what}, and {HEAP} are allowed"));
    }
    Ok(())
}
