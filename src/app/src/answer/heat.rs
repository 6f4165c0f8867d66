//! Why a photo is answered as it is: the photo under a heat map, when the visitor asks.

use futures::future::AbortHandle;
use headstart_protocol::HeatLayer;
use leptos::html::Canvas;
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, File, HtmlCanvasElement, ImageData};

use super::{Explained, Explainer};
use crate::error::PageError;
use crate::platform::dom::{chosen, input, spawn_abortable};
use crate::ui::{Choice, FailureText, photo_address};
use crate::wording::{class_title, fixed};

/// How opaque the strongest place is at first, of 100.
const STRENGTH: f64 = 75.0;

/// What the layers are called, in the order of [`HeatLayer::ALL`].
const LAYERS: [&str; 3] = ["Both layers", "Fine: textures (conv4_3)", "Coarse: things (conv5_3)"];

/// A button that opens the photo under its heat map, and closes it.
#[component]
pub(crate) fn Why(
    /// The photo.
    file: SendWrapper<File>,
    /// Asks the engine.
    explainer: Explainer,
) -> impl IntoView {
    let open = RwSignal::new(false);
    view! {
        <div class="why">
            <button
                type="button"
                class="button quiet"
                data-testid="why"
                aria-expanded=move || open.get().to_string()
                on:click=move |_| open.update(|open| *open = !*open)
            >
                "Why?"
            </button>
            {move || open.get().then(|| view! { <HeatView file=file.clone() explainer /> })}
        </div>
    }
}

/// The photo under its heat map, with what can be chosen.
#[component]
fn HeatView(
    /// The photo.
    file: SendWrapper<File>,
    /// Asks the engine.
    explainer: Explainer,
) -> impl IntoView {
    let explained = RwSignal::new_local(None::<Explained>);
    let failure = RwSignal::new(None::<PageError>);
    let (layer, strength) = (RwSignal::new(0), RwSignal::new(STRENGTH));
    let address = photo_address(Some(&file));
    let asking = StoredValue::new(None::<AbortHandle>);
    let stop = move || {
        if let Some(before) = asking.try_update_value(Option::take).flatten() {
            before.abort();
        }
    };
    let ask = move |class: Option<u32>| {
        stop();
        let file = file.clone();
        // Aborted where another class is asked about, or the map is closed.
        let task = spawn_abortable(async move {
            let answer = explainer.explain(&file, class).await;
            failure.set(answer.as_ref().err().cloned());
            if let Ok(answer) = answer {
                explained.set(Some(answer));
            }
        });
        asking.set_value(Some(task));
    };
    on_cleanup(stop);
    ask(None);
    let classes = Memo::new(move |_| explained.with(|explained| explained.as_ref().map(|it| it.classes.clone())));
    let class = move || explained.with(|explained| explained.as_ref().map(|it| it.class().to_owned()));
    let words = move || explained.with(|explained| explained.as_ref().map_or("Looking".to_owned(), sentence));
    let choose = move |event| ask(chosen(&event).and_then(|index| index.parse().ok()));
    let option = move |(index, name): (usize, String)| {
        let is_chosen = move || explained.with(|it| it.as_ref().is_some_and(|it| it.map.class as usize == index));
        view! { <option value=index.to_string() prop:selected=is_chosen>{class_title(&name)}</option> }
    };
    let place = NodeRef::<Canvas>::new();
    Effect::new(move |_| {
        let layer = HeatLayer::ALL[layer.get().min(HeatLayer::ALL.len() - 1)];
        explained.with(|explained| {
            if let (Some(canvas), Some(explained)) = (place.get(), explained) {
                draw(&canvas, explained.picture(layer), explained.map.side);
            }
        });
    });
    let set_strength = move |event| {
        if let Some(value) = input(&event).map(|input| input.value_as_number()).filter(|value| value.is_finite()) {
            strength.set(value);
        }
    };
    view! {
        <div class="why-picture" class:blank=move || address.with(Option::is_none)>
            {move || address.get().map(|address| view! { <img src=address alt="" decoding="async" /> })}
            <canvas
                data-testid="heatmap"
                data-class=class
                role="img"
                aria-label=words
                style:opacity=move || (strength.get() / 100.0).to_string()
                node_ref=place
            ></canvas>
        </div>
        <p class="hint" role="status">
            {words}
        </p>
        {move || failure.get().map(|failure| view! { <FailureText failure /> })}
        <div class="why-choices">
            <label class="field">
                <span>"What speaks for"</span>
                <select data-testid="heatmap-class" disabled=move || classes.with(Option::is_none) on:change=choose>
                    {move || classes.get().unwrap_or_default().into_iter().enumerate().map(option).collect_view()}
                </select>
            </label>
            <Choice
                testid="heatmap-layer"
                label="Seen by"
                options=LAYERS
                chosen=Signal::derive(move || Some(layer.get()))
                on_choose=move |index| layer.set(index)
            />
            <label class="field">
                <span>"Strength of the colours"</span>
                <input
                    type="range"
                    min="0"
                    max="100"
                    step="5"
                    data-testid="heatmap-strength"
                    prop:value=move || strength.get().to_string()
                    on:input=set_strength
                />
            </label>
        </div>
    }
}

/// What the colours mean.
fn sentence(explained: &Explained) -> String {
    let (class, map) = (class_title(explained.class()), &explained.map);
    let [logit, bias] = [map.logit, map.bias].map(|number| fixed(f64::from(number), 2));
    let exactness = if map.exact {
        format!("All places and a bias of {bias} add up to its logit, {logit}")
    } else {
        format!("It is an approximation, because the head has hidden layers. The logit is {logit}")
    };
    format!("Red speaks for “{class}”, blue against it. {exactness}.")
}

fn draw(canvas: &HtmlCanvasElement, pixels: &[u8], side: u32) {
    canvas.set_width(side);
    canvas.set_height(side);
    let context = canvas.get_context("2d").ok().flatten();
    let context = context.and_then(|context| context.dyn_into::<CanvasRenderingContext2d>().ok());
    let image = ImageData::new_with_u8_clamped_array_and_sh(Clamped(pixels), side, side);
    if let (Some(context), Ok(image)) = (context, image) {
        // A browser that cannot draw leaves the photo as it is; nothing else hangs on it.
        let _ = context.put_image_data(&image, 0.0, 0.0);
    }
}
