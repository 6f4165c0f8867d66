use headstart_nn::DESCRIPTOR;
use headstart_protocol::{
    ByteBuf, DrawCurve, Failure, InputSize, PhotoHash, RequestId, Setting, SettingOutOfRange, Train, TrainScratch,
    TrainingExample, TrainingRequest, TrainingSettings, ValidatedBy,
};
use headstart_vision::RgbImage;
use wasm_bindgen_test::wasm_bindgen_test;

use super::{line, place};
use crate::engine::Workplace;
use crate::error::EngineError;
use crate::jobs::RunBeside;
use crate::models::read_head;

const SIZE: InputSize = InputSize::S150;
const PHOTOS: u8 = 12;

fn hash(photo: u8) -> PhotoHash {
    [photo; 32]
}

/// Two classes that one number tells apart; no photo is like another one.
fn training(settings: TrainingSettings) -> TrainingRequest {
    let examples = (0..PHOTOS)
        .map(|photo| TrainingExample { hash: hash(photo), label: u32::from(photo % 2), burst: None })
        .collect();
    let classes = ["cat", "dog"].map(str::to_owned).to_vec();
    TrainingRequest { size: SIZE, classes, examples, settings, continue_from: None, resume: None }
}

fn keep_descriptors(place: &Workplace) {
    for photo in 0..PHOTOS {
        let mut descriptor = vec![0.0; DESCRIPTOR];
        descriptor[usize::from(photo % 2)] = 1.0;
        descriptor[2 + usize::from(photo)] = 1.0;
        place.photos.keep_descriptors(hash(photo), SIZE, descriptor);
    }
}

fn quick() -> TrainingSettings {
    TrainingSettings { epochs: Some(20), ..TrainingSettings::default() }
}

#[wasm_bindgen_test]
async fn a_head_is_trained_on_what_is_kept() {
    let place = place().await;
    keep_descriptors(&place);
    let (line, told, _) = line();
    let result = Train(training(quick())).work(&place, &line).await.unwrap();
    assert!(!result.stopped && matches!(result.validated_by, ValidatedBy::CrossValidation { .. }));
    assert_eq!((result.right, result.validated_on), (12, 12));
    assert_eq!(result.summary.classes, ["cat", "dog"]);
    assert_eq!((result.summary.size, result.summary.trained_on), (SIZE, 12));
    assert!(result.history.iter().all(|epoch| epoch.seconds > 0.0));
    let file = read_head(&result.head, &place.base_sha256).unwrap();
    assert_eq!(file.manifest.classes, result.summary.classes);
    assert!(told.progress::<Train>().iter().all(|far| far.done <= far.of));
}

#[wasm_bindgen_test]
async fn photos_of_which_nothing_is_kept_are_counted() {
    let place = place().await;
    keep_descriptors(&place);
    place.photos.keep_only(&(3..PHOTOS).map(hash).collect());
    let missing = Err(EngineError::Own(Failure::PhotosMissing { count: 3 }));
    let trained = Train(training(quick())).work(&place, &line().0).await;
    assert_eq!(trained.map(|_| ()), missing);
    let views = TrainingSettings { views: 1, ..quick() };
    let trained = Train(training(views)).work(&place, &line().0).await;
    assert_eq!(trained.map(|_| ()), Err(EngineError::Own(Failure::PhotosMissing { count: 12 })));
    let trained = TrainScratch(training(quick())).work(&place, &line().0).await;
    assert_eq!(trained.map(|_| ()), Err(EngineError::Own(Failure::PhotosMissing { count: 12 })));
}

#[wasm_bindgen_test]
async fn settings_that_no_run_can_have_are_refused_by_name() {
    let place = place().await;
    keep_descriptors(&place);
    let settings = TrainingSettings { views: u32::MAX, ..quick() };
    let trained = Train(training(settings)).work(&place, &line().0).await.map_err(EngineError::failure);
    let error = SettingOutOfRange { setting: Setting::Views, least: 0.0, most: 16.0 };
    assert_eq!(trained.map(|_| ()), Err(Failure::SettingOutOfRange(error)));
}

#[wasm_bindgen_test]
async fn a_stopped_training_has_a_head_without_a_validation_accuracy() {
    let place = place().await;
    keep_descriptors(&place);
    let (line, _, stops) = line();
    stops.stop(RequestId(1));
    let result = Train(training(TrainingSettings::default())).work(&place, &line).await.unwrap();
    assert!(result.stopped && !result.history.is_empty());
    assert_eq!((result.validated_by, result.accuracy()), (ValidatedBy::Nothing, None));
}

#[wasm_bindgen_test]
async fn a_training_goes_on_from_a_head_of_the_same_classes_alone() {
    let place = place().await;
    keep_descriptors(&place);
    let first = Train(training(quick())).work(&place, &line().0).await.unwrap();
    let on = |classes: [&str; 2]| TrainingRequest {
        classes: classes.map(str::to_owned).to_vec(),
        continue_from: Some(ByteBuf::from(first.head.clone())),
        ..training(quick())
    };
    assert!(Train(on(["cat", "dog"])).work(&place, &line().0).await.is_ok());
    let other = Train(on(["cat", "cow"])).work(&place, &line().0).await.map_err(EngineError::failure);
    assert_eq!(other.map(|_| ()), Err(Failure::OtherLayers));
    let same = Train(on(["cat", "cat"])).work(&place, &line().0).await.map_err(EngineError::failure);
    assert_eq!(same.map(|_| ()), Err(Failure::ClassNames));
}

#[wasm_bindgen_test]
async fn a_cnn_and_a_curve_that_are_stopped_at_once_have_nothing_or_no_points() {
    let place = place().await;
    keep_descriptors(&place);
    for photo in 0..PHOTOS {
        place.photos.keep_square(hash(photo), RgbImage::from_pixel(64, 64, [photo; 3].into()));
    }
    let (scratch, told, stops) = line();
    stops.stop(RequestId(1));
    let trained = TrainScratch(training(quick())).work(&place, &scratch).await;
    assert_eq!(trained.map(|_| ()), Err(EngineError::Own(Failure::StoppedEarly)));
    assert_eq!(told.progress::<TrainScratch>()[0].done, 0);
    let (curve, told, stops) = line();
    stops.stop(RequestId(1));
    let drawn = DrawCurve(training(quick())).work(&place, &curve).await.unwrap();
    assert!(drawn.stopped && !drawn.out_of_time && drawn.points.is_empty() && drawn.held_out > 0);
    assert_eq!(told.progress::<DrawCurve>().len(), 1);
}
