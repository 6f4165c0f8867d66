//! The processor.

use burn::tensor::Device;
use headstart_protocol::Backend;

use crate::error::EngineError;
use crate::port::Outbox;

/// The device's kind.
pub(crate) const BACKEND: Backend = Backend::Cpu;

/// The processor, which is always there.
pub(crate) struct OpenDevice {
    pub(crate) device: Device,
}

impl OpenDevice {
    /// The device.
    #[expect(clippy::unused_async, reason = "as for the GPU")]
    pub(crate) async fn open() -> Result<Self, EngineError> {
        Ok(Self { device: Device::flex() })
    }

    /// Nothing to watch: the processor is not lost without the worker.
    #[expect(clippy::unused_self, reason = "as for the GPU")]
    pub(crate) fn watch(&self, _outbox: Outbox) {}
}
