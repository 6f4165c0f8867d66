//! Why a photo cannot be used.

/// Why a photo cannot be used, and what a person can do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VisionError {
    /// No bytes.
    #[error("The file is empty. Choose another one, or copy it again from where it came.")]
    Empty,
    /// Bytes of no known picture format.
    #[error("The file is not a picture. Choose a JPEG, PNG, WebP, GIF or BMP.")]
    NotAnImage,
    /// A picture cut short, or with bytes that make no sense.
    #[error("The picture is damaged or cut short ({0}). Copy it again from where it came, or choose another one.")]
    Damaged(String),
    /// A picture beyond [`crate::Limits`].
    #[error("The picture is too large: {found}, at most {limit} can be read. Make it smaller and try again.")]
    TooLarge {
        /// What it measures.
        found: String,
        /// What is allowed.
        limit: String,
    },
    /// A picture in a known format that is not decoded here.
    #[error("{format} pictures cannot be read here. Save it as JPEG or PNG and try again.")]
    Unsupported {
        /// The format's name.
        format: String,
    },
    /// A frame whose bytes do not fit its size.
    #[error("The picture came with {bytes} bytes, which do not fit {width}×{height} pixels. Try again.")]
    BadFrame {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// Bytes that came.
        bytes: usize,
    },
}
