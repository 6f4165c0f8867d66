//! Tells open pages that there is a new one: `cargo xtask dev`.

use std::{
    io::{self, Write},
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// Where a page hears of it, beside itself.
pub(crate) const ADDRESS: &str = "xtask-dev-events";
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

    /// `html` with a script that reloads it once it is no longer the newest.
    pub(crate) fn inject(&self, html: &str) -> String {
        let version = *self.version();
        let script = format!(
            "<script>new EventSource(\"{ADDRESS}\").onmessage = ({{ data }}) => data !== \"{version}\" && location.reload();\
             </script>\n"
        );
        match html.rfind("</body>") {
            Some(end) => format!("{}{script}{}", &html[..end], &html[end..]),
            None => html.to_owned() + &script,
        }
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
        assert!(html.starts_with("<body><p>x</p><script>") && html.ends_with("</script>\n</body></html>"), "{html}");
        assert!(html.contains(&format!("\"{}\"", *reload.version())), "{html}");
    }
}
