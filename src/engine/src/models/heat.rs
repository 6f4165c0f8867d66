//! Heat maps as pictures to lie over the photo.

use headstart_protocol::{ByteBuf, ExplainedModel, HeatLayer, HeatMap, count};
use headstart_vision::{heat_colour, heat_scale};

use crate::clock::now;

/// `map` of `class`, begun at `start`, as pictures: one of `layers` each.
pub(super) fn pictures(
    (of, class, exact): (ExplainedModel, usize, bool),
    map: &headstart_nn::HeatMap,
    layers: &[HeatLayer],
    start: f64,
) -> HeatMap {
    let densities: Vec<_> = layers.iter().map(|layer| map.density(layer.stage())).collect();
    // One scale for all, so that they can be compared.
    let scale = heat_scale(&densities.concat());
    let picture = |density: Vec<f32>| {
        let pixels: Vec<u8> = density.into_iter().flat_map(|value| heat_colour(value / scale)).collect();
        ByteBuf::from(pixels)
    };
    HeatMap {
        of,
        class: count(class),
        logit: map.logit,
        bias: map.bias,
        exact,
        side: count(map.size),
        pictures: densities.into_iter().map(picture).collect(),
        ms: now() - start,
    }
}
