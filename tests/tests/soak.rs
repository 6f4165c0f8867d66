//! A short soak: faults injected into the built page, each a few times. `cargo xtask soak` is the long one.
#![cfg(test)]

use std::process::Command;

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn nothing_is_lost() {
    let status = Command::new(env!("CARGO_BIN_EXE_soak")).args(["--short", "--seed", "7"]).status().unwrap();
    assert!(status.success(), "what was lost is said above");
}
