//! How transfer learning works, for someone who has never trained a network, with the live network as its own picture.

use headstart_protocol::{FeatureMap, LayerMaps};
use wasm_bindgen::{Clamped, JsCast};
use wasm_bindgen_futures::spawn_local;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

use super::teach::button::{action, refusal};
use super::teach::picker::file_button;
use crate::address::View;
use crate::folders::Given;
use crate::html::{Html, html, svg};
use crate::intake::{self, Picked};
use crate::signal::{RwSignal, effect};
use crate::state::{LayersState, Page};

/// The learn view.
pub(super) fn learn() -> Html {
    html! {
        <article class="about learn">
            <h1>"How a head start works"</h1>
            <p class="lead">
                "A network that has seen a million photos knows edges, textures and shapes. Teaching it your own classes means \
                 teaching it only how to sort what it sees already."
            </p>
            <section>
                <h2>"What a layer does"</h2>
                <p>
                    "VGG16, the network in this page, is a chain of layers. Each looks through many small windows, three by three \
                     spots wide, and each of its channels answers one question about what is in the window: is there an edge that rises \
                     to the right, a patch of orange, a row of dots? The next layer looks at those answers through windows of its own, \
                     and so the questions grow: from edges to textures, from textures to eyes and ears."
                </p>
                <p>
                    "Nobody wrote these questions. They are numbers, 14.7 million of them, that training nudged a little after \
                     each photo, so that the last answer came out less wrong (Zeiler and Fergus looked at what becomes of them, layer by \
                     layer)."
                </p>
            </section>
            {layers_panel()}
            <section>
                <h2>"What is frozen, and what is trained"</h2>
                <svg class="learn-picture" viewBox="0 0 320 92" role="img" aria-label="A photo goes through thirteen frozen layers; their answers become 2,048 numbers; a small head that is trained turns these into one probability a class.">
                    <rect class="photo" x="4" y="26" width="34" height="34" rx="4" />
                    <path class="arrow" d="M42 43h14m-4-4 4 4-4 4" />
                    {(0..13_u32)
                        .map(|layer| {
                            let height = 56 - 3 * layer;
                            svg! {
                                <rect class="frozen" x={62 + 10 * layer} y={43 - height / 2} width="7" height={height} rx="2" />
                            }
                        })
                        .collect::<Html>()}
                    <path class="arrow" d="M196 43h14m-4-4 4 4-4 4" />
                    <rect class="numbers" x="214" y="16" width="8" height="54" rx="2" />
                    <path class="arrow" d="M226 43h14m-4-4 4 4-4 4" />
                    <rect class="trained" x="244" y="30" width="26" height="26" rx="4" />
                    <path class="arrow" d="M274 43h14m-4-4 4 4-4 4" />
                    <circle class="answer" cx="300" cy="34" r="5" />
                    <circle class="answer faint" cx="300" cy="52" r="5" />
                    <text x="128" y="88">"frozen"</text>
                    <text x="257" y="88">"trained"</text>
                </svg>
                <p>
                    "When you press Train, the thirteen layers stay as they are: frozen. Each of your photos passes through them once and \
                     becomes 2,048 numbers, how strongly each channel of two late layers responds, on the average and at most. Only the \
                     head is trained: for two classes that is 4,098 numbers in place of the 19 million of a CNN that starts from nothing. \
                     That is why it takes seconds, and why your browser can do it."
                </p>
                <p>
                    "One can also go on and nudge the late layers themselves (fine-tuning). That takes many more photos and much more \
                     time; the published run under "<a href={View::Compare.hash()}>"Compare"</a>" did so with the last two blocks."
                </p>
            </section>
            <section>
                <h2>"Why twenty photos are enough"</h2>
                <p>
                    "A rule with millions of free numbers can learn twenty photos by heart, the way a pupil learns answers without \
                     understanding the questions: right on those twenty, lost on the next. To be worth anything it must see so many \
                     photos that learning by heart does not pay. The head has few numbers and begins with good questions, so that twenty \
                     photos leave it little room to go wrong. Donahue and colleagues, and Razavian and colleagues, found by 2014 that \
                     plain rules on such features beat systems made for one task each."
                </p>
                <p>
                    "Do not take our word for it: under "<a href={View::Teach.hash()}>"Teach"</a>" you can train a CNN from scratch on your own \
                     photos beside the head, and draw a curve of how both do with 1, 2, 5, 10 and more photos a class."
                </p>
            </section>
            <section>
                <h2>"Why some photos are left out"</h2>
                <p>
                    "How good a network is on the photos that it was trained on says little. So some are left out of the training and only \
                     asked about. Every figure on this page is of such photos, and says how many there were: of ten right out of ten, \
                     the true share may still be anything from 72 % upwards."
                </p>
            </section>
            <section>
                <h2>"When it fails"</h2>
                <ul>
                    <li>
                        "When the photos are nothing like what the layers saw: X-rays, spectrograms, circuit diagrams. The more distant the \
                         task, the less the late layers carry over (Yosinski and colleagues measured how far)."
                    </li>
                    <li>
                        "When the difference is too fine or not in the shapes: two people of one family, a scratch a hair wide, the exact \
                         count of things. The photo is squeezed to 150 or 224 pixels a side, and what is lost then no head brings back."
                    </li>
                    <li>
                        "When the photos give the answer away by something else: all cats on the sofa, all dogs on grass. The head learns \
                         sofa and grass. Take photos of each class in the same places."
                    </li>
                    <li>
                        "When it is shown something that it has no class for. It answers with one of those it knows all the same."
                    </li>
                </ul>
            </section>
            <section>
                <h2>"To read on"</h2>
                <ul>
                    <li>
                        "K. Simonyan and A. Zisserman, “Very Deep Convolutional Networks for Large-Scale Image Recognition”, 2014: "
                        <a href="https://arxiv.org/abs/1409.1556">"arXiv:1409.1556"</a>
                    </li>
                    <li>
                        "M. D. Zeiler and R. Fergus, “Visualizing and Understanding Convolutional Networks”, 2013: "
                        <a href="https://arxiv.org/abs/1311.2901">"arXiv:1311.2901"</a>
                    </li>
                    <li>
                        "J. Yosinski, J. Clune, Y. Bengio and H. Lipson, “How transferable are features in deep neural networks?”, 2014: "
                        <a href="https://arxiv.org/abs/1411.1792">"arXiv:1411.1792"</a>
                    </li>
                    <li>
                        "J. Donahue and others, “DeCAF: A Deep Convolutional Activation Feature for Generic Visual Recognition”, 2013: "
                        <a href="https://arxiv.org/abs/1310.1531">"arXiv:1310.1531"</a>
                    </li>
                    <li>
                        "A. S. Razavian and others, “CNN Features off-the-shelf: an Astounding Baseline for Recognition”, 2014: "
                        <a href="https://arxiv.org/abs/1403.6382">"arXiv:1403.6382"</a>
                    </li>
                </ul>
            </section>
        </article>
    }
}

/// Live responses of three layers.
fn layers_panel() -> Html {
    let page = Page::here();
    let layers = page.layers;
    let state = move || layers.with(|layers| layers.state.name());
    let take_sample = move || spawn_local(async move { page.show_layers(intake::sample("chelsea.png").await) });
    let take = move |given: Vec<Given>| {
        if let Some(first) = given.into_iter().next() {
            page.show_layers(Picked::File(first.file));
        }
    };
    let is_off = move || page.phase.with(|phase| phase.ready().is_none());
    html! {
        <section class="panel layers" aria-labelledby="layers-title" data-testid="layers" data-state={state}>
            <h2 id="layers-title">"Watch it look"</h2>
            <p class="hint">
                "Three of VGG16’s layers on a photo, computed here and now: bright where a channel responds. Of each layer the eight \
                 channels that respond most are shown."
            </p>
            <div class="class-buttons">
                {action("layers-sample", "Show it the sample cat", take_sample).disabled(is_off)}
                {file_button("layers-input", "Take my own photo", "image/*,.heic,.heif,.avif", take)}
            </div>
            {move || match layers.with(|layers| layers.state.clone()) {
                LayersState::Idle => None,
                LayersState::Waiting => Some(html! { <p class="hint" role="status">"Looking"</p> }),
                LayersState::Failed(failure) => Some(refusal(failure)),
                LayersState::Shown(layers) => {
                    let name = page.layers.with(|layers| layers.name.clone());
                    Some(shown(&layers, &name))
                }
            }}
        </section>
    }
}

fn shown(layers: &[LayerMaps], name: &str) -> Html {
    let layers = layers.iter().map(|layer| {
        let LayerMaps { stage, channels, side, .. } = layer;
        let words = words(stage);
        let size = format!("{stage}: {channels} channels of {side}×{side}");
        let maps = layer.maps.iter().map(|channel| map(channel.clone(), layer.side));
        html! {
            <div class="layer" data-testid="layer" data-stage={stage.clone()} data-maps={layer.maps.len().to_string()}>
                <h3>{words.0}</h3>
                <p class="hint">{words.1}</p>
                <div class="maps" role="img" aria-label={format!("{size}; where the eight strongest respond on {name}")}>
                    {maps.collect::<Html>()}
                </div>
                <p class="credit">{size}</p>
            </div>
        }
    });
    layers.collect::<Html>()
}

/// What kind of layer it is.
fn words(stage: &str) -> (&'static str, &'static str) {
    match stage {
        "conv1_2" => (
            "Early: edges and colours",
            "The photo is still to be recognised; each channel has its kind of edge or colour.",
        ),
        "conv3_3" => ("Middle: textures and parts", "Coarser, and choosier: fur, stripes, corners, round things."),
        _ => (
            "Late: things",
            "Hardly a picture any more. A channel lights up at a few places where something it knows may be.",
        ),
    }
}

/// One channel's response.
fn map(map: FeatureMap, side: u32) -> Html {
    let place = RwSignal::new(None::<HtmlCanvasElement>);
    effect(move || {
        let Some(canvas) = place.get() else { return };
        let context = canvas.get_context("2d").ok().flatten();
        let context = context.and_then(|context| context.dyn_into::<CanvasRenderingContext2d>().ok());
        let pixels: Vec<u8> = map.pixels.iter().flat_map(|value| [*value, *value, *value, 255]).collect();
        let image = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&pixels), side, side);
        if let (Some(context), Ok(image)) = (context, image) {
            // A browser that cannot draw leaves the map blank; nothing else hangs on it.
            let _ = context.put_image_data(&image, 0.0, 0.0);
        }
    });
    html! { <canvas node_ref={place} width={side.to_string()} height={side.to_string()}></canvas> }
}
