//! What folders say of a split, from the album to the request, in a browser.

use std::sync::Arc;

use headstart_protocol::{Part, ProjectManifest};
use js_sys::Uint8Array;
use wasm_bindgen_test::wasm_bindgen_test;

use super::super::taught::tests::taught;
use super::*;
use crate::engine::Engine;
use crate::platform::files::blob;
use crate::project::album::{Change, ExampleState, Fresh, Recipe, classes, fill};
use crate::project::classes::{Edits, Undo};
use crate::project::notices::Notices;
use crate::ui::Announcer;

const VAL: Option<Part> = Some(Part::Validation);
const TEST: Option<Part> = Some(Part::Test);

/// A project with a class for each row, with described photos of these parts.
pub(crate) fn project(rows: &[&[Option<Part>]]) -> (Album, Edits, Undo) {
    let (album, announcer) = (Album::new(), Announcer::new());
    let undo = Undo::new(announcer);
    let settings = RwSignal::new(TrainingSettings::default());
    let describer = Describer::new(album, settings, Notices::new(), announcer, Engine::new(|_| {}));
    for parts in rows {
        let class = album.add_class(None);
        let fresh = |part: &Option<Part>| Fresh { name: String::new(), file: blob(b"a", ""), burst: None, part: *part };
        for photo in album.put(&class, parts.iter().map(fresh).collect()) {
            describe(&photo);
        }
        class.count();
    }
    (album, Edits::new(album, describer, undo), undo)
}

fn describe(photo: &Example) {
    let recipe = Recipe { base: String::new(), version: 1, size: InputSize::S150 };
    let described = Described::new([photo.id as u8; 32], Vec::new(), recipe, None, Uint8Array::new_with_length(0));
    photo.state.set(ExampleState::Ready(Arc::new(described)));
}

fn lesson(album: Album) -> Result<Lesson, PageError> {
    Lesson::of(album, InputSize::S150, TrainingSettings::default())
}

/// Of each photo of the request, by its number, whether it is held out.
fn asked(album: Album) -> Vec<(u8, bool)> {
    let request = lesson(album).ok().unwrap().request();
    request.examples.iter().map(|example| (example.hash[0], example.held_out)).collect()
}

fn parts(album: Album) -> Vec<Option<Part>> {
    album.photos().iter().map(|photo| photo.part.get_untracked()).collect()
}

#[wasm_bindgen_test]
fn photos_of_a_validation_folder_validate_and_those_to_test_on_are_left_alone() {
    let (album, ..) = project(&[&[None, VAL, TEST], &[Some(Part::Training), VAL]]);
    // The classes have the numbers 1 and 5.
    assert_eq!(asked(album), [(2, false), (3, true), (6, false), (7, true)]);
    let split = lesson(album).ok().unwrap().split;
    assert_eq!(split, Some(GivenSplit { part: Part::Validation, photos: vec![3, 7] }));
    // Without them those to test on validate.
    let (album, ..) = project(&[&[None, TEST], &[None, TEST]]);
    assert_eq!(asked(album), [(2, false), (3, true), (5, false), (6, true)]);
    // Where no folder holds anything out, settings say how it is validated.
    let (album, ..) = project(&[&[Some(Part::Training)], &[None]]);
    assert!(lesson(album).ok().unwrap().split.is_none());
}

#[wasm_bindgen_test]
fn a_class_whose_photos_are_all_held_out_is_named_before_a_run() {
    let (album, ..) = project(&[&[None, VAL], &[VAL, VAL]]);
    let all_held_out = PageError::AllHeldOut { name: album.class_names(None)[1].clone() };
    assert_eq!(trainable(album).err(), Some(all_held_out.clone()));
    assert_eq!(lesson(album).err(), Some(all_held_out));
    let (album, ..) = project(&[&[None, VAL], &[]]);
    let empty = PageError::EmptyClass { name: album.class_names(None)[1].clone() };
    assert_eq!(trainable(album).err(), Some(empty));
}

#[wasm_bindgen_test]
fn a_photo_keeps_its_part_wherever_it_goes() {
    let (album, edits, undo) = project(&[&[None, VAL], &[None, TEST]]);
    let photo = album.photo(3).unwrap();
    edits.move_photo(&photo, 4);
    edits.remove_photo(&photo);
    assert_eq!(parts(album), [None, None, TEST]);
    undo.undo();
    undo.undo();
    assert_eq!(parts(album), [None, VAL, None, TEST]);
    // In a zip, and back out of it.
    let json = serde_json::to_string(&album.manifest(TrainingSettings::default())).unwrap();
    let manifest: ProjectManifest = serde_json::from_str(&json).unwrap();
    let listed: Vec<_> = manifest.photos.iter().map(|photo| photo.part).collect();
    assert_eq!(listed, parts(album));
    let again = classes(&manifest.classes);
    fill(&again, &album.photos());
    assert_eq!(again[0].tally.get_untracked().validation, 1);
}

#[wasm_bindgen_test]
fn a_split_is_forgotten_with_one_press_and_comes_back() {
    let (album, edits, undo) = project(&[&[None, VAL, TEST], &[None, VAL]]);
    let before = lesson(album).ok().unwrap();
    let mut run = taught();
    (run.classes, run.photos, run.split) = (before.classes.clone(), before.labels(), before.split.clone());
    assert!(before.is_of(&run));
    album.journal.clear();
    edits.forget_split();
    assert_eq!(parts(album), [None; 5]);
    assert!(asked(album).iter().all(|photo| !photo.1));
    assert!(!lesson(album).ok().unwrap().is_of(&run));
    assert_eq!(untrack(|| album.split()).words(), None);
    // It is to be saved.
    assert!(album.journal.read(|unsaved| [3, 4, 7].iter().all(|photo| unsaved.has(Change::Place(*photo)))));
    undo.undo();
    assert_eq!(parts(album), [None, VAL, TEST, None, VAL]);
    assert!(lesson(album).ok().unwrap().is_of(&run));
    // There is nothing to forget where no folder said anything.
    let (_, edits, undo) = project(&[&[None], &[None]]);
    edits.forget_split();
    assert_eq!(undo.label.get_untracked(), None);
}

#[wasm_bindgen_test]
fn an_interrupted_run_goes_on_with_the_split_that_it_had() {
    let (album, edits, _) = project(&[&[None, VAL, TEST], &[None, VAL]]);
    let before = lesson(album).ok().unwrap();
    let about = before.about(super::super::checkpoints::RunKind::Head);
    let json = serde_json::to_string(&about).unwrap();
    edits.forget_split();
    let again = Lesson::again(album, &serde_json::from_str(&json).unwrap()).unwrap();
    assert_eq!(again.request(), before.request());
}
