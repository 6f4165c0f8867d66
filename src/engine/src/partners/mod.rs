//! Other workers that this one computes photos together with, over lines of its own to each of them.

#[cfg(not(feature = "webgpu"))]
mod circle;
#[cfg(not(feature = "webgpu"))]
mod cpu;
#[cfg(feature = "webgpu")]
mod gpu;
#[cfg(not(feature = "webgpu"))]
mod mailbox;
#[cfg(not(feature = "webgpu"))]
mod pace;

#[cfg(not(feature = "webgpu"))]
pub(crate) use cpu::Partners;
#[cfg(feature = "webgpu")]
pub(crate) use gpu::Partners;
