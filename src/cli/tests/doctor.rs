//! `headstart doctor` on drawn photos, among which faults were planted.
#![cfg(test)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use image::{Rgb, RgbImage, imageops};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;
use tempfile::TempDir;

/// Photos of each class.
const PHOTOS: u64 = 12;
const CLASSES: [&str; 3] = ["checks", "rings", "stripes"];

fn doctor(dir: &Path, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_headstart"));
    command.arg("doctor").arg(dir).args(words).arg("--cache").arg(dir.join("../cache"));
    command.output().unwrap()
}

/// Checks, rings or stripes in colours, places and widths of their own, on a coarse ground with grain.
fn drawn(class: &str, number: u64) -> RgbImage {
    let mut random = ChaCha8Rng::seed_from_u64(100 * class.len() as u64 + number);
    let colours: [[f32; 3]; 2] = random.random();
    let ground: [[f32; 3]; 16] = random.random();
    let (turn, width, x0, y0) = (
        random.random_range(0.0..3.1f32),
        random.random_range(4.0..16.0f32),
        random.random_range(40.0..120.0f32),
        random.random_range(40.0..120.0f32),
    );
    RgbImage::from_fn(160, 160, |x, y| {
        let (across, down) = (x as f32 - x0, y as f32 - y0);
        let from_middle = across.hypot(down);
        let (turned, along) = (down * turn.cos() - across * turn.sin(), across * turn.cos() + down * turn.sin());
        let is_odd = |along: f32| (along / width).rem_euclid(2.0) < 1.0;
        let is_first = match class {
            "checks" => is_odd(along) == is_odd(turned),
            "rings" => is_odd(from_middle),
            _ => is_odd(along),
        };
        let colour =
            if from_middle < 60.0 { colours[usize::from(is_first)] } else { ground[(x / 40 + y / 40 * 4) as usize] };
        let grain = random.random_range(0.0..30.0);
        Rgb(colour.map(|value| (225.0 * value + grain) as u8))
    })
}

fn edged(mut image: RgbImage) -> RgbImage {
    for (x, y, pixel) in image.enumerate_pixels_mut() {
        if !(10..150).contains(&x) || !(10..150).contains(&y) {
            *pixel = Rgb([255; 3]);
        }
    }
    image
}

fn named(finding: &Value) -> (&str, Vec<&str>) {
    let paths = finding["paths"].as_array().unwrap().iter();
    (finding["kind"].as_str().unwrap(), paths.map(|path| path.as_str().unwrap().rsplit('/').next().unwrap()).collect())
}

#[test]
fn planted_faults_are_found() {
    let folder = TempDir::new().unwrap();
    let dir = folder.path().join("photos");
    for class in CLASSES {
        fs::create_dir_all(dir.join(class)).unwrap();
        for number in 0..PHOTOS {
            let image = drawn(class, number);
            let image = if class == "checks" { edged(image) } else { image };
            image.save(dir.join(class).join(format!("{class}-{number}.png"))).unwrap();
        }
    }
    for number in 0..3 {
        let copy = imageops::brighten(&drawn("stripes", number), 4);
        copy.save(dir.join("rings").join(format!("copy-{number}.png"))).unwrap();
    }
    for number in 20..22 {
        let blurred = imageops::blur(&drawn("stripes", number), 6.0);
        blurred.save(dir.join("stripes").join(format!("blurred-{number}.png"))).unwrap();
    }
    RgbImage::from_pixel(90, 60, Rgb([250; 3])).save(dir.join("stripes/blank.png")).unwrap();
    fs::write(dir.join("stripes/damaged.png"), b"no picture").unwrap();

    let output = doctor(&dir, &["--json"]);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && errors.contains("damaged.png: the file is not a picture"), "{errors}");
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let found: Vec<_> = found.as_array().unwrap().iter().collect();
    let of_kind = |kind: &str| {
        let mut all: Vec<Vec<&str>> =
            found.iter().map(|one| named(one)).filter(|one| one.0 == kind).map(|one| one.1).collect();
        all.sort_unstable();
        all
    };
    let copies = [["copy-0.png", "stripes-0.png"], ["copy-1.png", "stripes-1.png"], ["copy-2.png", "stripes-2.png"]];
    assert_eq!(of_kind("near-duplicate"), copies, "{found:?}");
    assert_eq!(of_kind("blurred"), [["blurred-20.png"], ["blurred-21.png"]], "{found:?}");
    assert_eq!(of_kind("blank"), [["blank.png"]], "{found:?}");
    let given_away = found.iter().find(|one| one["kind"] == "give-away").unwrap();
    let reason = given_away["reason"].as_str().unwrap();
    assert!(reason.contains("border") && reason.contains("checks"), "{given_away}");
    assert!(found.iter().all(|one| (0.0..=1.0).contains(&one["score"].as_f64().unwrap())), "{found:?}");
    // Copies may be said to be labelled wrongly, as they are; nothing else is.
    let touched = |name: &&str| copies.concat().contains(name) || name.starts_with("blurred");
    let doubted = of_kind("wrong-label").concat();
    assert!(doubted.iter().all(touched), "{doubted:?}");

    let told = String::from_utf8_lossy(&doctor(&dir, &[]).stdout).into_owned();
    assert_eq!(told.lines().count(), found.len(), "{told}");
    assert!(told.contains("blurred: out of focus or shaken: "), "{told}");
}

#[test]
fn next_to_nothing_is_answered() {
    let folder = TempDir::new().unwrap();
    let dir = folder.path().join("photos");
    fs::create_dir_all(dir.join("train/rings")).unwrap();
    drawn("rings", 0).save(dir.join("train/rings/1.png")).unwrap();
    let told = |words: &[&str]| String::from_utf8_lossy(&doctor(&dir, words).stdout).into_owned();
    // One class of one photo.
    assert_eq!(told(&[]), "Nothing found.\n");
    assert_eq!(told(&["--json"]), "[]\n");
    fs::create_dir_all(dir.join("train/stripes")).unwrap();
    drawn("stripes", 0).save(dir.join("train/stripes/1.png")).unwrap();
    assert_eq!(told(&[]), "Nothing found.\n");
    // A class without a photo that can be described.
    RgbImage::from_pixel(90, 60, Rgb([250; 3])).save(dir.join("train/stripes/1.png")).unwrap();
    assert!(told(&[]).starts_with("blank: it shows nothing: "), "{}", told(&[]));
}
