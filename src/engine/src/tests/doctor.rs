use headstart_nn::DESCRIPTOR;
use headstart_protocol::{
    Examine, ExaminedPhoto, Failure, FindingKind, InputSize, LeftOutAnswer, PhotoHash, RequestId, TrainingExample,
};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{line, place};
use crate::engine::Workplace;
use crate::error::EngineError;
use crate::jobs::RunBeside;

const SIZE: InputSize = InputSize::S150;
const PHOTOS: u8 = 40;
/// The photo that is labelled with the other class.
const FLIPPED: u8 = 6;

fn hash(photo: u8) -> PhotoHash {
    [photo; 32]
}

/// Photos of two kinds in turn, no two alike, with an augmented view each that looks like the other kind.
fn keep_descriptors(place: &Workplace) {
    for photo in 0..PHOTOS {
        let mut descriptors = vec![0.0; 2 * DESCRIPTOR];
        descriptors[usize::from(photo % 2)] = 0.8;
        descriptors[2 + usize::from(photo)] = 0.6;
        descriptors[DESCRIPTOR + usize::from(1 - photo % 2)] = 1.0;
        place.photos.keep_descriptors(hash(photo), SIZE, descriptors);
    }
}

/// Their kinds as their labels, but for one, and answers that say the kind.
fn request() -> Examine {
    let photo = |photo: u8| {
        let kind = u32::from(photo % 2);
        let label = if photo == FLIPPED { 1 - kind } else { kind };
        let of_label = if photo == FLIPPED { 0.05 } else { 0.95 };
        ExaminedPhoto {
            example: TrainingExample { hash: hash(photo), label, burst: None, held_out: false },
            look: None,
            answer: Some(LeftOutAnswer { class: kind, confidence: 0.95, of_label }),
        }
    };
    let classes = ["cat", "dog"].map(str::to_owned).to_vec();
    Examine { size: SIZE, classes, photos: (0..PHOTOS).map(photo).collect() }
}

#[wasm_bindgen_test]
async fn a_flipped_label_is_found_and_no_other() {
    let place = place().await;
    keep_descriptors(&place);
    let found = request().work(&place, &line().0).await.unwrap();
    let wrong: Vec<_> = found.iter().filter(|finding| finding.kind == FindingKind::WrongLabel).collect();
    assert_eq!(wrong.len(), 1, "{found:?}");
    assert_eq!(
        (wrong[0].photos.as_slice(), wrong[0].class, wrong[0].other),
        ([u32::from(FLIPPED)].as_slice(), 1, Some(0))
    );
}

#[wasm_bindgen_test]
async fn photos_of_which_nothing_is_kept_are_counted() {
    let place = place().await;
    keep_descriptors(&place);
    place.photos.keep_only(&(2..PHOTOS).map(hash).collect());
    let found = request().work(&place, &line().0).await;
    assert_eq!(found, Err(EngineError::Own(Failure::PhotosMissing { count: 2 })));
}

#[wasm_bindgen_test]
async fn what_does_not_fit_together_is_refused() {
    let place = place().await;
    keep_descriptors(&place);
    let mut beyond = request();
    beyond.photos[3].example.label = 2;
    assert!(beyond.work(&place, &line().0).await.is_err());
    let mut nameless = request();
    nameless.classes[0].clear();
    let found = nameless.work(&place, &line().0).await;
    assert_eq!(found, Err(EngineError::Own(Failure::ClassNames)));
}

#[wasm_bindgen_test]
async fn it_ends_when_nobody_waits_for_it() {
    let place = place().await;
    keep_descriptors(&place);
    let (line, _, stops) = line();
    stops.stop(RequestId(1));
    let found = request().work(&place, &line).await;
    assert_eq!(found, Err(EngineError::Own(Failure::StoppedEarly)));
}
