use std::io::Cursor;
use std::time::{Duration, Instant};

use headstart_archive::{ArchiveError, ArchiveReader};

use super::*;

/// Reads a zip to its end.
fn opened(zip: &[u8]) -> Result<(), ArchiveError> {
    let mut reader = ArchiveReader::open(Cursor::new(zip))?;
    while reader.next_entry()?.is_some() {}
    Ok(())
}

#[test]
fn the_project_that_they_are_made_of_can_be_opened() {
    for seed in 0..20 {
        let project = Project::new(&mut ChaCha8Rng::seed_from_u64(seed));
        assert_eq!(opened(&project.zip()), Ok(()));
    }
}

#[test]
fn each_is_refused_soon() {
    for seed in [1, 2] {
        for (what, zip) in hostile_zips(seed, 20 * ATTACKS.len()) {
            let start = Instant::now();
            assert!(opened(&zip).is_err(), "{what}");
            assert!(start.elapsed() < Duration::from_secs(5), "{what}: {:?}", start.elapsed());
        }
    }
}

#[test]
fn the_same_seed_makes_the_same_ones() {
    assert_eq!(hostile_zips(7, 20), hostile_zips(7, 20));
    assert_ne!(hostile_zips(7, 20), hostile_zips(8, 20));
}
