//! What the linker wants to run before all else: thousands of registrations, of kernels' instructions most of them.
//!
//! Where no code calls them, it has every function that JavaScript calls run them again first, closures and the table of
//! objects included: a training run of 200 photos then spends a third of its time there.
#![expect(unsafe_code, reason = "the linker makes the function, and a name is all that can be given for it")]

unsafe extern "C" {
    fn __wasm_call_ctors();
}

/// Runs them once and, by calling them at all, keeps the linker from more.
pub(crate) fn run() {
    // SAFETY: the linker makes it without arguments and result, and this is the first thing that the module does.
    unsafe { __wasm_call_ctors() }
}
