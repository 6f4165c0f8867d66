//! What the page's address says: the view after `#`, the wishes after `?`.

use headstart_protocol::{Backend, InputSize, TimeBase};

use crate::engine::EngineOptions;
use crate::error::PageError;
use crate::platform::dom::document;
use crate::status::Wanted;

/// Workers that an address may ask for: each takes some 280 MB.
const MOST_WORKERS: u32 = 16;
/// Photos of a batch that is timed: they lie in memory at once, with all that the network makes of them.
const MOST_IN_BATCH: u32 = 64;
/// Runs that are timed.
const MOST_RUNS: u32 = 10_000;
/// Photos that are sent through the queue to be timed.
const MOST_PHOTOS: u32 = 100_000;

/// A view of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum View {
    /// Say what is on a photo.
    Classify,
    /// Train a head on classes of the visitor's own.
    Teach,
    /// Both shipped models side by side.
    Compare,
    /// How it works, for someone who has never trained a network.
    Learn,
    /// What this is.
    About,
}

impl View {
    /// Every view, in the order of the navigation.
    pub(crate) const ALL: [Self; 5] = [Self::Classify, Self::Teach, Self::Compare, Self::Learn, Self::About];

    /// The view that the address's hash names; the first one where it names none of ours.
    pub(crate) fn from_hash(hash: &str) -> Self {
        Self::ALL.into_iter().find(|view| view.hash() == hash).unwrap_or(Self::Classify)
    }

    /// Its hash, `#` included.
    pub(crate) fn hash(self) -> &'static str {
        match self {
            Self::Classify => "#/classify",
            Self::Teach => "#/teach",
            Self::Compare => "#/compare",
            Self::Learn => "#/learn",
            Self::About => "#/about",
        }
    }

    /// Its name in the navigation and the window's title.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Classify => "Classify",
            Self::Teach => "Teach",
            Self::Compare => "Compare",
            Self::Learn => "Learn",
            Self::About => "About",
        }
    }
}

/// The wishes after `?`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Query {
    /// `?backend=cpu|webgpu`, `?size=150|224`, `?weights=URL`, `?head=URL`, `?workers=W`: how the engine is to be started.
    /// Its `base_url` is empty.
    pub(crate) engine: EngineOptions,
    /// `?bench=N&batch=B`, `?photos=M`, `?parity=1`: what is to be measured.
    pub(crate) wanted: Wanted,
}

impl Query {
    /// Reads the wishes; `get` gives the decoded value of a parameter.
    ///
    /// # Errors
    /// A value that is none of those a parameter takes.
    pub(crate) fn read(get: impl Fn(&str) -> Option<String>) -> Result<Self, PageError> {
        let given = |name: &str| get(name).filter(|value| !value.is_empty());
        let number = |name: &'static str, most: u32| match given(name) {
            None => Ok(None),
            Some(value) => match value.parse::<u32>() {
                Ok(value) if value > most => Err(PageError::NumberTooLarge { name, value, most }),
                Ok(number) if number > 0 => Ok(Some(number)),
                _ => Err(PageError::NotANumber { name, value }),
            },
        };
        let backend = given("backend")
            .map(|name| Backend::from_name(&name).ok_or(PageError::UnknownBackend { name }))
            .transpose()?;
        let size = given("size")
            .map(|value| {
                let size = value.parse().ok().and_then(InputSize::from_pixels);
                size.ok_or(PageError::UnknownSize { value })
            })
            .transpose()?;
        let batch = number("batch", MOST_IN_BATCH)?.unwrap_or(1);
        let engine = EngineOptions {
            base_url: String::new(),
            backend,
            size,
            weights: given("weights"),
            head: given("head"),
            workers: number("workers", MOST_WORKERS)?,
        };
        let wanted = Wanted {
            bench: number("bench", MOST_RUNS)?.map(|runs| TimeBase { runs, batch }),
            photos: number("photos", MOST_PHOTOS)?,
            parity: given("parity").is_some_and(|value| value != "0"),
        };
        Ok(Self { engine, wanted })
    }
}

/// The page's folder, with a trailing slash.
pub(crate) fn base_url() -> String {
    folder(&document().base_uri().ok().flatten().unwrap_or_default()).to_owned()
}

/// The path of the page's folder on its host: two deployments on one origin share nothing.
pub(crate) fn deployment() -> String {
    let base = base_url();
    web_sys::Url::new(&base).map_or(base, |address| address.pathname())
}

/// The folder of the document at `uri`, with a trailing slash.
fn folder(uri: &str) -> &str {
    let path = uri.split(['?', '#']).next().unwrap_or(uri);
    path.rfind('/').and_then(|slash| path.get(..=slash)).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Query, PageError> {
        Query::read(|name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn hashes_lead_to_their_views_and_unknown_ones_to_the_first() {
        for view in View::ALL {
            assert_eq!(View::from_hash(view.hash()), view);
        }
        for hash in ["", "#", "#/", "#/Teach", "#/About", "#/about/x"] {
            assert_eq!(View::from_hash(hash), View::Classify, "{hash}");
        }
    }

    #[test]
    fn no_wishes_are_the_default() {
        assert_eq!(read(&[]).unwrap(), Query::default());
        assert_eq!(read(&[("backend", ""), ("bench", "")]).unwrap(), Query::default());
    }

    #[test]
    fn all_wishes_are_read() {
        let query = read(&[
            ("backend", "webgpu"),
            ("size", "224"),
            ("weights", "my/base.safetensors"),
            ("head", "pets.head"),
            ("bench", "5"),
            ("batch", "8"),
            ("photos", "100"),
            ("workers", "2"),
            ("parity", "1"),
        ])
        .unwrap();
        assert_eq!(
            query.wanted,
            Wanted { bench: Some(TimeBase { runs: 5, batch: 8 }), photos: Some(100), parity: true }
        );
        let engine = EngineOptions {
            base_url: String::new(),
            backend: Some(Backend::WebGpu),
            size: Some(InputSize::S224),
            weights: Some("my/base.safetensors".to_owned()),
            head: Some("pets.head".to_owned()),
            workers: Some(2),
        };
        assert_eq!(query.engine, engine);
    }

    #[test]
    fn values_that_do_not_exist_are_errors() {
        let pairs = [("backend", "tpu"), ("size", "99"), ("size", "big"), ("bench", "0"), ("batch", "-1")];
        for pair in pairs.into_iter().chain([("photos", "many"), ("workers", "0")]) {
            assert!(read(&[pair]).is_err(), "{pair:?}");
        }
    }

    #[test]
    fn numbers_have_limits() {
        for (name, most) in
            [("batch", MOST_IN_BATCH), ("workers", MOST_WORKERS), ("bench", MOST_RUNS), ("photos", MOST_PHOTOS)]
        {
            assert!(read(&[(name, &most.to_string())]).is_ok());
            let value = most + 1;
            let refused = read(&[(name, &value.to_string())]).unwrap_err();
            assert_eq!(refused, PageError::NumberTooLarge { name, value, most });
            assert!(refused.to_string().contains(&most.to_string()));
            // Beyond what a number of 32 bits holds.
            assert!(read(&[(name, "99999999999")]).is_err());
        }
    }

    #[test]
    fn the_folder_ends_with_a_slash() {
        assert_eq!(folder("https://a.org/b/index.html?size=150#/about"), "https://a.org/b/");
        assert_eq!(folder("https://a.org/b/?head=x/y"), "https://a.org/b/");
        assert_eq!(folder("http://localhost:8080/#/classify"), "http://localhost:8080/");
    }
}
