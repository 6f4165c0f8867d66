//! Files of this site, byte by byte: a dropped connection is taken up where it broke, and every byte is hashed.

use gloo_net::http::{Request, Response};
use gloo_timers::future::TimeoutFuture;
use headstart_protocol::Failure;
use headstart_weights::sha256_hex;
use js_sys::Uint8Array;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::ReadableStreamDefaultReader;

use super::cache::ModelCache;
use crate::error::{EngineError, exception};

/// Attempts without a new byte before giving up.
const ATTEMPTS: u32 = 5;
/// Wait before the second attempt, doubled before each further one.
const FIRST_WAIT_MS: u32 = 400;

/// A file to fetch.
pub(crate) struct RemoteFile {
    /// Its name, for words to the visitor.
    pub(crate) name: String,
    /// Its address, complete.
    pub(crate) url: String,
    /// Its length and SHA-256 in hexadecimal, where this release knows them.
    pub(crate) known: Option<(u64, String)>,
}

/// What a download tells as it goes.
pub(crate) enum Arrival<'a> {
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

impl RemoteFile {
    /// Hands the file over piece by piece, from the cache if it is there, and checks its hash at the end.
    ///
    /// # Errors
    /// Whatever `arrival` returns; [`Failure::Download`], [`Failure::WrongContent`], [`Failure::WrongHash`].
    pub(crate) async fn fetch(
        &self,
        cache: &ModelCache,
        mut arrival: impl FnMut(Arrival<'_>) -> Result<(), EngineError>,
    ) -> Result<(), EngineError> {
        if let Some((_, sha256)) = &self.known
            && let Some(bytes) = cache.get(&self.url).await
            && sha256_hex(&bytes) == *sha256
        {
            for piece in bytes.chunks(1 << 18) {
                arrival(Arrival::Bytes { bytes: piece, cached: true })?;
            }
            return Ok(());
        }
        let mut all = Vec::new();
        self.fetch_over_network(|arrived| {
            if let Arrival::Bytes { bytes, .. } = &arrived {
                all.extend_from_slice(bytes);
            }
            arrival(arrived)
        })
        .await?;
        if let Some((_, sha256)) = &self.known {
            if sha256_hex(&all) != *sha256 {
                return Err(Failure::WrongHash { file: self.name.clone() }.into());
            }
            cache.put(&self.url, &all).await;
        }
        Ok(())
    }

    async fn fetch_over_network(
        &self,
        mut arrival: impl FnMut(Arrival<'_>) -> Result<(), EngineError>,
    ) -> Result<(), EngineError> {
        let mut have = 0;
        let mut attempt = 0;
        loop {
            let before = have;
            let reason = match self.fetch_from(&mut have, &mut arrival).await {
                Ok(()) => return Ok(()),
                Err(Stop::Final(error)) => return Err(error),
                Err(Stop::Dropped(reason)) => reason,
            };
            attempt = if have > before { 1 } else { attempt + 1 };
            if attempt > ATTEMPTS {
                return Err(self.failed(reason));
            }
            TimeoutFuture::new(FIRST_WAIT_MS << (attempt - 1)).await;
        }
    }

    /// One connection, from byte `have` on.
    async fn fetch_from(
        &self,
        have: &mut u64,
        arrival: &mut impl FnMut(Arrival<'_>) -> Result<(), EngineError>,
    ) -> Result<(), Stop> {
        let response = self.request(*have).await.map_err(|error| Stop::Dropped(error.to_string()))?;
        let status = response.status();
        if !response.ok() {
            let reason = format!("the host answered with status {status}");
            let busy = status >= 500 || status == 429 || status == 408;
            return Err(if busy { Stop::Dropped(reason) } else { Stop::Final(self.failed(reason)) });
        }
        let header = |name: &str| response.headers().get(name).unwrap_or_default();
        if header("content-type").starts_with("text/html") {
            return Err(Stop::Final(Failure::WrongContent { file: self.name.clone() }.into()));
        }
        // A host without ranges sends the whole file again: what is here already is passed over.
        let mut pass_over = if status == 206 { 0 } else { *have };
        let length = header("content-length").parse::<u64>().ok().filter(|_| header("content-encoding").is_empty());
        if *have == 0
            && self.known.is_none()
            && let Some(length) = length
        {
            arrival(Arrival::Length(length)).map_err(Stop::Final)?;
        }
        let expected = self.known.as_ref().map(|(bytes, _)| *bytes).or(length.map(|length| length + *have - pass_over));

        let body = response.body().ok_or_else(|| Stop::Dropped("the host's answer was empty".into()))?;
        let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
        loop {
            let piece = JsFuture::from(reader.read()).await.map_err(|error| Stop::Dropped(exception(&error)))?;
            let piece: web_sys::ReadableStreamReadResult = piece.unchecked_into();
            if piece.get_done().unwrap_or(true) {
                break;
            }
            let bytes = Uint8Array::new(&piece.get_value()).to_vec();
            let skipped = pass_over.min(bytes.len() as u64);
            pass_over -= skipped;
            let new = &bytes[skipped as usize..];
            if !new.is_empty() {
                *have += new.len() as u64;
                arrival(Arrival::Bytes { bytes: new, cached: false }).map_err(Stop::Final)?;
            }
        }
        match expected {
            Some(expected) if *have < expected => Err(Stop::Dropped("the connection broke".into())),
            _ => Ok(()),
        }
    }

    async fn request(&self, from: u64) -> Result<Response, gloo_net::Error> {
        let request = Request::get(&self.url);
        let request = if from > 0 { request.header("range", &format!("bytes={from}-")) } else { request };
        request.send().await
    }

    fn failed(&self, reason: String) -> EngineError {
        Failure::Download { file: self.name.clone(), reason }.into()
    }
}

/// Why a connection ended early.
enum Stop {
    /// Worth another attempt.
    Dropped(String),
    /// Not.
    Final(EngineError),
}
