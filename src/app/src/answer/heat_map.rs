//! A heat map over a photo or the camera's picture, and what can be chosen of it.

use headstart_protocol::{Explain, ExplainedModel};
use leptos::html::Canvas;
use leptos::prelude::*;

use super::Explained;
use crate::platform::canvas::show;
use crate::platform::dom::chosen;
use crate::ui::{Choice, Slider};
use crate::wording::{class_title, fixed};

/// How opaque the strongest place is at first, of 100.
const STRENGTH: f64 = 75.0;

/// What the layers are called, in the order of [`headstart_protocol::HeatLayer::ALL`].
const LAYERS: [&str; 3] = ["Both layers", "Fine: textures (conv4_3)", "Coarse: things (conv5_3)"];

/// Which heat map is wanted, and how it is shown. Copies name the same one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HeatWish {
    /// Of which class, by which model.
    pub(crate) what: RwSignal<Explain>,
    layer: RwSignal<usize>,
    strength: RwSignal<f64>,
}

impl HeatWish {
    /// Of the class that is answered.
    pub(crate) fn new() -> Self {
        Self { what: RwSignal::default(), layer: RwSignal::new(0), strength: RwSignal::new(STRENGTH) }
    }
}

/// The map itself; it fills the element in which it stands.
#[component]
pub(crate) fn HeatCanvas(
    /// The map, once it is there.
    #[prop(into)]
    explained: Signal<Option<Explained>>,
    /// How it is shown.
    wish: HeatWish,
    /// Whether it is shown as in a mirror.
    #[prop(optional, into)]
    mirrored: Signal<bool>,
) -> impl IntoView {
    let place = NodeRef::<Canvas>::new();
    Effect::new(move |_| {
        let layer = wish.layer.get();
        explained.with(|explained| match (place.get(), explained) {
            (Some(canvas), Some(explained)) => {
                let side = explained.map.side;
                // A browser that cannot draw leaves the photo as it is; nothing else hangs on it.
                show(&canvas, side, side, explained.picture(layer));
            }
            // A canvas of another size is empty.
            (Some(canvas), None) => canvas.set_width(1),
            _ => {}
        });
    });
    view! {
        <canvas
            data-testid="heatmap"
            data-class=move || explained.with(|explained| explained.as_ref().map(|it| it.class().to_owned()))
            role="img"
            aria-label=move || explained.with(|explained| words(explained.as_ref()))
            class:mirrored=mirrored
            style:opacity=move || (wish.strength.get() / 100.0).to_string()
            node_ref=place
        ></canvas>
    }
}

/// What the colours mean, and the choice of class, model, layer and strength.
#[component]
pub(crate) fn HeatChoices(
    /// The map, once it is there.
    #[prop(into)]
    explained: Signal<Option<Explained>>,
    /// What is chosen.
    wish: HeatWish,
    /// Whether the CNN from scratch can be asked.
    #[prop(optional)]
    with_cnn: bool,
) -> impl IntoView {
    let HeatWish { what, layer, strength } = wish;
    let classes = Memo::new(move |_| explained.with(|explained| explained.as_ref().map(|it| it.classes.clone())));
    let has_layers =
        Memo::new(move |_| explained.with(|explained| explained.as_ref().is_none_or(Explained::has_layers)));
    let choose = move |event| {
        let class = chosen(&event).and_then(|index| index.parse().ok());
        what.update(|what| what.class = class);
    };
    let option = move |(index, name): (usize, String)| {
        let is_chosen = move || explained.with(|it| it.as_ref().is_some_and(|it| it.map.class as usize == index));
        view! {
            <option value=index.to_string() prop:selected=is_chosen>
                {class_title(&name)}
            </option>
        }
    };
    // The class that the other model answers, first.
    let by_model = move |index: usize| what.set(Explain { class: None, cnn: index == 1 });
    view! {
        <p class="hint" role="status">
            {move || explained.with(|explained| words(explained.as_ref()))}
        </p>
        <div class="why-choices">
            <Show when=move || with_cnn>
                <Choice
                    testid="heatmap-model"
                    label="Whose answer"
                    options=["The head on VGG16", "The CNN from scratch"]
                    chosen=Signal::derive(move || Some(usize::from(what.get().cnn)))
                    on_choose=by_model
                />
            </Show>
            <label class="field">
                <span>"What speaks for"</span>
                <select data-testid="heatmap-class" disabled=move || classes.with(Option::is_none) on:change=choose>
                    {move || classes.get().unwrap_or_default().into_iter().enumerate().map(option).collect_view()}
                </select>
            </label>
            <Show when=move || has_layers.get()>
                <Choice
                    testid="heatmap-layer"
                    label="Seen by"
                    options=LAYERS
                    chosen=Signal::derive(move || Some(layer.get()))
                    on_choose=move |index| layer.set(index)
                />
            </Show>
            <Slider
                testid="heatmap-strength"
                label="Strength of the colours"
                range=[0.0, 100.0]
                step=5.0
                unit=" %"
                value=strength
            />
        </div>
    }
}

/// What the colours mean.
fn words(explained: Option<&Explained>) -> String {
    let Some(explained) = explained else { return "Looking".to_owned() };
    let (class, map) = (class_title(explained.class()), &explained.map);
    let [logit, bias] = [map.logit, map.bias].map(|number| fixed(f64::from(number), 2));
    let exactness = if map.exact {
        format!("All places and a bias of {bias} add up to its logit, {logit}")
    } else if map.of == ExplainedModel::Cnn {
        format!("It is an approximation, by the gradient of the CNN's last block. The logit is {logit}")
    } else {
        format!("It is an approximation, because the head has hidden layers. The logit is {logit}")
    };
    format!("Red speaks for “{class}”, blue against it. {exactness}.")
}
