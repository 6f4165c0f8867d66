use headstart_protocol::{InputSize, PhotoData};
use headstart_vision::{Limits, decode};
use wasm_bindgen_test::wasm_bindgen_test;

use super::tuned::{classify, shipped_with};
use crate::early_photo::EarlyPhoto;
use crate::engine::StartedEngine;

const CHELSEA: &[u8] = include_bytes!("../../../../public/previews/chelsea.jpg");
const COFFEE: &[u8] = include_bytes!("../../../../public/previews/coffee.jpg");

/// An engine that was told of that file while it started.
async fn told_of(photo: &[u8]) -> StartedEngine {
    let early = EarlyPhoto::default();
    early.tell(photo.to_vec());
    shipped_with(early).await
}

/// What was spent on a photo before it was asked about.
async fn early_ms(engine: &StartedEngine, photo: &[u8]) -> f64 {
    let image = decode(photo, &Limits::default()).unwrap();
    engine.begin_together(&image, InputSize::S150, false).await.early_ms
}

#[wasm_bindgen_test]
async fn a_photo_that_was_told_of_is_answered_as_any_other() {
    let engine = told_of(CHELSEA).await;
    let photo = || PhotoData::Encoded(CHELSEA.to_vec());
    let (first, again) = (classify(&engine, photo()).await, classify(&engine, photo()).await);
    assert_eq!(first.probabilities, again.probabilities);
    assert_eq!((first.workers, first.familiarity), (again.workers, again.familiarity));
    let [first, again] = [first, again].map(|answer| answer.heat.unwrap());
    assert_eq!((first.logit, first.pictures), (again.logit, again.pictures));
    // Nothing is left of it.
    assert_eq!(early_ms(&engine, CHELSEA).await, 0.0);
}

#[wasm_bindgen_test]
async fn it_passes_through_the_base_while_that_comes() {
    let engine = told_of(CHELSEA).await;
    // Whatever else is told by now is too late.
    engine.early.tell(COFFEE.to_vec());
    assert!(early_ms(&engine, CHELSEA).await > 0.0);
}

#[wasm_bindgen_test]
async fn another_photo_has_nothing_of_it_and_a_damaged_one_is_no_hindrance() {
    for told in [CHELSEA, &CHELSEA[..200], b"no picture"] {
        let engine = told_of(told).await;
        assert_eq!(early_ms(&engine, COFFEE).await, 0.0);
        assert_eq!(early_ms(&engine, CHELSEA).await, 0.0);
    }
}
