//! The `headstart` command: what the page does, on the native machine, from the same code.

mod checkpoint;
mod classifier;
mod classify;
mod device;
mod doctor;
mod error;
mod evaluate;
mod explain;
mod features;
mod few_shots;
mod fine_tuning;
mod learning_curve;
mod listing;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod memory;
mod models;
mod output;
mod photos;
mod profile;
mod progress;
mod quantize;
mod record;
mod reference;
mod replace;
mod scratch;
mod train;

use std::path::PathBuf;
use std::process::ExitCode;

use burn::tensor::Device;
use clap::{Args, Parser, Subcommand};
use headstart_protocol::ACCEPTED;

use crate::classifier::Classifier;
use crate::device::DeviceChoice;
use crate::error::CliError;

/// Transfer learning on photos: quantize the VGG16 base, train heads on it, evaluate and use them.
#[derive(Parser)]
#[command(
    version,
    after_help = "Example:
  headstart classify photo.jpg"
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// Print the result as JSON.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Turn float weights (safetensors: VGG16 with torchvision's names, or what `train --model scratch` wrote) into the file
    /// that the page loads.
    #[command(after_help = "Example:
  headstart quantize vgg16_features.safetensors public/models/vgg16.hsw")]
    Quantize {
        /// The float weights.
        input: PathBuf,
        /// The file to write.
        output: PathBuf,
        /// How coarse the largest layer of a CNN trained from scratch may be, in root mean squares of its weights: 0.5 if
        /// left out.
        #[arg(long)]
        step: Option<f32>,
    },
    /// Train a head on a folder of photos.
    Train(train::Options),
    /// Measure the test accuracy of a model on a folder of photos.
    #[command(after_help = "Example:
  headstart evaluate more-photos --model my-head.safetensors    # more-photos/cat/*.jpg, more-photos/dog/*.jpg")]
    Evaluate {
        /// The folder: CLASS/*, however deep, or files named CLASS.N.jpg. Case does not tell classes apart.
        dir: PathBuf,
        #[command(flatten)]
        with: With,
        /// Where the base is computed; a CNN trained from scratch always answers on the processor.
        #[arg(long, value_enum, default_value = "auto")]
        device: DeviceChoice,
    },
    /// Measure the learning curves of a head and of a small CNN trained from scratch: accuracy against photos a class.
    LearningCurve(learning_curve::Options),
    /// List figures that other commands printed with --json among the models that ship, for the page to show.
    Record(record::Options),
    /// Measure the test accuracy of heads trained on few photos, and how fast they are trained.
    #[command(hide = true)]
    FewShots(few_shots::Options),
    /// Show which places of photos speak for a class.
    Explain(explain::Options),
    /// Measure where a photo's time goes in the base.
    Profile(profile::Options),
    /// Find what may be wrong with a folder of photos: labels, copies, blurred photos, classes that a border gives away.
    Doctor(doctor::Options),
    /// Classify single photos, and say which are like nothing that the head was taught.
    #[command(after_help = "Example:
  headstart classify photo.jpg holidays --model my-head.safetensors    # holidays/*.jpg, holidays/2024/*.jpg")]
    Classify {
        /// The photos, or folders of them.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        #[command(flatten)]
        with: With,
    },
}

/// What is to answer.
#[derive(Args)]
struct With {
    /// A head file or the file of a CNN trained from scratch; `tuned` for the shipped head with blocks of its own, `scratch`
    /// for the shipped CNN; the shipped cat/dog head if left out.
    #[arg(long)]
    model: Option<PathBuf>,
    /// Side of the square that a photo is squeezed to: the head's own, or 150, if left out.
    #[arg(long)]
    size: Option<usize>,
    /// A base file, quantized or float; the shipped one if left out.
    #[arg(long)]
    base: Option<PathBuf>,
    /// Where features are kept between runs.
    #[arg(long, default_value_os_t = features::default_cache())]
    cache: PathBuf,
    /// The share of photos of the head's classes that are to count as known, above 0 and below 1. The higher, the more that is
    /// of no class is taken for one.
    #[arg(long, value_name = "SHARE", default_value_t = ACCEPTED, value_parser = share)]
    accept: f64,
}

/// Reads a share above 0 and below 1.
fn share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok().filter(|share| 0.0 < *share && *share < 1.0);
    share.ok_or_else(|| "it is to be a number above 0 and below 1".to_owned())
}

fn main() -> ExitCode {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    memory::keep_freed();
    let done = match Arguments::try_parse() {
        Ok(arguments) => run(&arguments),
        // Help and the version are no errors.
        Err(usage) => match usage.print() {
            Ok(()) => return if usage.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS },
            Err(error) => Err(CliError::Output(error)),
        },
    };
    let Err(error) = done else { return ExitCode::SUCCESS };
    let advice = error.advice().map(|advice| format!(" {advice}")).unwrap_or_default();
    output::note(format_args!("headstart: {error}.{advice}"));
    ExitCode::FAILURE
}

fn run(arguments: &Arguments) -> Result<(), CliError> {
    let json = arguments.json;
    match &arguments.command {
        Command::Quantize { input, output, step } => quantize::run(input, output, *step, json),
        Command::Train(options) => train::run(options, json),
        Command::Evaluate { dir, with, device } => {
            evaluate::run(dir, &Classifier::open(with, &device.open()?)?, with.accept, json)
        }
        Command::LearningCurve(options) => {
            learning_curve::run(options, json).map_err(|error| error.of_folder(&options.dir))
        }
        Command::Record(options) => record::run(options),
        Command::FewShots(options) => few_shots::run(options, json).map_err(|error| error.of_folder(&options.dir)),
        Command::Explain(options) => explain::run(options, json),
        Command::Profile(options) => profile::run(options, json),
        Command::Doctor(options) => doctor::run(options, json).map_err(|error| error.of_folder(&options.dir)),
        Command::Classify { files, with } => {
            classify::run(files, &Classifier::open(with, &Device::flex())?, with.accept, json)
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_help_of_every_command_has_an_example() {
        let mut command = Arguments::command();
        command.build();
        for sub in command.get_subcommands_mut().filter(|sub| sub.get_name() != "help") {
            let (name, help) = (sub.get_name().to_owned(), sub.render_long_help().to_string());
            let example = help.split_once("Example:").map(|(_, example)| example.to_owned()).unwrap_or_default();
            let line = example.lines().find(|line| line.contains(&format!("headstart {name} "))).unwrap_or_default();
            let words = line.split('#').next().unwrap_or_default().split_whitespace();
            // What it shows can be typed.
            let parsed = Arguments::try_parse_from(words);
            assert!(parsed.is_ok(), "{name}: {:?}", parsed.err().map(|error| error.to_string()));
        }
    }
}
