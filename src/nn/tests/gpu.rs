//! The base on a GPU beside the processor: the kernels of the page's WebGPU worker, over this machine's own graphics API. A
//! software one will do (Debian: mesa-vulkan-drivers).
#![cfg(all(test, feature = "wgpu"))]

use burn::tensor::{Device, DeviceKind};
use futures::executor::block_on;
use headstart_nn::{Vgg16, read};
use headstart_weights::vgg16::CONVS;
use headstart_weights::{ConvWeights, golden_pattern, relative_distance};

/// The first GPU of this machine, a program on the processor if there is no other.
fn gpu() -> Option<Device> {
    let kinds = [DeviceKind::DiscreteGpu(0), DeviceKind::IntegratedGpu(0), DeviceKind::Cpu];
    kinds.into_iter().find_map(|kind| {
        let (device, setup) = Device::wgpu_options().device_kind(kind).init_with_setup().ok()?;
        println!("on {}", setup.adapter.get_info().name);
        Some(device)
    })
}

/// Weights as large as keep activations of one size from layer to layer.
fn weights() -> Vec<ConvWeights> {
    let level = |at: usize| ((at as u32).wrapping_mul(2_654_435_761) >> 8) as f32 / (1 << 23) as f32 - 1.0;
    let conv = |shape: &headstart_weights::vgg16::ConvShape| {
        let spread = (6.0 / (9 * shape.in_channels) as f32).sqrt();
        ConvWeights {
            name: shape.name.to_owned(),
            out_channels: shape.out_channels,
            in_channels: shape.in_channels,
            weight: (0..shape.weight_count()).map(|at| spread * level(at)).collect(),
            bias: (0..shape.out_channels).map(|at| 0.1 * level(at)).collect(),
        }
    };
    CONVS.iter().map(conv).collect()
}

#[test]
fn features_are_those_of_the_processor() {
    let Some(gpu) = gpu() else {
        println!("left out: this machine has no GPU over Vulkan, Metal or DirectX 12, nor a software one");
        return;
    };
    let weights = weights();
    let features = |device: &Device| {
        let base = Vgg16::new(&weights, device).unwrap();
        // Two photos, so that a batch is seen too.
        let photos = [golden_pattern(64), golden_pattern(64).into_iter().rev().collect()].concat();
        let features = base.features(base.photos(photos, 64));
        [features.pooled, features.descriptor].map(|tensor| block_on(read(tensor)).unwrap())
    };
    let (found, expected) = (features(&gpu), features(&Device::flex()));
    for (found, expected) in found.iter().zip(&expected) {
        let error = relative_distance(found, expected);
        println!("relative distance {error:.1e}");
        assert!(error < 1e-5 && expected.iter().any(|value| *value > 0.0), "{error}");
    }
}
