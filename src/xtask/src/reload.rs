//! Tells open pages that there is a new one: `cargo xtask dev`.

use std::{
    io::{self, Write},
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// Where a page hears of it, beside itself.
pub(crate) const ADDRESS: &str = "xtask-dev-events";
/// Where the script that listens there lies.
pub(crate) const SCRIPT: &str = "xtask-dev-reload.js";
/// How often a page is written to where nothing changes, to find out whether it is still there.
const PULSE: Duration = Duration::from_secs(15);

/// Which page there is.
pub(crate) struct Reload {
    version: Mutex<u64>,
    changed: Condvar,
}

impl Reload {
    /// A number that no page of an earlier run bears: a page that is still open is reloaded as well.
    pub(crate) fn new() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { version: Mutex::new(since.as_millis() as u64), changed: Condvar::new() }
    }

    /// There is a new page.
    pub(crate) fn announce(&self) {
        *self.version() += 1;
        self.changed.notify_all();
    }

    /// `html` with a script that reloads it once it is no longer the newest. It is a file, as the page's policy wants it.
    pub(crate) fn inject(&self, html: &str) -> String {
        let script = format!("<script src=\"{SCRIPT}?{}\"></script>\n", self.version());
        match html.rfind("</body>") {
            Some(end) => format!("{}{script}{}", &html[..end], &html[end..]),
            None => html.to_owned() + &script,
        }
    }

    /// What lies at [`SCRIPT`]: the number in its address is that of the page.
    pub(crate) fn script() -> String {
        format!(
            "const version = new URL(document.currentScript.src).search.slice(1);\n\
             new EventSource(\"{ADDRESS}\").onmessage = ({{ data }}) => data !== version && location.reload();\n"
        )
    }

    /// Writes which page is the newest, now and whenever that changes, until the reader is gone.
    ///
    /// # Errors
    /// A reader that is gone.
    pub(crate) fn tell(&self, mut reader: impl Write) -> io::Result<()> {
        let mut told = None;
        loop {
            let version = self.version();
            let waited = self.changed.wait_timeout_while(version, PULSE, |version| told == Some(*version));
            let version = *waited.unwrap_or_else(PoisonError::into_inner).0;
            if told == Some(version) {
                reader.write_all(b":\n\n")?;
            } else {
                write!(reader, "data: {version}\n\n")?;
                told = Some(version);
            }
            reader.flush()?;
        }
    }

    fn version(&self) -> MutexGuard<'_, u64> {
        self.version.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page that is closed after `left` messages.
    struct Page<'a> {
        heard: &'a mut Vec<String>,
        reload: &'a Reload,
        left: usize,
    }

    impl Write for Page<'_> {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.heard.push(String::from_utf8_lossy(bytes).into_owned());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            self.left -= 1;
            self.reload.announce();
            if self.left == 0 { Err(io::ErrorKind::BrokenPipe.into()) } else { Ok(()) }
        }
    }

    #[test]
    fn a_page_hears_of_each_newer_one() {
        let reload = Reload::new();
        let first = *reload.version();
        let mut heard = Vec::new();
        let told = reload.tell(Page { heard: &mut heard, reload: &reload, left: 2 });
        assert!(told.is_err());
        assert_eq!(heard.concat(), format!("data: {first}\n\ndata: {}\n\n", first + 1));
    }

    #[test]
    fn the_script_is_the_last_of_the_body() {
        let reload = Reload::new();
        let html = reload.inject("<body><p>x</p></body></html>");
        let script = format!("<script src=\"{SCRIPT}?{}\"></script>", *reload.version());
        assert_eq!(html, format!("<body><p>x</p>{script}\n</body></html>"));
        assert!(Reload::script().contains(ADDRESS));
    }
}
