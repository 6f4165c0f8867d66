//! The device that this build of the worker is for. Whether it can be had was the page's question before it chose the build.

#[cfg(not(feature = "webgpu"))]
mod cpu;
#[cfg(feature = "webgpu")]
mod gpu;

#[cfg(not(feature = "webgpu"))]
pub(crate) use cpu::{BACKEND, OpenDevice};
#[cfg(feature = "webgpu")]
pub(crate) use gpu::{BACKEND, OpenDevice};
