//! Why a photo cannot be used.

/// Why a photo cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VisionError {
    /// No bytes.
    #[error("the file is empty")]
    Empty,
    /// Bytes of no known picture format.
    #[error("the file is not a picture")]
    NotAnImage,
    /// A picture with bytes that make no sense.
    #[error("the picture is damaged: {0}")]
    Damaged(String),
    /// A picture whose data end before its last pixel.
    #[error("the picture is cut short: its end is missing")]
    CutShort,
    /// A file beyond [`crate::Limits::max_bytes`].
    #[error("the file has {} MiB, at most {} MiB are read", mebibytes(*.bytes), mebibytes(*.limit))]
    FileTooLarge {
        /// Bytes of the file.
        bytes: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// A picture beyond [`crate::Limits::max_side`], or beyond the pixels that its format is read with.
    #[error(
        "the picture has {}, at most {max_side} pixels a side and {} million in all are read",
        pixels(*.size), .max_pixels / 1_000_000
    )]
    TooManyPixels {
        /// Width and height in pixels, where they are known.
        size: Option<[u32; 2]>,
        /// Pixels allowed along the longer side.
        max_side: u32,
        /// Pixels allowed in all, in this format.
        max_pixels: u64,
    },
    /// A picture all of whose pixels have one colour, or are transparent.
    #[error("the picture shows nothing: all of it has one colour, or is transparent")]
    Blank,
    /// A picture in a known format, or of a kind of it, that is not decoded here.
    #[error("{format} pictures are not read")]
    Unsupported {
        /// The format's name.
        format: String,
    },
    /// A frame whose bytes do not fit its size.
    #[error("the picture has {bytes} bytes, which do not fit {width}×{height} pixels")]
    BadFrame {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// Bytes that came.
        bytes: usize,
    },
}

fn mebibytes(bytes: usize) -> String {
    format!("{:.1}", bytes as f64 / f64::from(1 << 20))
}

fn pixels(size: Option<[u32; 2]>) -> String {
    match size {
        Some([width, height]) => format!("{width}×{height} pixels"),
        None => "too many pixels".to_owned(),
    }
}
