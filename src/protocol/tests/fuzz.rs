//! Damaged messages.
#![cfg(test)]

use headstart_fuzz::{Fuzz, PeakAlloc};
use headstart_protocol::{
    ByteBuf, Classify, Epoch, Explain, ExplainedModel, FromWorker, HeadNumber, HeatMap, InputSize, KeepDescriptors,
    LeftOut, LeftOutReason, OpenHead, OwnPrediction, PROJECT_VERSION, Part, PhotoData, Prediction, Progress,
    ProjectClass, ProjectManifest, ProjectPhoto, Reply, RequestId, RunNews, ToWorker, Train, TrainingExample,
    TrainingProgress, TrainingRequest, TrainingSettings, Unzipped, ZipBytes, ZipContents, ZipFile, ZipFinish, ZipSlice,
    decode, encode,
};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

fn fuzz<'a>(name: &'a str, seeds: Vec<Vec<u8>>) -> Fuzz<'a> {
    Fuzz::new(name, env!("CARGO_TARGET_TMPDIR"), seeds).count(20_000).memory(4 << 20, 64)
}

fn project() -> ProjectManifest {
    let photo = |id| ProjectPhoto {
        id,
        class: 1,
        name: "a.jpg".into(),
        burst: Some(7),
        part: Some(Part::Test),
        path: format!("photos/{id}"),
    };
    ProjectManifest {
        version: PROJECT_VERSION,
        size: InputSize::S150,
        classes: vec![ProjectClass { id: 1, name: "Katze".into(), on: true }],
        photos: (2..9).map(photo).collect(),
        settings: TrainingSettings::default(),
    }
}

#[test]
fn a_damaged_request_is_a_request_or_an_error() {
    let example = |number: u8| TrainingExample { hash: [number; 32], label: 1, burst: Some(3), held_out: true };
    let training = TrainingRequest {
        size: InputSize::S224,
        classes: vec!["cat".into(), "犬".into()],
        examples: (0..9).map(example).collect(),
        settings: TrainingSettings::default(),
        continue_from: Some(ByteBuf::from([1; 30])),
        resume: Some(ByteBuf::from([2; 30])),
    };
    let descriptors = (0..4).map(|number| ([number; 32], ByteBuf::from([number; 64]))).collect();
    let requests = [
        Classify {
            photo: PhotoData::Encoded(vec![9; 50]),
            with_scratch: true,
            explain: Some(Explain { class: Some(1), cnn: false }),
            together: true,
        }
        .into(),
        Train(training).into(),
        KeepDescriptors { size: InputSize::S150, photos: descriptors }.into(),
        OpenHead { number: HeadNumber(3), bytes: vec![5; 40] }.into(),
        ZipFinish { first: false, manifest: project() }.into(),
    ];
    let seeds = (0..).zip(requests).map(|(id, request)| encode(&ToWorker::Ask { id: RequestId(id), request }).unwrap());
    fuzz("requests", seeds.collect())
        .run(|bytes| decode::<ToWorker>(bytes).is_ok_and(|message| encode(&message).is_ok()));
}

#[test]
fn a_damaged_reply_is_a_reply_or_an_error() {
    let own = OwnPrediction { head: HeadNumber(1), probabilities: vec![0.1; 9], familiarity: None, ms: 3.0 };
    let pictures = vec![ByteBuf::from(vec![7; 16]); 3];
    let of = ExplainedModel::Own(HeadNumber(1));
    let heat = HeatMap { of, class: 1, logit: 2.0, bias: 0.5, exact: true, side: 2, pictures, ms: 1.0 };
    let prediction = Prediction {
        probabilities: vec![0.5, 0.5],
        familiarity: Some(0.75),
        ms: 1.0,
        workers: 2,
        decode_ms: 2.0,
        own: Some(own),
        scratch: None,
        heat: Some(heat),
    };
    let left_out = LeftOut { name: "b.jpg".into(), reason: LeftOutReason::Bomb };
    let went = Unzipped { files: 3, passed_over: 1, left_out: vec![left_out], left_out_count: 1 };
    let files = vec![
        ZipFile { path: "a.jpg".into(), bytes: ZipBytes::Unpacked(vec![1; 60]) },
        ZipFile { path: "b.jpg".into(), bytes: ZipBytes::Within { start: 9, count: 1 << 40 } },
    ];
    let epoch = Epoch { epoch: 1, loss: 0.5, accuracy: 0.9, val_loss: None, val_accuracy: Some(0.8), seconds: 2.0 };
    let far = TrainingProgress { done: 1, of: 9, fitting: true, latest: Some(epoch) };
    let reply = |reply| FromWorker::Reply { id: RequestId(4), reply: Ok(reply) };
    let messages = [
        reply(Reply::Classify(prediction)),
        reply(Reply::OpenZip(ZipContents { project: Some(project()), files: 7 })),
        reply(Reply::NextZipFiles(ZipSlice { files, end: Some(went) })),
        FromWorker::Progress { id: RequestId(5), progress: Progress::Train(RunNews::Far(far)) },
    ];
    fuzz("replies", messages.iter().map(|message| encode(message).unwrap()).collect())
        .run(|bytes| decode::<FromWorker>(bytes).is_ok_and(|message| encode(&message).is_ok()));
}
