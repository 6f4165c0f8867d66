//! A project as its zip tells of it, read by another library than the page's.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Read},
    path::Path,
};

use headstart_tests::TestError;
use serde::Deserialize;
use zip::ZipArchive;

use crate::{model::Project, photos::Photos};

#[derive(Deserialize)]
struct Manifest {
    classes: Vec<Class>,
    photos: Vec<Photo>,
}

#[derive(Deserialize)]
struct Class {
    id: u32,
    name: String,
}

#[derive(Deserialize)]
struct Photo {
    class: u32,
    name: String,
    path: String,
}

/// Reads the zip at `path`: the project, and what is wrong with its photos' bytes by those that were made.
pub(crate) fn read(path: &Path, photos: &Photos) -> Result<(Project, Vec<String>), TestError> {
    let mut zip = ZipArchive::new(File::open(path)?).map_err(io::Error::other)?;
    let manifest: Manifest = serde_json::from_slice(&entry(&mut zip, "project.json")?)?;
    let mut wrong = Vec::new();
    let mut project = Project { classes: Vec::new(), photos: BTreeMap::new() };
    let mut numbers = BTreeMap::new();
    for class in manifest.classes {
        numbers.insert(class.id, project.classes.len());
        project.classes.push(class.name);
    }
    for photo in manifest.photos {
        let Some(class) = numbers.get(&photo.class) else {
            wrong.push(format!("{} has a class that the zip does not have", photo.name));
            continue;
        };
        match entry(&mut zip, &photo.path) {
            Err(error) => wrong.push(format!("{} is named and not in the zip: {error}", photo.name)),
            Ok(bytes) if photos.bytes(&photo.name).is_some_and(|made| made != bytes) => {
                wrong.push(format!("{} holds another picture", photo.name));
            }
            Ok(_) => (),
        }
        if project.photos.insert(photo.name.clone(), *class).is_some() {
            wrong.push(format!("{} is there twice", photo.name));
        }
    }
    Ok((project, wrong))
}

fn entry(zip: &mut ZipArchive<File>, path: &str) -> Result<Vec<u8>, TestError> {
    let mut bytes = Vec::new();
    zip.by_name(path).map_err(io::Error::other)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}
