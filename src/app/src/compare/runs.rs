//! How the models learned, beside published runs.

use headstart_protocol::{Epoch, ModelFacts, Shipped};
use leptos::prelude::*;

use super::Comparison;
use super::facts_table::NoTuned;
use super::published::{self, Published};
use crate::ui::chart::{RunsBeside, RunsTogether, Together};

/// The runs of all models.
#[component]
pub(super) fn Runs(
    /// What is here of ours.
    comparison: Comparison,
) -> impl IntoView {
    let run = move |of: fn(&Shipped) -> Option<&ModelFacts>| {
        let own = move |shipped: &Shipped| Own::of(of(shipped));
        comparison.shipped.with(|shipped| shipped.as_deref().map_or(Own::Awaited, own))
    };
    let together = move || {
        let runs = comparison.shipped.with(|shipped| together(shipped.as_deref()));
        view! { <RunsTogether runs /> }
    };
    let transfer = move || {
        let own = run(|shipped| Some(&shipped.transfer));
        view! { <ModelRun title="Head on the frozen base" model="transfer" own /> }
    };
    let tuned = move || {
        let own = run(|shipped| shipped.tuned.as_ref());
        view! { <ModelRun title="Last blocks of the base trained too" model="tuned" own published=&published::TRANSFER /> }
    };
    let scratch = move || {
        let own = run(|shipped| shipped.scratch.as_ref());
        view! { <ModelRun title="CNN from scratch" model="scratch" own published=&published::SCRATCH /> }
    };
    view! {
        <section class="panel runs" aria-labelledby="runs-title">
            <h2 id="runs-title">"How they learned"</h2>
            <p class="hint">
                "All resized 3,000 training photos of each class to 150×150 pixels. The published runs were validated on 1,000 of \
                 each; theirs on VGG16 trained blocks 4 and 5 with the head."
            </p>
            {together}
            <p class="hint">
                "Run by run. Solid: accuracy and loss on the training photos. Dashed: on the validation photos, which were held out."
            </p>
            {transfer}
            {tuned}
            {scratch}
        </section>
    }
}

/// What is here of a run of ours.
enum Own {
    /// It is not known yet.
    Awaited,
    /// The release has no such model.
    NoModel,
    /// The model ships, its history does not.
    NoHistory,
    /// Its epochs and the best of them.
    History(Vec<Epoch>, u32),
}

impl Own {
    fn of(facts: Option<&ModelFacts>) -> Self {
        match facts.map(|facts| facts.run.as_ref()) {
            None => Self::NoModel,
            Some(None) => Self::NoHistory,
            Some(Some(run)) => Self::History(run.epochs.clone(), run.best_epoch),
        }
    }
}

/// A model's run, beside the published one where there is one.
#[component]
fn ModelRun(
    /// What the model is called.
    title: &'static str,
    /// Its name in `data-model`.
    model: &'static str,
    /// Our run.
    own: Own,
    /// The published run.
    #[prop(optional, into)]
    published: Option<&'static Published>,
) -> impl IntoView {
    let missing = match own {
        Own::NoModel if model == "tuned" => Some(view! { <NoTuned /> }.into_any()),
        Own::NoModel | Own::NoHistory => {
            let words = "This site does not have the history of our own run.";
            Some(view! { <p class="honesty">{words}</p> }.into_any())
        }
        Own::Awaited | Own::History(..) => None,
    };
    let (own, own_best) = match own {
        Own::History(epochs, best) => (epochs, Some(best)),
        Own::Awaited | Own::NoModel | Own::NoHistory => (Vec::new(), None),
    };
    let epochs = own.len().to_string();
    let published_best = published.map(|run| run.best().1);
    let published = published.map(Published::history).unwrap_or_default();
    let charts = (!own.is_empty() || !published.is_empty())
        .then(|| view! { <RunsBeside own own_best published published_best /> });
    view! {
        <div class="run" data-testid="run" data-model=model data-epochs=epochs>
            <h3 class="small-title">{title}</h3>
            {missing}
            {charts}
        </div>
    }
}

/// All runs that are known, for one chart.
fn together(shipped: Option<&Shipped>) -> Vec<Together> {
    let epochs = |facts: Option<&ModelFacts>| {
        let run = facts.and_then(|facts| facts.run.as_ref());
        run.map(|run| run.epochs.clone()).unwrap_or_default()
    };
    let own = |of: fn(&Shipped) -> Option<&ModelFacts>| epochs(shipped.and_then(of));
    vec![
        Together::Frozen(own(|shipped| Some(&shipped.transfer))),
        Together::Tuned(own(|shipped| shipped.tuned.as_ref())),
        Together::TunedPublished(published::TRANSFER.history()),
        Together::Scratch(own(|shipped| shipped.scratch.as_ref())),
        Together::ScratchPublished(published::SCRATCH.history()),
    ]
}
