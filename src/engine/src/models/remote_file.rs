//! Files of this site, byte by byte: a dropped connection is taken up where it broke, one that stands still counts as dropped,
//! and every byte is hashed.

use futures::channel::oneshot;
use gloo_net::http::{Request, Response};
use gloo_timers::future::TimeoutFuture;
use headstart_protocol::Failure;
use headstart_weights::{FileHash, WeightsError, looks_like_a_web_page, sha256_hex};
use js_sys::Uint8Array;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{AbortController, AbortSignal, ReadableStreamDefaultReader, RequestCache};

use super::cache::ModelCache;
use crate::clock::within;
use crate::error::{EngineError, exception};

/// Attempts without a new byte before giving up.
const ATTEMPTS: u32 = 5;
/// Wait before the second attempt, doubled before each further one.
const FIRST_WAIT_MS: u32 = 400;
/// A connection on which no byte came for so long counts as dropped.
const SILENCE_MS: u32 = 15_000;
/// The status for a range beyond a file's end.
const NO_SUCH_RANGE: u16 = 416;
/// Attempts that one without any byte in that time counts for: to wait so long six times over is too much.
const SILENT_ATTEMPTS: u32 = 2;

/// A file to fetch.
#[derive(Clone)]
pub(crate) struct RemoteFile {
    /// Its name, for words to the visitor.
    pub(crate) name: String,
    /// Its address, complete.
    pub(crate) url: String,
    /// Its length and SHA-256 in hexadecimal, where this release knows them.
    pub(crate) known: Option<(u64, String)>,
}

/// A request for a file that went out before anybody wanted the file. It ends when this is dropped.
pub(crate) struct EarlyRequest {
    url: String,
    connection: Connection,
    /// None comes where this browser keeps the file.
    response: oneshot::Receiver<Response>,
}

/// What a download tells as it goes.
pub(crate) enum Arrival<'a> {
    /// What came so far is not the file: it comes once more, from its first byte.
    Anew,
    /// The length of the whole file, where the host tells it and the release did not.
    Length(u64),
    /// The next bytes.
    Bytes {
        /// In the file's order.
        bytes: &'a [u8],
        /// From this browser's cache and not over the network.
        cached: bool,
    },
}

/// Who hears of it.
type Listener<'a> = dyn FnMut(Arrival<'_>) -> Result<(), EngineError> + 'a;

impl RemoteFile {
    /// Asks for the file, unless the cache of the deployment at `base_url` has it. None where the browser cannot.
    pub(crate) fn ask_early(self, base_url: String) -> Option<EarlyRequest> {
        let connection = Connection::new().ok()?;
        let (url, signal) = (self.url.clone(), connection.0.signal());
        let (sender, response) = oneshot::channel();
        spawn_local(async move {
            if ModelCache::open(&base_url).await.has(&self.url).await {
                return;
            }
            // What fails now is asked for again when it is wanted, and whoever dropped it wants it no more.
            if let Ok(response) = self.request(&signal, RequestCache::Default, 0).await {
                let _ = sender.send(response);
            }
        });
        Some(EarlyRequest { url, connection, response })
    }

    /// Hands the file over piece by piece, from the cache if it is there, or else from the `early` request if that is for it, and
    /// checks its hash at the end: that is returned, in hexadecimal.
    ///
    /// # Errors
    /// Whatever `arrival` returns; [`Failure::Download`], [`Failure::WrongContent`], [`Failure::WrongHash`].
    pub(crate) async fn fetch(
        &self,
        early: Option<EarlyRequest>,
        cache: &ModelCache,
        arrival: &mut Listener<'_>,
    ) -> Result<String, EngineError> {
        if let Some((_, sha256)) = &self.known
            && let Some(bytes) = cache.get(&self.url).await
            && sha256_hex(&bytes) == *sha256
        {
            for piece in bytes.chunks(1 << 18) {
                arrival(Arrival::Bytes { bytes: piece, cached: true })?;
            }
            return Ok(sha256.clone());
        }
        let early = early.filter(|early| early.url == self.url);
        let mut fetched = self.fetch_over_network(early, RequestCache::Default, arrival).await;
        if fetched.as_ref().is_err_and(|error| self.may_be_stale(error)) {
            // A cache on the way may hold what was damaged, or another release's: the host itself is asked, once.
            arrival(Arrival::Anew)?;
            fetched = self.fetch_over_network(None, RequestCache::Reload, arrival).await;
        }
        let (bytes, sha256) = fetched.map_err(|error| self.as_told(error))?;
        if self.known.is_some() {
            // Who waits for the file need not wait for the disk.
            let (cache, url) = (cache.clone(), self.url.clone());
            spawn_local(async move { cache.put(&url, &bytes).await });
        }
        Ok(sha256)
    }

    /// Whether bytes came that are not the file's.
    fn may_be_stale(&self, error: &EngineError) -> bool {
        let is_of_bytes = matches!(error, EngineError::File { .. });
        is_of_bytes || matches!(error, EngineError::Own(Failure::WrongHash { .. } | Failure::WrongContent { .. }))
    }

    /// Whatever a reader finds in the bytes of a file that this release knows, what is wrong with them is that they are
    /// others; but a web page is told as such.
    fn as_told(&self, error: EngineError) -> EngineError {
        match error {
            EngineError::File { error, .. } if self.known.is_some() && error != WeightsError::WebPage => {
                self.wrong_hash()
            }
            error => error,
        }
    }

    /// The whole file over the network, piece by piece, and its hash, which is checked.
    async fn fetch_over_network(
        &self,
        mut early: Option<EarlyRequest>,
        cache: RequestCache,
        arrival: &mut Listener<'_>,
    ) -> Result<(Vec<u8>, String), EngineError> {
        let mut have = Received::default();
        let mut attempt = 0;
        loop {
            let before = have.bytes.len();
            let (reason, counts) = match self.fetch_from(early.take(), cache, &mut have, arrival).await {
                Ok(()) => break,
                Err(Stop::Final(error)) => return Err(error),
                Err(Stop::Dropped { reason, counts }) => (reason, counts),
            };
            attempt = if have.bytes.len() > before { 1 } else { attempt + counts };
            if attempt > ATTEMPTS {
                return Err(self.failed(reason));
            }
            TimeoutFuture::new(FIRST_WAIT_MS << (attempt - 1)).await;
        }
        let (bytes, sha256) = (have.bytes, have.hash.finish());
        match &self.known {
            Some((_, expected)) if sha256 != *expected => Err(self.other_bytes(&bytes)),
            _ => Ok((bytes, sha256)),
        }
    }

    /// One connection, from the end of what is `received` on. It is closed when this ends, however it does.
    async fn fetch_from(
        &self,
        early: Option<EarlyRequest>,
        cache: RequestCache,
        received: &mut Received,
        arrival: &mut Listener<'_>,
    ) -> Result<(), Stop> {
        let have = received.bytes.len() as u64;
        let opened = within(SILENCE_MS, self.opened(early, cache, have)).await.ok_or_else(Stop::silent)?;
        let (_connection, response) = opened?;
        let status = response.status();
        if status == NO_SUCH_RANGE && self.known.is_some() && have > 0 {
            // The host's file ends sooner.
            return Err(Stop::Final(self.other_bytes(&received.bytes)));
        }
        if !response.ok() {
            let reason = format!("the host answered with status {status}");
            let busy = status >= 500 || status == 429 || status == 408;
            return Err(if busy { Stop::dropped(reason) } else { Stop::Final(self.failed(reason)) });
        }
        let header = |name: &str| response.headers().get(name).unwrap_or_default();
        if header("content-type").starts_with("text/html") {
            return Err(Stop::Final(Failure::WrongContent { file: self.name.clone() }.into()));
        }
        // A host without ranges sends the whole file again: what is here already is passed over.
        let mut pass_over = if status == 206 { 0 } else { have };
        let length = header("content-length").parse::<u64>().ok().filter(|_| header("content-encoding").is_empty());
        if have == 0
            && self.known.is_none()
            && let Some(length) = length
        {
            arrival(Arrival::Length(length)).map_err(Stop::Final)?;
        }
        let is_other =
            status == 200 && self.known.as_ref().is_some_and(|(bytes, _)| length.is_some_and(|is| is != *bytes));
        let expected = self.known.as_ref().map(|(bytes, _)| *bytes).or(length.map(|length| length + have - pass_over));

        let body = response.body().ok_or_else(|| Stop::dropped("the host's answer was empty".into()))?;
        let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
        loop {
            let piece = within(SILENCE_MS, JsFuture::from(reader.read())).await.ok_or_else(Stop::silent)?;
            let piece = piece.map_err(|error| Stop::dropped(exception(&error)))?;
            let piece: web_sys::ReadableStreamReadResult = piece.unchecked_into();
            if piece.get_done().unwrap_or(true) {
                break;
            }
            let bytes = Uint8Array::new(&piece.get_value()).to_vec();
            let skipped = pass_over.min(bytes.len() as u64);
            pass_over -= skipped;
            let new = &bytes[skipped as usize..];
            if !new.is_empty() {
                received.push(new);
                arrival(Arrival::Bytes { bytes: new, cached: false }).map_err(Stop::Final)?;
            }
        }
        match expected {
            _ if is_other => Err(Stop::Final(self.other_bytes(&received.bytes))),
            Some(expected) if (received.bytes.len() as u64) < expected => {
                Err(Stop::dropped("the connection broke".into()))
            }
            _ => Ok(()),
        }
    }

    /// The host's answer, from the byte `from` on, and what closes the connection.
    async fn opened(
        &self,
        early: Option<EarlyRequest>,
        cache: RequestCache,
        from: u64,
    ) -> Result<(Connection, Response), Stop> {
        if let Some(EarlyRequest { connection, response, .. }) = early
            && let Ok(response) = response.await
        {
            return Ok((connection, response));
        }
        let connection = Connection::new()?;
        let response = self.request(&connection.0.signal(), cache, from).await;
        Ok((connection, response.map_err(|error| Stop::dropped(error.to_string()))?))
    }

    async fn request(&self, signal: &AbortSignal, cache: RequestCache, from: u64) -> Result<Response, gloo_net::Error> {
        let request = Request::get(&self.url).cache(cache).abort_signal(Some(signal));
        let request = if from > 0 { request.header("range", &format!("bytes={from}-")) } else { request };
        request.send().await
    }

    /// What is wrong where `bytes` are not those of a file that this release knows.
    fn other_bytes(&self, bytes: &[u8]) -> EngineError {
        let file = self.name.clone();
        if looks_like_a_web_page(bytes) { Failure::WrongContent { file }.into() } else { self.wrong_hash() }
    }

    fn wrong_hash(&self) -> EngineError {
        Failure::WrongHash { file: self.name.clone() }.into()
    }

    fn failed(&self, reason: String) -> EngineError {
        Failure::Download { file: self.name.clone(), reason }.into()
    }
}

/// What has come so far, hashed as it came: at the end nobody waits for that.
#[derive(Default)]
struct Received {
    bytes: Vec<u8>,
    hash: FileHash,
}

impl Received {
    fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        self.hash.push(bytes);
    }
}

/// A connection to the host, closed when this is dropped.
struct Connection(AbortController);

impl Connection {
    fn new() -> Result<Self, Stop> {
        AbortController::new().map(Self).map_err(|error| Stop::Final(error.into()))
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Why a connection ended early.
enum Stop {
    /// Worth another attempt.
    Dropped {
        reason: String,
        /// Attempts that it counts for where it brought nothing.
        counts: u32,
    },
    /// Not.
    Final(EngineError),
}

impl Stop {
    fn dropped(reason: String) -> Self {
        Self::Dropped { reason, counts: 1 }
    }

    /// Nothing came for too long.
    fn silent() -> Self {
        let reason = format!("the host sent nothing for {} seconds", SILENCE_MS / 1000);
        Self::Dropped { reason, counts: SILENT_ATTEMPTS }
    }
}
