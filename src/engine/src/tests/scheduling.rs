use headstart_protocol::{
    Ask, Backend, Classify, Failure, FromWorker, InputSize, KeepSquare, OpenZip, PhotoData, Reply, RequestId, Train,
    TrainingRequest, TrainingSettings, WireError, ZipAdd,
};

use wasm_bindgen_test::wasm_bindgen_test;

use super::Told;
use crate::error::EngineError;
use crate::port::{Asking, Signals, Stops};
use crate::scheduler::Scheduler;
use crate::turns::Turns;

const ID: RequestId = RequestId(7);
const BEGUN: FromWorker = FromWorker::Begun { id: ID };

async fn told_of(request: impl Ask) -> Vec<FromWorker> {
    let told = Told::default();
    let mut scheduler = Scheduler::new(told.outbox(), Signals::default()).unwrap();
    scheduler.take_up(Ok(Asking { id: ID, request: request.into(), blob: None, lines: Vec::new() })).await;
    // A run goes on by itself.
    let turns = Turns::new().unwrap();
    for _ in 0..10 {
        turns.next().await;
    }
    told.all()
}

#[wasm_bindgen_test]
async fn whoever_needs_the_models_before_they_are_there_is_told_so() {
    let photo = PhotoData::Encoded(Vec::new());
    let refused = [BEGUN, FromWorker::Reply { id: ID, reply: Err(Failure::NotStarted) }];
    assert_eq!(
        told_of(Classify { photo: photo.clone(), with_scratch: false, explain: None, together: false }).await,
        refused
    );
    assert_eq!(told_of(KeepSquare { photo }).await, refused);
    let training = TrainingRequest {
        size: InputSize::S150,
        classes: Vec::new(),
        examples: Vec::new(),
        settings: TrainingSettings::default(),
        continue_from: None,
        resume: None,
    };
    assert_eq!(told_of(Train(training)).await, refused);
}

#[wasm_bindgen_test]
async fn zips_need_no_models() {
    let told = told_of(ZipAdd { first: true, path: "a.jpg".to_owned(), bytes: vec![1] }).await;
    assert!(
        matches!(&told[..], [BEGUN, FromWorker::Reply { id: ID, reply: Ok(Reply::ZipAdd(part)) }] if !part.is_empty())
    );
    let told = told_of(OpenZip).await;
    assert_eq!(told, [BEGUN, FromWorker::Reply { id: ID, reply: Err(Failure::NoZip) }]);
}

#[wasm_bindgen_test]
async fn a_message_that_cannot_be_read_ends_the_engine() {
    let told = Told::default();
    let mut scheduler = Scheduler::new(told.outbox(), Signals::default()).unwrap();
    scheduler.take_up(Err(WireError::Malformed)).await;
    assert_eq!(told.all(), [FromWorker::Stopped(Failure::Wire(WireError::Malformed))]);
}

#[wasm_bindgen_test]
fn a_stop_is_of_what_is_not_answered_yet() {
    let stops = Stops::default();
    stops.stop(ID);
    stops.open(ID);
    assert!(!stops.has(ID));
    stops.stop(ID);
    assert!(stops.has(ID) && !stops.has(RequestId(8)));
    stops.close(ID);
    assert!(!stops.has(ID));
}

#[wasm_bindgen_test]
fn a_lost_device_is_blamed_whoever_asked_it() {
    let lost = headstart_nn::NnError::Readback("reset".to_owned());
    let trained = EngineError::from(headstart_train::TrainError::Model(lost.clone()));
    for error in [EngineError::from(lost), trained] {
        let failure = error.failure();
        assert_eq!(failure, Failure::DeviceLost { backend: Backend::Cpu, reason: "reset".to_owned() });
        assert!(failure.is_of_device());
    }
}
