//! The visitor's own head in the workers: each one that is opened has a number, which its answers carry.

use std::collections::HashMap;
use std::rc::Rc;

use futures::future::Either;
use headstart_protocol::{CloseHead, HeadNumber, HeadSummary, OpenHead};
use leptos::task::spawn_local;

use super::Engine;
use super::connection::Connection;
use crate::error::PageError;

/// The heads of this visit.
#[derive(Default)]
pub(super) struct Heads {
    last: u32,
    /// The last that was asked for, whether it is open already or not; none where none is to answer.
    wanted: Option<HeadNumber>,
    /// The one that answers.
    open: Option<(HeadNumber, Rc<Vec<u8>>)>,
    /// What each says of itself.
    summaries: HashMap<HeadNumber, Rc<HeadSummary>>,
}

impl Heads {
    /// The number of the head that answers.
    pub(super) fn number(&self) -> Option<HeadNumber> {
        self.open.as_ref().map(|open| open.0)
    }

    /// What the head of that number says of itself.
    pub(super) fn summary(&self, number: HeadNumber) -> Option<Rc<HeadSummary>> {
        self.summaries.get(&number).cloned()
    }
}

impl Engine {
    /// Lets a head answer beside the shipped one from now on, in every worker, and after each of their starts; gives back
    /// what it says of itself, or nothing where another head, or none, was asked for meanwhile.
    ///
    /// # Errors
    /// A head that cannot be used: the one before stays in use.
    pub(crate) async fn open_head(&self, bytes: Rc<Vec<u8>>) -> Result<Option<Rc<HeadSummary>>, PageError> {
        let number = {
            let heads = &mut self.state().heads;
            heads.last += 1;
            let number = HeadNumber(heads.last);
            heads.wanted = Some(number);
            number
        };
        let is_wanted = || self.state().heads.wanted == Some(number);
        let summary = loop {
            let main = self.main().await?;
            if !is_wanted() {
                return Ok(None);
            }
            let opened = main.ask(OpenHead { number, bytes: bytes.to_vec() });
            drop(main);
            match opened.await {
                Err(PageError::EngineStopped) => {}
                replied => break Rc::new(replied?),
            }
        };
        // Before the answers that carry its number, wanted or not.
        self.state().heads.summaries.insert(number, summary.clone());
        if !is_wanted() {
            return Ok(None);
        }
        self.state().heads.open = Some((number, bytes));
        Ok(Some(summary))
    }

    /// Lets the shipped head answer alone again.
    pub(crate) fn close_head(&self) {
        {
            let heads = &mut self.state().heads;
            heads.wanted = None;
            heads.open = None;
        }
        let engine = self.clone();
        if self.is_ready() {
            spawn_local(async move {
                // Where it fails the worker has ended, and a fresh one opens no head.
                let _ = engine.ask(CloseHead).await;
            });
        }
    }

    /// Tells a worker which head answers. What it is asked afterwards is answered with it.
    pub(super) fn tell_head(&self, connection: &Connection) -> impl Future<Output = Result<(), PageError>> + use<> {
        let told = match self.state().heads.open.clone() {
            Some((number, bytes)) => Either::Left(connection.ask(OpenHead { number, bytes: bytes.to_vec() })),
            None => Either::Right(connection.ask(CloseHead)),
        };
        async move {
            match told {
                Either::Left(opened) => opened.await.map(|_| ()),
                Either::Right(closed) => closed.await,
            }
        }
    }
}
