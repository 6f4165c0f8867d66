use headstart_protocol::{
    Failure, InputSize, PROJECT_VERSION, ProjectClass, ProjectManifest, ProjectPhoto, ReadZip, RequestId,
    TrainingSettings, ZipAdd, ZipFinish,
};
use wasm_bindgen_test::wasm_bindgen_test;

use super::line;
use crate::error::EngineError;
use crate::jobs::{ZipInProgress, unzip};
use crate::turns::Turns;

const PATHS: [&str; 2] = ["cat/1.jpg", "cat/2.jpg"];

fn manifest(photos: &[&str]) -> ProjectManifest {
    let photo = |(id, path): (usize, &&str)| {
        let (name, path) = ((*path).to_owned(), (*path).to_owned());
        ProjectPhoto { id: id as u32, class: 0, name, burst: None, path }
    };
    ProjectManifest {
        version: PROJECT_VERSION,
        size: InputSize::S150,
        classes: vec![ProjectClass { id: 0, name: "cat".to_owned(), on: true }],
        photos: photos.iter().enumerate().map(photo).collect(),
        settings: TrainingSettings::default(),
    }
}

fn zip() -> Vec<u8> {
    let mut zip = ZipInProgress::default();
    let mut bytes = Vec::new();
    for (index, path) in PATHS.iter().enumerate() {
        let file = ZipAdd { first: index == 0, path: (*path).to_owned(), bytes: vec![index as u8; 300] };
        bytes.extend(zip.add(file).unwrap().into_vec());
    }
    bytes.extend(zip.finish(&ZipFinish { first: false, manifest: manifest(&PATHS) }).unwrap().into_vec());
    bytes
}

#[wasm_bindgen_test]
async fn a_zip_that_was_written_is_read_again() {
    let (line, told, _) = line();
    let unzipped = unzip(ReadZip { bytes: zip() }, &Turns::new().unwrap(), &line).await.unwrap();
    assert_eq!((unzipped.files, unzipped.passed_over), (2, 0));
    assert_eq!(unzipped.project, Some(manifest(&PATHS)));
    let files = told.progress::<ReadZip>();
    assert_eq!(files.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(), PATHS);
    assert_eq!(files[1].bytes, vec![1; 300]);
}

#[wasm_bindgen_test]
async fn a_zip_that_is_stopped_is_read_no_further() {
    let (line, told, stops) = line();
    stops.stop(RequestId(1));
    let unzipped = unzip(ReadZip { bytes: zip() }, &Turns::new().unwrap(), &line).await.unwrap();
    assert_eq!(unzipped.files, 0);
    assert!(told.all().is_empty());
}

#[wasm_bindgen_test]
async fn what_is_no_zip_is_said() {
    let refused = unzip(ReadZip { bytes: vec![1; 100] }, &Turns::new().unwrap(), &line().0).await;
    assert_eq!(refused.map_err(EngineError::failure), Err(Failure::NotAZip));
}

#[wasm_bindgen_test]
fn a_zip_must_be_begun_and_one_that_failed_is_given_up() {
    let mut zip = ZipInProgress::default();
    let file = |first| ZipAdd { first, path: "a.jpg".to_owned(), bytes: vec![1] };
    let none = Err(EngineError::Own(Failure::NoZip));
    assert_eq!(zip.add(file(false)).map(|_| ()), none);
    assert!(zip.add(file(true)).is_ok());
    // The same path once more.
    assert!(matches!(zip.add(file(false)), Err(EngineError::Archive(_))));
    assert_eq!(zip.finish(&ZipFinish { first: false, manifest: manifest(&[]) }).map(|_| ()), none);
    assert!(zip.finish(&ZipFinish { first: true, manifest: manifest(&[]) }).is_ok());
}
