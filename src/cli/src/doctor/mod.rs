//! `headstart doctor`: what may be wrong with a folder of photos.

mod examine;
mod self_check;
mod words;

use std::path::{Path, PathBuf};

use clap::Args;
use headstart_protocol::FindingKind;
use serde::{Serialize, Serializer};

use crate::device::DeviceChoice;
use crate::error::CliError;
use crate::features;
use crate::models::{Base, side};
use crate::output;
use crate::photos::{note_skipped, training_folder};
use examine::Examination;

/// Photos whose paths are printed of a finding; with `--json` all are.
const SHOWN: usize = 4;

/// What is to be examined.
#[derive(Args)]
#[command(after_help = "Example:
  headstart doctor my-photos    # my-photos/cat/*.jpg, my-photos/dog/*.jpg

A finding is a doubt, not a verdict: look at the photos. Labels are doubted where a head that was not taught with a photo and the
photos most like it agree on another class.")]
pub(crate) struct Options {
    /// The folder: CLASS/*, or train/CLASS/*, of which the photos to train on are examined; or files named CLASS.N.jpg.
    pub(crate) dir: PathBuf,
    /// Side of the square that a photo is squeezed to, 150 or 224.
    #[arg(long, default_value_t = 150, value_parser = side())]
    size: usize,
    /// Seed of the cross-validation, and of what --self-check draws.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Measure the doctor instead: how many it finds of labels that are flipped, and of faults that are planted among copies of
    /// the folder's photos, and what it finds in 200 photos as they are.
    #[arg(long)]
    self_check: bool,
    /// A base file, quantized or float; the shipped one if left out.
    #[arg(long)]
    base: Option<PathBuf>,
    /// Where the base is computed.
    #[arg(long, value_enum, default_value = "auto")]
    device: DeviceChoice,
    /// Where features are kept between runs.
    #[arg(long, default_value_os_t = features::default_cache())]
    cache: PathBuf,
}

/// A finding as it is told.
#[derive(Debug, Clone, Serialize)]
struct Row {
    #[serde(serialize_with = "name")]
    kind: FindingKind,
    /// The photos that it is about.
    #[serde(serialize_with = "lossy")]
    paths: Vec<PathBuf>,
    /// How sure it is, from 0 to 1.
    score: f32,
    /// Why, in words.
    reason: String,
}

fn name<S: Serializer>(kind: &FindingKind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(kind.name())
}

fn lossy<S: Serializer>(paths: &[PathBuf], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(paths.iter().map(|path| path.to_string_lossy()))
}

/// Examines a folder and says what was found.
///
/// # Errors
/// Whatever keeps photos from being read or the base from being opened; [`CliError::Output`].
pub(crate) fn run(options: &Options, json: bool) -> Result<(), CliError> {
    let folder = training_folder(&options.dir)?;
    note_skipped(&folder.skipped);
    let base = Base::open(options.base.as_deref(), &options.device.open()?)?;
    let examination = Examination {
        names: folder.classes,
        base: &base,
        size: options.size,
        cache: &options.cache,
        seed: options.seed,
    };
    if options.self_check {
        return self_check::run(&examination, &folder.training, json);
    }
    let rows = examination.rows(&folder.training)?;
    if json {
        return output::json(&rows);
    }
    if rows.is_empty() {
        return output::line("Nothing found.");
    }
    rows.iter().try_for_each(|row| output::line(line(row)))
}

/// A finding as a line.
fn line(row: &Row) -> String {
    let shown: Vec<_> = row.paths.iter().take(SHOWN).map(|path| Path::display(path).to_string()).collect();
    let more = row.paths.len() - shown.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}: {}: {}{more}", row.kind.name(), row.reason, shown.join(", "))
}
