//! A static host for the page, which can misbehave on request and remembers what it was asked.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use flate2::{Compression, write::GzEncoder};

use crate::{
    fault::{Fault, Faults, Kind},
    http::{Report, Request, Response, content_type},
    line::Line,
};

/// Where browsers report what the page's policy would forbid.
const REPORTS: &str = "/policy-report";

/// All that the page may ask for is of its own origin. Only reported, never enforced, so that a test sees the page as any
/// host would serve it.
const POLICY: &str = "default-src 'self' 'wasm-unsafe-eval' blob: mediastream:; report-uri /policy-report";

/// What makes a page cross-origin isolated, sent with everything: workers need it as well.
const ISOLATION: [(&str, &str); 2] =
    [("cross-origin-opener-policy", "same-origin"), ("cross-origin-embedder-policy", "require-corp")];

const NOT_FOUND: &[u8] = b"<!doctype html><title>Not found</title><p>There is no such page here.</p>";

/// A static host on a free port of this machine, until it is dropped.
pub struct Site {
    address: SocketAddr,
    shared: Arc<Shared>,
    listener: Option<JoinHandle<()>>,
}

struct Shared {
    root: PathBuf,
    prefix: String,
    mounted: Vec<(String, PathBuf)>,
    faults: Mutex<Faults>,
    log: Mutex<Vec<Request>>,
    compressed: Mutex<BTreeMap<PathBuf, Arc<[u8]>>>,
    line: Mutex<Option<Arc<Line>>>,
    stopping: AtomicBool,
    start: Instant,
}

impl Site {
    /// Serves the folder `root` at `/`.
    ///
    /// # Errors
    /// Where no port can be had.
    pub fn new(root: &Path) -> io::Result<Self> {
        Self::under(root, "/", &[])
    }

    /// Serves the folder `root` under `prefix` (`/a/b/`) and single files from elsewhere under names below it.
    ///
    /// # Errors
    /// Where no port can be had.
    pub fn under(root: &Path, prefix: &str, mounted: &[(&str, &Path)]) -> io::Result<Self> {
        let socket = TcpListener::bind(("127.0.0.1", 0))?;
        let address = socket.local_addr()?;
        let shared = Arc::new(Shared {
            root: root.to_owned(),
            prefix: prefix.to_owned(),
            mounted: mounted.iter().map(|(name, path)| ((*name).to_owned(), (*path).to_owned())).collect(),
            faults: Mutex::default(),
            log: Mutex::default(),
            compressed: Mutex::default(),
            line: Mutex::default(),
            stopping: AtomicBool::new(false),
            start: Instant::now(),
        });
        let listener = thread::spawn({
            let shared = Arc::clone(&shared);
            move || shared.listen(&socket)
        });
        Ok(Self { address, shared, listener: Some(listener) })
    }

    /// The address of `rest` (`?size=150#/classify`) below the prefix.
    #[must_use]
    pub fn url(&self, rest: &str) -> String {
        self.url_on("127.0.0.1", rest)
    }

    /// The same under another name for this machine.
    #[must_use]
    pub fn url_on(&self, host: &str, rest: &str) -> String {
        format!("http://{host}:{}{}{rest}", self.address.port(), self.shared.prefix)
    }

    /// Commits `kind` on the next `times` requests for paths that end with `path_end`.
    pub fn misbehave(&self, path_end: &str, kind: Kind, times: u32) {
        lock(&self.shared.faults).add(Fault { path_end: path_end.to_owned(), kind, times });
    }

    /// From now on all pages are cross-origin isolated, which wasm needs for threads.
    pub fn isolate(&self) {
        for (name, value) in ISOLATION {
            self.misbehave("", Kind::Header(name, value), u32::MAX);
        }
    }

    /// Behaves again.
    pub fn behave(&self) {
        lock(&self.shared.faults).clear();
    }

    /// Compresses text, scripts and wasm once and for all, and sends them like that where a browser takes it. Weights go
    /// out as they are.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn compress(&self) -> io::Result<()> {
        let mut files = Vec::new();
        files_below(&self.shared.root, &mut files)?;
        files.extend(self.shared.mounted.iter().map(|(_, path)| path.clone()));
        for path in files {
            let kind = content_type(&path.to_string_lossy());
            if kind == "application/octet-stream" || kind.starts_with("image/") && kind != "image/svg+xml" {
                continue;
            }
            let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
            encoder.write_all(&fs::read(&path)?)?;
            lock(&self.shared.compressed).insert(path, encoder.finish()?.into());
        }
        Ok(())
    }

    /// From now on all answers share a line of that many bytes a second; without one, each goes as fast as it can.
    pub fn limit(&self, bytes_a_second: Option<u64>) {
        *lock(&self.shared.line) = bytes_a_second.map(|pace| Arc::new(Line::new(pace)));
    }

    /// All requests so far, reports aside.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        lock(&self.shared.log).iter().filter(|request| request.path != REPORTS).cloned().collect()
    }

    /// The requests for paths that end with `path_end`.
    #[must_use]
    pub fn requests_for(&self, path_end: &str) -> Vec<Request> {
        self.requests().into_iter().filter(|request| request.path.ends_with(path_end)).collect()
    }

    /// What the page or its worker asked of other origins, as the browser reported it.
    #[must_use]
    pub fn reports(&self) -> Vec<Report> {
        let log = lock(&self.shared.log);
        let reports = log.iter().filter(|request| request.path == REPORTS);
        reports
            .map(|request| {
                let json = serde_json::from_str::<serde_json::Value>(&request.body).unwrap_or_default();
                let blocked = json["csp-report"]["blocked-uri"].as_str().unwrap_or(&request.body);
                Report { blocked: blocked.to_owned() }
            })
            .collect()
    }

    /// Forgets the requests so far.
    pub fn forget(&self) {
        lock(&self.shared.log).clear();
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.shared.stopping.store(true, Ordering::Release);
        // Wakes the listener, which waits for a connection.
        drop(TcpStream::connect(self.address));
        if let Some(listener) = self.listener.take() {
            // A listener that panicked has said so on standard error.
            let _ = listener.join();
        }
    }
}

impl Shared {
    fn listen(self: &Arc<Self>, socket: &TcpListener) {
        for stream in socket.incoming() {
            if self.stopping.load(Ordering::Acquire) {
                return;
            }
            let Ok(stream) = stream else { continue };
            let shared = Arc::clone(self);
            thread::spawn(move || {
                // A browser may hang up at any time.
                let _ = shared.answer(&stream);
            });
        }
    }

    fn answer(&self, stream: &TcpStream) -> io::Result<()> {
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        let Some(mut request) = Request::read(stream)? else { return Ok(()) };
        request.at = self.start.elapsed();
        let faults = lock(&self.faults).due(&request.path);
        let swapped = faults.iter().find_map(|fault| match fault {
            Kind::Swapped(other) => Some(self.root.join(other)),
            _ => None,
        });
        let path = swapped.or_else(|| self.file(&request.path));
        let compressed = path.as_ref().and_then(|path| self.compressed_for(&request, path));
        let file = match (&compressed, path) {
            (None, Some(path)) => Some(fs::read(path)?),
            _ => None,
        };
        let file = file.map(|file| spoiled(file, &faults));
        let mut response = respond(&request, &faults, compressed.as_deref().or(file.as_deref()));
        if compressed.is_some() && response.status == 200 && !faults.contains(&Kind::Unsaid) {
            response.headers.push(("content-encoding", "gzip".to_owned()));
        }
        request.status = response.status;
        request.sent = response.sent();
        // Before the answer, so that whoever saw the answer sees the request in the log.
        lock(&self.log).push(request);
        let line = lock(&self.line).clone();
        response.send(stream, line.as_deref())?;
        // Closing while bytes from the other side are unread would reset the connection and lose the end of the answer.
        stream.shutdown(Shutdown::Write)?;
        let _ = io::copy(&mut stream.take(1 << 16), &mut io::sink());
        Ok(())
    }

    /// The compressed form of the file at `path`, where there is one and the request takes it.
    fn compressed_for(&self, request: &Request, path: &Path) -> Option<Arc<[u8]>> {
        let takes = request.headers.get("accept-encoding").is_some_and(|takes| takes.contains("gzip"));
        let whole = !request.headers.contains_key("range");
        if takes && whole { lock(&self.compressed).get(path).cloned() } else { None }
    }

    /// The file behind `path`, if there is one.
    fn file(&self, path: &str) -> Option<PathBuf> {
        // Some hosts show a folder's page also where its address lacks the slash.
        let name = if *path == *self.prefix.trim_end_matches('/') { "" } else { path.strip_prefix(&self.prefix)? };
        if let Some((_, path)) = self.mounted.iter().find(|(mounted, _)| mounted == name) {
            return Some(path.clone());
        }
        if name.split('/').any(|part| part == "..") {
            return None;
        }
        let path = self.root.join(name);
        let path = if path.is_dir() { path.join("index.html") } else { path };
        path.is_file().then_some(path)
    }
}

/// The file as `faults` have it.
fn spoiled(mut file: Vec<u8>, faults: &[Kind]) -> Vec<u8> {
    for fault in faults {
        match *fault {
            Kind::Flip(place) => {
                if let Some(byte) = file.get_mut(place as usize) {
                    *byte ^= 0x10;
                }
            }
            Kind::Ends(bytes) => file.truncate(bytes as usize),
            _ => {}
        }
    }
    file
}

fn respond<'a>(request: &Request, faults: &[Kind], file: Option<&'a [u8]>) -> Response<'a> {
    for fault in faults {
        match *fault {
            Kind::Html(content_type) => return Response::new(200, content_type, NOT_FOUND),
            Kind::Status(status) => return Response::new(status, "text/plain", b""),
            Kind::RefusesRanges if request.headers.contains_key("range") => {
                return Response::new(416, "text/plain", b"");
            }
            _ => {}
        }
    }
    if request.path == REPORTS {
        return Response::new(204, "text/plain", b"");
    }
    let Some(file) = file else { return Response::new(404, "text/html; charset=utf-8", NOT_FOUND) };
    // What has no ending is a folder.
    let name = request.path.rsplit('/').next().unwrap_or_default();
    let path = if name.contains('.') { &request.path } else { "index.html" };
    let length = file.len() as u64;
    let range = request.range(length).filter(|_| !faults.contains(&Kind::NoRanges));
    let mut response = match range {
        None => Response::new(200, content_type(path), file),
        Some((first, last)) => {
            let mut part = Response::new(206, content_type(path), &file[first as usize..=last as usize]);
            part.headers.push(("content-range", format!("bytes {first}-{last}/{length}")));
            part
        }
    };
    response.headers.push(("accept-ranges", "bytes".to_owned()));
    response.headers.push(("content-security-policy-report-only", POLICY.to_owned()));
    response.head_only = request.method == "HEAD";
    for fault in faults {
        match *fault {
            Kind::CutAfter(bytes) => response.cut_after = Some(bytes),
            Kind::StallAfter(bytes) => {
                response.cut_after = Some(bytes);
                response.stays_open = true;
            }
            Kind::Short(bytes) => {
                response.cut_after = Some((response.body.len() as u64).saturating_sub(bytes));
                response.stays_open = true;
            }
            Kind::Throttle(pace) => response.pace = Some(pace),
            Kind::Type(content_type) => {
                response.headers.retain(|(name, _)| *name != "content-type");
                response.headers.push(("content-type", content_type.to_owned()));
            }
            Kind::Header(name, value) => response.headers.push((name, value.to_owned())),
            Kind::Html(_) | Kind::Status(_) | Kind::NoRanges | Kind::RefusesRanges | Kind::Unsaid => {}
            Kind::Flip(_) | Kind::Ends(_) | Kind::Swapped(_) => {}
        }
    }
    response
}

/// Adds the files below `folder`.
fn files_below(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { files_below(&path, files)? } else { files.push(path) }
    }
    Ok(())
}

/// What `mutex` guards, also where another thread panicked: only lists are kept in it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
