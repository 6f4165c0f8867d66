//! How the program takes memory from the system.
#![expect(unsafe_code, reason = "the C library's allocator is told by a C function")]

/// Keeps memory that is freed for what is needed next. A training step takes and frees tensors of 76 MB; handed back to
/// the system each time and cleared by it, they were measured to cost a third of the processors' time.
pub(super) fn keep_freed_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        unsafe extern "C" {
            safe fn mallopt(parameter: i32, value: i32) -> i32;
        }
        // From malloc.h: M_ARENA_MAX, so that all share the memory; M_MMAP_MAX, so that nothing is taken for itself;
        // M_TRIM_THRESHOLD and M_TOP_PAD, how much is kept and taken at once. Where one is refused it is only slower.
        for (parameter, value) in [(-8, 1), (-4, 0), (-1, i32::MAX), (-2, 256 << 20)] {
            mallopt(parameter, value);
        }
    }
}
