//! What the page's workers do.

use headstart_protocol::{FromWorker, Reply, RequestId, decode};
use serde::Deserialize;

use crate::{Browser, TestError};

/// A worker of a page in a browser whose [`crate::Options::before_pages`] is [`Worker::WATCH`].
#[derive(Debug)]
pub struct Worker {
    /// What it said, in its order.
    pub said: Vec<FromWorker>,
}

#[derive(Deserialize)]
struct Heard(Vec<Vec<u8>>);

impl Worker {
    /// Notes what every worker says. A worker whose number is in `window.crashes` (the first one is number 0) crashes as
    /// soon as it is sent anything after what it was started with. What a [`crate::Order`] says is sent to those in
    /// `window.workers`.
    pub const WATCH: &str = "window.heard = [];
    window.crashes = [];
    window.workers = [];
    window.Worker = class extends Worker {
        constructor(...given) {
            super(...given);
            this.number = window.heard.push([]) - 1;
            this.posts = 0;
            window.workers.push(this);
            this.addEventListener('message', event => window.heard[this.number].push([...event.data]));
        }
        order(what) {
            super.postMessage({ order: what });
        }
        postMessage(...given) {
            this.posts += 1;
            if (this.posts > 1 && window.crashes.includes(this.number)) {
                this.terminate();
                setTimeout(() => this.dispatchEvent(new ErrorEvent('error', { message: 'it crashed for a test' })));
            } else {
                super.postMessage(...given);
            }
        }
    };";

    /// All that were started since the page began, in their order.
    ///
    /// # Errors
    /// What the script throws, where nobody watches, or a message that is none of the protocol's.
    pub fn all(browser: &Browser) -> Result<Vec<Self>, TestError> {
        let heard: Vec<Heard> = serde_json::from_value(browser.run("return window.heard", vec![])?)?;
        let read = |bytes: &Vec<u8>| {
            decode(bytes).map_err(|error| TestError::Contract {
                testid: "engine".to_owned(),
                attribute: "a message".to_owned(),
                found: error.to_string(),
            })
        };
        heard
            .iter()
            .map(|Heard(messages)| Ok(Self { said: messages.iter().map(read).collect::<Result<_, _>>()? }))
            .collect()
    }

    /// Its answers to requests, in its order.
    pub fn replies(&self) -> impl Iterator<Item = &Reply> {
        self.said.iter().filter_map(|said| match said {
            FromWorker::Reply { reply: Ok(reply), .. } => Some(reply),
            _ => None,
        })
    }

    /// The requests about photos that it answered.
    #[must_use]
    pub fn answered(&self) -> Vec<RequestId> {
        let ids = self.said.iter().filter_map(|said| match said {
            FromWorker::Reply { id, reply: Ok(Reply::Classify(_) | Reply::Describe(_)) } => Some(*id),
            _ => None,
        });
        ids.collect()
    }
}
