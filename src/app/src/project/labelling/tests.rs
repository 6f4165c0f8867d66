//! Labelling made-up photos with made-up answers, in a browser.

use std::rc::Rc;

use headstart_protocol::{HeadSummary, InputSize, TrainingSettings};
use leptos::prelude::*;
use leptos::task::tick;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{HtmlElement, KeyboardEvent, KeyboardEventInit};

use super::{Labelling, LabellingPanel};
use crate::answer::HeadAnswer;
use crate::camera::Camera;
use crate::engine::Engine;
use crate::platform::files::blob;
use crate::project::album::Album;
use crate::project::classes::{Edits, Undo};
use crate::project::describing::Describer;
use crate::project::head::{Head, OwnHead};
use crate::project::notices::Notices;
use crate::project::training::Training;
use crate::ui::Announcer;
use crate::ui::tests::{find, mount, text};

/// The parts that a test looks at.
#[derive(Clone, Copy)]
struct Parts {
    labelling: Labelling,
    album: Album,
    undo: Undo,
    head: OwnHead,
}

/// Two classes, cat and dog, without photos, and an engine that is never ready. Their owner stays: photos wait for the engine when a
/// test has ended.
fn parts() -> Parts {
    // What begins tasks is there once something was mounted.
    mount(|| ());
    let owner: &'static Owner = Box::leak(Box::new(Owner::new()));
    owner.with(make)
}

/// The parts, made as `Project` makes them.
fn make() -> Parts {
    let (album, notices, announcer) = (Album::new(), Notices::new(), Announcer::new());
    let engine = Engine::new(|_| ());
    let settings = RwSignal::new(TrainingSettings::default());
    let undo = Undo::new(announcer);
    let describer = Describer::new(album, settings, notices, announcer, engine.clone());
    let edits = Edits::new(album, describer, undo);
    let head = OwnHead::new(engine.clone());
    let training = Training::new(album, settings, describer, head, engine.clone(), announcer);
    let camera = Camera::new(engine.clone());
    let labelling = Labelling::new(album, edits, undo, head, training, camera, notices, engine);
    ["cat", "dog"].iter().for_each(|name| drop(album.add_class(Some(name))));
    Parts { labelling, album, undo, head }
}

impl Parts {
    /// A photo that the head answers so.
    fn keep(self, name: &str, cat: f32, familiarity: Option<f64>) {
        let names = ["cat", "dog"].map(str::to_owned);
        let said = HeadAnswer::new(&names, vec![cat, 1.0 - cat], 1.0).unwrap().familiar(familiarity);
        self.labelling.keep(name.to_owned(), blob(name.as_bytes(), "image/jpeg"), None, said);
    }

    /// The photo that is asked about.
    fn front(self) -> Option<String> {
        self.labelling.front.with_untracked(|front| front.as_ref().map(|front| front.name.clone()))
    }

    /// Those behind it.
    fn behind(self) -> Vec<String> {
        self.labelling.queue.with_untracked(|queue| queue.iter().map(|candidate| candidate.name.clone()).collect())
    }

    /// The photos of a class.
    fn photos(self, class: &str) -> Vec<String> {
        let class = self.album.class_named(class).unwrap();
        class.photos.with_untracked(|photos| photos.iter().map(|photo| photo.name.clone()).collect())
    }
}

#[wasm_bindgen_test]
fn the_first_stays_and_those_behind_it_are_put_in_order() {
    let parts = parts();
    parts.keep("sure", 0.95, Some(0.5));
    parts.keep("torn", 0.52, Some(0.5));
    parts.keep("foreign", 0.99, Some(0.01));
    parts.keep("unsure", 0.7, None);
    assert_eq!(parts.front().as_deref(), Some("sure"));
    assert_eq!(parts.behind(), ["foreign", "torn", "unsure"]);
    parts.labelling.skip();
    assert_eq!((parts.front().as_deref(), parts.labelling.labelled.get_untracked()), (Some("foreign"), 0));
    parts.undo.undo();
    assert_eq!(
        (parts.front().as_deref(), parts.behind().as_slice()),
        (Some("sure"), &strings(["foreign", "torn", "unsure"])[..])
    );
}

fn strings<const N: usize>(words: [&str; N]) -> [String; N] {
    words.map(str::to_owned)
}

#[wasm_bindgen_test]
fn a_label_puts_the_photo_into_the_class_and_can_be_undone() {
    let parts = parts();
    parts.keep("a.jpg", 0.5, None);
    parts.keep("b.jpg", 0.6, None);
    let dog = parts.album.class_named("dog").unwrap();
    parts.labelling.label(&dog);
    assert_eq!((parts.photos("dog"), parts.front().as_deref()), (vec!["a.jpg".to_owned()], Some("b.jpg")));
    assert_eq!(parts.labelling.labelled.get_untracked(), 1);
    parts.undo.undo();
    assert_eq!((parts.photos("dog").len(), parts.front().as_deref()), (0, Some("a.jpg")));
    assert_eq!((parts.behind(), parts.labelling.labelled.get_untracked()), (vec!["b.jpg".to_owned()], 0));
    // A class of another project takes nothing.
    parts.album.classes.update(Vec::clear);
    parts.labelling.label(&dog);
    assert_eq!((parts.front().as_deref(), parts.labelling.labelled.get_untracked()), (Some("a.jpg"), 0));
}

fn press(target: &HtmlElement, key: &str, code: &str) {
    let init = KeyboardEventInit::new();
    init.set_bubbles(true);
    init.set_key(key);
    init.set_code(code);
    target.dispatch_event(&KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &init).unwrap()).unwrap();
}

#[wasm_bindgen_test]
async fn a_photo_is_labelled_with_one_key_within_the_panel() {
    let parts = parts();
    let place = mount(move || {
        provide_context(parts.album);
        provide_context(parts.labelling);
        view! { <LabellingPanel /> }
    });
    assert_eq!(text(&place, "[data-testid='labelling']"), None, "no head is taught");
    parts.head.current.set(Some(Head { bytes: Rc::default(), summary: Some(Rc::new(summary())) }));
    parts.keep("a.jpg", 0.52, Some(0.5));
    parts.keep("b.jpg", 0.9, Some(0.0));
    parts.keep("c.jpg", 0.8, Some(0.5));
    tick().await;
    let panel: HtmlElement = find(&place, "[data-testid='labelling']");
    let counts = || ["data-waiting", "data-labelled"].map(|name| panel.get_attribute(name).unwrap());
    let why = || text(&place, "[data-testid='labelling-why']").unwrap();
    assert_eq!(
        (counts(), why().as_str()),
        (strings(["3", "0"]), "The head is torn between Cat 52.0 % and Dog 48.0 %.")
    );
    let button: HtmlElement = find(&place, "[data-testid='label-as'][data-class='dog']");
    assert_eq!(button.text_content().as_deref(), Some("2dog48.0 %"));

    press(&button, "2", "");
    tick().await;
    assert_eq!((counts(), parts.photos("dog")), (strings(["2", "1"]), vec!["a.jpg".to_owned()]));
    assert!(why().contains("unlike all photos"), "{}", why());
    // As a French keyboard says it.
    press(&panel, "&", "Digit1");
    press(&panel, "7", "");
    tick().await;
    assert_eq!((counts(), parts.photos("cat")), (strings(["1", "2"]), vec!["b.jpg".to_owned()]));
    press(&document().body().unwrap(), "1", "");
    find::<HtmlElement>(&place, "[data-testid='labelling-train']");
    press(&panel, "S", "");
    tick().await;
    assert_eq!((counts(), parts.photos("cat").len()), (strings(["0", "2"]), 1));
    assert_eq!(text(&place, "[data-testid='label-as']"), None);
}

fn summary() -> HeadSummary {
    HeadSummary {
        classes: strings(["cat", "dog"]).to_vec(),
        size: InputSize::S150,
        trained_on: 9,
        validated_on: 9,
        val_accuracy: None,
        temperature: None,
        has_bank: true,
    }
}
