//! The training of the base's last block, on the base that ships.

use futures::join;
use headstart_protocol::{
    Describe, Failure, HeadNumber, InputSize, KeepActivations, OpenHead, PhotoData, PhotoHash, RequestId,
    TrainingExample, TrainingRequest, TrainingSettings, TuneHead, TuningResult, ValidatedBy,
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use wasm_bindgen_test::wasm_bindgen_test;

use super::line;
use super::tuned::{classify, shipped};
use crate::engine::StartedEngine;
use crate::error::EngineError;
use crate::jobs::{AnswerInTurn, check_room, tune};
use crate::models::read_head;
use crate::photos::PhotoStore;

const SIZE: InputSize = InputSize::S150;
const PHOTOS: u32 = 16;

/// Noise with stripes, upright ones in the first class and level ones in the second.
fn texture(photo: u32) -> PhotoData {
    let mut random = ChaCha8Rng::seed_from_u64(u64::from(photo));
    let (period, phase) = (random.random_range(6..14), random.random_range(0..14));
    let pixel = |at: u32| {
        let along = if photo.is_multiple_of(2) { at % 150 } else { at / 150 };
        let stripe = if (along + phase) / (period / 2) % 2 == 0 { 30 } else { 0 };
        let [r, g, b] = [0; 3].map(|_: u8| stripe + random.random_range(0..=180));
        [r, g, b, 255]
    };
    PhotoData::Rgba { width: 150, height: 150, pixels: (0..150 * 150).flat_map(pixel).collect() }
}

/// Looks at so many textures; their hashes.
async fn look(engine: &StartedEngine, photos: u32) -> Vec<PhotoHash> {
    let mut hashes = Vec::new();
    for photo in (0..photos).map(texture) {
        let described = Describe { photo: photo.clone(), size: SIZE, views: 0 }.answer(engine).await.unwrap();
        let kept = KeepActivations { photo, size: SIZE }.answer(engine).await.unwrap();
        assert_eq!(kept, described.hash);
        hashes.push(kept);
    }
    hashes
}

fn request(hashes: &[PhotoHash]) -> TrainingRequest {
    let example = |(label, hash): (u32, &PhotoHash)| TrainingExample {
        hash: *hash,
        label: label % 2,
        burst: None,
        held_out: false,
    };
    TrainingRequest {
        size: SIZE,
        classes: ["upright", "level"].map(str::to_owned).to_vec(),
        examples: (0..).zip(hashes).map(example).collect(),
        settings: TrainingSettings::default(),
        continue_from: None,
        resume: None,
    }
}

async fn refused(engine: &StartedEngine, request: TrainingRequest) -> Option<Failure> {
    tune(TuneHead(request), engine, &line().0).await.map_err(EngineError::failure).err()
}

#[wasm_bindgen_test]
async fn the_last_block_learns_and_its_head_answers_here() {
    let engine = shipped().await;
    let hashes = look(&engine, PHOTOS).await;
    let (line, told, _) = line();
    let TuningResult { tuned, comparison, stopped } = *tune(TuneHead(request(&hashes)), &engine, &line).await.unwrap();
    let told = told.progress::<TuneHead>();
    assert!(!stopped && told.iter().map(|far| far.done).is_sorted());
    assert_eq!((told[0].seconds_left, told[0].frozen_accuracy, told[0].done), (None, None, 0));
    let last = told.last().unwrap();
    assert!(last.done == last.of && last.seconds_left == Some(0.0), "{last:?}");
    assert_eq!(last.frozen_accuracy, Some(comparison.frozen_accuracy()));
    assert!(told.iter().any(|far| far.done < far.of && far.seconds_left.is_some_and(|left| left > 0.0)));

    assert!(comparison.helped(), "{comparison:?}");
    let tuned = tuned.unwrap();
    let [first, second] = tuned.history[..] else { panic!("{:?}", tuned.history) };
    assert!(second.loss < first.loss, "{first:?} {second:?}");
    assert_eq!((tuned.validated_by, tuned.right), (ValidatedBy::HeldOut, comparison.tuned_right));
    assert_eq!((tuned.validated_on, tuned.summary.trained_on), (comparison.validated_on, PHOTOS - tuned.validated_on));
    let right = tuned.answers.iter().filter(|(example, answer)| example % 2 == *answer).count();
    assert_eq!((tuned.answers.len(), right), (tuned.validated_on as usize, tuned.right as usize));
    let file = read_head(&tuned.head, &engine.place.base.sha256).unwrap();
    assert!(file.convs.len() == 3 && tuned.head.len() < 8_000_000, "{}", tuned.head.len());
    assert_eq!(file.manifest.val_accuracy, tuned.accuracy());

    // As any head: it is opened, and gives to photos the answers that its figures are of.
    let summary = OpenHead { number: HeadNumber(1), bytes: tuned.head }.answer(&engine).await.unwrap();
    assert_eq!(summary, tuned.summary);
    for (example, answer) in tuned.answers {
        let own = classify(&engine, texture(example)).await.own.unwrap();
        assert!(own.probabilities[answer as usize] > 0.5, "{example}");
    }
}

#[wasm_bindgen_test]
async fn it_can_be_stopped_and_photos_are_answered_meanwhile() {
    let engine = shipped().await;
    let hashes = look(&engine, PHOTOS).await;
    let (at_once, _, stops) = line();
    stops.stop(RequestId(1));
    let nothing = tune(TuneHead(request(&hashes)), &engine, &at_once).await.map(|_| ());
    assert_eq!(nothing, Err(EngineError::Own(Failure::StoppedEarly)));

    let (line, told, stops) = line();
    let watch = async {
        let mut answered = 0;
        loop {
            let last = told.progress::<TuneHead>().pop();
            match last {
                Some(far) if far.done > 0 => break,
                Some(far) if far.frozen_accuracy.is_some() => {
                    classify(&engine, texture(0)).await;
                    answered += 1;
                }
                _ => {}
            }
            engine.place.turns.next().await;
        }
        stops.stop(RequestId(1));
        answered
    };
    let (result, answered) = join!(tune(TuneHead(request(&hashes)), &engine, &line), watch);
    let result = result.unwrap();
    assert!(result.stopped && answered > 1, "{answered}");
    assert_eq!(told.progress::<TuneHead>().last().unwrap().done, 1);
}

#[wasm_bindgen_test]
async fn what_cannot_be_trained_is_refused_with_its_reason() {
    let engine = shipped().await;
    let hashes = look(&engine, 3).await;
    let few = refused(&engine, request(&hashes)).await;
    assert_eq!(few, Some(Failure::TooFewToValidate { class: "level".to_owned() }));

    let hashes = look(&engine, 12).await;
    engine.place.photos.keep_only(&hashes.iter().copied().collect());
    assert_eq!(refused(&engine, TrainingRequest { size: InputSize::S224, ..request(&hashes) }).await, {
        Some(Failure::PhotosMissing { count: 12 })
    });
    // Described, but without activations.
    let more = Describe { photo: texture(50), size: SIZE, views: 0 }.answer(&engine).await.unwrap().hash;
    let missing = refused(&engine, request(&[hashes, vec![more]].concat())).await;
    assert_eq!(missing, Some(Failure::PhotosMissing { count: 1 }));
}

#[wasm_bindgen_test]
fn more_than_there_is_room_for_is_refused() {
    let photos = PhotoStore::default();
    let hash = |photo: usize| {
        let mut hash = PhotoHash::default();
        hash[..8].copy_from_slice(&(photo as u64).to_le_bytes());
        hash
    };
    let most = InputSize::S224.most_tuned();
    photos.keep_activations(hash(0), InputSize::S150, &[0.5]).unwrap();
    for photo in 0..most {
        photos.keep_activations(hash(photo), InputSize::S224, &[0.5, 1e9]).unwrap();
    }
    assert!(!photos.has_activations(hash(0), InputSize::S150), "of another size");
    let refused = photos.keep_activations(hash(most), InputSize::S224, &[0.5]).map_err(EngineError::failure);
    assert_eq!(refused, Err(Failure::TooManyToTune { most: 1_245 }));
    photos.keep_activations(hash(7), InputSize::S224, &[0.25, 1e9]).unwrap();
    let mut all = vec![1.0];
    photos.append_activations(hash(7), InputSize::S224, &mut all);
    assert_eq!(all, [1.0, 0.25, 65_504.0]);
    photos.keep_only(&[hash(7)].into());
    assert!(photos.has_activations(hash(7), InputSize::S224) && !photos.has_activations(hash(8), InputSize::S224));

    assert_eq!(check_room(1_000_000), Ok(()));
    let too_much = check_room(usize::MAX).map_err(EngineError::failure);
    assert_eq!(too_much, Err(Failure::NoRoomToTune { megabytes: 4_294 }));
}
