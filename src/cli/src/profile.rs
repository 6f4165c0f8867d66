//! `headstart profile`: where a photo's time goes in the base.

use std::path::PathBuf;
use std::time::Duration;

use burn::tensor::Device;
use clap::Args;
use headstart_nn::StageProfile;
use headstart_weights::golden_pattern;
use serde::Serialize;

use crate::error::CliError;
use crate::models::{Base, side};
use crate::output;

/// What is to be measured.
#[derive(Args)]
#[command(after_help = "Example:
  headstart profile --size 224

One photo at a time on one thread of the processor. A convolution gathers patches and transforms them, multiplies them with the
filters, and scatters what comes out; what else it takes is memory that is made ready. Mean and maximum of conv4_3 and conv5_3,
which heads see, count as the pools behind them.")]
pub(crate) struct Options {
    /// Side of the photo.
    #[arg(long, default_value_t = 150, value_parser = side())]
    size: usize,
    /// Photos, of which the medians are told; one goes before them.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: u16,
    /// A base file, quantized or float; the shipped one if left out.
    #[arg(long)]
    base: Option<PathBuf>,
}

#[derive(Serialize)]
struct Report {
    size: usize,
    rounds: u16,
    /// The sum of the medians.
    ms: f64,
    stages: Vec<Stage>,
}

/// Medians, in milliseconds.
#[derive(Serialize)]
struct Stage {
    stage: String,
    ms: f64,
    /// Of convolutions alone.
    #[serde(flatten)]
    phases: Option<Phases>,
}

#[derive(Serialize)]
struct Phases {
    gather_ms: f64,
    product_ms: f64,
    scatter_ms: f64,
}

/// Prints what each stage of the base takes.
///
/// # Errors
/// Those of [`Base::open`]; [`CliError::Output`].
pub(crate) fn run(options: &Options, json: bool) -> Result<(), CliError> {
    let &Options { size, rounds, ref base } = options;
    let model = Base::open(base.as_deref(), &Device::flex())?.model;
    let photo = || model.photos(golden_pattern(size), size);
    drop(model.profile(photo()));
    let profiles: Vec<_> = (0..rounds).map(|_| model.profile(photo())).collect();
    let stages: Vec<Stage> = profiles[0].iter().enumerate().map(|(at, first)| stage(first, at, &profiles)).collect();
    let report = Report { size, rounds, ms: stages.iter().map(|stage| stage.ms).sum(), stages };
    if json {
        return output::json(&report);
    }
    output::line("stage        ms  share  gather  product  scatter")?;
    for Stage { stage, ms, phases } in &report.stages {
        let of_phase = |Phases { gather_ms, product_ms, scatter_ms }: &Phases| {
            format!("  {gather_ms:>6.2}  {product_ms:>7.2}  {scatter_ms:>7.2}")
        };
        let phases = phases.as_ref().map(of_phase).unwrap_or_default();
        output::line(format_args!("{stage:<8} {ms:>6.2}  {:>3.0} %{phases}", 100.0 * ms / report.ms))?;
    }
    output::line(format_args!("all      {:>6.2}  of one photo at {size}×{size}, medians of {rounds}", report.ms))
}

/// The medians of the stage `at`.
fn stage(first: &StageProfile, at: usize, profiles: &[Vec<StageProfile>]) -> Stage {
    let median = |of: fn(&StageProfile) -> Duration| {
        let mut all: Vec<_> = profiles.iter().map(|stages| of(&stages[at])).collect();
        all.sort_unstable();
        1000.0 * all[all.len() / 2].as_secs_f64()
    };
    let phases = first.stage.starts_with("conv").then(|| Phases {
        gather_ms: median(|stage| stage.phases.gather),
        product_ms: median(|stage| stage.phases.product),
        scatter_ms: median(|stage| stage.phases.scatter),
    });
    Stage { stage: first.stage.clone(), ms: median(|stage| stage.total), phases }
}
