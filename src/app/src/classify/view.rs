//! The classify view: photos come in on the left, answers stand on the right; on a phone answers stand right under the
//! place where photos come in.

use leptos::prelude::*;

use super::picker::Picker;
use super::{Classify, ResultsList, Samples};
use crate::answer::{Acceptance, AcceptanceSlider};
use crate::camera::CameraPanel;
use crate::status::EngineStatus;
use crate::wording::either;

/// The classify view.
#[component]
pub(crate) fn ClassifyView() -> impl IntoView {
    let classify = expect_context::<Classify>();
    let status = expect_context::<EngineStatus>();
    let acceptance = expect_context::<Acceptance>();
    let has_photos = Memo::new(move |_| classify.photos.with(|photos| !photos.is_empty()));
    view! {
        <div class="hero" class:answered=has_photos>
            <h1>"Who is on your photo?"</h1>
            <p class="lead">
                "A neural network looks at it right here, in your browser. Your photos never leave this machine."
            </p>
        </div>
        <div class="classify" class:answered=has_photos>
            <section class="intake" aria-label="Add photos">
                <Picker classify />
            </section>
            <ResultsList photos=classify.photos on_clear=move || classify.clear() />
            <div class="other-ways">
                <CameraPanel />
                <Samples classify />
                <AcceptanceSlider acceptance />
                <KnownClasses status />
            </div>
        </div>
    }
}

/// What the head can and cannot say.
#[component]
fn KnownClasses(
    /// The engine, which knows the classes once it is ready.
    status: EngineStatus,
) -> impl IntoView {
    let known = Memo::new(move |_| {
        status.phase.with(|phase| phase.ready().map(|ready| (either(&ready.classes), ready.has_bank)))
    });
    let words = move || match known.get() {
        Some((classes, true)) => format!(
            "It knows only these classes: {classes}. What is unlike the photos that it was trained on it calls nothing it was taught; \
             that is right most of the time, not always."
        ),
        Some((classes, false)) => {
            format!("It knows only these classes and answers with one of them whatever the picture shows: {classes}.")
        }
        None => "It knows only the classes that it was trained on.".to_owned(),
    };
    view! { <p class="honesty">{words}</p> }
}
