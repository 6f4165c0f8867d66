//! Pictures of every view at phone and desk width, light and dark, into the folder that `HEADSTART_SCREENSHOTS` names:
//! `HEADSTART_SCREENSHOTS=target/screenshots cargo run -p headstart-tests --bin screenshots`.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use headstart_tests::{Browser, Built, Kind, Options, Page, Pictures, Site, Teach, TestError, Texture};
use serde_json::json;

const LONG: Duration = Duration::from_secs(300);
const WIDTHS: [u32; 2] = [360, 1280];
const SCHEMES: [&str; 2] = ["light", "dark"];
const CPU: &str = "?backend=cpu&size=150#/classify";
const CPU_TEACH: &str = "?backend=cpu&size=150#/teach";

fn main() -> ExitCode {
    let Some(folder) = env::var_os("HEADSTART_SCREENSHOTS").map(PathBuf::from) else {
        eprintln!("Set HEADSTART_SCREENSHOTS to the folder for the pictures.");
        return ExitCode::FAILURE;
    };
    match take_all(&folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn take_all(folder: &Path) -> Result<(), TestError> {
    fs::create_dir_all(folder)?;
    let built = Built::find()?;
    let pictures = Pictures::new()?;
    let site = Site::new(&built.dist)?;
    let browser = Browser::start(&Options { cameras: 1, ..Options::default() })?;
    let shoot = |name: &str| shoot(&browser, folder, name);

    site.misbehave(&built.base_path(), Kind::Throttle(1_000_000), 1);
    let page = Page::open(&browser, &site.url(CPU))?;
    page.wait_for("engine", LONG, |engine| engine.number("loaded").is_ok_and(|loaded| loaded > 1e6))?;
    shoot("classify-loading")?;
    page.ready(LONG)?;
    shoot("classify")?;
    page.upload("file-input", &["coffee.png", "husky.png", "chelsea.png"].map(|name| built.sample(name)))?;
    page.predictions(3, LONG)?;
    shoot("classify-photos")?;
    page.click("why")?;
    page.wait_for("heatmap", LONG, |heat| !heat.get("class").is_empty())?;
    shoot("classify-why")?;
    page.click("why")?;
    page.click("harder")?;
    page.enter("[data-testid=harder-turn]", "60")?;
    page.enter("[data-testid=harder-noise]", "20")?;
    page.wait_for("harder-panel", LONG, |panel| panel.get("state") == "answered")?;
    shoot("classify-harder")?;
    page.click("harder")?;
    page.upload(
        "file-input",
        &[pictures.half_a_jpeg(&built.sample("chelsea.png"))?, pictures.write("letter.jpg", b"Dear Sir or Madam")?],
    )?;
    page.wait_for("error", LONG, |error| error.get("kind") == "not-an-image")?;
    page.wait_for("error", LONG, |error| error.get("kind") == "damaged-image")?;
    shoot("classify-bad-files")?;
    page.reload()?;
    page.ready(LONG)?;
    page.click("camera")?;
    page.wait_for("camera-prediction", LONG, |answer| !answer.get("label").is_empty())?;
    shoot("classify-camera")?;
    page.click("camera-why")?;
    page.wait_for("heatmap", LONG, |heat| !heat.get("class").is_empty())?;
    shoot("classify-camera-why")?;
    page.go("#/about")?;
    shoot("about")?;
    page.go("#/compare")?;
    page.wait_for("comparison", LONG, |comparison| comparison.get("state") != "loading")?;
    page.upload("compare-input", &[built.sample("husky.png")])?;
    page.predictions(1, LONG)?;
    shoot("compare")?;
    page.go("#/learn")?;
    page.wait_for("layers", LONG, |_| true)?;
    page.click("layers-sample")?;
    page.wait_for("layers", LONG, |layers| layers.get("state") == "shown")?;
    shoot("learn")?;

    take_teach(&browser, &site.url(CPU_TEACH), &pictures, &shoot)?;

    let site = Site::new(&built.dist)?;
    site.misbehave(&built.base_path(), Kind::Html("text/html"), u32::MAX);
    let page = Page::open(&browser, &site.url(CPU))?;
    page.wait_for("error", LONG, |error| error.get("kind") == "wrong-content")?;
    shoot("classify-no-weights")
}

/// The teach view from its first moment to a head that answers.
fn take_teach(
    browser: &Browser,
    url: &str,
    pictures: &Pictures,
    shoot: &impl Fn(&str) -> Result<(), TestError>,
) -> Result<(), TestError> {
    let teach = Teach::open(browser, url, LONG)?;
    shoot("teach-empty")?;
    teach.start_with(&["stripes", "clouds"])?;
    for kind in [Texture::Stripes, Texture::Clouds] {
        teach.add_photos(kind.name(), &pictures.textures(kind, 0..12)?)?;
    }
    // A photo in the wrong class, so that the table has something to open.
    teach.add_photos("stripes", &pictures.textures(Texture::Clouds, 50..51)?)?;
    teach.described(25, LONG)?;
    shoot("teach-photos")?;
    teach.train(LONG)?;
    teach.result(25)?;
    teach.page.wait_for("finding", LONG, |finding| finding.get("kind") == "wrong-label")?;
    teach.page.upload("unlabelled-input", &pictures.textures(Texture::Dots, 60..64)?)?;
    teach.page.wait_for("labelling", LONG, |panel| panel.get("waiting") == "4")?;
    teach.wrong_examples("stripes", "clouds")?;
    shoot("teach-result")?;
    page_of_both(&teach)?;
    shoot("teach-scratch")?;
    let photos = [pictures.textures(Texture::Clouds, 100..101)?, pictures.textures(Texture::Dots, 100..101)?].concat();
    teach.own_answers(&photos, LONG)?;
    shoot("classify-own-head")
}

/// A CNN beside the head, and both learning curves.
fn page_of_both(teach: &Teach<'_>) -> Result<(), TestError> {
    teach.page.click("scratch-too")?;
    teach.train(LONG)?;
    teach.page.wait_for("result", LONG, |result| result.get("model") == "scratch")?;
    teach.page.click("draw-curve")?;
    teach.page.wait_for("learning-curve", LONG, |curve| !matches!(curve.get("state"), "idle" | "running"))?;
    Ok(())
}

/// The whole page in each width and scheme.
fn shoot(browser: &Browser, folder: &Path, name: &str) -> Result<(), TestError> {
    for width in WIDTHS {
        for scheme in SCHEMES {
            // Without motion: a picture taken while one scheme fades into the other shows neither.
            let feature = json!({ "features": [
                { "name": "prefers-color-scheme", "value": scheme },
                { "name": "prefers-reduced-motion", "value": "reduce" },
            ] });
            browser.devtools("Emulation.setEmulatedMedia", &feature)?;
            resize(browser, width, 740)?;
            let height = browser.run("return document.documentElement.scrollHeight", vec![])?;
            resize(browser, width, height.as_u64().and_then(|height| height.try_into().ok()).unwrap_or(740))?;
            let path = folder.join(format!("{name}-{width}-{scheme}.png"));
            fs::write(&path, browser.screenshot()?)?;
            println!("{}", path.display());
            let wide = browser.run("return document.documentElement.scrollWidth", vec![])?.as_u64();
            if wide.is_some_and(|wide| wide > u64::from(width)) {
                println!("  wider than its window of {width}: {wide:?}");
            }
        }
    }
    browser.devtools("Emulation.clearDeviceMetricsOverride", &json!({}))?;
    Ok(())
}

fn resize(browser: &Browser, width: u32, height: u32) -> Result<(), TestError> {
    let metrics = json!({ "width": width, "height": height.max(740), "deviceScaleFactor": 1, "mobile": width < 600 });
    browser.devtools("Emulation.setDeviceMetricsOverride", &metrics)?;
    Ok(())
}
