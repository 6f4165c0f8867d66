//! `headstart explain`: which places of a photo speak for a class.

mod hiding;
mod overlays;

use std::path::{Path, PathBuf};

use burn::tensor::Device;
use clap::{Args, ValueEnum};
use headstart_train::metrics::answer;
use headstart_vision::{Limits, RgbImage, decode, square};
use rayon::prelude::*;
use serde::Serialize;

use crate::With;
use crate::classifier::Classifier;
use crate::error::CliError;
use crate::features::refuse_nothing;
use crate::output;
use crate::photos::{Skipped, files_below, note_skipped, position, read_photo};
use crate::progress::Progress;
use hiding::Hidden;
use overlays::Overlays;

/// Photos whose overlays are in memory at once.
const PORTION: usize = 16;

/// What is to be explained.
#[derive(Args)]
#[command(after_help = "Example:
  headstart explain photo.jpg --class dog --out heat-maps

Of the shipped heads and of all that have one layer the map is exact: what its places add and the bias make the logit. Of
heads with hidden layers and of CNNs trained from scratch it is an approximation by gradients. The logit is counted from the
mean of the other classes' logits.")]
pub(crate) struct Options {
    /// The photos, or folders of photos.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The class to explain: that which the model answers, if left out.
    #[arg(long)]
    class: Option<String>,
    /// Which layer's places are shown: coarse ones of things (conv5_3), fine ones of textures (conv4_3), or both.
    #[arg(long, value_enum, default_value = "both")]
    layer: Layer,
    /// The folder for the photos with their heat maps, NAME.CLASS.png: the current one, if left out. What speaks for the
    /// class is red, what speaks against it blue.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Measure the map: answer once more with its hottest fifth hidden, and with its coldest. No photos are written then,
    /// unless --out is given.
    #[arg(long)]
    hide: bool,
    #[command(flatten)]
    with: With,
}

/// Whose places are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Layer {
    /// What both add.
    Both,
    /// 1/8 of the photo's resolution.
    #[value(name = "conv4_3")]
    Conv4,
    /// 1/16 of it.
    #[value(name = "conv5_3")]
    Conv5,
}

impl Layer {
    /// The stage's name, where it is one.
    fn stage(self) -> Option<&'static str> {
        match self {
            Self::Both => None,
            Self::Conv4 => Some("conv4_3"),
            Self::Conv5 => Some("conv5_3"),
        }
    }
}

/// Why a photo is answered as it is.
#[derive(Serialize)]
struct Explanation<'a> {
    #[serde(serialize_with = "output::lossy")]
    file: &'a Path,
    /// What the model answers.
    label: &'a str,
    /// What is explained, and its probability.
    class: &'a str,
    probability: f32,
    /// Counted from the mean of the other classes' logits: `bias` and `sum` together.
    logit: f32,
    bias: f32,
    /// What all places add, whichever layer is shown.
    sum: f32,
    /// The file of the photo with its heat map.
    overlay: Option<String>,
    /// The class's probability with a part of the photo hidden.
    #[serde(flatten)]
    hidden: Option<Hidden>,
    /// The photo with its heat map, until it is written.
    #[serde(skip)]
    picture: Option<RgbImage>,
}

/// Explains the answers to photos, and writes them with their heat maps.
///
/// # Errors
/// [`CliError::UnknownClass`], [`CliError::NoLayers`]; those of [`files_below`]; [`CliError::NothingReadable`] where nothing is
/// a photo; what keeps the model from being opened; [`CliError::Write`] and [`CliError::Output`].
pub(crate) fn run(options: &Options, json: bool) -> Result<(), CliError> {
    let model = Classifier::open(&options.with, &Device::flex())?;
    if options.layer != Layer::Both && matches!(model, Classifier::Scratch(_)) {
        return Err(CliError::NoLayers);
    }
    let class = options.class.as_deref().map(|class| known_class(class, &model)).transpose()?;
    let out = options.out.clone().or_else(|| (!options.hide).then(|| PathBuf::from(".")));
    let mut overlays = out.map(Overlays::begin).transpose()?;
    let (files, mut skipped) = (files_below(&options.files)?, Vec::new());
    let progress = Progress::over("photos", files.len());
    let mut explanations = Vec::new();
    for portion in files.chunks(PORTION) {
        let seen: Vec<_> = portion
            .par_iter()
            .map(|path| {
                let seen = explain(path, &model, class, options, overlays.is_some());
                progress.step();
                seen.map_err(|reason| Skipped::new(path, reason))
            })
            .collect();
        for explanation in seen {
            match explanation {
                Ok(mut explanation) => {
                    if let (Some(overlays), Some(picture)) = (&mut overlays, explanation.picture.take()) {
                        let path = overlays.write(&picture, explanation.file, explanation.class)?;
                        explanation.overlay = Some(path.to_string_lossy().into_owned());
                    }
                    explanations.push(explanation);
                }
                Err(reason) => skipped.push(reason),
            }
        }
    }
    drop(progress);
    note_skipped(&skipped);
    refuse_nothing(explanations.len() + skipped.len(), &skipped)?;
    if json {
        return output::json(&explanations);
    }
    explanations.iter().try_for_each(Explanation::tell)?;
    match hiding::summary(explanations.iter().filter_map(|explanation| explanation.hidden)) {
        Some(summary) => output::line(summary),
        None => Ok(()),
    }
}

/// The number of the class that is called `class`.
fn known_class(class: &str, model: &Classifier) -> Result<usize, CliError> {
    let names = model.classes();
    let unknown = || CliError::UnknownClass { class: class.to_owned(), known: names.join(", ") };
    position(names, class).ok_or_else(unknown)
}

/// Why `model` answers the photo in `path` as it does; or why there is none.
fn explain<'a>(
    path: &'a Path,
    model: &'a Classifier,
    class: Option<usize>,
    options: &Options,
    shown: bool,
) -> Result<Explanation<'a>, String> {
    let bytes = read_photo(path)?;
    let image = decode(&bytes, &Limits::roomy()).map_err(|error| error.to_string())?;
    let photo = square(&image, model.size());
    let (probabilities, map) = model.explain(&photo, class).map_err(|error| error.to_string())?;
    let best = answer(&probabilities);
    let class = class.unwrap_or(best);
    let heat = map.density(options.layer.stage());
    let hidden = options.hide.then(|| Hidden::measure(&photo, &heat, |part| Ok(model.probabilities(part)?[class])));
    Ok(Explanation {
        file: path,
        label: &model.classes()[best],
        class: &model.classes()[class],
        probability: probabilities[class],
        logit: map.logit,
        bias: map.bias,
        sum: map.sum(),
        overlay: None,
        hidden: hidden.transpose().map_err(|error: CliError| error.to_string())?,
        picture: shown.then(|| overlays::picture(&image, &heat, map.size)),
    })
}

impl Explanation<'_> {
    /// In words.
    fn tell(&self) -> Result<(), CliError> {
        let Self { file, label, class, probability, logit, bias, sum, .. } = self;
        output::line(format_args!("{}: {label}", file.display()))?;
        let percent = 100.0 * probability;
        output::line(format_args!(
            "  {class}: {percent:.1} %, logit {logit:.3} = {sum:.3} from places of the photo, {bias:+.3} from none"
        ))?;
        if let Some(Hidden { hottest_hidden, coldest_hidden }) = self.hidden {
            output::line(format_args!(
                "  {:.1} % with the hottest fifth hidden, {:.1} % with the coldest",
                100.0 * hottest_hidden,
                100.0 * coldest_hidden
            ))?;
        }
        self.overlay.iter().try_for_each(|path| output::line(format_args!("  {path}")))
    }
}
