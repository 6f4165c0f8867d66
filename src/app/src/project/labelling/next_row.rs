//! The photos that are asked about next.

use leptos::prelude::*;

use super::Labelling;
use super::candidate::Candidate;
use crate::ui::photo_address;
use crate::wording::counted;

/// So many are shown.
const SHOWN: usize = 8;

/// The next ones, small, in their order.
#[component]
pub(super) fn NextRow() -> impl IntoView {
    let queue = expect_context::<Labelling>().queue;
    let next = move || queue.with(|queue| queue.iter().take(SHOWN).cloned().collect::<Vec<_>>());
    let is_empty = Memo::new(move |_| queue.with(Vec::is_empty));
    let counts = Memo::new(move |_| {
        let unanswered = |candidate: &&Candidate| candidate.said.with(Option::is_none);
        queue.with(|queue| (queue.len(), queue.iter().filter(unanswered).count()))
    });
    view! {
        <Show when=move || !is_empty.get()>
            <p class="hint">{move || words(counts.get())}</p>
            <ol class="labelling-next">
                <For each=next key=|candidate| candidate.id let:candidate>
                    <Small candidate />
                </For>
            </ol>
        </Show>
    }
}

/// How many there are, and how many of them have no answer yet.
fn words((all, unanswered): (usize, usize)) -> String {
    let next = format!("Next, the least sure first: {}", counted(all, "photo"));
    if unanswered == 0 { next + "." } else { format!("{next}, {unanswered} of them not looked at yet.") }
}

/// One of them, as far as this browser can show it.
#[component]
fn Small(
    /// The photo.
    candidate: Candidate,
) -> impl IntoView {
    let Candidate { name, file, .. } = candidate;
    let shown = photo_address(Some(&file));
    let alt = name.clone();
    let picture = move || {
        let alt = alt.clone();
        shown.get().map(|address| {
            view! { <img src=address alt=alt loading="lazy" decoding="async" on:error=move |_| shown.set(None) /> }
        })
    };
    view! {
        <li
            class="thumbnail"
            data-testid="next-unlabelled"
            data-name=name
            class:blank=move || shown.with(Option::is_none)
        >
            {picture}
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_how_many_wait_and_for_what() {
        assert_eq!(words((1, 0)), "Next, the least sure first: 1 photo.");
        assert_eq!(words((30, 4)), "Next, the least sure first: 30 photos, 4 of them not looked at yet.");
    }
}
