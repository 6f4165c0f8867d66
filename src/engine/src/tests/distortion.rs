//! A photo made harder, by what ships.

use std::rc::Rc;

use headstart_protocol::{Distort, Distorted, Distortion, HiddenSquare, PhotoData};
use headstart_vision::VisionError;
use wasm_bindgen_test::wasm_bindgen_test;

use super::tuned::{classify, shipped};
use crate::engine::StartedEngine;
use crate::error::EngineError;
use crate::jobs::AnswerInTurn;

/// Larger than what is shown.
fn photo(seed: u32) -> PhotoData {
    let (width, height) = (600, 451);
    let pixel = |at: u32| {
        let (x, y) = (at % width, at / width);
        let colour = |c: u32| ((x * (c + 1) / 3 + y * (3 - c) / 2 + (x / 37 * seed + y / 29) * 40) % 256) as u8;
        [colour(0), colour(1), colour(2), u8::MAX]
    };
    PhotoData::Rgba { width, height, pixels: (0..width * height).flat_map(pixel).collect() }
}

async fn distorted(engine: &StartedEngine, photo: PhotoData, distortion: Distortion) -> Distorted {
    *Distort { photo, distortion, together: false }.answer(engine).await.unwrap()
}

fn largest_difference(a: &Distorted, b: &[f32]) -> f32 {
    let a = &a.prediction.probabilities;
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[wasm_bindgen_test]
async fn a_photo_as_it_was_is_answered_as_elsewhere_and_a_harder_one_from_what_is_shown() {
    let engine = shipped().await;
    let plain = classify(&engine, photo(1)).await;
    let as_it_was = distorted(&engine, photo(1), Distortion::default()).await;
    assert!(largest_difference(&as_it_was, &plain.probabilities) < 1e-6);
    assert_eq!((as_it_was.width, as_it_was.height, as_it_was.pixels.len()), (448, 337, 4 * 448 * 337));
    assert!(as_it_was.prediction.decode_ms > 0.0 && as_it_was.prediction.heat.is_none());
    let kept = engine.shown.borrow().clone().unwrap();

    // Nearly as it was: nearly the same answer, of the small photo.
    let light = |light| Distortion { light, ..Distortion::default() };
    let nearly = distorted(&engine, photo(1), light(0.9999)).await;
    assert!(largest_difference(&nearly, &plain.probabilities) < 0.02);
    assert!(Rc::ptr_eq(&kept.1, &engine.shown.borrow().as_ref().unwrap().1), "it was decoded again");

    let dark = distorted(&engine, photo(1), light(0.0)).await;
    assert!(dark.pixels.chunks_exact(4).all(|pixel| pixel == [0, 0, 0, 255]));
    assert_ne!(dark.prediction.probabilities, plain.probabilities);
    let hidden = vec![HiddenSquare { x: 0.5, y: 0.5, side: 1.0 }];
    let away = distorted(&engine, photo(1), Distortion { hidden, crop: 0.5, ..Distortion::default() }).await;
    assert_eq!((away.width, away.height), (224, 169));
    assert!(away.pixels.chunks_exact(4).all(|pixel| pixel == [128, 128, 128, 255]));
}

#[wasm_bindgen_test]
async fn another_photo_takes_the_place_of_the_one_that_was_shown() {
    let engine = shipped().await;
    let blur = || Distortion { blur: 0.02, ..Distortion::default() };
    let [first, second] = [distorted(&engine, photo(1), blur()).await, distorted(&engine, photo(2), blur()).await];
    assert_ne!(first.pixels, second.pixels);
    assert_eq!(distorted(&engine, photo(1), blur()).await.pixels, first.pixels);
}

#[wasm_bindgen_test]
async fn what_is_no_photo_stays_none_however_it_is_made_harder() {
    let engine = shipped().await;
    let nan = || Distortion { turn: f32::NAN, light: f32::INFINITY, ..Distortion::default() };
    let photo = PhotoData::Rgba { width: 30, height: 20, pixels: vec![200; 4 * 30 * 20] };
    let blank = Distort { photo, distortion: nan(), together: false }.answer(&engine).await;
    assert_eq!(blank, Err(EngineError::Photo(VisionError::Blank)));
    let photo = PhotoData::Encoded(b"no photo".to_vec());
    let refused = Distort { photo, distortion: nan(), together: false }.answer(&engine).await;
    assert!(matches!(refused, Err(EngineError::Photo(_))), "{refused:?}");
}
