//! What to photograph next: photos without a label, asked about in the order in which their labels teach most.
#![cfg(test)]

use std::time::Duration;

use headstart_tests::{Browser, Built, Element, Options, Page, Pictures, Site, Teach, Texture};

const START: Duration = Duration::from_secs(90);
const SOON: Duration = Duration::from_secs(20);
/// For a dozen photos.
const DESCRIBE: Duration = Duration::from_secs(120);
const TRAIN: Duration = Duration::from_secs(120);
const CPU: &str = "?backend=cpu&size=150#/teach";
/// Photos a class.
const EACH: u64 = 6;
/// The classes.
const KINDS: [Texture; 2] = [Texture::Stripes, Texture::Dots];

/// Teaches two textures.
fn teach<'a>(browser: &'a Browser, site: &Site, pictures: &Pictures) -> Teach<'a> {
    let teach = Teach::open(browser, &site.url(CPU), START).unwrap();
    assert_eq!(teach.page.all("labelling").unwrap(), [], "no head is taught");
    teach.start_with_textures(pictures, &KINDS, EACH, DESCRIBE).unwrap();
    assert_eq!(teach.train(TRAIN).unwrap().get("state"), "done");
    teach.result(2 * EACH as usize).unwrap();
    teach
}

/// Waits until so many photos wait for a label and so many have got one.
fn counts(page: &Page<'_>, waiting: u32, labelled: u32) -> Element {
    let (waiting, labelled) = (waiting.to_string(), labelled.to_string());
    let is_so = |panel: &Element| panel.get("waiting") == waiting && panel.get("labelled") == labelled;
    page.wait_for("labelling", SOON, is_so).unwrap()
}

/// Labels the photo that is asked about with the key of the class that its name says; gives back its name.
fn label(browser: &Browser, page: &Page<'_>) -> String {
    let name = page.wait_for("labelling-photo", SOON, |_| true).unwrap().get("name").to_owned();
    let classes = page.all("label-as").unwrap();
    let place = classes.iter().position(|button| name.starts_with(button.get("class"))).unwrap();
    browser.type_into(".labelling-question", &(place + 1).to_string()).unwrap();
    name
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn photos_are_labelled_by_key_and_the_figure_moves() {
    let built = Built::find().unwrap();
    let pictures = Pictures::new().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = Browser::start(&Options::default()).unwrap();
    let teach = teach(&browser, &site, &pictures);
    let page = &teach.page;
    counts(page, 0, 0);
    let figures = page.wait_for("labelling-figures", SOON, |_| true).unwrap();
    assert_eq!(figures.get("photos"), "12", "{figures:?}");

    let unlabelled: Vec<_> = KINDS.iter().flat_map(|kind| pictures.textures(*kind, 100..102).unwrap()).collect();
    page.upload("unlabelled-input", &unlabelled).unwrap();
    counts(page, 4, 0);
    page.wait_for("labelling-photo", SOON, |_| true).unwrap();
    assert_eq!(page.all("next-unlabelled").unwrap().len(), 3);
    let why = page.wait_for("labelling-why", SOON, |why| !why.text.is_empty()).unwrap();
    println!("{}", why.text);

    let first = label(&browser, page);
    counts(page, 3, 1);
    // The next key would be heard as well.
    let has_focus = "return document.activeElement.closest(`[data-testid='labelling']`) !== null";
    assert_eq!(browser.run(has_focus, vec![]).unwrap(), true);
    let second = label(&browser, page);
    counts(page, 2, 2);
    assert_ne!(first, second);
    teach.described(14, DESCRIBE).unwrap();
    for name in [first, second] {
        let photo = teach.example(|example| example.get("name") == name).unwrap();
        assert!(name.starts_with(photo.get("class")), "{photo:?}");
    }

    page.click("labelling-train").unwrap();
    let figures = page.wait_for("labelling-figures", TRAIN, |figures| figures.get("photos") == "12,14").unwrap();
    println!("{}", figures.text);
    assert_eq!(figures.get("accuracies").split(',').count(), 2, "{figures:?}");
    teach.result(14).unwrap();
    counts(page, 2, 2);

    // A label can be taken back, and its photo is asked about again.
    let third = label(&browser, page);
    counts(page, 1, 3);
    page.click("undo").unwrap();
    counts(page, 2, 2);
    page.wait_for("labelling-photo", SOON, |photo| photo.get("name") == third).unwrap();
    teach.described(14, SOON).unwrap();
    browser.type_into(".labelling-question", "s").unwrap();
    counts(page, 1, 2);
    assert_eq!(page.all("error").unwrap(), []);

    // What is no photo is told by its name.
    let other = pictures.write("notes.jpg", b"Not a picture.").unwrap();
    let told = page.fails_with("not-an-image", SOON, || page.upload("unlabelled-input", &[other])).unwrap();
    assert!(told.text.contains("notes.jpg"), "{told:?}");
    counts(page, 1, 2);
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn the_camera_keeps_what_the_head_was_not_taught() {
    let built = Built::find().unwrap();
    let pictures = Pictures::new().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = Browser::start(&Options { cameras: 1, ..Options::default() }).unwrap();
    let teach = teach(&browser, &site, &pictures);
    let page = &teach.page;
    page.click("unlabelled-camera").unwrap();
    page.wait_for("labelling", DESCRIBE, |panel| panel.number("waiting").is_ok_and(|waiting| waiting >= 1.0)).unwrap();
    let photo = page.wait_for("labelling-photo", SOON, |_| true).unwrap();
    assert!(photo.get("name").starts_with("camera-"), "{photo:?}");
    page.click("unlabelled-camera").unwrap();
    page.wait_for("camera", SOON, |camera| camera.get("state") == "off").unwrap();
    browser.type_into(".labelling-question", "1").unwrap();
    teach.described(13, DESCRIBE).unwrap();
    assert_eq!(page.all("error").unwrap(), []);
}
