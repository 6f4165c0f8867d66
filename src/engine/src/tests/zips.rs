use headstart_protocol::{
    Failure, InputSize, LeftOut, LeftOutReason, PROJECT_VERSION, ProjectClass, ProjectManifest, ProjectPhoto,
    TrainingSettings, Unzipped, ZipAdd, ZipBytes, ZipContents, ZipFile, ZipFinish, ZipSlice,
};
use js_sys::{Array, Uint8Array};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::Blob;

use crate::error::EngineError;
use crate::jobs::{OpenedZip, ZipInProgress};

const PATHS: [&str; 2] = ["cat/1.jpg", "cat/2.jpg"];

fn manifest(photos: &[&str]) -> ProjectManifest {
    let photo = |(id, path): (usize, &&str)| {
        let (name, path) = ((*path).to_owned(), (*path).to_owned());
        ProjectPhoto { id: id as u32, class: 0, name, burst: None, part: None, path }
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

/// The bytes of a file out of `zip`.
fn bytes_of(file: &ZipFile, zip: &[u8]) -> Vec<u8> {
    match &file.bytes {
        ZipBytes::Within { start, count } => zip[*start as usize..][..*count as usize].to_vec(),
        ZipBytes::Unpacked(bytes) => bytes.clone(),
    }
}

fn blob(bytes: &[u8]) -> Option<Blob> {
    Some(Blob::new_with_u8_array_sequence(&Array::of1(&Uint8Array::from(bytes))).unwrap())
}

/// The files of a zip, slice by slice, and how it went.
fn read(zip: &mut OpenedZip) -> (Vec<Vec<ZipFile>>, Unzipped) {
    let mut slices = Vec::new();
    loop {
        let ZipSlice { files, end } = zip.next().unwrap();
        slices.push(files);
        if let Some(went) = end {
            return (slices, went);
        }
    }
}

#[wasm_bindgen_test]
fn a_zip_that_was_written_is_read_again() {
    let mut opened = OpenedZip::default();
    let contents = opened.open(blob(&zip())).unwrap();
    assert_eq!(contents, ZipContents { project: Some(manifest(&PATHS)), files: 2 });
    let (slices, went) = read(&mut opened);
    assert_eq!(went, Unzipped { files: 2, ..Unzipped::default() });
    let files = slices.concat();
    assert_eq!(files.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(), PATHS);
    assert_eq!(bytes_of(&files[1], &zip()), vec![1; 300]);
    // It is through, and let go.
    assert_eq!(opened.next().map(|_| ()), Err(EngineError::Own(Failure::NoZip)));
}

/// Five photos of 3 MB, larger than the window that is read at once: they stay where they are.
#[wasm_bindgen_test]
fn files_that_are_not_compressed_stay_in_the_zip() {
    let mut writing = ZipInProgress::default();
    let mut bytes = Vec::new();
    for index in 0..5 {
        let photo: Vec<u8> = (0..3_000_000u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8 ^ index).collect();
        let file = ZipAdd { first: index == 0, path: format!("{index}.jpg"), bytes: photo };
        bytes.extend(writing.add(file).unwrap().into_vec());
    }
    bytes.extend(writing.finish(&ZipFinish { first: false, manifest: manifest(&[]) }).unwrap().into_vec());
    let mut opened = OpenedZip::default();
    assert_eq!(opened.open(blob(&bytes)).unwrap().files, 5);
    let (slices, went) = read(&mut opened);
    assert_eq!((went.files, went.left_out_count), (5, 0));
    for (index, file) in slices.concat().iter().enumerate() {
        assert_eq!(file.path, format!("{index}.jpg"));
        let file = bytes_of(file, &bytes);
        assert_eq!((file.len(), file[0]), (3_000_000, index as u8));
    }
}

#[wasm_bindgen_test]
fn a_damaged_file_costs_itself_alone() {
    let mut bytes = zip();
    let at = bytes.windows(300).position(|window| window == [1; 300]).unwrap();
    bytes[at] = 7;
    let mut opened = OpenedZip::default();
    opened.open(blob(&bytes)).unwrap();
    let (slices, went) = read(&mut opened);
    assert_eq!(slices.concat().len(), 1);
    let left_out = vec![LeftOut { name: PATHS[1].to_owned(), reason: LeftOutReason::Damaged }];
    assert_eq!(went, Unzipped { files: 1, left_out, left_out_count: 1, ..Unzipped::default() });
}

#[wasm_bindgen_test]
fn what_is_no_zip_is_said_and_a_zip_that_was_closed_is_gone() {
    let mut opened = OpenedZip::default();
    assert_eq!(opened.open(blob(&[1; 100])).map_err(EngineError::failure), Err(Failure::NotAZip));
    assert_eq!(opened.open(blob(&[])).map_err(EngineError::failure), Err(Failure::NotAZip));
    let none = Err(EngineError::Own(Failure::NoZip));
    assert_eq!(opened.open(None).map(|_| ()), none);
    opened.open(blob(&zip())).unwrap();
    opened.close();
    assert_eq!(opened.next().map(|_| ()), none);
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
