//! The data doctor: photos in the wrong class are found after training, and mended with one press.
#![cfg(test)]

use std::time::Duration;

use headstart_tests::{Browser, Built, Element, Options, Pictures, Site, Teach, Texture};

const START: Duration = Duration::from_secs(300);
const SOON: Duration = Duration::from_secs(20);
const DESCRIBE: Duration = Duration::from_secs(300);
const TRAIN: Duration = Duration::from_secs(180);
const LOOK: Duration = Duration::from_secs(60);
const KINDS: [Texture; 2] = [Texture::Stripes, Texture::Dots];
/// Pictures of dots among the stripes. Not every one need be as sure as dots are on the average, which is what it takes to be listed.
const WANDERERS: [&str; 3] = ["wanderer-1.png", "wanderer-2.png", "wanderer-3.png"];

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn a_wrong_label_is_found_and_mended_on_the_cpu() {
    a_wrong_label_is_found_and_mended("cpu", 16, &Options::default());
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn a_wrong_label_is_found_and_mended_on_webgpu() {
    a_wrong_label_is_found_and_mended("webgpu", 12, &Options { webgpu: true, ..Options::default() });
}

/// With `each` photos a class.
fn a_wrong_label_is_found_and_mended(backend: &str, each: u64, options: &Options) {
    let built = Built::find().unwrap();
    let pictures = Pictures::new().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = Browser::start(options).unwrap();
    let address = site.url(&format!("?backend={backend}&size=150#/teach"));
    let teach = Teach::open(&browser, &address, START).unwrap();
    let page = &teach.page;
    assert_eq!(page.ready(START).unwrap().get("backend"), backend);
    teach.start_with_textures(&pictures, &KINDS, each, DESCRIBE).unwrap();
    let wanderers =
        WANDERERS.iter().zip(50..).map(|(name, seed)| pictures.save(name, Texture::Dots.draw(seed)).unwrap());
    teach.add_photos("stripes", &wanderers.collect::<Vec<_>>()).unwrap();
    let photos = 2 * each as usize + WANDERERS.len();
    teach.described(photos, DESCRIBE).unwrap();
    assert_eq!(page.all("doctor").unwrap(), [], "before the first training");

    // It looks without being asked.
    assert_eq!(teach.train(TRAIN).unwrap().get("state"), "done");
    let doctor = page.wait_for("doctor", LOOK, |doctor| doctor.get("state") == "done").unwrap();
    // Rows are drawn a few at a time.
    let findings = browser
        .wait_for("all rows", SOON, || {
            let rows = page.all("finding")?;
            Ok((doctor.number("findings")? == rows.len() as f64).then_some(rows))
        })
        .unwrap();
    println!("{doctor:?}");
    findings.iter().for_each(|finding| println!("{} {}: {}", finding.get("kind"), finding.get("names"), finding.text));
    let wrong: Vec<_> = findings.iter().filter(|finding| finding.get("kind") == "wrong-label").collect();
    assert!(wrong.iter().all(|finding| WANDERERS.contains(&finding.get("names"))), "the others are right: {wrong:?}");
    let wanderer = wrong.first().unwrap().get("names");
    let is_it = |finding: &Element| finding.get("kind") == "wrong-label" && finding.get("names") == wanderer;
    let of = |class: &'static str| move |photo: &Element| photo.get("name") == wanderer && photo.get("class") == class;
    teach.example(of("stripes")).unwrap();

    // One press moves it, the row goes, and Undo brings both back.
    let row = format!("[data-testid='finding'][data-kind='wrong-label'][data-names='{wanderer}']");
    let mend = || browser.click(&format!("{row} [data-testid='mend']")).unwrap();
    let rows = |count: usize| {
        browser
            .wait_for("the row", SOON, || {
                let rows = page.all("finding")?;
                Ok((rows.iter().filter(|row| is_it(row)).count() == count).then_some(()))
            })
            .unwrap();
    };
    mend();
    teach.example(of("dots")).unwrap();
    rows(0);
    page.click("undo").unwrap();
    teach.example(of("stripes")).unwrap();
    rows(1);
    mend();
    teach.example(of("dots")).unwrap();

    // It looks again when it is asked to, and finds it no more.
    page.click("look-again").unwrap();
    browser.wait_for("the second look", LOOK, || Ok(page.all("look-again")?.is_empty().then_some(()))).unwrap();
    page.wait_for("doctor", LOOK, |doctor| doctor.get("state") == "done").unwrap();
    rows(0);

    // What it finds is not saved, and said not to be.
    teach.saved(SOON).unwrap();
    page.reload().unwrap();
    page.ready(START).unwrap();
    teach.show().unwrap();
    let doctor = page.wait_for("doctor", SOON, |_| true).unwrap();
    assert_eq!((doctor.get("state"), doctor.get("findings")), ("idle", "0"));
    page.click("look-again").unwrap();
    page.wait_for("doctor", LOOK, |doctor| doctor.get("state") == "done").unwrap();
    assert_eq!(page.all("error").unwrap(), []);
}
