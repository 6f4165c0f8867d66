//! SHA-256, the identity of every file and tensor here.

use sha2::{Digest, Sha256};

/// Bytes that are hashed in one call: a browser goes over to its optimizing compiler's code when a function is called, and not
/// within it.
const PORTION: usize = 1 << 14;

/// The SHA-256 of `bytes` as 64 lower-case hexadecimal digits: a file's identity.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&sha256(bytes))
}

/// The SHA-256 of `bytes`.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = FileHash::default();
    hash.push(bytes);
    hash.0.finalize().into()
}

/// `digest` as lower-case hexadecimal digits.
fn hex(digest: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    digest
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|nibble| char::from(DIGITS[usize::from(nibble)]))
        .collect()
}

/// A SHA-256 over bytes that arrive in pieces.
#[derive(Default)]
pub struct FileHash(Sha256);

impl FileHash {
    /// Takes the next bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        bytes.chunks(PORTION).for_each(|portion| self.0.update(portion));
    }

    /// The hash of all bytes so far, in hexadecimal.
    #[must_use]
    pub fn finish(self) -> String {
        hex(&self.0.finalize())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_answer() {
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256_hex(b"abc"), abc);
        let mut pieces = FileHash::default();
        pieces.push(b"a");
        pieces.push(b"bc");
        assert_eq!(pieces.finish(), abc);
    }
}
