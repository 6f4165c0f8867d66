//! A static host for `dist/` on this machine: what any host does, and never a stale file.

use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::Duration,
};

use crate::error::XtaskError;
use crate::reload::{self, Reload};

/// Longer heads than this are no browser's.
const HEAD_LIMIT: u64 = 1 << 16;
/// How long a connection may say nothing.
const PATIENCE: Duration = Duration::from_secs(30);

/// A host that has its port and does not answer yet.
pub(crate) struct Server {
    listener: TcpListener,
    address: SocketAddr,
    folder: Folder,
    reload: Option<Arc<Reload>>,
}

/// The folder that is served, and the path that it is served at.
struct Folder {
    root: PathBuf,
    /// With a slash at both ends.
    prefix: String,
}

/// What a request asks for.
struct Request {
    method: String,
    path: String,
    range: Option<String>,
}

impl Server {
    /// Takes the port at `address`, to serve `root` where `public_url` says that the page is.
    ///
    /// # Errors
    /// [`XtaskError::Address`].
    pub(crate) fn bind(address: SocketAddr, root: &Path, public_url: &str) -> Result<Self, XtaskError> {
        let blame = |error| XtaskError::Address { address, error };
        let listener = TcpListener::bind(address).map_err(blame)?;
        let address = listener.local_addr().map_err(blame)?;
        // Of an address on another host, and of a relative one, nothing is said of ours.
        let prefix = if public_url.starts_with('/') { public_url } else { "/" };
        let folder = Folder { root: root.to_owned(), prefix: prefix.to_owned() };
        Ok(Self { listener, address, folder, reload: None })
    }

    /// The same, whose page reloads itself when `reload` says so.
    pub(crate) fn with_reload(mut self, reload: &Arc<Reload>) -> Self {
        self.reload = Some(Arc::clone(reload));
        self
    }

    /// Prints the address and answers until the program is ended.
    pub(crate) fn run(self) {
        println!("\nServing the page at http://{}{} (Ctrl-C ends it).", self.address, self.folder.prefix);
        if !self.address.ip().is_loopback() {
            println!("From other machines this is plain http: browsers give it no camera and no GPU there.");
        }
        let folder = Arc::new(self.folder);
        for stream in self.listener.incoming().flatten() {
            let (folder, reload) = (Arc::clone(&folder), self.reload.clone());
            thread::spawn(move || {
                // A browser may hang up at any time.
                let _ = answer(&folder, reload.as_deref(), &stream);
            });
        }
    }
}

impl Folder {
    /// The file behind the address `path`; none that lies elsewhere.
    fn find(&self, path: &str) -> Option<PathBuf> {
        let name = percent_decoded(path)?;
        let below = name.strip_prefix(&self.prefix)?;
        if below.split(['/', '\\']).any(|part| part == ".." || part.contains('\0')) || below.starts_with('/') {
            return None;
        }
        let file = self.root.join(below);
        let file = if file.is_dir() { file.join("index.html") } else { file };
        file.is_file().then_some(file)
    }
}

fn answer(folder: &Folder, reload: Option<&Reload>, mut stream: &TcpStream) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let Some(request) = read_request(stream)? else { return Ok(()) };
    if !matches!(request.method.as_str(), "GET" | "HEAD") {
        return stream.write_all(&head("405 Method Not Allowed", &["Content-Length: 0".to_owned()]));
    }
    if let Some(reload) = reload.filter(|_| request.path.ends_with(reload::ADDRESS)) {
        stream.write_all(&head("200 OK", &["Content-Type: text/event-stream".to_owned()]))?;
        return reload.tell(stream);
    }
    if reload.is_some() && request.path.ends_with(reload::SCRIPT) {
        return send_text(stream, "text/javascript", &Reload::script());
    }
    let Some(path) = folder.find(&request.path) else {
        let text = "There is no such file here.\n";
        let headers = ["Content-Type: text/plain".to_owned(), format!("Content-Length: {}", text.len())];
        return stream.write_all(&[&head("404 Not Found", &headers), text.as_bytes()].concat());
    };
    if let Some(reload) = reload.filter(|_| path.file_name().is_some_and(|name| name == "index.html")) {
        return send_text(stream, media_type(&path), &reload.inject(&fs::read_to_string(&path)?));
    }
    let mut file = File::open(&path)?;
    let length = file.metadata()?.len();
    let mut headers = vec![format!("Content-Type: {}", media_type(&path)), "Accept-Ranges: bytes".to_owned()];
    let (status, start, count) = match request.range.as_deref().map(|range| part(range, length)) {
        None | Some(Part::All) => ("200 OK", 0, length),
        Some(Part::From(start, count)) => {
            headers.push(format!("Content-Range: bytes {start}-{}/{length}", start + count - 1));
            ("206 Partial Content", start, count)
        }
        Some(Part::Outside) => {
            headers.push(format!("Content-Range: bytes */{length}"));
            ("416 Range Not Satisfiable", 0, 0)
        }
    };
    headers.push(format!("Content-Length: {count}"));
    stream.write_all(&head(status, &headers))?;
    if request.method == "GET" {
        file.seek(SeekFrom::Start(start))?;
        io::copy(&mut file.take(count), &mut stream)?;
    }
    Ok(())
}

fn send_text(mut stream: &TcpStream, media_type: &str, text: &str) -> io::Result<()> {
    let headers = [format!("Content-Type: {media_type}"), format!("Content-Length: {}", text.len())];
    stream.write_all(&[&head("200 OK", &headers), text.as_bytes()].concat())
}

fn head(status: &str, headers: &[String]) -> Vec<u8> {
    // `no-cache`: a browser may keep a file, and asks again before it uses it.
    let own = ["Cache-Control: no-cache", "Connection: close"];
    let lines = headers.iter().map(String::as_str).chain(own);
    lines
        .fold(format!("HTTP/1.1 {status}\r\n"), |head, line| head + line + "\r\n")
        .into_bytes()
        .into_iter()
        .chain(*b"\r\n")
        .collect()
}

/// A request's first line and the headers that matter; `None` where there is no request.
fn read_request(stream: &TcpStream) -> io::Result<Option<Request>> {
    let mut lines = BufReader::new(stream.take(HEAD_LIMIT)).lines();
    let Some(first) = lines.next().transpose()? else { return Ok(None) };
    let mut words = first.split(' ');
    let (Some(method), Some(target)) = (words.next(), words.next()) else { return Ok(None) };
    let path = target.split('?').next().unwrap_or_default().to_owned();
    let mut request = Request { method: method.to_owned(), path, range: None };
    for line in lines {
        let line = line?;
        let Some((name, value)) = line.split_once(':') else { break };
        if name.eq_ignore_ascii_case("range") {
            request.range = Some(value.trim().to_owned());
        }
    }
    Ok(Some(request))
}

/// The part of a file that a range asks for.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    /// What is not understood is ignored, as the standard says.
    All,
    /// From a byte on, so many.
    From(u64, u64),
    /// Nothing of the file.
    Outside,
}

/// Reads a `Range` header: RFC 9110, section 14, a single range.
fn part(range: &str, length: u64) -> Part {
    let Some((first, last)) = range.strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
        return Part::All;
    };
    let (start, end) = match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(start), Ok(last)) if start <= last => (start, length.min(last.saturating_add(1))),
        (Ok(start), Err(_)) if last.is_empty() => (start, length),
        (Err(_), Ok(count)) if first.is_empty() => (length.saturating_sub(count), length),
        _ => return Part::All,
    };
    if start < end { Part::From(start, end - start) } else { Part::Outside }
}

/// `path` with `%41` as `A`; none where that is no text.
fn percent_decoded(path: &str) -> Option<String> {
    let mut bytes = path.bytes();
    let mut decoded = Vec::new();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let mut digit = || char::from(bytes.next()?).to_digit(16);
            decoded.push((digit()? * 16 + digit()?) as u8);
        } else {
            decoded.push(byte);
        }
    }
    String::from_utf8(decoded).ok()
}

/// Browsers run scripts and compile wasm only under their own types.
fn media_type(path: &Path) -> &'static str {
    let types = [
        ("html", "text/html; charset=utf-8"),
        ("js", "text/javascript; charset=utf-8"),
        ("css", "text/css; charset=utf-8"),
        ("wasm", "application/wasm"),
        ("json", "application/json"),
        ("webmanifest", "application/manifest+json"),
        ("svg", "image/svg+xml"),
        ("png", "image/png"),
        ("jpg", "image/jpeg"),
        ("md", "text/plain; charset=utf-8"),
        ("txt", "text/plain; charset=utf-8"),
    ];
    let ending = path.extension().unwrap_or_default();
    types.iter().find(|(known, _)| ending == *known).map_or("application/octet-stream", |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_a_part_of_the_file() {
        assert_eq!(part("bytes=0-", 10), Part::From(0, 10));
        assert_eq!(part("bytes=3-5", 10), Part::From(3, 3));
        assert_eq!(part("bytes=3-50", 10), Part::From(3, 7));
        assert_eq!(part("bytes=-4", 10), Part::From(6, 4));
        assert_eq!(part("bytes=-40", 10), Part::From(0, 10));
        for outside in ["bytes=10-", "bytes=-0", "bytes=11-12"] {
            assert_eq!(part(outside, 10), Part::Outside, "{outside}");
        }
        for ignored in ["bytes=5-3", "lines=1-2", "bytes=a-b", "bytes=0-1,4-5", "bytes=-"] {
            assert_eq!(part(ignored, 10), Part::All, "{ignored}");
        }
    }

    #[test]
    fn only_files_of_the_folder_are_found() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).to_owned();
        let folder = Folder { root: root.clone(), prefix: "/a/".to_owned() };
        assert_eq!(folder.find("/a/Cargo.toml"), Some(root.join("Cargo.toml")));
        assert_eq!(folder.find("/a/src/m%61in.rs"), Some(root.join("src/main.rs")));
        let elsewhere = ["/Cargo.toml", "/a/../../Cargo.toml", "/a/src/%2e%2e/../../vision/Cargo.toml"];
        let nothing = ["/a/", "/a/src", "/a//etc/passwd", "/a/%2fetc/passwd", "/a/%zz", "/a/%ff", "a", ""];
        for path in elsewhere.into_iter().chain(nothing) {
            assert_eq!(folder.find(path), None, "{path}");
        }
    }

    #[test]
    fn answers_are_what_a_browser_needs() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let server = Server::bind("127.0.0.1:0".parse().unwrap(), root, "./").unwrap();
        let address = server.address;
        thread::spawn(move || server.run());
        let ask = |request: &str| {
            let mut stream = TcpStream::connect(address).unwrap();
            stream.write_all(request.as_bytes()).unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            answer
        };
        let whole = ask("GET /Cargo.toml?v=1 HTTP/1.1\r\nHost: x\r\n\r\n");
        assert!(whole.starts_with("HTTP/1.1 200 OK\r\n") && whole.ends_with("workspace = true\n"), "{whole}");
        let part = ask("GET /Cargo.toml HTTP/1.1\r\nrange: bytes=1-7\r\n\r\n");
        assert!(part.contains("206 Partial") && part.ends_with("\r\n\r\npackage"), "{part}");
        let head = ask("HEAD /src/main.rs HTTP/1.1\r\n\r\n");
        assert!(head.contains("200 OK") && head.ends_with("\r\n\r\n"), "{head}");
        assert!(ask("GET /none HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 404 "));
        assert!(ask("POST / HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 405 "));
    }

    #[test]
    fn a_page_in_the_making_hears_that_it_is_old() {
        let root = std::env::temp_dir().join(format!("headstart-server-{}", std::process::id()));
        fs::create_dir_all(&root).unwrap();
        fs::write(root.join("index.html"), "<body></body>").unwrap();
        let reload = Arc::new(Reload::new());
        let server = Server::bind("127.0.0.1:0".parse().unwrap(), &root, "./").unwrap().with_reload(&reload);
        let address = server.address;
        thread::spawn(move || server.run());
        let ask = |path: &str| {
            let mut stream = TcpStream::connect(address).unwrap();
            stream.write_all(format!("GET /{path} HTTP/1.1\r\n\r\n").as_bytes()).unwrap();
            stream
        };
        let (mut page, mut script) = (String::new(), String::new());
        ask("").read_to_string(&mut page).unwrap();
        ask(reload::SCRIPT).read_to_string(&mut script).unwrap();
        assert!(script.contains("text/javascript") && script.ends_with(&Reload::script()), "{script}");
        let mut events = BufReader::new(ask(reload::ADDRESS)).lines().map_while(Result::ok);
        let mut version = || events.by_ref().find_map(|line| line.strip_prefix("data: ").map(str::to_owned)).unwrap();
        let first = version();
        assert!(page.contains(&format!("{}?{first}\"", reload::SCRIPT)), "{page}");
        reload.announce();
        assert_ne!(version(), first);
        fs::remove_dir_all(&root).unwrap();
    }
}
