//! The photo that the visitor is asked about.

use leptos::callback::UnsyncCallback;
use leptos::html::Div;
use leptos::prelude::*;

use super::Labelling;
use super::candidate::Candidate;
use super::doubt::why;
use crate::project::album::{Album, Class};
use crate::ui::{Button, photo_address};
use crate::wording::percent;

/// Classes that have a key.
pub(super) const KEYS: usize = 9;

/// The photo, what the head says of it, and the classes that it may go into.
#[component]
pub(super) fn Question(
    /// Where it stands on the page.
    place: NodeRef<Div>,
    /// Puts it into this class.
    #[prop(into)]
    on_label: UnsyncCallback<(Class,)>,
    /// Leaves it without a label.
    #[prop(into)]
    on_skip: UnsyncCallback<()>,
) -> impl IntoView {
    let labelling = expect_context::<Labelling>();
    let album = expect_context::<Album>();
    let front = labelling.front;
    let has_front = Memo::new(move |_| front.with(Option::is_some));
    view! {
        <div class="labelling-question" class:asking=has_front tabindex="-1" node_ref=place>
            {move || front.get().map(|candidate| view! { <Asked candidate /> })}
            <Show when=move || has_front.get()>
                <div class="class-buttons labelling-classes" role="group" aria-label="Its class">
                    <For each=move || album.classes.get() key=|class| class.key let:class>
                        <LabelButton class on_label />
                    </For>
                    <Button testid="label-skip" class="quiet" on_press=move || on_skip.run(())>
                        <kbd aria-hidden="true">"0"</kbd>
                        " Skip"
                    </Button>
                </div>
            </Show>
        </div>
    }
}

/// The photo large, what the head says of it, and why it is asked about.
#[component]
fn Asked(
    /// The photo.
    candidate: Candidate,
) -> impl IntoView {
    let Candidate { name, file, said, .. } = candidate;
    let shown = photo_address(Some(&file));
    let (title, alt) = (name.clone(), name.clone());
    let picture = move || {
        let alt = alt.clone();
        shown.get().map(|address| {
            view! { <img src=address alt=alt decoding="async" on:error=move |_| shown.set(None) /> }
        })
    };
    let said = RwSignal::from(said);
    let reason = move || said.with(|said| said.as_ref().map(why));
    view! {
        <figure class="labelling-photo" data-testid="labelling-photo" data-name=name>
            <div class="thumbnail" class:blank=move || shown.with(Option::is_none)>
                {picture}
            </div>
            <figcaption>
                <p class="card-name">{title}</p>
                <p class="labelling-why" role="status" data-testid="labelling-why">
                    {reason}
                </p>
            </figcaption>
        </figure>
    }
}

/// The button that puts the photo into a class, with its key and with what the head says of it.
#[component]
fn LabelButton(
    /// The class.
    class: Class,
    /// Puts the photo into it.
    on_label: UnsyncCallback<(Class,)>,
) -> impl IntoView {
    let labelling = expect_context::<Labelling>();
    let album = expect_context::<Album>();
    let (id, name) = (class.key, RwSignal::from(class.name.clone()));
    let key = Memo::new(move |_| {
        let place = album.classes.with(|classes| classes.iter().position(|other| other.key == id))?;
        (place < KEYS).then(|| (place + 1).to_string())
    });
    let share = move || {
        let said = labelling.front.with(|front| front.as_ref().map(|front| front.said.clone()))?;
        said.with(|said| {
            let name = name.read();
            let share = said.as_ref()?.classes().find(|(other, ..)| *other == name.as_str())?.1;
            Some(percent(share))
        })
    };
    view! {
        <button
            type="button"
            class="button"
            data-testid="label-as"
            data-class=move || name.get()
            aria-keyshortcuts=move || key.get()
            on:click=move |_| on_label.run((class.clone(),))
        >
            {move || key.get().map(|key| view! { <kbd aria-hidden="true">{key}</kbd> })}
            <span class="label-name">{move || name.get()}</span>
            <span class="label-share">{share}</span>
        </button>
    }
}
