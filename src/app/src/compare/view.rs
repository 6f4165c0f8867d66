//! The compare view.

use headstart_protocol::Shipped;
use leptos::either::Either;
use leptos::prelude::*;

use super::Comparison;
use super::facts_table::FactsTable;
use super::runs::Runs;
use super::shipped_curve::ShippedCurve;
use crate::classify::{Classify, PhotoButtons, ResultsList, Samples};
use crate::error::PageError;
use crate::status::EngineStatus;
use crate::ui::{FailureText, Soon};

/// The compare view.
#[component]
pub(crate) fn CompareView() -> impl IntoView {
    let comparison = expect_context::<Comparison>();
    let classify = expect_context::<Classify>();
    let status = expect_context::<EngineStatus>();
    let shipped = comparison.shipped;
    // The worker fetches the CNN once this view is looked at, and no sooner.
    let is_ready = Memo::new(move |_| status.is_ready());
    Effect::new(move |_| {
        if is_ready.get() {
            comparison.open();
        }
    });
    classify.with_scratch.set(true);
    on_cleanup(move || classify.with_scratch.set(false));

    let has_photos = Memo::new(move |_| classify.photos.with(|photos| !photos.is_empty()));
    view! {
        <div class="hero" class:answered=has_photos>
            <h1>"What transfer learning buys"</h1>
            <p class="lead">
                "Two networks learned to tell cats from dogs. One began with VGG16, which knows shapes and textures from a million \
                 photos, and trained only a small head. The other began with random weights. Ask both about the same photo."
            </p>
        </div>
        <div
            class="classify"
            class:answered=has_photos
            data-testid="comparison"
            data-state=move || shipped.with(|shipped| shipped.as_deref().map_or("loading", state_of))
        >
            <section class="intake" aria-label="Add photos">
                <div class="class-buttons">
                    <PhotoButtons classify testid="compare-input" />
                </div>
                <p class="hint">
                    <span class="no-touch">"Or drop or paste them anywhere on this page. "</span>
                    "They never leave this machine."
                </p>
                <Availability comparison />
            </section>
            <ResultsList photos=classify.photos on_clear=move || classify.clear() />
            <div class="other-ways">
                <Samples classify />
            </div>
        </div>
        <Soon>
            <Runs comparison />
        </Soon>
        <Soon>
            <FactsTable comparison />
        </Soon>
        <Soon>
            <ShippedCurve comparison />
        </Soon>
    }
}

/// The name in `data-state`.
fn state_of(shipped: &Shipped) -> &'static str {
    if shipped.scratch_classes.is_empty() { "without-scratch" } else { "ready" }
}

/// Whether the CNN answers, and if not, why.
#[component]
fn Availability(
    /// What ships.
    comparison: Comparison,
) -> impl IntoView {
    let refused = move || comparison.failure.get().map(|failure| view! { <FailureText failure /> });
    let shipped = move || match comparison.shipped.get() {
        None => Either::Left(view! {
            <p class="honesty" role="status">
                "The CNN from scratch is fetched once the engine is ready."
            </p>
        }),
        Some(shipped) => {
            let failures = shipped.failures.iter().cloned().map(PageError::from);
            let failures = failures.map(|failure| view! { <FailureText failure /> }).collect_view();
            let missing = shipped.scratch_classes.is_empty().then(|| {
                view! {
                    <p class="honesty" data-testid="no-scratch">
                        "The CNN from scratch does not answer: this site does not have its weights, or they did not arrive. \
                         The built-in head answers alone."
                    </p>
                }
            });
            Either::Right((missing, failures))
        }
    };
    (refused, shipped)
}
