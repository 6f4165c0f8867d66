//! A head beside a CNN trained from scratch, on the CPU: on the visitor's photos, with how many of them, and as shipped.
#![cfg(test)]

use std::time::Duration;

use headstart_tests::{Browser, Built, Element, Kind, LongTasks, Options, Page, Pictures, Site, Teach, Texture};
use headstart_weights::index::{Index, RecordKind};

const START: Duration = Duration::from_secs(90);
const SOON: Duration = Duration::from_secs(20);
const DESCRIBE: Duration = Duration::from_secs(180);
const TRAIN: Duration = Duration::from_secs(120);
/// For a CNN on two dozen photos, and for a learning curve of them.
const LONG: Duration = Duration::from_secs(420);
const PHOTO: Duration = Duration::from_secs(60);
const TEACH: &str = "?backend=cpu&size=150#/teach";
const COMPARE: &str = "?backend=cpu&size=150#/compare";
/// Ten times what a task of the page may take: a machine under test is not a visitor's.
const LONGEST_MS: f64 = 500.0;
/// Photos a class.
const EACH: u64 = 12;

fn open<'a>(browser: &'a Browser, site: &Site, pictures: &Pictures, each: u64) -> Teach<'a> {
    let teach = Teach::open(browser, &site.url(TEACH), START).unwrap();
    teach.start_with_textures(pictures, &[Texture::Stripes, Texture::Clouds], each, DESCRIBE).unwrap();
    teach
}

fn of_scratch(page: &Page<'_>, after: Duration) -> Element {
    page.wait_for("result", after, |result| result.get("model") == "scratch").unwrap()
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn both_learn_the_same_photos_and_how_many_it_takes() {
    let built = Built::find().unwrap();
    let pictures = Pictures::new().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let options = Options { before_pages: Some(LongTasks::WATCH.to_owned()), ..Options::default() };
    let browser = Browser::start(&options).unwrap();
    let teach = open(&browser, &site, &pictures, EACH);
    let page = &teach.page;

    // Without being asked for, no CNN is trained.
    assert_eq!(teach.train(TRAIN).unwrap().get("state"), "done");
    teach.result(24).unwrap();
    assert_eq!(page.wait_for("scratch-training", SOON, |_| true).unwrap().get("state"), "idle");

    LongTasks::take(&browser).unwrap();
    page.click("scratch-too").unwrap();
    assert_eq!(teach.train(TRAIN).unwrap().get("state"), "done");
    teach.result(24).unwrap();
    // The page answers photos meanwhile.
    page.wait_for("scratch-training", SOON, |run| run.get("state") == "running").unwrap();
    page.upload("try-input", &pictures.textures(Texture::Stripes, 100..101).unwrap()).unwrap();
    page.answers("own-prediction", 1, PHOTO).unwrap();
    let result = of_scratch(page, LONG);
    println!("{result:?}");
    let tasks = LongTasks::take(&browser).unwrap();
    println!("beside the CNN's training: {tasks}");
    assert!(tasks.longest() < LONGEST_MS, "{tasks:?}");
    assert_eq!(page.wait_for("scratch-training", SOON, |_| true).unwrap().get("state"), "done");
    let number = |attribute: &str| result.number(attribute).unwrap();
    // The first of five folds of 12 + 12 photos.
    assert!((4.0..=6.0).contains(&number("validated-on")));
    assert!((0.0..=1.0).contains(&number("accuracy")) && number("seconds") > 0.0);
    assert!(number("transfer-accuracy") >= 0.75);

    page.click("draw-curve").unwrap();
    // Points are shown as they come.
    page.wait_for("learning-curve", TRAIN, |curve| {
        curve.get("state") == "running" && curve.number("points").is_ok_and(|points| points > 0.0)
    })
    .unwrap();
    let curve = page.wait_for("learning-curve", LONG, |curve| curve.get("state") != "running").unwrap();
    assert_eq!(curve.get("state"), "done", "{curve:?}");
    let tasks = LongTasks::take(&browser).unwrap();
    println!("beside the learning curve: {tasks}");
    assert!(tasks.longest() < LONGEST_MS, "{tasks:?}");
    let points = page.all("curve-point").unwrap();
    for model in ["transfer", "scratch"] {
        let own: Vec<_> = points.iter().filter(|point| point.get("model") == model).collect();
        let photos: Vec<f64> = own.iter().map(|point| point.number("photos").unwrap()).collect();
        assert_eq!(photos[..3], [1.0, 2.0, 5.0], "{model}");
        assert!(photos.is_sorted() && photos.last().is_some_and(|most| (9.0..=10.0).contains(most)), "{photos:?}");
        assert!(own.iter().all(|point| point.number("draws").unwrap() >= 1.0));
    }
    let best = points.iter().rfind(|point| point.get("model") == "transfer").unwrap();
    assert!(best.number("mean").unwrap() >= 0.75, "{best:?}");
    assert_eq!(page.all("error").unwrap(), []);
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn what_is_stopped_keeps_what_it_has() {
    let built = Built::find().unwrap();
    let pictures = Pictures::new().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = Browser::start(&Options::default()).unwrap();
    let teach = open(&browser, &site, &pictures, EACH);
    let page = &teach.page;
    page.click("scratch-too").unwrap();
    assert_eq!(teach.train(TRAIN).unwrap().get("state"), "done");
    page.wait_for("scratch-training", LONG, |run| {
        run.get("state") == "running" && run.number("epoch").is_ok_and(|epoch| epoch >= 3.0)
    })
    .unwrap();
    page.click("stop").unwrap();
    let run = page.wait_for("scratch-training", SOON, |run| run.get("state") != "running").unwrap();
    assert_eq!(run.get("state"), "stopped");
    of_scratch(page, SOON);
    teach.result(24).unwrap();

    page.click("draw-curve").unwrap();
    page.wait_for("learning-curve", TRAIN, |curve| curve.number("done").is_ok_and(|done| done >= 2.0)).unwrap();
    page.click("stop-curve").unwrap();
    let curve = page.wait_for("learning-curve", SOON, |curve| curve.get("state") != "running").unwrap();
    assert_eq!(curve.get("state"), "stopped");
    assert!(!page.all("curve-point").unwrap().is_empty());
    assert_eq!(page.all("error").unwrap(), []);
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn where_no_photo_can_be_held_out_the_head_stands_alone() {
    let built = Built::find().unwrap();
    let pictures = Pictures::new().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = Browser::start(&Options::default()).unwrap();
    let teach = open(&browser, &site, &pictures, 1);
    let page = &teach.page;
    page.click("scratch-too").unwrap();
    assert_eq!(teach.train(TRAIN).unwrap().get("state"), "done");
    teach.result(0).unwrap();
    page.wait_for("scratch-training", PHOTO, |run| run.get("state") == "error").unwrap();
    page.wait_for("error", SOON, |error| error.get("kind") == "cannot-train").unwrap();
    assert!(page.all("result").unwrap().iter().all(|result| result.get("model") == "transfer"));
    page.click("draw-curve").unwrap();
    page.wait_for("learning-curve", PHOTO, |curve| curve.get("state") == "error").unwrap();
}

fn index(built: &Built) -> Index {
    Index::from_json(&std::fs::read(built.dist.join("models/index.json")).unwrap()).unwrap()
}

/// Whether this release has a CNN trained from scratch.
fn ships_scratch(built: &Built) -> bool {
    index(built).scratch.is_some()
}

/// Whether this release has a model with blocks of the base trained.
fn ships_tuned(built: &Built) -> bool {
    let index = index(built);
    let kinds = [RecordKind::TunedTraining, RecordKind::TunedTest];
    index.tuned.is_some() || kinds.into_iter().any(|kind| index.record(kind).is_some())
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn both_shipped_models_answer_the_same_photo() {
    let built = Built::find().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = Browser::start(&Options::default()).unwrap();
    let page = Page::open(&browser, &site.url(COMPARE)).unwrap();
    page.ready(START).unwrap();
    let ships = ships_scratch(&built);
    let state = if ships { "ready" } else { "without-scratch" };
    page.wait_for("comparison", PHOTO, |comparison| comparison.get("state") == state).unwrap();
    assert_eq!(page.all("no-scratch").unwrap().is_empty(), ships);
    page.upload("compare-input", &[built.sample("chelsea.png")]).unwrap();
    assert_eq!(page.predictions(1, PHOTO).unwrap()[0].get("label"), "cat");
    if ships {
        let answer = page.answers("scratch-prediction", 1, PHOTO).unwrap().remove(0);
        assert_eq!(answer.get("name"), "chelsea.png");
        assert!(answer.number("confidence").unwrap() > 0.5 && answer.number("ms").unwrap() > 0.0, "{answer:?}");
    }
    // The published runs are there in any case, and the table with them.
    let models: Vec<_> = page.all("run").unwrap().iter().map(|run| run.get("model").to_owned()).collect();
    assert_eq!(models, ["transfer", "tuned", "scratch"]);
    let table = page.wait_for("comparison-table", SOON, |_| true).unwrap().text;
    assert!(table.contains("19,024,513") && table.contains("17,437,185"), "{table}");
    // Block 5 and the head, as the worker counts them; where no such model ships, that is told and no column is shown.
    assert_eq!(table.contains("7,083,522"), ships_tuned(&built), "{table}");
    assert_eq!(page.all("no-tuned").unwrap().is_empty(), ships_tuned(&built));
    assert_eq!(page.all("error").unwrap(), []);
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn the_cnn_is_fetched_when_it_is_looked_at_and_its_absence_is_told() {
    let built = Built::find().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = Browser::start(&Options::default()).unwrap();
    site.misbehave("cats-dogs-scratch.hsw", Kind::Status(404), u32::MAX);
    let page = Page::open(&browser, &site.url("?backend=cpu&size=150#/classify")).unwrap();
    page.ready(START).unwrap();
    assert!(site.requests_for("cats-dogs-scratch.hsw").is_empty());
    page.go("#/compare").unwrap();
    page.wait_for("no-scratch", PHOTO, |_| true).unwrap();
    assert_eq!(site.requests_for("cats-dogs-scratch.hsw").is_empty(), !ships_scratch(&built));
    let told = page.all("error").unwrap();
    assert_eq!(told.iter().map(|error| error.get("kind")).eq(["download-failed"]), ships_scratch(&built), "{told:?}");
    page.upload("compare-input", &[built.sample("chelsea.png")]).unwrap();
    assert_eq!(page.predictions(1, PHOTO).unwrap()[0].get("label"), "cat");
    assert!(page.all("scratch-prediction").unwrap().is_empty());
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn frozen_and_fine_tuned_base_are_explained_without_a_model_being_fetched() {
    let built = Built::find().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = Browser::start(&Options::default()).unwrap();
    let page = Page::open(&browser, &site.url("?backend=cpu&size=150#/learn")).unwrap();
    page.ready(START).unwrap();
    // The head's and the published run's trainable parameters.
    let is_filled = |table: &Element| table.text.contains("4,098") && table.text.contains("17,437,185");
    let table = page.wait_for("tuning-table", PHOTO, is_filled).unwrap().text;
    assert_eq!(table.contains("7,083,522"), ships_tuned(&built), "{table}");
    assert_eq!(page.all("no-tuned").unwrap().is_empty(), ships_tuned(&built));
    assert!(site.requests_for("cats-dogs-scratch.hsw").is_empty());
    assert_eq!(page.all("error").unwrap(), []);
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn layers_are_shown_on_a_photo() {
    let built = Built::find().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = Browser::start(&Options::default()).unwrap();
    let page = Page::open(&browser, &site.url("?backend=cpu&size=150#/learn")).unwrap();
    page.ready(START).unwrap();
    page.click("layers-sample").unwrap();
    page.wait_for("layers", PHOTO, |layers| layers.get("state") == "shown").unwrap();
    let layers = page.all("layer").unwrap();
    let shown: Vec<_> = layers.iter().map(|layer| (layer.get("stage"), layer.get("maps"))).collect();
    assert_eq!(shown, [("conv1_2", "8"), ("conv3_3", "8"), ("conv5_3", "8")]);
    // Something is drawn: a blank canvas has one colour.
    let drawn = "return [...document.querySelectorAll(`[data-testid='layer'] canvas`)].every(canvas => {
        const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        return new Set(data.filter((_, at) => at % 4 == 0)).size > 4; });";
    assert_eq!(browser.run(drawn, vec![]).unwrap(), serde_json::json!(true));

    let pictures = Pictures::new().unwrap();
    page.fails_with("not-an-image", PHOTO, || {
        page.upload("layers-input", &[pictures.write("letter.jpg", b"Dear Sir or Madam")?])
    })
    .unwrap();
    page.wait_for("layers", SOON, |layers| layers.get("state") == "error").unwrap();
}
