//! Frozen against fine-tuned base.

use leptos::prelude::*;

use crate::compare::{Comparison, TuningTable};
use crate::status::EngineStatus;

/// What it means to train the last blocks of the base too: what it costs, gains, and when it does not help.
#[component]
pub(super) fn FrozenOrTuned(
    /// The figures of the shipped models.
    comparison: Comparison,
    /// The engine that reads them.
    status: EngineStatus,
) -> impl IntoView {
    let is_ready = Memo::new(move |_| status.is_ready());
    Effect::new(move |_| {
        if is_ready.get() {
            comparison.read_tuning();
        }
    });
    view! {
        <section data-testid="frozen-or-tuned">
            <h2>"Frozen or fine-tuned base"</h2>
            <p>
                "One can also go on and train the base’s last blocks with the head: fine-tuning. The early layers stay frozen, for \
                 edges and colours are the same everywhere; the late ones, which know the things of their million photos, are \
                 fitted to yours. Block 5 is the last three of the thirteen layers and half of the base’s parameters."
            </p>
            <TuningTable comparison />
            <p>
                "It costs time and space. On a frozen base each photo passes through the layers once, and the head learns from the \
                 kept features in seconds; a block that is trained is run forwards and backwards for each photo in each epoch. And \
                 a head fits any copy of the base, while a trained block has to be kept and sent with its model."
            </p>
            <p>
                "It gains most where photos are many, or unlike those that the base knows. It does not help with few: millions of \
                 trainable parameters learn a few dozen photos by heart, and what the block knew is lost on the way. So the head is \
                 trained first, the block follows with a small learning rate and is held near to where it began, and if the \
                 validation photos say that the frozen base was better, its head is kept. All curves are under "
                <a href="#/compare">"Compare"</a>"."
            </p>
        </section>
    }
}
