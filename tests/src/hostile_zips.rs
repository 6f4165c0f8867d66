//! Zips that pretend to be projects, and that no page may open: what was sent cut short, what somebody made to do harm, and what a
//! program wrote that does not know better.

use rand::{Rng, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use crate::zip::{Entry, with_zip64_end, zip_of};

const MANIFEST: &str = "project.json";

/// What is done to a sound project; each names itself.
type Attack = fn(&mut ChaCha8Rng, &Project) -> (String, Vec<u8>);

const ATTACKS: [Attack; 16] = [
    traversal,
    silly_settings,
    bombs,
    twice,
    wrong_types,
    cut,
    flipped_bytes,
    silly_settings,
    lying_sizes,
    deep_nesting,
    huge_counts,
    wrong_names,
    newer,
    unreadable,
    missing_photos,
    no_text,
];

/// `count` zips of projects that a page must refuse as a whole, leaving the present project as it is; what each is, and its
/// bytes. The same seed makes the same ones.
#[must_use]
pub fn hostile_zips(seed: u64, count: usize) -> Vec<(String, Vec<u8>)> {
    let attacks = ATTACKS.into_iter().cycle().take(count).enumerate();
    attacks
        .map(|(number, attack)| {
            let mut rng = ChaCha8Rng::seed_from_u64(seed ^ ((number as u64) << 32));
            let project = Project::new(&mut rng);
            attack(&mut rng, &project)
        })
        .collect()
}

/// A project that could be opened.
#[derive(Clone)]
struct Project {
    manifest: Value,
    photos: Vec<Entry>,
}

impl Project {
    fn new(rng: &mut ChaCha8Rng) -> Self {
        let names: Vec<String> = (0..rng.random_range(2..6)).map(|id| format!("photos/cat/{}-p.jpg", id + 3)).collect();
        let listed = |(id, path): (usize, &String)| json!({ "id": id + 3, "class": 1 + id % 2, "name": "p.jpg", "burst": null, "path": path });
        let manifest = json!({
            "version": 1,
            "size": "S150",
            "classes": [{ "id": 1, "name": "cat", "on": true }, { "id": 2, "name": "dog", "on": true }],
            "photos": names.iter().enumerate().map(listed).collect::<Vec<_>>(),
            "settings": {
                "head": "Linear", "optimizer": "Adam", "epochs": null, "batch": null, "learning_rate": null,
                "dropout": 0.3, "c": null, "patience": 20, "balance": true, "validation": "Cross", "views": 0, "seed": 1
            }
        });
        let photo = |name: &String| {
            let bytes: Vec<u8> = (0..rng.random_range(100..3000)).map(|_| rng.random()).collect();
            Entry::stored(name, &bytes)
        };
        let photos = names.iter().map(photo).collect();
        Self { manifest, photos }
    }

    fn entries(&self) -> Vec<Entry> {
        let mut entries = self.photos.clone();
        entries.push(Entry::deflated(MANIFEST, self.manifest.to_string().as_bytes()));
        entries
    }

    fn zip(&self) -> Vec<u8> {
        zip_of(&self.entries())
    }

    /// The same with another value at `pointer`.
    fn with(&self, pointer: &str, value: Value) -> Self {
        let mut changed = self.clone();
        if let Some(place) = changed.manifest.pointer_mut(pointer) {
            *place = value;
        }
        changed
    }

    /// The same with another text in the place of the manifest.
    fn with_text(&self, text: &[u8]) -> Vec<u8> {
        let mut entries = self.photos.clone();
        entries.push(Entry::deflated(MANIFEST, text));
        zip_of(&entries)
    }
}

/// One of `all`, which are never none.
fn one<'a, T>(rng: &mut ChaCha8Rng, all: &'a [T]) -> &'a T {
    all.choose(rng).unwrap_or(&all[0])
}

fn traversal(rng: &mut ChaCha8Rng, project: &Project) -> (String, Vec<u8>) {
    let mut project = project.clone();
    const PREFIXES: [&str; 7] = ["../../", "/etc/", "C:\\", "photos/../../", "..\\..\\", "\\\\host\\share\\", "a\u{0}"];
    let prefix = one(rng, &PREFIXES);
    let only_in_the_zip: bool = rng.random();
    for (number, photo) in project.photos.iter_mut().enumerate() {
        let path = format!("{prefix}{number}.jpg");
        photo.name = path.clone().into_bytes();
        if !only_in_the_zip {
            project.manifest["photos"][number]["path"] = path.into();
        }
    }
    (format!("photos at {prefix:?}, named by the project: {}", !only_in_the_zip), project.zip())
}

fn silly_settings(rng: &mut ChaCha8Rng, project: &Project) -> (String, Vec<u8>) {
    let silly = [
        ("views", json!(u32::MAX)),
        ("views", json!(17)),
        ("epochs", json!(0)),
        ("epochs", json!(u32::MAX)),
        ("batch", json!(0)),
        ("batch", json!(4_000_000_000_u32)),
        ("learning_rate", json!(-1.0)),
        ("learning_rate", json!(1e300)),
        ("dropout", json!(1.0)),
        ("dropout", json!(-7)),
        ("c", json!(0.0)),
        ("c", json!(-1e300)),
        ("patience", json!(0)),
        ("validation", json!({ "HoldOut": 0.0 })),
        ("validation", json!({ "HoldOut": 1.0 })),
        ("validation", json!({ "HoldOut": -3 })),
    ];
    let (setting, value) = one(rng, &silly).clone();
    (format!("{setting} of {value}"), project.with(&format!("/settings/{setting}"), value).zip())
}

fn bombs(rng: &mut ChaCha8Rng, project: &Project) -> (String, Vec<u8>) {
    let mut project = project.clone();
    if rng.random() {
        let mut text = project.manifest.to_string().into_bytes();
        text.resize((16 << 20) + 1, b' ');
        return ("a manifest of 16 MiB".to_owned(), project.with_text(&text));
    }
    let zeros = vec![0; rng.random_range(2 << 20..8 << 20)];
    for photo in &mut project.photos {
        *photo = Entry::deflated(&String::from_utf8_lossy(&photo.name), &zeros);
        // Some say that they are small.
        if rng.random() {
            photo.size = 1000;
        }
    }
    (format!("photos that unpack to {} bytes", zeros.len()), project.zip())
}

fn twice(rng: &mut ChaCha8Rng, project: &Project) -> (String, Vec<u8>) {
    let mut entries = project.entries();
    let copy = if rng.random() { entries.len() - 1 } else { 0 };
    let again = Entry { name: entries[copy].name.clone(), ..Entry::stored("", b"{}") };
    let what = format!("{} twice", String::from_utf8_lossy(&again.name));
    if rng.random() {
        entries.push(again);
    } else {
        entries.insert(0, again);
    }
    (what, zip_of(&entries))
}

fn wrong_types(rng: &mut ChaCha8Rng, project: &Project) -> (String, Vec<u8>) {
    const PLACES: [&str; 15] = [
        "/version",
        "/size",
        "/classes",
        "/classes/0",
        "/classes/0/id",
        "/classes/0/name",
        "/classes/1/on",
        "/photos",
        "/photos/0/id",
        "/photos/0/class",
        "/photos/0/path",
        "/settings",
        "/settings/head",
        "/settings/epochs",
        "/settings/views",
    ];
    let place = one(rng, &PLACES);
    // None of these fits any of the places.
    let values = [json!(-1), json!(1.5), json!({ "a": [null] }), json!([[]])];
    let value = one(rng, &values).clone();
    (format!("{value} at {place}"), project.with(place, value).zip())
}

fn cut(rng: &mut ChaCha8Rng, project: &Project) -> (String, Vec<u8>) {
    let mut zip = project.zip();
    let keep = rng.random_range(0..zip.len());
    zip.truncate(keep);
    (format!("cut after {keep} bytes"), zip)
}

fn flipped_bytes(rng: &mut ChaCha8Rng, project: &Project) -> (String, Vec<u8>) {
    let mut entries = project.entries();
    let flips = rng.random_range(1..9);
    if let Some(manifest) = entries.last_mut() {
        for _ in 0..flips {
            let at = rng.random_range(0..manifest.packed.len());
            manifest.packed[at] ^= rng.random_range(1..=255);
        }
        // Flips that undo each other leave the sum as it is.
        manifest.crc ^= 1;
    }
    (format!("{flips} bytes of the manifest flipped"), zip_of(&entries))
}

fn lying_sizes(rng: &mut ChaCha8Rng, project: &Project) -> (String, Vec<u8>) {
    let mut entries = project.entries();
    let (of_manifest, packed) = (rng.random(), rng.random());
    // What is packed into less than it says can be read all the same.
    let size = *one(rng, if packed { &[0, 1] } else { &[0, 1, 50_000_000, u32::MAX - 1] });
    let count = entries.len();
    let lying = if of_manifest { &mut entries[count - 1..] } else { &mut entries[..count - 1] };
    for entry in lying {
        if packed {
            entry.packed_size = size;
        } else {
            entry.size = size;
        }
    }
    let of = if of_manifest { "the manifest" } else { "photos" };
    (format!("{of} of {size} bytes, packed {packed}, as they say"), zip_of(&entries))
}

fn deep_nesting(rng: &mut ChaCha8Rng, project: &Project) -> (String, Vec<u8>) {
    let depth = rng.random_range(200..200_000);
    let (open, close) = *one(rng, &[("[", "]"), ("{\"a\":", "}")]);
    let middle = if open == "[" { "" } else { "1" };
    let deep = format!("{}{middle}{}", open.repeat(depth), close.repeat(depth));
    // Where nobody reads it, it would do no harm: as a setting that there is not, say.
    let fields = ["photos", "classes", "size", "settings"];
    let field = one(rng, if open == "[" { &fields } else { &fields[..3] });
    let text = project.with(&format!("/{field}"), json!("deep")).manifest.to_string().replace("\"deep\"", &deep);
    (format!("{depth} levels of {open} at {field}"), project.with_text(text.as_bytes()))
}

fn huge_counts(rng: &mut ChaCha8Rng, project: &Project) -> (String, Vec<u8>) {
    match rng.random_range(0..4) {
        0 => {
            let photo =
                |id| json!({ "id": id, "class": 1, "name": "p.jpg", "burst": null, "path": format!("{id}.jpg") });
            let photos: Vec<Value> = (3..20_004).map(photo).collect();
            ("20,001 photos".to_owned(), project.with("/photos", photos.into()).zip())
        }
        1 => {
            let class = |id| json!({ "id": id, "name": format!("class {id}"), "on": true });
            let classes: Vec<Value> = (1..1_002).map(class).collect();
            ("1,001 classes".to_owned(), project.with("/classes", classes.into()).zip())
        }
        2 => {
            let mut zip = project.zip();
            let (end, count) = (zip.len() - 22, rng.random_range(1_000..u16::MAX).to_le_bytes());
            zip[end + 8..end + 10].copy_from_slice(&count);
            zip[end + 10..end + 12].copy_from_slice(&count);
            (format!("an end that claims {} files", u16::from_le_bytes(count)), zip)
        }
        _ => {
            let count = rng.random_range(1_000_000..u64::MAX / 64);
            (format!("a zip64 end that claims {count} files"), with_zip64_end(&project.zip(), count))
        }
    }
}

fn wrong_names(rng: &mut ChaCha8Rng, project: &Project) -> (String, Vec<u8>) {
    let wrong = [
        ("/classes/0/name", json!("x".repeat(61))),
        ("/classes/0/name", json!("")),
        ("/classes/0/name", json!(" \t")),
        ("/classes/0/name", json!("dog")),
        ("/classes/0/id", json!(2)),
        ("/photos/0/id", json!(4)),
        ("/photos/0/id", json!(u32::MAX)),
        ("/photos/0/class", json!(9)),
        ("/photos/0/name", json!("x".repeat(1_001))),
        ("/photos/0/path", json!("")),
        ("/photos/0/path", json!("photos/cat/4-p.jpg")),
        ("/photos/0/path", json!(MANIFEST)),
    ];
    let (place, value) = one(rng, &wrong).clone();
    let shown: String = value.to_string().chars().take(30).collect();
    (format!("{shown} at {place}"), project.with(place, value).zip())
}

fn newer(rng: &mut ChaCha8Rng, project: &Project) -> (String, Vec<u8>) {
    let version = *one(rng, &[0, 99, u32::MAX]);
    (format!("version {version}"), project.with("/version", json!(version)).zip())
}

/// Behind a password, or compressed in a way that nobody reads.
fn unreadable(rng: &mut ChaCha8Rng, project: &Project) -> (String, Vec<u8>) {
    let (flags, method) = *one(rng, &[(1, 0), (0, 97), (0, 6), (1, 99)]);
    let mut entries = project.entries();
    let count = entries.len();
    let of_manifest = rng.random();
    let those = if of_manifest { &mut entries[count - 1..] } else { &mut entries[..count - 1] };
    for entry in those {
        (entry.flags, entry.method) = (flags, method);
    }
    (format!("flags {flags}, method {method}, of the manifest: {of_manifest}"), zip_of(&entries))
}

fn missing_photos(_: &mut ChaCha8Rng, project: &Project) -> (String, Vec<u8>) {
    let mut entries = project.entries();
    entries.drain(..entries.len() - 1);
    ("no photo".to_owned(), zip_of(&entries))
}

/// What is no JSON at all.
fn no_text(rng: &mut ChaCha8Rng, project: &Project) -> (String, Vec<u8>) {
    let text = project.manifest.to_string();
    let texts = [
        ("UTF-16", text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("nothing", Vec::new()),
        ("half", text.as_bytes()[..text.len() / 2].to_vec()),
        (
            "no UTF-8",
            text.replace("cat", "\u{fffd}").bytes().map(|byte| if byte == 0xef { 0xff } else { byte }).collect(),
        ),
        ("noise", (0..500).map(|_| rng.random()).collect()),
    ];
    let (what, text): &(&str, Vec<u8>) = one(rng, &texts);
    (format!("a manifest that is {what}"), project.with_text(text))
}

#[cfg(test)]
mod tests;
