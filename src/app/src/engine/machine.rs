//! What the browser tells of its device.

use js_sys::Reflect;

use super::pool::Machine;
use crate::platform::dom::window;

/// Asks the browser.
pub(crate) fn read() -> Machine {
    let navigator = window().navigator();
    let memory = Reflect::get(&navigator, &"deviceMemory".into());
    // Counts only where the memory is not told, that is beside Chromium: there `userAgentData` is missing too, and an
    // iPad's `userAgent` is a Mac's. Which pointer is the first one is told by all, and rightly.
    let coarse = window().match_media("(pointer: coarse)");
    Machine {
        // A number that is none becomes 0.
        cores: navigator.hardware_concurrency() as usize,
        memory: memory.ok().and_then(|memory| memory.as_f64()),
        is_handheld: coarse.ok().flatten().is_some_and(|list| list.matches()),
    }
}

/// Whether this browser keeps the files that ship. Only a secure page has the Cache API.
pub(crate) fn keeps_files() -> bool {
    window().is_secure_context()
}
