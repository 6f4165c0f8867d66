//! Sample pictures that ship with the page.

use wasm_bindgen_futures::spawn_local;

use crate::html::{Html, html};
use crate::intake;
use crate::state::Page;

struct Sample {
    /// The file in `samples/`.
    name: &'static str,
    shows: &'static str,
    /// Author and licence.
    credit: &'static str,
}

const SAMPLES: [Sample; 3] = [
    Sample { name: "chelsea.png", shows: "A cat", credit: "Stéfan van der Walt, CC0" },
    Sample { name: "husky.png", shows: "A dog, cut out", credit: "Tux Paint, GPL-2" },
    Sample { name: "coffee.png", shows: "Neither: coffee", credit: "Rachel Michetti, CC0" },
];

/// The samples as buttons, with where they come from.
pub(super) fn samples() -> Html {
    let page = Page::here();
    let take = move |name| spawn_local(async move { page.add([intake::sample(name).await]) });
    html! {
        <section class="samples" aria-labelledby="samples-title">
            <h2 id="samples-title" class="small-title">"No photo at hand? Take one of these"</h2>
            <ul class="sample-list">
                {SAMPLES
                    .into_iter()
                    .map(|Sample { name, shows, credit }| {
                        html! {
                            <li>
                                <button
                                    type="button"
                                    class="sample"
                                    data-testid="sample"
                                    data-name={name}
                                    on:click={move |_| take(name)}
                                >
                                    <img src={format!("samples/{name}")} alt="" width="120" height="90" loading="lazy" />
                                    <span>{shows}</span>
                                </button>
                                <small class="credit">{credit}</small>
                            </li>
                        }
                    })
                    .collect::<Html>()}
            </ul>
            <p class="credit"><a href="samples/README.md">"Where the pictures come from and their licences"</a></p>
        </section>
    }
}
