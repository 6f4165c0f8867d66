//! What glibc's allocator does with memory that was freed.
#![expect(unsafe_code, reason = "the C library's allocator is told by a call of its own")]

/// Has it kept for what comes next.
///
/// A step of training works in buffers of some 40 MB, layer by layer. By itself glibc gives blocks of that size back to the system,
/// which clears their pages when they are asked for again: a third of the time of `train --unfreeze 4` on two cores.
pub(crate) fn keep_freed() {
    // SAFETY: both set a number that the allocator reads when it is asked for memory. Where it refuses one, it goes on as before.
    unsafe {
        libc::mallopt(libc::M_MMAP_MAX, 0);
        libc::mallopt(libc::M_TRIM_THRESHOLD, i32::MAX);
    }
}
