//! How far the camera is.

use crate::error::PageError;

/// How far the camera is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum CameraStatus {
    /// Nobody wants it.
    Off,
    /// The browser is asked for it.
    Starting,
    /// It shows something.
    Live,
    /// It is off, because of this.
    Failed(PageError),
}

impl CameraStatus {
    /// The name in `data-state`.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Starting => "starting",
            Self::Live => "live",
            Self::Failed(_) => "error",
        }
    }

    /// Whether the camera is wanted.
    pub(crate) fn is_on(&self) -> bool {
        matches!(self, Self::Starting | Self::Live)
    }
}
