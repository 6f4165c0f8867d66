//! Live responses of three layers.

use headstart_protocol::{FeatureMap, LayerMaps};
use leptos::either::EitherOf4;
use leptos::html::{Canvas, Section};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, FileList, HtmlCanvasElement, ImageData};

use super::Layers;
use super::layers::LayersState;
use crate::platform::files;
use crate::status::EngineStatus;
use crate::ui::{Button, FailureText, FileButton, PICTURES, reveal_when};

/// The panel that shows them on a photo of the visitor's choice.
#[component]
pub(super) fn LayersPanel(
    /// What is shown.
    layers: Layers,
    /// The engine that looks.
    status: EngineStatus,
) -> impl IntoView {
    let place = NodeRef::<Section>::new();
    reveal_when(place, move || layers.state.with(|state| matches!(state, LayersState::Failed(_))));
    let take_sample = move || spawn_local(async move { layers.show(files::sample("chelsea.png").await) });
    let take = move |list: FileList| {
        if let Some(first) = files::files(&list).into_iter().next() {
            layers.show(first);
        }
    };
    let body = move || match layers.state.get() {
        LayersState::Idle => EitherOf4::A(()),
        LayersState::Waiting => EitherOf4::B(view! {
            <p class="hint" role="status">
                "Looking"
            </p>
        }),
        LayersState::Failed(failure) => EitherOf4::C(view! { <FailureText failure /> }),
        LayersState::Shown { name, layers } => {
            let layers = layers.iter().map(|layer| view! { <LayerView layer=layer.clone() photo=name.clone() /> });
            EitherOf4::D(layers.collect_view())
        }
    };
    view! {
        <section
            class="panel layers"
            aria-labelledby="layers-title"
            data-testid="layers"
            data-state=move || layers.state.with(LayersState::name)
            node_ref=place
        >
            <h2 id="layers-title">"Watch it look"</h2>
            <p class="hint">
                "Three of VGG16’s layers on a photo, computed here and now: bright where a channel responds. Of each layer the \
                 eight channels that respond most are shown."
            </p>
            <div class="class-buttons">
                <Button testid="layers-sample" disabled=move || !status.is_ready() on_press=take_sample>
                    "Show it the sample cat"
                </Button>
                <FileButton testid="layers-input" accept=PICTURES on_pick=take>
                    "Take my own photo"
                </FileButton>
            </div>
            {body}
        </section>
    }
}

/// One layer's strongest channels.
#[component]
fn LayerView(
    /// The layer.
    layer: LayerMaps,
    /// The name of the photo that it looked at.
    photo: String,
) -> impl IntoView {
    let LayerMaps { stage, channels, side, maps } = layer;
    let (title, hint) = words(&stage);
    let size = format!("{stage}: {channels} channels of {side}×{side}");
    let count = maps.len().to_string();
    let maps = maps.into_iter().map(|map| view! { <ChannelMap map side /> }).collect_view();
    view! {
        <div class="layer" data-testid="layer" data-stage=stage data-maps=count>
            <h3>{title}</h3>
            <p class="hint">{hint}</p>
            <div class="maps" role="img" aria-label=format!("{size}; where the eight strongest respond on {photo}")>
                {maps}
            </div>
            <p class="credit">{size}</p>
        </div>
    }
}

/// What kind of layer it is: a title and a sentence.
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

/// One channel's response as a grey picture.
#[component]
fn ChannelMap(
    /// The response.
    map: FeatureMap,
    /// Its width and height in pixels.
    side: u32,
) -> impl IntoView {
    let place = NodeRef::<Canvas>::new();
    place.on_load(move |canvas| draw(&canvas, &map, side));
    view! { <canvas node_ref=place width=side height=side></canvas> }
}

fn draw(canvas: &HtmlCanvasElement, map: &FeatureMap, side: u32) {
    let context = canvas.get_context("2d").ok().flatten();
    let context = context.and_then(|context| context.dyn_into::<CanvasRenderingContext2d>().ok());
    let pixels: Vec<u8> = map.pixels.iter().flat_map(|value| [*value, *value, *value, 255]).collect();
    let image = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&pixels), side, side);
    if let (Some(context), Ok(image)) = (context, image) {
        // A browser that cannot draw leaves the map blank; nothing else hangs on it.
        let _ = context.put_image_data(&image, 0.0, 0.0);
    }
}
