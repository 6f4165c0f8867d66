//! The learn view: the explanation, with the live network as its picture.

use leptos::prelude::*;

use super::Layers;
use super::layers_panel::LayersPanel;
use super::picture::NetworkPicture;
use super::tuning::FrozenOrTuned;
use crate::compare::Comparison;
use crate::status::EngineStatus;

/// The learn view.
#[component]
pub(crate) fn LearnView() -> impl IntoView {
    let layers = expect_context::<Layers>();
    let comparison = expect_context::<Comparison>();
    let status = expect_context::<EngineStatus>();
    view! {
        <article class="about learn">
            <h1>"How a head start works"</h1>
            <p class="lead">
                "A network that has seen a million photos knows edges, textures and shapes. Teaching it your own classes means \
                 teaching it only how to sort what it sees already."
            </p>
            <WhatALayerDoes />
            <LayersPanel layers status />
            <FrozenAndTrained />
            <FrozenOrTuned comparison status />
            <WhyTwentyPhotos />
            <section>
                <h2>"Why some photos are held out"</h2>
                <p>
                    "How good a network is on the photos that it was trained on says little. So some are held out of the training \
                     and only asked about: the validation photos, which also say when to stop (early stopping), and, where there \
                     are enough, test photos that nothing was chosen by. Every accuracy on this page is of held-out photos, and \
                     says how many there were: of ten right out of ten, the true accuracy may still be anything from 72 % upwards."
                </p>
            </section>
            <WhenItFails />
            <ToReadOn />
        </article>
    }
}

#[component]
fn WhatALayerDoes() -> impl IntoView {
    view! {
        <section>
            <h2>"What a layer does"</h2>
            <p>
                "VGG16, the network in this page, is a chain of convolutional layers. Each looks through many small windows, three \
                 by three spots wide, and each of its filters answers one question about what is in the window: is there an edge \
                 that rises to the right, a patch of orange, a row of dots? The next layer looks at those answers through windows \
                 of its own, and so the questions grow: from edges to textures, from textures to eyes and ears."
            </p>
            <p>
                "Nobody wrote these questions. They are parameters, 14.7 million numbers, that training nudged a little after each \
                 batch of photos, in the direction that made the loss smaller; how far is the learning rate, and once through all \
                 photos is an epoch (Zeiler and Fergus looked at what becomes of the filters, layer by layer)."
            </p>
        </section>
    }
}

#[component]
fn FrozenAndTrained() -> impl IntoView {
    view! {
        <section>
            <h2>"What is frozen, and what is trained"</h2>
            <NetworkPicture />
            <p>
                "When you press Train, the base stays as it is: its thirteen layers are frozen. Each of your photos passes through \
                 them once and becomes 2,048 features: how strongly each channel of two late layers responds, on the average and at \
                 most. Only the head is trained: for two classes it has 4,098 trainable parameters in place of the 19 million of \
                 a CNN that starts from random weights. That is why it takes seconds, and why your browser can do it."
            </p>
        </section>
    }
}

#[component]
fn WhyTwentyPhotos() -> impl IntoView {
    view! {
        <section>
            <h2>"Why twenty photos are enough"</h2>
            <p>
                "A network with millions of trainable parameters can learn twenty photos by heart, the way a pupil learns answers \
                 without understanding the questions: right on those twenty, lost on the next. That is overfitting. To be worth \
                 anything it must see so many photos that learning by heart does not pay. The head has few parameters and begins \
                 with good features, so that twenty photos leave it little room to go wrong. Donahue and colleagues, and Razavian \
                 and colleagues, found by 2014 that plain classifiers on such features beat systems made for one task each."
            </p>
            <p>
                "Do not take our word for it: under "<a href="#/teach">"Teach"</a>
                " you can train a CNN from scratch on your own \
                photos beside the head, and draw the learning curve: the accuracy of both with 1, 2, 5, 10 and more training \
                photos a class."
            </p>
        </section>
    }
}

#[component]
fn WhenItFails() -> impl IntoView {
    view! {
        <section>
            <h2>"When it fails"</h2>
            <ul>
                <li>
                    "When the photos are nothing like what the base saw: X-rays, spectrograms, circuit diagrams. The more distant \
                     the task, the less the features of the late layers carry over (Yosinski and colleagues measured how far)."
                </li>
                <li>
                    "When the difference is too fine or not in the shapes: two people of one family, a scrape a hair wide, the \
                     exact count of things. The photo is squeezed to 150 or 224 pixels a side, and what is lost then no head \
                     brings back."
                </li>
                <li>
                    "When the photos give the answer away by something else: all cats on the sofa, all dogs on grass. The head \
                     learns sofa and grass. Take photos of each class in the same places."
                </li>
                <li>
                    "When it is shown something that it has no class for. It answers with one of those it knows all the same."
                </li>
                <li>
                    "When the photo is turned, cropped close, dark, blurred or half hidden, as few photos were that it was trained on. \
                     See for yourself: under each answer, “Try it harder” lets you do that to your photo while the answer follows. Which \
                     part can you hide before the network fails, and which before you do?"
                </li>
            </ul>
        </section>
    }
}

#[component]
fn ToReadOn() -> impl IntoView {
    let paper = |words: &'static str, number: &'static str| {
        view! { <li>{words} ": " <a href=format!("https://arxiv.org/abs/{number}")>{format!("arXiv:{number}")}</a></li> }
    };
    let papers = [
        (
            "K. Simonyan and A. Zisserman, “Very Deep Convolutional Networks for Large-Scale Image Recognition”, 2014",
            "1409.1556",
        ),
        ("M. D. Zeiler and R. Fergus, “Visualizing and Understanding Convolutional Networks”, 2013", "1311.2901"),
        (
            "J. Yosinski, J. Clune, Y. Bengio and H. Lipson, “How transferable are features in deep neural networks?”, 2014",
            "1411.1792",
        ),
        (
            "J. Donahue and others, “DeCAF: A Deep Convolutional Activation Feature for Generic Visual Recognition”, 2013",
            "1310.1531",
        ),
        (
            "A. S. Razavian and others, “CNN Features off-the-shelf: an Astounding Baseline for Recognition”, 2014",
            "1403.6382",
        ),
    ];
    view! {
        <section>
            <h2>"To read on"</h2>
            <ul>{papers.map(|(words, number)| paper(words, number)).collect_view()}</ul>
        </section>
    }
}
