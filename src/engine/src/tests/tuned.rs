//! Heads with blocks of their own in the place of the base's last ones, on the base that ships.

use headstart_nn::{Head, read};
use headstart_protocol::{
    ByteBuf, Classify, Describe, Explain, ExplainedModel, Failure, HeadNumber, InputSize, Learner, OpenHead, PhotoData,
    Prediction, Start, Train, TrainingRequest, TrainingSettings,
};
use headstart_weights::head::{GoldenHead, HeadFile};
use headstart_weights::vgg16::{CONVS, Unfrozen};
use headstart_weights::{ConvWeights, StoredTensor, TunedConv, golden_pattern, read_base};
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::Blob;

use super::line;
use crate::early_photo::EarlyPhoto;
use crate::engine::StartedEngine;
use crate::error::EngineError;
use crate::jobs::{AnswerInTurn, RunBeside, start};
use crate::models::{Ahead, ModelCache, index};
use crate::turns::Turns;

const BASE: &[u8] = include_bytes!("../../../../public/models/vgg16.hsw");
/// The shipped head for 150×150.
const HEAD: &[u8] = include_bytes!("../../../../public/models/cats-dogs-150.safetensors");
/// A deployment whose files are in this browser's cache, and nowhere else.
const SITE: &str = "https://example.org/tuned/";

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = URL, js_name = createObjectURL)]
    fn object_url(blob: &Blob) -> String;
}

async fn engine_of(request: Start) -> Result<StartedEngine, EngineError> {
    start(&request, Turns::new()?.into(), Ahead::default(), &line::<Start>().0).await
}

fn asked(base_url: &str) -> Start {
    let (adapter, size) = (String::new(), Some(InputSize::S150));
    Start { base_url: base_url.to_owned(), adapter, size, weights: None, head: None }
}

/// An engine with what ships, out of the cache.
pub(super) async fn shipped() -> StartedEngine {
    shipped_with(EarlyPhoto::default()).await
}

/// The same where the page tells of a photo while it starts.
pub(super) async fn shipped_with(early: EarlyPhoto) -> StartedEngine {
    let (index, cache) = (index().unwrap(), ModelCache::open(SITE).await);
    for (entry, bytes) in [(&index.base, BASE), (&index.heads[0].entry, HEAD)] {
        cache.put(&format!("{SITE}models/{}?sha256={}", entry.file, entry.sha256), bytes).await;
    }
    let ahead = Ahead { photo: early.clone(), base: None };
    let mut engine = start(&asked(SITE), Turns::new().unwrap().into(), ahead, &line::<Start>().0).await.unwrap();
    engine.early = early;
    engine
}

/// The name of a file of this origin with these bytes; with the address before it.
fn hosted(bytes: &[u8]) -> (String, String) {
    let url = object_url(&Blob::new_with_u8_array_sequence(&Array::of1(&Uint8Array::from(bytes))).unwrap());
    let (folder, name) = url.rsplit_once('/').unwrap();
    (format!("{folder}/"), name.to_owned())
}

/// The shipped head on blocks that moved a little from those of the base, for photos of `size`.
async fn tuned(engine: &StartedEngine, unfrozen: Unfrozen, size: usize) -> HeadFile {
    let base = read_base(BASE).unwrap().1.convs;
    let frozen = CONVS.len() - unfrozen.convs().len();
    let moved = |conv: &ConvWeights| {
        let weights = conv.weight.floats();
        let scale = 0.5 * (weights.iter().map(|weight| weight * weight).sum::<f32>() / weights.len() as f32).sqrt();
        let moved = |(at, weight): (usize, &f32)| weight + scale * (((at * 7919) % 997) as f32 / 498.5 - 1.0);
        let weight = StoredTensor::Floats(weights.iter().enumerate().map(moved).collect());
        TunedConv::new(&ConvWeights { weight, ..conv.clone() }, conv)
    };
    let mut file = HeadFile::from_bytes(HEAD).unwrap();
    file.convs = base[frozen..].iter().map(moved).collect();
    (file.manifest.size, file.manifest.unfrozen) = (size, Some(unfrozen));
    // The shipped head's is of descriptors that these blocks do not give.
    file.put_bank(None);
    // As the command does it.
    let model = engine.models.base.with_last(&file.tuned(&base).unwrap()).unwrap();
    let descriptor = model.features(model.photos(golden_pattern(size), size)).descriptor;
    let head = Head::new(&file.layers, &file.manifest.architecture, &engine.place.device).unwrap();
    let probabilities = read(head.probabilities(descriptor.clone())).await.unwrap();
    file.manifest.golden = GoldenHead { input: read(descriptor).await.unwrap(), probabilities };
    file
}

/// The golden pattern as a camera frame.
fn pattern(size: usize) -> PhotoData {
    let pixel = |at: usize| {
        let (x, y) = (at % size, at / size);
        let [r, g, b] = [0, 1, 2].map(|c| ((x * 7 * (c + 1) + y * 13 * (c + 2) + x * y * (c + 1)) % 256) as u8);
        [r, g, b, 255]
    };
    let side = u32::try_from(size).unwrap();
    PhotoData::Rgba { width: side, height: side, pixels: (0..size * size).flat_map(pixel).collect() }
}

pub(super) async fn classify(engine: &StartedEngine, photo: PhotoData) -> Prediction {
    Classify { photo, with_scratch: false, explain: Some(Explain::default()), together: false }
        .answer(engine)
        .await
        .unwrap()
}

/// The heat map is of the head that is said first and of what it answers, whose probability is the logit's sigmoid.
fn assert_explains(answer: &Prediction, of: ExplainedModel, probabilities: &[f32]) {
    let map = answer.heat.as_ref().unwrap();
    let (class, side) = (map.class as usize, map.side as usize);
    assert!(map.exact && map.of == of && probabilities.iter().all(|other| *other <= probabilities[class]));
    assert!((1.0 / (1.0 + (-map.logit).exp()) - probabilities[class]).abs() < 1e-4, "{}", map.logit);
    assert_eq!(map.pictures.iter().map(|picture| picture.len()).collect::<Vec<_>>(), [4 * side * side; 3]);
    // Each shows something, and not the same.
    assert!(map.pictures.iter().all(|picture| picture.chunks_exact(4).any(|pixel| pixel[3] > 60)));
    assert!(map.pictures[0] != map.pictures[1] && map.pictures[1] != map.pictures[2]);
}

/// Opens `bytes` as the visitor's head.
async fn open(engine: &StartedEngine, number: u32, bytes: Vec<u8>) -> Result<(), Failure> {
    let opened = OpenHead { number: HeadNumber(number), bytes }.answer(engine).await;
    opened.map(|_| ()).map_err(EngineError::failure)
}

fn largest_difference(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[wasm_bindgen_test]
async fn a_tuned_head_answers_as_the_command_would_and_the_base_stays_as_it_is() {
    let engine = shipped().await;
    let describe = || Describe { photo: pattern(150), size: InputSize::S150, views: 0 };
    let described = describe().answer(&engine).await.unwrap().descriptors;
    let frozen = classify(&engine, pattern(150)).await;
    assert_eq!(frozen.own, None);
    assert_explains(&frozen, ExplainedModel::Shipped, &frozen.probabilities);
    for (number, (unfrozen, size)) in (1..).zip([(Unfrozen::Block5, 150), (Unfrozen::Blocks4And5, 224)]) {
        let file = tuned(&engine, unfrozen, size).await;
        open(&engine, number, file.to_bytes().unwrap()).await.unwrap();
        let answer = classify(&engine, pattern(size)).await;
        let own = answer.own.clone().unwrap();
        assert_eq!(own.head, HeadNumber(number));
        assert_explains(&answer, ExplainedModel::Own(own.head), &own.probabilities);
        assert!(largest_difference(&own.probabilities, &file.manifest.golden.probabilities) < 1e-5);
        assert!(largest_difference(&own.probabilities, &answer.probabilities) > 1e-3);
    }
    assert_eq!(classify(&engine, pattern(150)).await.probabilities, frozen.probabilities);
    assert_eq!(describe().answer(&engine).await.unwrap().descriptors, described);
}

#[wasm_bindgen_test]
async fn what_is_wrong_with_a_tuned_head_is_told_and_the_one_before_stays() {
    let engine = shipped().await;
    let file = tuned(&engine, Unfrozen::Block5, 150).await;
    let bytes = file.to_bytes().unwrap();
    open(&engine, 1, bytes.clone()).await.unwrap();
    let answer = classify(&engine, pattern(150)).await.own.unwrap();

    let mut other_base = file.clone();
    other_base.manifest.base_sha256 = "ab".repeat(32);
    assert_eq!(open(&engine, 2, other_base.to_bytes().unwrap()).await, Err(Failure::OtherBase));
    let mut damaged = bytes.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    assert!(matches!(open(&engine, 3, damaged).await, Err(Failure::CorruptHead { .. })));
    assert!(matches!(open(&engine, 4, bytes[..middle].to_vec()).await, Err(Failure::CorruptHead { .. })));
    let mut mixed_up = file.clone();
    mixed_up.convs.swap(0, 1);
    let refused = open(&engine, 5, mixed_up.to_bytes().unwrap()).await;
    assert!(matches!(refused, Err(Failure::WrongAnswer { model: Learner::Transfer, .. })), "{refused:?}");

    let still = classify(&engine, pattern(150)).await.own.unwrap();
    assert_eq!((still.head, still.probabilities), (HeadNumber(1), answer.probabilities));
}

#[wasm_bindgen_test]
async fn training_does_not_go_on_from_a_tuned_head() {
    let engine = shipped().await;
    let file = tuned(&engine, Unfrozen::Block5, 150).await;
    let training = TrainingRequest {
        size: InputSize::S150,
        classes: file.manifest.classes.clone(),
        examples: Vec::new(),
        settings: TrainingSettings::default(),
        continue_from: Some(ByteBuf::from(file.to_bytes().unwrap())),
        resume: None,
    };
    let trained = Train(training).work(&engine.place, &line().0).await;
    assert_eq!(trained.map(|_| ()), Err(EngineError::Own(Failure::TunedStart)));
}

#[wasm_bindgen_test]
async fn a_tuned_head_may_be_the_main_one_on_a_base_that_the_address_names() {
    let file = tuned(&shipped().await, Unfrozen::Block5, 150).await;
    let (folder, base) = hosted(BASE);
    let asked = |file: &HeadFile| {
        let (_, head) = hosted(&file.to_bytes().unwrap());
        Start { weights: Some(base.clone()), head: Some(head), ..asked(&folder) }
    };
    let engine = engine_of(asked(&file)).await.unwrap();
    let golden = &file.manifest.golden.probabilities;
    assert!(largest_difference(&classify(&engine, pattern(150)).await.probabilities, golden) < 1e-5);
    // Beside it, first a head on the base as it is, then itself.
    open(&engine, 1, HEAD.to_vec()).await.unwrap();
    let answer = classify(&engine, pattern(150)).await;
    assert!(largest_difference(&answer.probabilities, golden) < 1e-5);
    assert!(largest_difference(&answer.own.unwrap().probabilities, golden) > 1e-3);
    open(&engine, 2, file.to_bytes().unwrap()).await.unwrap();
    assert!(largest_difference(&classify(&engine, pattern(150)).await.own.unwrap().probabilities, golden) < 1e-5);

    let mut other = file;
    other.manifest.base_sha256 = "ab".repeat(32);
    let refused = engine_of(asked(&other)).await.map(|_| ()).map_err(EngineError::failure);
    assert_eq!(refused, Err(Failure::HeadMismatch { asked: 150 }));
}
