//! A first visit: an empty cache, and what it takes until something is known of a photo.

use headstart_tests::{Browser, Options, Page, Pictures, Request, Site, TestError};

use crate::figures::Figures;
use crate::ours::pattern;
use crate::peers::{self, Peer};
use crate::report::{Report, Row};
use crate::{Bench, Cores, Device, LONG};

/// 20 Mbit/s.
const HOME: u64 = 2_500_000;

/// Notes when files are picked and when answers appear, in milliseconds since the navigation.
pub(crate) const WATCH: &str = "window.watched = { picked: null, answered: [] };
    document.addEventListener('change', () => { window.watched.picked = performance.now(); }, true);
    new MutationObserver(() => {
        const answers = document.querySelectorAll(`[data-testid='prediction']:not([data-label=''])`).length;
        while (window.watched.answered.length < answers) window.watched.answered.push(performance.now());
    }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-label'] });";

/// Times first visits at 150×150 on the CPU, over a home's line and over none, and weighs what crosses it.
///
/// # Errors
/// Where a page does not answer.
pub(crate) fn measure(bench: &Bench, report: &mut Report, rounds: usize) -> Result<(), TestError> {
    println!("compressing what hosts compress");
    bench.ours.compress()?;
    bench.theirs.compress()?;
    bench.isolated.compress()?;
    for (line, title, bar) in [(Some(HOME), "20 Mbit/s", 0.55), (None, "no limit", 0.9)] {
        [&bench.ours, &bench.theirs, &bench.isolated].into_iter().for_each(|site| site.limit(line));
        let mut ours = Figures::default();
        let with = |cores| bench.peers.iter().map(move |peer| (cores, *peer, Figures::default()));
        let mut theirs: Vec<_> = Cores::BOTH.into_iter().flat_map(with).collect();
        for round in 1..=rounds {
            ours.push(our_visit(&bench.ours, report)?);
            for (cores, peer, times) in &mut theirs {
                let site = bench.theirs(*cores);
                times.push(their_visit(site, *peer, *cores)?);
                if round == 1 && line.is_none() && *cores == Cores::One {
                    report.peer_sizes(*peer, &site.requests());
                }
            }
            println!("first visit, {title}: round {round} of {rounds}");
        }
        for cores in Cores::BOTH {
            let what = format!("first visit to first answer, CPU, 150×150, {title}; peers: {}", cores.name());
            let mut row = Row::milliseconds(&what, ours.clone());
            row.bar_ratio = Some(bar);
            let theirs = theirs.iter().filter(|(theirs, ..)| *theirs == cores);
            theirs.for_each(|(_, peer, times)| row.set_peer(*peer, times.clone()));
            report.rows.push(row);
        }
    }
    report.sizes(&bench.ours.requests());
    Ok(())
}

/// Our page: the photo is there as soon as there is an input to take it.
fn our_visit(site: &Site, report: &mut Report) -> Result<f64, TestError> {
    let pictures = Pictures::new()?;
    let photo = pictures.save("pattern.png", pattern(150))?;
    let browser = Browser::start(&Options { before_pages: Some(WATCH.to_owned()), ..Options::default() })?;
    report.set_browser(&browser)?;
    site.forget();
    let page = Page::open(&browser, &site.url("?backend=cpu&size=150#/classify"))?;
    page.wait_for("file-input", LONG, |_| true)?;
    page.upload("file-input", &[photo])?;
    page.predictions(1, LONG)?;
    Ok(serde_json::from_value(browser.run("return window.watched.answered[0]", vec![])?)?)
}

/// Weighs what crosses the line for the GPU's worker.
///
/// # Errors
/// Where the page does not become ready.
pub(crate) fn weigh_webgpu(site: &Site, report: &mut Report) -> Result<(), TestError> {
    site.compress()?;
    let browser = Browser::start(&Options { webgpu: true, ..Options::default() })?;
    report.set_browser(&browser)?;
    site.forget();
    Page::open(&browser, &site.url("?backend=webgpu&size=150#/classify"))?.ready(LONG)?;
    report.worker(Device::WebGpu, &site.requests());
    Ok(())
}

fn their_visit(site: &Site, peer: Peer, cores: Cores) -> Result<f64, TestError> {
    let browser = Browser::start(&Options::default())?;
    site.forget();
    browser.open(&site.url(&peer.page(Device::Cpu, cores, 150)))?;
    Ok(peers::ready(&browser, peer)?.first_answer)
}

/// Bytes on the wire of the answers whose file satisfies `wanted`.
pub(crate) fn weight_of(requests: &[Request], wanted: impl Fn(&str) -> bool) -> f64 {
    let file = |request: &Request| request.path.trim_start_matches('/').to_owned();
    requests.iter().filter(|request| wanted(&file(request))).map(|request| request.sent as f64).sum()
}
