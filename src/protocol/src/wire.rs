//! Values to bytes and back.

use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// Counts up with every change to [`crate::ToWorker`] or [`crate::FromWorker`].
pub const PROTOCOL_VERSION: u32 = 19;

/// Why a message could not be written or read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum WireError {
    /// The other side was built from another release.
    #[error("the message has the protocol version {theirs}, not {PROTOCOL_VERSION}")]
    Version {
        /// The version that the message names.
        theirs: u32,
    },
    /// The bytes are not a message.
    #[error("the message cannot be read")]
    Malformed,
}

/// `value` as bytes, the version first.
///
/// # Errors
/// [`WireError::Malformed`] where the value cannot be encoded.
pub fn encode<T: Serialize>(value: &T) -> Result<Vec<u8>, WireError> {
    let bytes = PROTOCOL_VERSION.to_le_bytes().to_vec();
    postcard::to_extend(value, bytes).map_err(|_| WireError::Malformed)
}

/// The value that [`encode`] wrote.
///
/// # Errors
/// [`WireError::Version`] for a message of another release, [`WireError::Malformed`] for anything else that cannot be
/// read.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, WireError> {
    let (version, body) = bytes.split_first_chunk().ok_or(WireError::Malformed)?;
    let theirs = u32::from_le_bytes(*version);
    if theirs != PROTOCOL_VERSION {
        return Err(WireError::Version { theirs });
    }
    postcard::from_bytes(body).map_err(|_| WireError::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Classify, PhotoData, RequestId, ToWorker};

    fn message() -> ToWorker {
        let photo = PhotoData::Encoded(vec![1, 2, 3]);
        ToWorker::Ask {
            id: RequestId(7),
            request: Classify { photo, with_scratch: false, explain: None, together: false }.into(),
        }
    }

    #[test]
    fn what_is_encoded_is_decoded() {
        assert_eq!(decode::<ToWorker>(&encode(&message()).unwrap()).unwrap(), message());
        let stop = ToWorker::Stop { id: RequestId(u64::MAX) };
        assert_eq!(decode::<ToWorker>(&encode(&stop).unwrap()).unwrap(), stop);
    }

    #[test]
    fn another_release_is_named() {
        let mut bytes = encode(&message()).unwrap();
        bytes[0] ^= 0x40;
        let theirs = PROTOCOL_VERSION ^ 0x40;
        assert_eq!(decode::<ToWorker>(&bytes), Err(WireError::Version { theirs }));
    }

    #[test]
    fn every_cut_is_an_error() {
        let bytes = encode(&message()).unwrap();
        for end in 0..bytes.len() {
            assert_eq!(decode::<ToWorker>(&bytes[..end]), Err(WireError::Malformed), "cut at {end}");
        }
    }
}
