//! The layer on burn's GPU backend: three kernels of our own, in WGSL.
//!
//! The transforms of patches and products have one invocation a channel and a tile, the matrix products between them
//! (`products.wgsl`) keep 16 filters × 4 tiles in registers and read all else in whole vectors. No workgroup memory, no
//! subgroups: every adapter runs it, and on a software adapter barriers are what costs.

use burn::tensor::{DType, Shape};
use burn_cubecl::cubecl::ir::{AddressType, ElemType, UIntKind, metadata::Info};
use burn_cubecl::cubecl::prelude::{
    CubeCount, ExecutionMode, KernelDefinition, KernelId, KernelMetadata, KernelSettings, Scope,
};
use burn_cubecl::cubecl::server::{Handle, KernelArguments};
use burn_cubecl::cubecl::{CubeKernel, PrecompiledSource, client::Client};
use burn_cubecl::kernel::into_contiguous;
use burn_cubecl::tensor::CubeTensor;

use super::winograd::{OUT, POINTS, packed_len};

/// Filters of a panel, as `products.wgsl` reads them.
const PANEL: usize = 16;
/// Invocations of a workgroup, in every kernel.
const WORKGROUP: usize = 64;
/// Workgroups in one direction, at most, on any adapter.
const WORKGROUPS: usize = 65_535;
/// Bytes of one buffer between the kernels, at most: below what any adapter lets a kernel see.
const BUFFER: usize = 96 << 20;
const FLOAT: usize = size_of::<f32>();

/// Declares a kernel whose source is those files, one after the other.
macro_rules! kernel {
    ($name:ident, $($file:literal),+) => {
        struct $name;

        impl KernelMetadata for $name {
            fn id(&self) -> KernelId {
                KernelId::new::<Self>()
            }

            fn address_type(&self) -> ElemType {
                ElemType::UInt(UIntKind::U32)
            }
        }

        impl CubeKernel for $name {
            fn define(&self) -> KernelDefinition {
                let settings = KernelSettings::new((WORKGROUP as u32, 1, 1).into(), ExecutionMode::Unchecked, AddressType::U32);
                KernelDefinition { body: Scope::root(settings.clone()), settings, info: Info::default() }
            }

            fn source(&self) -> Option<PrecompiledSource> {
                let source = concat!($(include_str!($file)),+);
                Some(PrecompiledSource { source: source.to_owned(), entrypoint_name: "main".to_owned(), lang: "wgsl" })
            }
        }
    };
}

kernel!(FilterTransform, "filters.wgsl");
kernel!(Patches, "extents.wgsl", "patches.wgsl");
kernel!(Products, "extents.wgsl", "products.wgsl");
kernel!(Outputs, "extents.wgsl", "outputs.wgsl");
kernel!(Pool, "pool.wgsl");

/// Filters `[k, c, 3, 3]` as [`conv3x3_relu`] reads them.
pub(super) fn pack_filters(weight: CubeTensor) -> CubeTensor {
    let weight = into_contiguous(weight);
    let [k, c, _, _] = dims(&weight);
    let plane = packed_len(c, k, PANEL);
    let packed = empty(&weight, [POINTS * plane]);
    let (count, row) = rows(plane);
    let extents = numbers(&weight.client, &[c, k, row]);
    weight.client.launch(Box::new(FilterTransform), count, arguments([&weight.handle, &packed.handle, &extents]));
    packed
}

/// `relu(conv3x3(input) + bias)`: `[n, c, h, w]` to `[n, k, h, w]`.
pub(super) fn conv3x3_relu(input: CubeTensor, filters: &CubeTensor, bias: CubeTensor) -> CubeTensor {
    let input = into_contiguous(input);
    let bias = into_contiguous(bias);
    let [n, c, h, w] = dims(&input);
    let k = bias.meta.num_elements();
    let panels = k.div_ceil(PANEL);
    let (down, across) = (h.div_ceil(OUT), w.div_ceil(OUT));
    let tiles = n * down * across;
    let client = input.client.clone();
    let output = empty(&input, [n, k, h, w]);
    let pass = columns_of_a_pass(c.max(panels * PANEL)).min(tiles.next_multiple_of(4));
    let patches = client.empty(POINTS * c * pass * FLOAT);
    let products = client.empty(POINTS * panels * PANEL * pass * FLOAT);
    for first in (0..tiles).step_by(pass) {
        let count = pass.min(tiles - first);
        let columns = count.next_multiple_of(4);
        let extents = numbers(&client, &[h, w, c, k, down, across, first, count, columns]);
        let buffers = [&input.handle, &patches, &extents];
        client.launch(Box::new(Patches), groups(c * columns, 1), arguments(buffers));
        let buffers = [&patches, &filters.handle, &products, &extents];
        client.launch(Box::new(Products), groups(columns / 4 * panels, POINTS), arguments(buffers));
        let buffers = [&products, &bias.handle, &output.handle, &extents];
        client.launch(Box::new(Outputs), groups(k * columns, 1), arguments(buffers));
    }
    output
}

/// Maximum of each 2×2: `[n, c, h, w]` to `[n, c, h / 2, w / 2]`.
pub(super) fn max_pool2x2(input: CubeTensor) -> CubeTensor {
    let input = into_contiguous(input);
    let [n, c, h, w] = dims(&input);
    let output = empty(&input, [n, c, h / 2, w / 2]);
    let (count, row) = rows(n * c * (h / 2) * (w / 2));
    let extents = numbers(&input.client, &[h, w, n * c, row]);
    input.client.launch(Box::new(Pool), count, arguments([&input.handle, &output.handle, &extents]));
    output
}

/// Tiles that one pass may take, a multiple of four: with `channels` of them its buffers and workgroups stay in bounds.
fn columns_of_a_pass(channels: usize) -> usize {
    let in_buffer = BUFFER / (POINTS * channels * FLOAT);
    let in_workgroups = WORKGROUPS * WORKGROUP / channels;
    (in_buffer.min(in_workgroups) / 4 * 4).max(4)
}

/// Workgroups for so many invocations, in rows, and the invocations of a row.
fn rows(invocations: usize) -> (CubeCount, usize) {
    let workgroups = invocations.div_ceil(WORKGROUP);
    let across = workgroups.clamp(1, WORKGROUPS);
    (CubeCount::Static(across as u32, workgroups.div_ceil(across) as u32, 1), across * WORKGROUP)
}

fn groups(invocations: usize, points: usize) -> CubeCount {
    CubeCount::Static(invocations.div_ceil(WORKGROUP) as u32, 1, points as u32)
}

fn arguments<const N: usize>(buffers: [&Handle; N]) -> KernelArguments {
    buffers.into_iter().fold(KernelArguments::new(), |all, buffer| all.with_buffer(buffer.clone().binding()))
}

/// Whole numbers for a kernel.
fn numbers(client: &Client, numbers: &[usize]) -> Handle {
    let bytes: Vec<u8> = numbers.iter().flat_map(|number| (*number as u32).to_le_bytes()).collect();
    client.create_from_slice(&bytes)
}

fn dims(tensor: &CubeTensor) -> [usize; 4] {
    tensor.meta.shape().dims()
}

/// A tensor beside `other`, its values not yet written.
fn empty<const D: usize>(other: &CubeTensor, shape: [usize; D]) -> CubeTensor {
    let handle = other.client.empty(shape.iter().product::<usize>() * FLOAT);
    CubeTensor::new_contiguous(other.client.clone(), other.device.clone(), Shape::new(shape), handle, DType::F32)
}
