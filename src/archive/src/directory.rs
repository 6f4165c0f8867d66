//! The names in a zip's directory: read in whatever code page they are, and each of its own.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{self, Read, Seek, SeekFrom};

use zip::ZipArchive;
use zip::read::Config;

use crate::ArchiveError;
use crate::code_page::CodePage;
use crate::limits::MOST_DIRECTORY;
use crate::source::Source;

/// Bytes of an entry of the directory before its name (APPNOTE.TXT 6.3.10, 4.3.12).
const HEADER: usize = 46;

/// A zip whose entries all have names of their own, whatever names they were given: the library keeps one entry a name.
#[derive(Debug)]
pub(crate) struct Directory<R> {
    pub(crate) zip: ZipArchive<Source<R>>,
    /// Whether entries had the same name.
    pub(crate) has_twins: bool,
    /// The name of each entry, as text.
    pub(crate) names: Vec<String>,
    /// The zip's bytes.
    pub(crate) source: Source<R>,
}

impl<R: Read + Seek> Directory<R> {
    /// Reads the directory of the zip in `source`.
    ///
    /// # Errors
    /// Whatever the library says of it.
    pub(crate) fn read(config: Config, source: Source<R>) -> zip::result::ZipResult<Self> {
        let mut zip = ZipArchive::with_config(config, source.with(BTreeMap::new()))?;
        let has_twins = zip.has_duplicate_names();
        let mut given = HashMap::new();
        // It is read twice more then.
        if has_twins {
            source.allow(2 * MOST_DIRECTORY);
        }
        if has_twins
            && let Ok((instead, names)) = tell_apart(&mut source.with(BTreeMap::new()), zip.central_directory_start())
        {
            zip = ZipArchive::with_config(config, source.with(instead))?;
            given = names;
        }
        let names = names(&zip, &given)?;
        Ok(Self { zip, has_twins, names, source })
    }
}

/// The names of all entries; `given` are those that were changed, by the place of their entries in the directory.
fn names<R: Read + Seek>(
    zip: &ZipArchive<Source<R>>,
    given: &HashMap<u64, Vec<u8>>,
) -> zip::result::ZipResult<Vec<String>> {
    let mut raw = Vec::with_capacity(zip.len());
    for number in 0..zip.len() {
        let entry = zip.by_index_data(number)?;
        let name = given.get(&entry.central_header_start()).map_or(entry.name_raw(), Vec::as_slice);
        raw.push(name.to_vec());
    }
    // What can be read as UTF-8 is, flag or not: macOS sets none.
    let mut page = None;
    let mut read = |name: &Vec<u8>| match str::from_utf8(name) {
        Ok(name) => name.to_owned(),
        Err(_) => {
            let others = || raw.iter().map(Vec::as_slice).filter(|name| str::from_utf8(name).is_err());
            page.get_or_insert_with(|| CodePage::guess(others())).read(name)
        }
    };
    Ok(raw.iter().map(&mut read).collect())
}

/// What is to stand in the directory in the place of what is there, by its place.
type Instead = BTreeMap<u64, u8>;

/// Bytes with which each entry of the directory at `start` has a name of its own, and the true names of those that are changed.
fn tell_apart<R: Read + Seek>(source: &mut Source<R>, start: u64) -> io::Result<(Instead, HashMap<u64, Vec<u8>>)> {
    let (mut taken, mut twins) = (HashSet::new(), Vec::new());
    let mut at = source.seek(SeekFrom::Start(start))?;
    loop {
        let mut header = Vec::with_capacity(HEADER);
        source.take(HEADER as u64).read_to_end(&mut header)?;
        // The end is shorter than an entry may be, and has another mark.
        if header.len() < HEADER || !header.starts_with(b"PK\x01\x02") {
            break;
        }
        let length = |at: usize| u64::from(u16::from_le_bytes([header[at], header[at + 1]]));
        let mut name = vec![0; length(28) as usize];
        source.read_exact(&mut name)?;
        if taken.contains(&name) {
            twins.push((at, name));
        } else {
            taken.insert(name);
        }
        at = source.seek(SeekFrom::Start(at + HEADER as u64 + length(28) + length(30) + length(32)))?;
    }
    let (mut instead, mut names) = (Instead::new(), HashMap::new());
    // How many changes each name has seen.
    let mut tried: HashMap<Vec<u8>, usize> = HashMap::new();
    for (at, name) in twins {
        let tried = tried.entry(name.clone()).or_default();
        let mut changed = name.clone();
        while let Some(place) = Some(*tried / SIGNS.len()).filter(|place| *place < name.len()) {
            changed[place] = SIGNS[*tried % SIGNS.len()];
            *tried += 1;
            if taken.insert(changed.clone()) {
                instead.insert(at + (HEADER + place) as u64, changed[place]);
                names.insert(at, name);
                break;
            }
            changed[place] = name[place];
        }
    }
    Ok((instead, names))
}

/// What one of a name's bytes becomes.
const SIGNS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// A mistake of the library's in the words of this crate.
pub(crate) fn damaged(error: &zip::result::ZipError) -> ArchiveError {
    ArchiveError::Damaged(error.to_string())
}
