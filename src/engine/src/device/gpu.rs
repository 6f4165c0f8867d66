//! The GPU through WebGPU: its adapter, its limits, and its loss.

use burn::tensor::Device;
use burn_wgpu::graphics::AutoGraphicsApi;
use burn_wgpu::{RuntimeOptions, WgpuDevice, WgpuInitError, WgpuSetup, try_init_setup_async, wgpu};
use headstart_protocol::{Backend, Failure, FromWorker};
use send_wrapper::SendWrapper;

use crate::clock::within;
use crate::error::EngineError;
use crate::port::Outbox;

/// How long a device may take to open. Some drivers never answer.
const OPENING_MS: u32 = 10_000;

/// The device's kind.
pub(crate) const BACKEND: Backend = Backend::WebGpu;

/// A limit by its name in WebGPU, with what it is and what the base's kernels need.
type Need = (&'static str, u64, u64);

/// An open adapter.
pub(crate) struct OpenDevice {
    pub(crate) device: Device,
    setup: WgpuSetup,
}

impl OpenDevice {
    /// The browser's adapter, with the device that burn computes on.
    ///
    /// # Errors
    /// [`Failure::NoWebGpu`] where there is none, one that does not open, or one whose limits are too low.
    pub(crate) async fn open() -> Result<Self, EngineError> {
        let refused = |error: WgpuInitError| Failure::NoWebGpu { reason: error.to_string() };
        let device = WgpuDevice::default();
        let options = RuntimeOptions::try_default().map_err(refused)?;
        let opening = within(OPENING_MS, try_init_setup_async::<AutoGraphicsApi>(&device, options)).await;
        let reason = || format!("it did not open within {} seconds", OPENING_MS / 1000);
        let setup = opening.ok_or_else(|| Failure::NoWebGpu { reason: reason() })?.map_err(refused)?;
        if let Some((name, limit, needed)) = needs(&setup.device.limits()).into_iter().find(|need| need.1 < need.2) {
            let reason = format!("its {name} is {limit}, where {needed} is needed");
            return Err(Failure::NoWebGpu { reason }.into());
        }
        Ok(Self { device: device.into(), setup })
    }

    /// Tells the page as soon as the device is lost. burn has a callback of its own, by which its next operation fails; in
    /// the browser both are called.
    pub(crate) fn watch(&self, outbox: Outbox) {
        let outbox = SendWrapper::new(outbox);
        self.setup.device.set_device_lost_callback(move |kind, message| {
            let reason = format!("{kind:?}: {message}");
            outbox.post(&FromWorker::Stopped(Failure::DeviceLost { backend: BACKEND, reason }));
        });
    }
}

/// What the kernels of `headstart-nn` need of an adapter.
fn needs(limits: &wgpu::Limits) -> [Need; 4] {
    [
        ("maxStorageBufferBindingSize", limits.max_storage_buffer_binding_size, 96 << 20),
        ("maxStorageBuffersPerShaderStage", limits.max_storage_buffers_per_shader_stage.into(), 4),
        ("maxComputeInvocationsPerWorkgroup", limits.max_compute_invocations_per_workgroup.into(), 64),
        ("maxComputeWorkgroupsPerDimension", limits.max_compute_workgroups_per_dimension.into(), 65_535),
    ]
}
