//! The learning curve of cats and dogs.

use headstart_protocol::Shipped;
use leptos::prelude::*;

use super::Comparison;
use crate::ui::chart::LearningCurve;
use crate::wording::thousands;

/// The learning curve, where the site has it.
#[component]
pub(super) fn ShippedCurve(
    /// What ships.
    comparison: Comparison,
) -> impl IntoView {
    move || comparison.shipped.with(|shipped| shipped.as_deref().filter(|shipped| !shipped.curve.is_empty()).map(panel))
}

fn panel(shipped: &Shipped) -> impl IntoView + use<> {
    let words = format!(
        "Cats and dogs: heads and small CNNs trained on so many photos of each, their accuracy on the same {} held-out \
         photos. Bars are one standard deviation over the draws. The last points are the two models of this page; the \
         CNN there is the large one. Under Teach you can draw the same curve for your own photos.",
        thousands(shipped.curve_held_out.into())
    );
    let points = Signal::stored(shipped.curve.clone());
    view! {
        <section class="panel curve-panel" aria-labelledby="shipped-curve-title" data-testid="shipped-curve">
            <h2 id="shipped-curve-title">"How many photos does it take?"</h2>
            <p class="hint">{words}</p>
            <LearningCurve points />
        </section>
    }
}
