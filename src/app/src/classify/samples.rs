//! Sample pictures that ship with the page.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Classify;
use crate::platform::files;

/// A picture in `samples/`.
struct Sample {
    /// The file's name.
    name: &'static str,
    /// The picture to press, relative to the page, small: most visitors never ask for the file.
    preview: &'static str,
    shows: &'static str,
    /// Author and licence.
    credit: &'static str,
}

const SAMPLES: [Sample; 3] = [
    Sample {
        name: "chelsea.png", preview: "previews/chelsea.jpg", shows: "A cat", credit: "Stéfan van der Walt, CC0"
    },
    Sample { name: "husky.png", preview: "samples/husky.png", shows: "A dog, cut out", credit: "Tux Paint, GPL-2" },
    Sample {
        name: "coffee.png",
        preview: "previews/coffee.jpg",
        shows: "Neither: coffee",
        credit: "Rachel Michetti, CC0",
    },
];

/// The samples as buttons that ask about them, with where they come from.
#[component]
pub(crate) fn Samples(
    /// Where a pressed sample goes.
    classify: Classify,
) -> impl IntoView {
    let sample = move |Sample { name, preview, shows, credit }: Sample| {
        let take = move |_| spawn_local(async move { classify.add([files::sample(name).await]) });
        view! {
            <li>
                <button type="button" class="sample" data-testid="sample" data-name=name on:click=take>
                    <img src=preview alt="" width="120" height="90" loading="lazy" />
                    <span>{shows}</span>
                </button>
                <small class="credit">{credit}</small>
            </li>
        }
    };
    view! {
        <section class="samples" aria-labelledby="samples-title">
            <h2 id="samples-title" class="small-title">
                "No photo at hand? Take one of these"
            </h2>
            <ul class="sample-list">{SAMPLES.map(sample).collect_view()}</ul>
            <p class="credit">
                <a href="samples/README.md">"Where the pictures come from and their licences"</a>
            </p>
        </section>
    }
}
