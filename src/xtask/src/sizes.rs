//! What the files of a folder weigh, as they are and as a host with compression sends them.

use std::{
    fs,
    io::{self, Write},
    path::Path,
};

use flate2::{Compression, write::GzEncoder};

use crate::error::XtaskError;

/// A file's name and bytes.
pub(crate) struct Size {
    /// Its path below the folder, with slashes.
    pub(crate) name: String,
    /// As it is.
    pub(crate) raw: u64,
    /// By `gzip -9`.
    pub(crate) gzip: u64,
}

/// All files below `folder`, sorted by name.
///
/// # Errors
/// A file that cannot be read.
pub(crate) fn of_files(folder: &Path) -> Result<Vec<Size>, XtaskError> {
    let mut sizes = Vec::new();
    collect(folder, "", &mut sizes)?;
    sizes.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(sizes)
}

/// Prints them as a table.
pub(crate) fn print(sizes: &[Size]) {
    println!("    {:>12}  {:>12}", "bytes", "gzip");
    let (raw, gzip) = sizes.iter().fold((0, 0), |(raw, gzip), size| (raw + size.raw, gzip + size.gzip));
    let total = Size { name: "in all".to_owned(), raw, gzip };
    for size in sizes.iter().chain([&total]) {
        println!("    {:>12}  {:>12}  {}", grouped(size.raw), grouped(size.gzip), size.name);
    }
}

fn collect(folder: &Path, prefix: &str, sizes: &mut Vec<Size>) -> Result<(), XtaskError> {
    for entry in fs::read_dir(folder).map_err(XtaskError::file(folder, "read"))? {
        let entry = entry.map_err(XtaskError::file(folder, "read"))?;
        let (path, name) = (entry.path(), format!("{prefix}{}", entry.file_name().to_string_lossy()));
        if path.is_dir() {
            collect(&path, &format!("{name}/"), sizes)?;
        } else {
            let bytes = fs::read(&path).map_err(XtaskError::file(&path, "read"))?;
            let gzip = gzipped(&bytes).map_err(XtaskError::file(&path, "compressed"))?;
            sizes.push(Size { name, raw: bytes.len() as u64, gzip });
        }
    }
    Ok(())
}

fn gzipped(bytes: &[u8]) -> io::Result<u64> {
    let mut encoder = GzEncoder::new(Counter(0), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.0)
}

/// Counts what is written.
struct Counter(u64);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// `1,234,567`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn a_table_lists_files_in_folders() {
        let package = Path::new(env!("CARGO_MANIFEST_DIR"));
        let sizes = of_files(package).unwrap();
        let manifest = sizes.iter().find(|size| size.name == "Cargo.toml").unwrap();
        assert_eq!(manifest.raw, fs::metadata(package.join("Cargo.toml")).unwrap().len());
        assert!(manifest.gzip < manifest.raw);
        assert!(sizes.iter().any(|size| size.name == "src/sizes.rs"));
    }
}
