//! The compare view: both models on the same photos, and how they came to be.

use std::rc::Rc;

use headstart_protocol::{Epoch, ModelFacts, Shipped};

use super::chart::{chart, epoch_rows, epoch_table};
use super::learning_curve::curve_chart;
use super::results::results;
use super::samples::samples;
use super::teach::picker::file_button;
use crate::compare::facts::{COLUMNS, rows};
use crate::compare::published::{self, Published};
use crate::folders::Given;
use crate::html::{Html, html, svg};
use crate::intake::Picked;
use crate::signal::effect;
use crate::state::Page;
use crate::teach::curves::Beside;
use crate::wording::{counted, fixed};

/// The compare view.
pub(super) fn compare() -> Html {
    let page = Page::here();
    // The worker fetches the CNN once this view is looked at, and no sooner.
    effect(move || {
        if page.phase.with(|phase| phase.ready().is_some()) {
            page.open_comparison();
        }
    });
    let take = move |given: Vec<Given>| page.add(given.into_iter().map(|given| Picked::File(given.file)));
    let shipped = page.shipped;
    let state = move || shipped.with(|shipped| shipped.as_deref().map_or("loading", state_of));
    html! {
        <div class="hero">
            <h1>"What transfer learning buys"</h1>
            <p class="lead">
                "Two networks learnt to tell cats from dogs. One began with VGG16, which knows shapes and textures from a million \
                 photos, and learnt only a small head. The other began with random numbers. Ask both about the same photo."
            </p>
        </div>
        <div class="classify" data-testid="comparison" data-state={state}>
            <section class="intake" aria-label="Add photos">
                {file_button("compare-input", "Choose photos", "image/*,.heic,.heif,.avif", take)
                    .multiple()
                    .class("primary")}
                <p class="hint">"Or drop or paste them anywhere on this page. They never leave this machine."</p>
                {move || shipped.with(|shipped| availability(shipped.as_deref()))}
                {samples()}
            </section>
            {results()}
        </div>
        {move || shipped.with(|shipped| histories(shipped.as_ref()))}
        {move || shipped.with(|shipped| table(shipped.as_deref()))}
        {move || shipped.with(|shipped| curve(shipped.as_deref()))}
    }
}

/// The name in `data-state`.
fn state_of(shipped: &Shipped) -> &'static str {
    if shipped.scratch_classes.is_empty() { "without-scratch" } else { "ready" }
}

/// Whether the CNN answers, and if not, why.
fn availability(shipped: Option<&Shipped>) -> Html {
    let Some(shipped) = shipped else {
        return html! { <p class="honesty" role="status">"The CNN from scratch is fetched once the engine is ready."</p> };
    };
    let failures = shipped.failures.iter().map(|failure| {
        html! {
            <p class="failure" role="alert" data-testid="error" data-kind={failure.kind.name()}>
                {failure.message.clone()}
            </p>
        }
    });
    let missing = shipped.scratch_classes.is_empty().then(|| {
        html! {
            <p class="honesty" data-testid="no-scratch">
                "The CNN from scratch does not answer: this site does not have its weights, or they did not arrive. \
                 The built-in head answers alone."
            </p>
        }
    });
    html! { {missing}{failures.collect::<Html>()} }
}

/// The runs of both models.
fn histories(shipped: Option<&Rc<Shipped>>) -> Html {
    let epochs_of = |facts: Option<&ModelFacts>| {
        facts.and_then(|facts| facts.run.as_ref()).map(|run| run.epochs.clone()).unwrap_or_default()
    };
    let transfer = epochs_of(shipped.map(|shipped| &shipped.transfer));
    let scratch = epochs_of(shipped.and_then(|shipped| shipped.scratch.as_ref()));
    html! {
        <section class="panel runs" aria-labelledby="runs-title">
            <h2 id="runs-title">"How they learnt"</h2>
            <p class="hint">
                "Solid: photos trained on. Dashed: photos set aside. The published runs resized 3,000 photos of each class to \
                 150×150 pixels and validated on 1,000 of each; theirs on VGG16 also trained its last two blocks, ours left all \
                 of it as it was."
            </p>
            {run("Head on VGG16", "transfer", &transfer, &published::TRANSFER)}
            {run("CNN from scratch", "scratch", &scratch, &published::SCRATCH)}
        </section>
    }
}

/// A model's curves beside the published ones, and both as a table.
fn run(title: &'static str, model: &'static str, own: &[Epoch], published: &Published) -> Html {
    let theirs = published.history();
    let loss = Beside::of_losses(own, &theirs);
    let accuracy = Beside::of_accuracies(own, &theirs);
    let has_own = !own.is_empty();
    let top = fixed(loss.own.top, 2);
    let bottom = format!("{} %", fixed(100.0 * accuracy.own.bottom, 0));
    html! {
        <div class="run" data-testid="run" data-model={model} data-epochs={own.len().to_string()}>
            <h3 class="small-title">{title}</h3>
            <div class="curves" aria-hidden="true">
                {both_drawn("Loss", top, "0".to_owned(), loss)}
                {both_drawn("Accuracy", "100 %".to_owned(), bottom, accuracy)}
                <p class="legend">
                    {has_own.then(|| html! { <span class="legend-training">"ours"</span> })}
                    <span class="legend-published">"published"</span>
                </p>
            </div>
            {(!has_own).then(|| html! { <p class="honesty">"This site does not have the history of our own run; the published one is shown alone."</p> })}
            {has_own.then(|| epoch_table("Our run as a table", None, epoch_rows(own)))}
            {epoch_table("The published run as a table", None, epoch_rows(&theirs))}
        </div>
    }
}

fn both_drawn(title: &'static str, top: String, bottom: String, both: Beside) -> Html {
    let Beside { own, other } = both;
    let lines = svg! {
        <polyline class="chart-published" points={other.training} />
        <polyline class="chart-published set-aside" points={other.validation} />
        <polyline class="chart-training" points={own.training} />
        <polyline class="chart-training set-aside" points={own.validation} />
    };
    let below = html! {
        <span class="chart-bottom">{bottom}</span>
        <span class="chart-last">{format!("epoch {}", own.last)}</span>
    };
    chart(title, top, lines, below)
}

/// The figures of both models and of the published ones.
fn table(shipped: Option<&Shipped>) -> Html {
    let rows = rows(shipped).into_iter().map(|(title, cells)| {
        html! {
            <tr>
                <th scope="row">{title}</th>
                {cells.into_iter().map(|cell| html! { <td>{cell}</td> }).collect::<Html>()}
            </tr>
        }
    });
    html! {
        <section class="panel facts-panel" aria-labelledby="facts-title">
            <h2 id="facts-title">"Side by side"</h2>
            <div class="table-scroller">
                <table class="figures-table" data-testid="comparison-table">
                    <caption>
                        "–: not known here. All shares are of photos of 150×150 pixels. Times are those of the \
                         machines that trained them, which differ; the head’s is without VGG16’s one look at each photo."
                    </caption>
                    <thead>
                        <tr>
                            <td></td>
                            {COLUMNS.into_iter().map(|column| html! { <th scope="col">{column}</th> }).collect::<Html>()}
                        </tr>
                    </thead>
                    <tbody>{rows.collect::<Html>()}</tbody>
                </table>
            </div>
        </section>
    }
}

/// The learning curve of cats and dogs, where the site has it.
fn curve(shipped: Option<&Shipped>) -> Option<Html> {
    let shipped = shipped.filter(|shipped| !shipped.curve.is_empty())?;
    let points = shipped.curve.clone();
    let words = format!(
        "Cats and dogs: heads and small CNNs trained on so many photos of each, scored on the same {} that none of them \
         was trained on. Bars are one standard deviation over the draws. The last points are the two models of this page; the CNN \
         there is the large one. Under Teach you can draw the same curve for your own photos.",
        counted(shipped.curve_held_out as usize, "photo")
    );
    let chart = html! {
        <section class="panel curve-panel" aria-labelledby="shipped-curve-title" data-testid="shipped-curve">
            <h2 id="shipped-curve-title">"How many photos does it take?"</h2>
            <p class="hint">{words}</p>
            {curve_chart(move || points.clone())}
        </section>
    };
    Some(chart)
}
