//! SHA-256 of files and of what is made from them.

use sha2::{Digest, Sha256};

/// The SHA-256 of all `parts` in a row, in hexadecimal.
pub(crate) fn sha256_hex(parts: &[&[u8]]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standards_example() {
        let sum = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256_hex(&[b"abc"]), sum);
        assert_eq!(sha256_hex(&[b"a", b"", b"bc"]), sum);
    }
}
