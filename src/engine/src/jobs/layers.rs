//! What layers of the base respond to on a photo.

use burn::tensor::Tensor;
use headstart_nn::read;
use headstart_protocol::{FeatureMap, LayerMaps, ShowLayers};
use headstart_vision::{normalise, square};

use super::AnswerInTurn;
use crate::engine::StartedEngine;
use crate::error::EngineError;
use crate::pixels::pixels;

/// An early, a middle and a late layer.
const SHOWN: [&str; 3] = ["conv1_2", "conv3_3", "conv5_3"];
/// Channels of each that are shown.
const CHANNELS: usize = 8;

impl AnswerInTurn for ShowLayers {
    async fn answer(self, engine: &StartedEngine) -> Result<Vec<LayerMaps>, EngineError> {
        let image = pixels(self.photo).await?;
        let base = &engine.models.base;
        let size = engine.models.size.pixels();
        let input = base.photos(normalise(&square(&image, size)), size);
        let mut seen: Vec<(String, Tensor<4>)> = Vec::new();
        base.forward(input, |stage, activations| {
            if SHOWN.contains(&stage) {
                seen.push((stage.to_owned(), activations.clone()));
            }
        });
        let mut layers = Vec::with_capacity(seen.len());
        for (stage, activations) in seen {
            let [_, channels, side, _] = activations.dims();
            let values = read(activations).await?;
            let maps = strongest(&values, side * side);
            layers.push(LayerMaps { stage, channels: channels as u32, side: side as u32, maps });
            engine.place.turns.next().await;
        }
        Ok(layers)
    }
}

/// The maps of `pixels` numbers each whose responses add up to the most, each as bright as its own strongest response.
fn strongest(values: &[f32], pixels: usize) -> Vec<FeatureMap> {
    let mut sums: Vec<(usize, f32)> =
        values.chunks_exact(pixels).map(|map| map.iter().sum::<f32>()).enumerate().collect();
    sums.sort_by(|a, b| b.1.total_cmp(&a.1));
    let map = |(channel, _): &(usize, f32)| {
        let values = &values[channel * pixels..][..pixels];
        let top = values.iter().copied().fold(f32::MIN_POSITIVE, f32::max);
        let pixels = values.iter().map(|value| (255.0 * value / top).round() as u8).collect();
        FeatureMap { channel: *channel as u32, pixels }
    };
    sums.iter().take(CHANNELS).map(map).collect()
}
