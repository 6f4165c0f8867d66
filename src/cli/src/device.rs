//! Where the base and the networks in training are computed: `--device`.

use burn::tensor::Device;
use clap::ValueEnum;

use crate::error::CliError;
use crate::output;

/// What computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DeviceChoice {
    /// The GPU, where there is one and the command was built with --features gpu.
    Auto,
    /// The processor.
    Cpu,
    /// The GPU, over Vulkan, Metal or DirectX 12; a software one where there is no other.
    Gpu,
}

impl DeviceChoice {
    /// The device. Which GPU it is, or that there is none, goes to standard error.
    ///
    /// # Errors
    /// [`CliError::NoGpu`] where a GPU was asked for that cannot be had.
    pub(crate) fn open(self) -> Result<Device, CliError> {
        match self {
            Self::Cpu => Ok(Device::flex()),
            Self::Gpu => gpu(true).map_err(|reason| CliError::NoGpu { reason }),
            Self::Auto if cfg!(feature = "gpu") => Ok(gpu(false).unwrap_or_else(|reason| {
                output::note(format_args!("computing on the processor, not on a GPU: {reason}"));
                Device::flex()
            })),
            Self::Auto => Ok(Device::flex()),
        }
    }
}

/// The first GPU that opens; why there is none. One that is a program on the processor only where `software` allows it.
#[cfg(feature = "gpu")]
fn gpu(software: bool) -> Result<Device, String> {
    use burn::tensor::DeviceKind;

    let mut kinds = vec![DeviceKind::DiscreteGpu(0), DeviceKind::IntegratedGpu(0), DeviceKind::VirtualGpu(0)];
    if software {
        kinds.push(DeviceKind::Cpu);
    }
    for kind in kinds {
        if let Ok((device, setup)) = Device::wgpu_options().device_kind(kind).init_with_setup() {
            let about = setup.adapter.get_info();
            output::note(format_args!("computing on {} ({})", about.name, about.backend));
            return Ok(device);
        }
    }
    Err("none was found over Vulkan, Metal or DirectX 12".to_owned())
}

#[cfg(not(feature = "gpu"))]
fn gpu(_software: bool) -> Result<Device, String> {
    Err("this command was built without --features gpu".to_owned())
}

/// Whether `device` is a GPU.
pub(crate) fn is_gpu(device: &Device) -> bool {
    *device != Device::flex()
}
