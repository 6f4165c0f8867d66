//! The device that this build of the worker is for. Whether it can be had was the page's question before it chose the build.

use burn::tensor::Device;
use headstart_protocol::Backend;

use crate::error::EngineError;

/// The device's kind.
#[cfg(feature = "webgpu")]
pub(crate) const BACKEND: Backend = Backend::WebGpu;
/// The device's kind.
#[cfg(not(feature = "webgpu"))]
pub(crate) const BACKEND: Backend = Backend::Cpu;

/// The device.
///
/// # Errors
/// [`EngineError::NoWebGpu`] where the adapter gives none.
#[cfg(feature = "webgpu")]
pub(crate) async fn open() -> Result<Device, EngineError> {
    Device::wgpu_options().init_async().await.map_err(|error| EngineError::NoWebGpu(error.to_string()))
}

/// The device.
#[cfg(not(feature = "webgpu"))]
#[expect(clippy::unused_async, reason = "as for the GPU")]
pub(crate) async fn open() -> Result<Device, EngineError> {
    Ok(Device::flex())
}
