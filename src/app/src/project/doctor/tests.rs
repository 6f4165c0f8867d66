//! The list with made-up findings, in a browser.

use std::sync::Arc;

use headstart_protocol::{FindingKind, TrainingSettings};
use leptos::prelude::*;
use leptos::task::tick;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlElement;

use super::doctor::{Doctor, DoctorState};
use super::found::{Found, FoundPhoto};
use super::view::DoctorPanel;
use crate::engine::Engine;
use crate::error::PageError;
use crate::platform::dom;
use crate::project::album::Album;
use crate::project::classes::Undo;
use crate::project::describing::Describer;
use crate::project::head::OwnHead;
use crate::project::notices::Notices;
use crate::project::training::{Training, project};
use crate::ui::Announcer;
use crate::ui::tests::{find, mount, text};

/// Three photos of a class 1, with the numbers 2 to 4, and two of a class 5, with the numbers 6 and 7.
struct Shown {
    album: Album,
    undo: Undo,
    doctor: Doctor,
    place: HtmlElement,
}

fn show() -> Shown {
    let (album, edits, undo) = project(&[&[None; 3], &[None; 2]]);
    let (engine, announcer) = (Engine::new(|_| {}), Announcer::new());
    let settings = RwSignal::new(TrainingSettings::default());
    let describer = Describer::new(album, settings, Notices::new(), announcer, engine.clone());
    let training = Training::new(album, settings, describer, OwnHead::new(engine.clone()), engine.clone(), announcer);
    let doctor = Doctor::new(album, training, edits, engine, announcer);
    let place = mount(move || {
        provide_context(album);
        provide_context(announcer);
        provide_context(training);
        provide_context(doctor);
        view! { <DoctorPanel /> }
    });
    Shown { album, undo, doctor, place }
}

impl Shown {
    /// Something about these photos of the class 1, the class 5 being the other one.
    fn found(&self, kind: FindingKind, photos: &[u32]) -> Arc<Found> {
        let photo = |id: &u32| {
            let photo = self.album.photo(*id).unwrap();
            FoundPhoto { class: photo.class.get_untracked(), photo, answer: Some((5, 0.97)) }
        };
        let number = photos[0] + 100 * kind as u32;
        let photos = photos.iter().map(photo).collect();
        Arc::new(Found { number, kind, photos, class: 1, other: Some(5), cue: None })
    }

    /// The panel's state, and the kind of each row.
    async fn rows(&self) -> (String, Vec<String>) {
        // Rows are drawn in several tasks.
        for _ in 0..3 {
            dom::turn().await;
        }
        let panel: HtmlElement = find(&self.place, "[data-testid='doctor']");
        let rows = self.place.query_selector_all("[data-testid='finding']").unwrap();
        let row = |index| rows.get(index).unwrap().unchecked_into::<HtmlElement>();
        let kinds: Vec<_> = (0..rows.length()).map(|index| row(index).get_attribute("data-kind").unwrap()).collect();
        assert_eq!(panel.get_attribute("data-findings"), Some(kinds.len().to_string()));
        (panel.get_attribute("data-state").unwrap(), kinds)
    }

    fn press(&self, kind: &str, button: &str) {
        find::<HtmlElement>(&self.place, &format!("[data-kind='{kind}'] [data-testid='{button}']")).click();
    }

    fn class_of(&self, photo: u32) -> Option<u32> {
        self.album.photo(photo).map(|photo| photo.class.get_untracked())
    }
}

#[wasm_bindgen_test]
async fn nothing_is_shown_before_the_first_training_and_nothing_found_is_said() {
    let shown = show();
    assert!(shown.place.query_selector("[data-testid='doctor']").unwrap().is_none());
    shown.doctor.took(Vec::new());
    assert_eq!(shown.rows().await, ("done".to_owned(), Vec::new()));
    assert_eq!(text(&shown.place, "[data-testid='doctor-words']").as_deref(), Some("Nothing found."));
    shown.doctor.state.set(DoctorState::Failed(PageError::TooFewClasses));
    assert_eq!(shown.rows().await.0, "error");
    let words = text(&shown.place, "[data-testid='doctor-words']").unwrap();
    assert!(words.starts_with("The photos could not be looked at."), "{words}");
    find::<HtmlElement>(&shown.place, "[data-testid='look-again']");
}

#[wasm_bindgen_test]
async fn a_photo_is_moved_with_one_press_and_undo_brings_the_row_back() {
    let shown = show();
    let all = [
        shown.found(FindingKind::WrongLabel, &[2]),
        shown.found(FindingKind::NearDuplicate, &[3, 6]),
        shown.found(FindingKind::Mixed, &[2, 4]),
    ];
    shown.doctor.took(all.to_vec());
    assert_eq!(shown.rows().await.1, ["wrong-label", "near-duplicate", "mixed"]);
    assert_eq!(
        text(&shown.place, "[data-kind='wrong-label'] [data-testid='mend']").as_deref(),
        Some("Move to “Class 2”")
    );
    shown.press("wrong-label", "mend");
    assert_eq!(shown.class_of(2), Some(5));
    assert_eq!(shown.rows().await.1, ["near-duplicate", "mixed"]);
    shown.undo.undo();
    assert_eq!(shown.class_of(2), Some(1));
    assert_eq!(shown.rows().await.1, ["wrong-label", "near-duplicate", "mixed"]);
    // Of two that are nearly the same the less likely one goes.
    shown.press("near-duplicate", "mend");
    assert_eq!((shown.class_of(3), shown.class_of(6)), (None, Some(5)));
    assert_eq!(shown.rows().await.1, ["wrong-label", "mixed"]);
}

#[wasm_bindgen_test]
async fn a_class_is_split_in_two_and_made_one_again() {
    let shown = show();
    shown.doctor.took(vec![shown.found(FindingKind::Mixed, &[2, 4])]);
    shown.rows().await;
    shown.press("mixed", "mend");
    assert_eq!(shown.album.class_names(None), ["Class 1", "Class 2", "Class 1 2"]);
    let new = shown.album.class_named("Class 1 2").unwrap().id;
    assert_eq!([2, 3, 4].map(|photo| shown.class_of(photo)), [Some(new), Some(1), Some(new)]);
    assert!(shown.rows().await.1.is_empty());
    shown.undo.undo();
    assert_eq!(shown.album.class_names(None), ["Class 1", "Class 2"]);
    assert_eq!([2, 3, 4].map(|photo| shown.class_of(photo)), [Some(1); 3]);
}

#[wasm_bindgen_test]
async fn what_is_fine_stays_off_the_list_at_the_next_look() {
    let shown = show();
    let all = || vec![shown.found(FindingKind::Blurred, &[2]), shown.found(FindingKind::Dark, &[3])];
    shown.doctor.took(all());
    shown.rows().await;
    shown.press("blurred", "dismiss");
    assert_eq!(shown.rows().await.1, ["dark"]);
    shown.doctor.took(all());
    assert_eq!(shown.rows().await.1, ["dark"]);
    // Another project has photos of the same numbers.
    shown.doctor.reset();
    shown.doctor.took(all());
    assert_eq!(shown.rows().await.1, ["blurred", "dark"]);
}

#[wasm_bindgen_test]
async fn after_a_press_the_next_row_has_the_focus() {
    let shown = show();
    shown.doctor.took(vec![shown.found(FindingKind::Blurred, &[2]), shown.found(FindingKind::Dark, &[3])]);
    shown.rows().await;
    let focused = async || {
        tick().await;
        dom::repaint().await;
        dom::turn().await;
        document().active_element().unwrap()
    };
    shown.press("blurred", "mend");
    assert_eq!(focused().await.get_attribute("data-kind").as_deref(), Some("dark"));
    shown.press("dark", "dismiss");
    assert_eq!(focused().await.id(), "doctor-title");
}
