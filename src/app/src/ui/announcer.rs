//! What is said to screen readers.

use leptos::prelude::*;

/// The page's one polite live region (`aria-live`): it says the last event in words.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Announcer(RwSignal<String>);

impl Announcer {
    /// One that has nothing to say yet.
    pub(crate) fn new() -> Self {
        Self(RwSignal::new(String::new()))
    }

    /// Says `words`, in place of what was said before.
    pub(crate) fn say(self, words: impl Into<String>) {
        self.0.set(words.into());
    }

    /// What was said last.
    pub(crate) fn words(self) -> Signal<String> {
        self.0.into()
    }
}

/// The live region itself: once a page.
#[component]
pub(crate) fn LiveRegion(
    /// What it says.
    announcer: Announcer,
) -> impl IntoView {
    view! {
        <p class="visually-hidden" role="status">
            {announcer.words()}
        </p>
    }
}
