use headstart_nn::DESCRIPTOR;
use headstart_protocol::{
    ByteBuf, DrawCurve, Failure, InputSize, PhotoHash, RequestId, RunCheckpoint, RunNews, ScratchResult, Setting,
    SettingOutOfRange, Train, TrainScratch, TrainingExample, TrainingProgress, TrainingRequest, TrainingResult,
    TrainingSettings, ValidatedBy,
};
use headstart_vision::RgbImage;
use wasm_bindgen_test::wasm_bindgen_test;

use super::{line, place};
use crate::engine::Workplace;
use crate::error::EngineError;
use crate::jobs::RunBeside;
use crate::jobs::keeping::EVERY_MS;
use crate::models::read_head;

const SIZE: InputSize = InputSize::S150;
const PHOTOS: u8 = 12;

fn hash(photo: u8) -> PhotoHash {
    [photo; 32]
}

/// Two classes that one number tells apart; no photo is like another one.
fn training(settings: TrainingSettings) -> TrainingRequest {
    let examples = (0..PHOTOS)
        .map(|photo| TrainingExample { hash: hash(photo), label: u32::from(photo % 2), burst: None, held_out: false })
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

fn far(news: Vec<RunNews<TrainingProgress>>) -> Vec<TrainingProgress> {
    news.into_iter().filter_map(|news| if let RunNews::Far(far) = news { Some(far) } else { None }).collect()
}

#[wasm_bindgen_test]
async fn a_head_is_trained_on_what_is_kept() {
    let place = place().await;
    keep_descriptors(&place);
    let result = Train(training(quick())).work(&place, &line().0).await.unwrap();
    assert!(!result.stopped && matches!(result.validated_by, ValidatedBy::CrossValidation { .. }));
    assert_eq!((result.right, result.validated_on), (12, 12));
    assert_eq!(result.summary.classes, ["cat", "dog"]);
    assert_eq!((result.summary.size, result.summary.trained_on), (SIZE, 12));
    assert!(result.history.iter().all(|epoch| epoch.seconds > 0.0));
    let file = read_head(&result.head, &place.base.sha256).unwrap();
    assert_eq!(file.manifest.classes, result.summary.classes);
}

/// The last four photos were given to validate on, the others are trained on.
fn split(settings: TrainingSettings) -> TrainingRequest {
    let mut training = training(settings);
    training.examples[8..].iter_mut().for_each(|example| example.held_out = true);
    training
}

#[wasm_bindgen_test]
async fn photos_that_were_given_to_validate_on_are_never_trained_on() {
    let place = place().await;
    keep_descriptors(&place);
    let result = Train(split(quick())).work(&place, &line().0).await.unwrap();
    assert_eq!((result.validated_by, result.summary.trained_on), (ValidatedBy::HeldOut, 8));
    assert_eq!((result.right, result.validated_on), (4, 4));
    // The first of two classes has the even numbers.
    assert_eq!(result.answers, [(8, 0), (9, 1), (10, 0), (11, 1)]);
    assert!(result.history.iter().all(|epoch| epoch.val_accuracy.is_some()));
    // Whoever goes on from a head that has seen them has no validation accuracy.
    let all = Train(training(quick())).work(&place, &line().0).await.unwrap();
    let on = TrainingRequest { continue_from: Some(ByteBuf::from(all.head)), ..split(quick()) };
    let result = Train(on).work(&place, &line().0).await.unwrap();
    assert_eq!((result.validated_by, result.summary.trained_on), (ValidatedBy::Nothing, 8));
}

#[wasm_bindgen_test]
async fn a_cnn_and_a_curve_are_measured_on_photos_that_were_given() {
    let place = place().await;
    keep_descriptors(&place);
    for photo in 0..PHOTOS {
        place.photos.keep_square(hash(photo), RgbImage::from_pixel(64, 64, [20 * photo; 3].into()));
    }
    let result = TrainScratch(split(quick())).work(&place, &line().0).await.unwrap();
    assert_eq!((result.trained_on, result.validated_on), (8, 4));
    assert_eq!(result.answers.iter().map(|answer| answer.0).collect::<Vec<_>>(), [8, 9, 10, 11]);
    let (curve, _, stops) = line();
    stops.stop(RequestId(1));
    let drawn = DrawCurve(split(quick())).work(&place, &curve).await.unwrap();
    assert_eq!(drawn.held_out, 4);
}

#[wasm_bindgen_test]
async fn a_training_tells_how_far_it_is() {
    let place = place().await;
    keep_descriptors(&place);
    let (line, told, _) = line();
    // Long enough to have something to tell.
    let long = TrainingSettings { epochs: Some(2_000), ..TrainingSettings::default() };
    Train(training(long)).work(&place, &line).await.unwrap();
    let far = far(told.progress::<Train>());
    assert!(!far.is_empty() && far.iter().all(|far| far.done <= far.of));
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
    assert_eq!(far(told.progress::<TrainScratch>())[0].done, 0);
    let (curve, told, stops) = line();
    stops.stop(RequestId(1));
    let drawn = DrawCurve(training(quick())).work(&place, &curve).await.unwrap();
    assert!(drawn.stopped && !drawn.out_of_time && drawn.points.is_empty() && drawn.held_out > 0);
    assert_eq!(told.progress::<DrawCurve>().len(), 1);
}

/// The result and what was told on the way, of a training that takes long enough for checkpoints.
async fn long(place: &Workplace, resume: Option<ByteBuf>) -> (TrainingResult, Vec<RunNews<TrainingProgress>>) {
    let (line, told, _) = line();
    let settings = TrainingSettings { epochs: Some(1500), ..TrainingSettings::default() };
    let result = Train(TrainingRequest { resume, ..training(settings) }).work(place, &line).await.unwrap();
    (result, told.progress::<Train>())
}

#[wasm_bindgen_test]
async fn a_training_goes_on_from_what_it_told_to_the_same_head() {
    let place = place().await;
    keep_descriptors(&place);
    let (uninterrupted, told) = long(&place, None).await;
    let checkpoints = told.into_iter().filter_map(|news| match news {
        RunNews::Checkpoint(checkpoint) => Some(checkpoint),
        RunNews::Far(_) | RunNews::Resumed(_) => None,
    });
    let checkpoints: Vec<RunCheckpoint> = checkpoints.collect();
    assert!(!checkpoints.is_empty() && checkpoints.len() as f64 <= uninterrupted.seconds * 1e3 / EVERY_MS);
    let RunCheckpoint { done, of, bytes } = checkpoints.last().unwrap().clone();
    assert!(done > 0 && done < of);
    let (resumed, told) = long(&place, Some(bytes)).await;
    assert!(matches!(&told[0], RunNews::Resumed(Some(from)) if (from.done, from.of) == (done, of)), "{:?}", told[0]);
    assert!(resumed.head == uninterrupted.head && resumed.answers == uninterrupted.answers);
    assert!(resumed.history.iter().map(|epoch| epoch.seconds).is_sorted());
    assert!(resumed.seconds * 1e3 > EVERY_MS, "its clock went on: {}", resumed.seconds);
}

#[wasm_bindgen_test]
async fn a_training_that_cannot_go_on_begins_anew_and_says_so() {
    let place = place().await;
    keep_descriptors(&place);
    let (line, told, _) = line();
    let damaged = TrainingRequest { resume: Some(ByteBuf::from(vec![1, 2, 3])), ..training(quick()) };
    let result = Train(damaged).work(&place, &line).await.unwrap();
    assert_eq!(told.progress::<Train>()[0], RunNews::Resumed(None));
    let plain = Train(training(quick())).work(&place, &super::line().0).await.unwrap();
    assert!(result.head == plain.head);
}

#[wasm_bindgen_test]
async fn a_cnn_goes_on_from_what_it_told_to_the_same_figures() {
    let place = place().await;
    keep_descriptors(&place);
    for photo in 0..PHOTOS {
        place.photos.keep_square(hash(photo), RgbImage::from_pixel(64, 64, [20 * photo; 3].into()));
    }
    let run = async |resume| {
        let (line, told, _) = line();
        let request = TrainingRequest { resume, ..training(quick()) };
        let result = TrainScratch(request).work(&place, &line).await.unwrap();
        (result, told.progress::<TrainScratch>())
    };
    let (uninterrupted, told) = run(None).await;
    let first = told.into_iter().find_map(|news| match news {
        RunNews::Checkpoint(checkpoint) => Some(checkpoint),
        RunNews::Far(_) | RunNews::Resumed(_) => None,
    });
    let RunCheckpoint { done, bytes, .. } = first.unwrap();
    let (resumed, told) = run(Some(bytes)).await;
    let RunNews::Resumed(Some(from)) = &told[0] else { panic!("{:?}", told[0]) };
    assert_eq!((from.done, from.history.len()), (done, done as usize));
    assert_eq!((&resumed.answers, resumed.best_epoch), (&uninterrupted.answers, uninterrupted.best_epoch));
    let losses = |result: &ScratchResult| -> Vec<f64> { result.history.iter().map(|epoch| epoch.loss).collect() };
    assert_eq!(losses(&resumed), losses(&uninterrupted));
}
