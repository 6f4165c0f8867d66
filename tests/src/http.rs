//! As much of HTTP/1.1 as a static host needs (RFC 9110 and 9112): one request a connection.

use std::{
    collections::BTreeMap,
    io::{self, BufRead, BufReader, Read, Write},
    net::TcpStream,
    time::Duration,
};

use crate::line::Line;

/// How long a connection stays open on which nothing comes.
const PATIENCE: Duration = Duration::from_secs(120);

/// A request as it came.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// `GET`, most often.
    pub method: String,
    /// The path without the query, as sent.
    pub path: String,
    /// Headers, names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: String,
    /// The status that was answered.
    pub status: u16,
    /// Bytes of the answer's body, as they cross the wire.
    pub sent: usize,
    /// When it came, counted from the host's beginning.
    pub at: Duration,
}

impl Request {
    /// Reads a request; `None` where the connection closed without one.
    pub(crate) fn read(stream: &TcpStream) -> io::Result<Option<Self>> {
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let mut words = line.split_whitespace();
        let (Some(method), Some(target)) = (words.next(), words.next()) else { return Ok(None) };
        let path = target.split(['?', '#']).next().unwrap_or_default();
        let mut request = Self { method: method.to_owned(), path: path.to_owned(), ..Self::default() };
        loop {
            let mut header = String::new();
            reader.read_line(&mut header)?;
            let Some((name, value)) = header.split_once(':') else { break };
            request.headers.insert(name.to_lowercase(), value.trim().to_owned());
        }
        let length = request.headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        reader.take(length).read_to_string(&mut request.body)?;
        Ok(Some(request))
    }

    /// The first and last byte asked for of `length`, where a single range is asked for that exists. The last is
    /// inclusive, as in the header.
    pub(crate) fn range(&self, length: u64) -> Option<(u64, u64)> {
        let (first, last) = self.headers.get("range")?.strip_prefix("bytes=")?.split_once('-')?;
        let end = length.checked_sub(1)?;
        let range = match (first.parse(), last) {
            (Ok(first), "") => (first, end),
            (Ok(first), last) => (first, last.parse::<u64>().ok()?.min(end)),
            (Err(_), last) => (length.saturating_sub(last.parse().ok()?), end),
        };
        (range.0 <= range.1).then_some(range)
    }
}

/// A breach of the content policy that a browser reported.
#[derive(Debug, Clone)]
pub struct Report {
    /// The address that was asked for, or its kind (`inline`, `eval`).
    pub blocked: String,
}

/// An answer's head and the faults on its way.
pub(crate) struct Response<'a> {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: &'a [u8],
    /// Break after that many bytes of the body.
    pub(crate) cut_after: Option<u64>,
    /// Stay open after the last byte until the other side hangs up.
    pub(crate) stays_open: bool,
    /// Bytes a second.
    pub(crate) pace: Option<u64>,
    /// Leave the body out, as for `HEAD`.
    pub(crate) head_only: bool,
}

impl<'a> Response<'a> {
    pub(crate) fn new(status: u16, content_type: &str, body: &'a [u8]) -> Self {
        let headers = vec![("content-type", content_type.to_owned())];
        Self { status, headers, body, cut_after: None, stays_open: false, pace: None, head_only: false }
    }

    /// Sends it, over `line` where all answers share one.
    pub(crate) fn send(&self, mut stream: &TcpStream, line: Option<&Line>) -> io::Result<()> {
        let mut head = format!("HTTP/1.1 {} -\r\ncontent-length: {}\r\n", self.status, self.body.len());
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        // Nothing may come from the browser's own store, or a test of our cache would prove nothing.
        head += "cache-control: no-store\r\nconnection: close\r\n\r\n";
        stream.write_all(head.as_bytes())?;
        if self.head_only {
            return Ok(());
        }
        let body = &self.body[..self.sent()];
        match (line, self.pace) {
            (Some(line), _) => line.send(stream, body)?,
            (None, None) => stream.write_all(body)?,
            (None, Some(pace)) => body.chunks((pace / 20).max(1) as usize).try_for_each(|piece| {
                std::thread::sleep(Duration::from_millis(50));
                stream.write_all(piece)
            })?,
        }
        if self.stays_open {
            stream.set_read_timeout(Some(PATIENCE))?;
            // Until nothing more can come.
            let _ = io::copy(&mut stream, &mut io::sink());
        }
        Ok(())
    }

    /// Bytes of the body that go out.
    pub(crate) fn sent(&self) -> usize {
        self.cut_after.map_or(self.body.len(), |cut| self.body.len().min(cut as usize))
    }
}

/// The content type of a file by its name's ending.
pub(crate) fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" | "webmanifest" => "application/json",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "svg" => "image/svg+xml",
        "ico" => "image/x-icon",
        "txt" | "md" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(header: &str, length: u64) -> Option<(u64, u64)> {
        let headers = BTreeMap::from([("range".to_owned(), header.to_owned())]);
        Request { headers, ..Request::default() }.range(length)
    }

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        assert_eq!(range("bytes=0-", 10), Some((0, 9)));
        assert_eq!(range("bytes=3-5", 10), Some((3, 5)));
        assert_eq!(range("bytes=3-50", 10), Some((3, 9)));
        assert_eq!(range("bytes=-4", 10), Some((6, 9)));
        for bad in ["bytes=10-", "bytes=5-3", "bytes=-0", "lines=0-", "bytes=x", "bytes=0-"] {
            assert_eq!(range(bad, if bad == "bytes=0-" { 0 } else { 10 }), None, "{bad}");
        }
    }
}
