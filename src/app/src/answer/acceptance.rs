//! How familiar a photo must be to be answered.

use headstart_protocol::{ACCEPTED, is_known};
use leptos::prelude::*;

use crate::ui::Slider;

/// The share of photos of a head's classes that are to be known, in percent: the least and the most that the slider gives.
const RANGE: [f64; 2] = [50.0, 99.0];

/// The share of photos of a head's classes that are to be known. Copies name the same one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Acceptance {
    percent: RwSignal<f64>,
    /// Whether a head has said how familiar a photo is: not all can.
    matters: RwSignal<bool>,
}

impl Acceptance {
    /// 95 %.
    pub(crate) fn new() -> Self {
        Self { percent: RwSignal::new((100.0 * ACCEPTED).round()), matters: RwSignal::new(false) }
    }

    /// Hears how familiar a photo is, where its head can say.
    pub(crate) fn hear(self, familiarity: Option<f64>) {
        if familiarity.is_some() && !self.matters.get_untracked() {
            self.matters.set(true);
        }
    }

    /// Whether a photo that is so familiar is known, where its head can say; within a view, what depends on the share.
    pub(crate) fn knows(self, familiarity: Option<f64>) -> Option<bool> {
        familiarity.map(|familiarity| is_known(familiarity, self.percent.get() / 100.0))
    }
}

/// The slider; nothing before it matters.
#[component]
pub(crate) fn AcceptanceSlider(
    /// What it sets.
    acceptance: Acceptance,
) -> impl IntoView {
    let Acceptance { percent, matters } = acceptance;
    view! {
        <Show when=move || matters.get()>
            <Slider
                testid="acceptance"
                label="Photos of its classes that a head is to know"
                range=RANGE
                unit=" %"
                value=percent
            >
                <span class="hint">
                    "What is less like its training photos than those is nothing it was taught. The higher, the more that is of no \
                     class is taken for one."
                </span>
            </Slider>
        </Show>
    }
}
