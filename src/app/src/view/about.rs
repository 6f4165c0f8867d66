//! What this is, what it does with photos, and where its parts come from.

use crate::dom::window;
use crate::html::{Html, html};
use crate::state::{Page, Phase};
use crate::wording::{device, either, fixed, megabytes, milliseconds};
use crate::worker::BUILD;

/// The about view.
pub(super) fn about() -> Html {
    html! {
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
                <h2>"How it answers"</h2>
                <p>
                    "Each photo is squeezed to a square of 150 or 224 pixels a side. The convolutional layers of VGG16 turn it into \
                     2,048 numbers that say what kinds of shapes and textures are on it, and the head turns those into one \
                     probability a class. The layers hold 14.7 million weights, stored with a few bits each so that they are \
                     quick to fetch."
                </p>
                <p>
                    "Under Teach you train a head of your own: each of your photos passes through the layers once, and only the \
                     head, a few thousand numbers, is fitted to them. That is why it takes seconds."
                </p>
                <p>
                    "The head has seen only what it was trained on. A picture of something else gets one of its answers all the same, \
                     sometimes with great confidence: try the cup of coffee."
                </p>
            </section>
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
                    <li>"Headstart itself is free software under the MIT licence, written in Rust with leptos and burn."</li>
                </ul>
            </section>
            {device_report()}
        </article>
    }
}

/// What a report of a fault should say of the machine.
fn device_report() -> Html {
    let page = Page::here();
    let of_ready = move |say: fn(&headstart_protocol::Ready) -> String| {
        page.phase.with(|phase| phase.ready().map_or_else(|| "not known yet".to_owned(), |ready| say(ready)))
    };
    let adapter = |ready: &headstart_protocol::Ready| match ready.adapter.as_str() {
        "" => "none in use".to_owned(),
        adapter => adapter.to_owned(),
    };
    let gpu_offered = js_sys::Reflect::has(&window().navigator(), &"gpu".into()).unwrap_or(false);
    let cores = window().navigator().hardware_concurrency();
    html! {
        <section>
            <h2>"This machine"</h2>
            <dl class="facts" data-testid="device-report">
                <dt>"Engine"</dt>
                <dd>{move || page.phase.with(Phase::words)}</dd>
                <dt>"Device"</dt>
                <dd>{move || of_ready(|ready| device(ready.backend).to_owned())}</dd>
                <dt>"Graphics adapter"</dt>
                <dd>{move || of_ready(adapter)}</dd>
                <dt>"WebGPU in this browser"</dt>
                <dd>{if gpu_offered { "offered" } else { "not offered" }}</dd>
                <dt>"Processor cores"</dt>
                <dd>{fixed(cores, 0)}</dd>
                <dt>"Answers it can give"</dt>
                <dd>{move || of_ready(|ready| either(&ready.classes))}</dd>
                <dt>"Fetched for the model"</dt>
                <dd>{move || of_ready(|ready| megabytes(ready.fetched_bytes))}</dd>
                <dt>"Ready after"</dt>
                <dd>{move || page.ready_ms.get().map_or_else(|| "not yet".to_owned(), milliseconds)}</dd>
                <dt>"Release"</dt>
                <dd>{format!("{} ({BUILD}), protocol {}", env!("CARGO_PKG_VERSION"), headstart_protocol::PROTOCOL_VERSION)}</dd>
            </dl>
        </section>
    }
}
