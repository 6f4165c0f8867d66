//! How the models learned, beside published runs.

use headstart_protocol::{ModelFacts, RunRecord, Shipped};
use leptos::prelude::*;

use super::Comparison;
use super::published::{self, Published};
use crate::ui::chart::RunsBeside;

/// The runs of both models.
#[component]
pub(super) fn Runs(
    /// What is here of ours.
    comparison: Comparison,
) -> impl IntoView {
    let run = move |of: fn(&Shipped) -> Option<&ModelFacts>| {
        comparison.shipped.with(|shipped| shipped.as_deref().and_then(of)?.run.clone())
    };
    let transfer = move || {
        let own = run(|shipped| Some(&shipped.transfer));
        view! { <ModelRun title="Head on VGG16" model="transfer" own published=&published::TRANSFER /> }
    };
    let scratch = move || {
        let own = run(|shipped| shipped.scratch.as_ref());
        view! { <ModelRun title="CNN from scratch" model="scratch" own published=&published::SCRATCH /> }
    };
    view! {
        <section class="panel runs" aria-labelledby="runs-title">
            <h2 id="runs-title">"How they learned"</h2>
            <p class="hint">
                "Solid: accuracy and loss on the training photos. Dashed: on the validation photos, which were held out. The \
                 published runs resized 3,000 training photos of each class to 150×150 pixels and validated on 1,000 of each; \
                 theirs on VGG16 also trained its last two blocks, ours kept the whole base frozen."
            </p>
            {transfer}
            {scratch}
        </section>
    }
}

/// A model's run beside the published one.
#[component]
fn ModelRun(
    /// What the model is called.
    title: &'static str,
    /// Its name in `data-model`.
    model: &'static str,
    /// Our run, where it is known.
    own: Option<RunRecord>,
    /// The published run.
    published: &'static Published,
) -> impl IntoView {
    let own_best = own.as_ref().map(|run| run.best_epoch);
    let own = own.map(|run| run.epochs).unwrap_or_default();
    let epochs = own.len().to_string();
    let missing = own.is_empty().then(|| {
        view! { <p class="honesty">"This site does not have the history of our own run; the published one is shown alone."</p> }
    });
    view! {
        <div class="run" data-testid="run" data-model=model data-epochs=epochs>
            <h3 class="small-title">{title}</h3>
            <RunsBeside own own_best published=published.history() published_best=Some(published.best().1) />
            {missing}
        </div>
    }
}
