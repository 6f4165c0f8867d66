//! The page: the view that the address names, and what stands around every view.

use headstart_protocol::Ready;
use leptos::prelude::*;
use leptos_use::{use_event_listener, use_window};

use super::address::View;
use super::given::DropVeil;
use super::header::Header;
use crate::about::About;
use crate::classify::ClassifyView;
use crate::compare::CompareView;
use crate::engine::BUILD;
use crate::learn::LearnView;
use crate::offline::{Offline, UpdateOffer};
use crate::project::TeachView;
use crate::status::{EngineLine, EngineStatus, Measurements, phase_words};
use crate::ui::{Announcer, LiveRegion};

/// The page.
#[component]
pub(crate) fn Shell(
    /// What the engine line's “Try again” does.
    #[prop(into)]
    on_try_again: Callback<()>,
) -> impl IntoView {
    let status = expect_context::<EngineStatus>();
    let announcer = expect_context::<Announcer>();
    let offline = expect_context::<Offline>();
    let view = RwSignal::new(View::from_hash(&location_hash()));
    follow_address(view);
    let shown = move || match view.get() {
        View::Classify => view! { <ClassifyView /> }.into_any(),
        View::Teach => view! { <TeachView /> }.into_any(),
        View::Compare => view! { <CompareView /> }.into_any(),
        View::Learn => view! { <LearnView /> }.into_any(),
        View::About => view! {
            <About
                engine=Signal::derive(move || status.phase.with(phase_words))
                ready=Signal::derive(move || status.phase.with(|phase| phase.ready().map(|ready| Ready::clone(ready))))
                ready_ms=status.ready_ms
                comparison=expect_context()
                is_kept=offline.is_kept
                release=BUILD
            />
        }
        .into_any(),
    };
    view! {
        <Header view />
        <EngineLine status on_try_again />
        <UpdateOffer offline />
        <main id="main" class="main">
            {shown}
        </main>
        <Measurements status />
        <LiveRegion announcer />
        <DropVeil view />
    }
}

/// Keeps the view and the window's title at what the address says.
fn follow_address(view: RwSignal<View>) {
    let _ = use_event_listener(use_window(), leptos::ev::hashchange, move |_| {
        let named = View::from_hash(&location_hash());
        if named != view.get_untracked() {
            view.set(named);
            window().scroll_to_with_x_and_y(0.0, 0.0);
        }
    });
    Effect::new(move |_| document().set_title(&format!("{} · Headstart", view.get().name())));
}

/// The address's hash, `#` included.
fn location_hash() -> String {
    window().location().hash().unwrap_or_default()
}
