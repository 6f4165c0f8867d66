//! One visit with a network, and all that the page must do without it from then on.

use std::time::Duration;

use crate::{Browser, Built, Downloads, Element, Options, Page, Pictures, Site, Teach, TestError, Texture};

const START: Duration = Duration::from_secs(90);
const PHOTO: Duration = Duration::from_secs(60);
const CPU: &str = "?backend=cpu&size=150#/classify";

/// Opens the page at `url` and waits until it says that it is kept.
///
/// # Errors
/// [`TestError::Timeout`].
pub fn visit<'a>(browser: &'a Browser, url: &str) -> Result<Page<'a>, TestError> {
    let page = Page::open(browser, url)?;
    page.ready(START)?;
    page.go("#/about")?;
    page.wait_for("offline", START, |offline| offline.get("state") == "kept")?;
    Ok(page)
}

/// Visits the page below `prefix`, takes the network away, and does what a visitor does; what is other than with a network.
///
/// # Errors
/// Where something does not come at all.
pub fn without_network(built: &Built, prefix: &str) -> Result<Vec<String>, TestError> {
    let mut wrong = Vec::new();
    let site = Site::under(&built.dist, prefix, &[])?;
    let browser = Browser::start(&Options::default())?;
    let page = visit(&browser, &site.url(CPU))?;
    // The CNN is fetched when it is first asked for.
    let online = compared(&page, built)?;

    drop(site);
    page.reload()?;
    page.ready(START)?;
    let offline = compared(&page, built)?;
    for (online, offline) in online.iter().zip(&offline) {
        for what in ["label", "confidence"] {
            if online.get(what) != offline.get(what) {
                wrong.push(format!("{what}: {} with a network, {} without", online.get(what), offline.get(what)));
            }
        }
    }
    page.go("#/classify")?;
    page.click("sample")?;
    page.predictions(2, PHOTO)?;
    let teach = Teach { page };
    teach.show()?;
    teach.start_with_textures(&Pictures::new()?, &[Texture::Stripes, Texture::Dots], 4, PHOTO)?;
    let training = teach.train(START)?;
    if training.get("state") != "done" {
        wrong.push(format!("{training:?}"));
    }
    Downloads::new(&browser)?.save(&teach.page, "export-project", PHOTO)?;
    // The other size's head is kept too.
    let folder = browser.run("return location.origin + location.pathname;", vec![])?;
    let page = Page::open(&browser, &format!("{}?backend=cpu&size=224", folder.as_str().unwrap_or_default()))?;
    page.ready(START)?;
    wrong.extend(page.all("error")?.iter().map(|error| format!("{error:?}")));
    Ok(wrong)
}

/// What both models say of a cat.
fn compared(page: &Page<'_>, built: &Built) -> Result<[Element; 2], TestError> {
    page.go("#/compare")?;
    page.wait_for("comparison", PHOTO, |comparison| comparison.get("state") == "ready")?;
    page.upload("compare-input", &[built.sample("chelsea.png")])?;
    let transfer = page.predictions(1, PHOTO)?.remove(0);
    Ok([transfer, page.wait_for("scratch-prediction", PHOTO, |answer| !answer.get("label").is_empty())?])
}
