//! What this is, what it does with photos, what it is built with, and where its parts come from.

mod device_report;

use headstart_protocol::{Ready, TestRecord};
use leptos::prelude::*;

use device_report::DeviceReport;

use crate::compare::{Comparison, TuningState};
use crate::ui::chart::ReliabilityDiagram;
use crate::wording::thousands;

/// The about view.
#[component]
pub(crate) fn About(
    /// The engine's state in words.
    #[prop(into)]
    engine: Signal<String>,
    /// What the engine said once it was ready.
    #[prop(into)]
    ready: Signal<Option<Ready>>,
    /// How long that took, in milliseconds.
    #[prop(into)]
    ready_ms: Signal<Option<f64>>,
    /// The figures of the shipped models.
    comparison: Comparison,
    /// Whether the page is kept for visits without a network.
    #[prop(into)]
    is_kept: Signal<bool>,
    /// What the release is called in the addresses of its files.
    release: &'static str,
) -> impl IntoView {
    view! {
        <article class="about">
            <h1>"About Headstart"</h1>
            <p class="lead">
                "A pretrained network with a small, freshly trained head, running in a browser tab. \
                 That is transfer learning: the hard part was learned long ago on a million photos, and the rest is quick."
            </p>
            <section>
                <h2>"Your photos stay with you"</h2>
                <p>
                    "Photos and camera frames are looked at by your own processor or GPU. None of them is uploaded or \
                     counted: this page is a folder of static files without a server behind it, and it asks nothing of any other \
                     site. What it keeps in your browser is the model, so that it need not be fetched again, and the project you \
                     teach, so that it is still there tomorrow; clearing the site’s data removes both."
                </p>
            </section>
            <section>
                <h2>"Without a network"</h2>
                <p data-testid="offline" data-state=move || if is_kept.get() { "kept" } else { "none" }>
                    {move || {
                        if is_kept.get() {
                            "This browser keeps all that the page needs: it opens and works without a network, on the train or in \
                             a classroom. Only the CNN trained from scratch is fetched when it is first asked for, and kept from then on."
                        } else {
                            "Where a browser can, it keeps all that the page needs, so that it opens and works without a network. \
                             This one has not, or not yet: that takes an address with https, and a window that is not private."
                        }
                    }}
                </p>
            </section>
            <section>
                <h2>"How it answers"</h2>
                <p>
                    "Each photo is squeezed to a square of 150 or 224 pixels a side. The convolutional layers of VGG16, the base, \
                     turn it into 2,048 features that say what kinds of shapes and textures are on it, and the head turns those \
                     into one probability a class. The base has 14.7 million parameters, stored with a few bits each so that they \
                     are quick to fetch."
                </p>
                <p>
                    "Under Teach you train a head of your own: each of your photos passes through the base once, and only the \
                     head, with a few thousand trainable parameters, is fitted to the features. That is why it takes seconds."
                </p>
                <p>
                    "The head has seen only what it was trained on. A picture of something else gets one of its answers all the same, \
                     sometimes with great confidence: try the cup of coffee."
                </p>
            </section>
            <HowSure comparison ready />
            <BuiltWith />
            <Origins />
            <DeviceReport engine=engine ready=ready ready_ms=ready_ms release=release />
        </article>
    }
}

/// How far the confidence of the shipped head can be believed, where that is on record.
#[component]
fn HowSure(
    /// The figures of the shipped models.
    comparison: Comparison,
    /// What the engine that reads them said once it was ready.
    ready: Signal<Option<Ready>>,
) -> impl IntoView {
    let is_ready = Memo::new(move |_| ready.with(Option::is_some));
    Effect::new(move |_| {
        if is_ready.get() {
            comparison.read_tuning();
        }
    });
    let test = Memo::new(move |_| {
        comparison.tuning.with(|state| match state {
            TuningState::Here(records) => records.transfer.test,
            TuningState::Awaited | TuningState::Missing => None,
        })
    });
    move || {
        let TestRecord { photos, reliability: Some(reliability), .. } = test.get()? else { return None };
        Some(view! {
            <section>
                <h2>"How sure it may be"</h2>
                <p>
                    "The confidence of the head that comes with the page is measured, too: how often its answers to "
                    {thousands(photos.into())}
                    " test photos of cats and dogs, at 150×150 pixels, were right, against how sure it was of them. It was not trained \
                     on these photos. The diagram says nothing of pictures of anything else."
                </p>
                <ReliabilityDiagram reliability=reliability />
            </section>
        })
    }
}

/// The libraries that carry the page and the engine.
#[component]
fn BuiltWith() -> impl IntoView {
    view! {
        <section>
            <h2>"What it is built with"</h2>
            <p>
                "Headstart is written in Rust and compiled to WebAssembly, in two parts that talk through messages (serde and postcard)."
            </p>
            <ul>
                <li>
                    "The page is a "<a href="https://leptos.dev/">"Leptos"</a>
                    " single-page app. It reaches the browser through wasm-bindgen, web-sys and gloo, and keeps projects in IndexedDB \
                     through idb."
                </li>
                <li>
                    "The engine is a web worker. "<a href="https://burn.dev/">"burn"</a>
                    " runs and trains the networks there: on the GPU through wgpu and WebGPU, on the processor with SIMD instructions."
                </li>
                <li>
                    "Photos are decoded by the image crate, and by the browser where they come in a format that only the browser knows."
                </li>
            </ul>
        </section>
    }
}

/// Where the model and the pictures come from, and under which licences.
#[component]
fn Origins() -> impl IntoView {
    view! {
        <section>
            <h2>"Where its parts come from"</h2>
            <ul>
                <li>
                    "VGG16 is the work of Karen Simonyan and Andrew Zisserman (“Very Deep Convolutional Networks for Large-Scale \
                     Image Recognition”, 2014), published under "
                    <a href="https://creativecommons.org/licenses/by/4.0/">"CC BY 4.0"</a>". Changed here: quantized."
                </li>
                <li>
                    "The weights are torchvision’s (ImageNet-1K), under the BSD 3-Clause licence. "
                    <a href="models/LICENSES.md">"Licences of the model files"</a>"."
                </li>
                <li>
                    "The sample pictures have their own licences. "
                    <a href="samples/README.md">"Where they come from"</a>"."
                </li>
                <li>"Headstart itself is free software under the MIT licence."</li>
            </ul>
        </section>
    }
}
