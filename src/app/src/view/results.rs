//! The photos with their answers, newest first.

use super::card::card;
use crate::html::{Html, html, list, show};
use crate::signal::Memo;
use crate::state::Page;

/// The list of results.
pub(super) fn results() -> Html {
    let page = Page::here();
    let count = Memo::new(move |_| page.photos.with(Vec::len));
    let waiting = Memo::new(move |_| page.waiting());
    let summary = move || match (count.get(), waiting.get()) {
        (0, _) => String::new(),
        (1, 0) => "1 photo".to_owned(),
        (all, 0) => format!("{all} photos"),
        (all, waiting) => format!("{} of {all} photos answered", all - waiting),
    };
    html! {
        <section class="results" aria-labelledby="results-title">
            <div class="results-head">
                <h2 id="results-title">"Answers"</h2>
                <span class="results-count">{summary}</span>
                <button
                    type="button"
                    class="button quiet"
                    data-testid="clear"
                    disabled={move || count.get() == 0}
                    on:click={move |_| page.clear()}
                >
                    "Clear"
                </button>
            </div>
            {show(move || count.get() == 0, move || html! {
                <div class="empty">
                    <svg viewBox="0 0 120 72" aria-hidden="true">
                        <rect x="4" y="8" width="40" height="40" rx="8" />
                        <rect class="strong" x="56" y="14" width="58" height="7" rx="3.5" />
                        <rect x="56" y="29" width="44" height="7" rx="3.5" />
                        <rect x="56" y="44" width="20" height="7" rx="3.5" />
                    </svg>
                    <p>"Your photos appear here with their answers, as many as you like at once."</p>
                </div>
            })}
            <ol class="cards">
                {list(move || page.photos.get(), |photo| photo.id, card)}
            </ol>
        </section>
    }
}
