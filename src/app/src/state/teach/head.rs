//! The visitor's own head: opening it, and keeping it.

use std::rc::Rc;

use headstart_protocol::{Command, Failure, HeadSummary};
use wasm_bindgen_futures::spawn_local;
use web_sys::File;

use super::example::blob;
use super::project::Step;
use crate::state::Page;
use crate::{download, intake};

impl Page {
    /// Whether there is a head to hand out.
    pub(crate) fn has_head(self) -> bool {
        self.teach.own.with(Option::is_some) && self.teach.desk.with_value(|desk| desk.head.is_some())
    }

    /// The head that answers beside the shipped one, as a file.
    pub(in crate::state) fn own_head(self) -> Option<Rc<Vec<u8>>> {
        self.teach.desk.with_value(|desk| desk.head.clone())
    }

    /// Hands the head out as a file.
    pub(crate) fn export_head(self) {
        if let Some(head) = self.own_head() {
            download::download(&blob(&head, "application/octet-stream"), "my-head.safetensors");
        }
    }

    /// Opens a head from a file. It replaces the present one once the engine accepts it; that can be undone.
    pub(crate) fn import_head(self, file: File) {
        spawn_local(async move {
            match intake::read(&file).await {
                Ok(bytes) => {
                    self.teach.desk.update_value(|desk| desk.candidate = Some(Rc::new(bytes)));
                    self.open_head();
                }
                Err(error) => self.complain(error),
            }
        });
    }

    /// Tells the worker which head answers beside the shipped one. It hears it again after each of its starts.
    pub(in crate::state) fn open_head(self) {
        let head = self.teach.desk.with_value(|desk| desk.candidate.clone().or_else(|| desk.head.clone()));
        match head {
            Some(head) => self.tell(&Command::OpenHead(head.to_vec())),
            None if self.teach.own.read_untracked().is_some() => {
                self.teach.own.set(None);
                self.tell(&Command::CloseHead);
            }
            None => {}
        }
    }

    /// The engine answers with another head from now on.
    pub(in crate::state) fn head_opened(self, summary: HeadSummary) {
        let teach = self.teach;
        let candidate = teach.desk.update_value(|desk| desk.candidate.take());
        if let Some(head) = candidate {
            let before = teach.snapshot();
            teach.desk.update_value(|desk| desk.head = Some(head));
            // Its figures are in it; those of the last run belong to the head before.
            teach.result.set(None);
            teach.history.update(Vec::clear);
            self.save_run();
            if before.head.is_some() {
                self.remember("opening a head", Step::Project(Box::new(before)));
            }
            self.announcement.set("The head is open and answers now.".to_owned());
        }
        teach.own.set(Some(Rc::new(summary)));
    }

    /// The engine cannot use a head; it goes on with the one before.
    pub(in crate::state) fn head_refused(self, failure: Failure) {
        let candidate = self.teach.desk.update_value(|desk| desk.candidate.take());
        if candidate.is_none() {
            self.teach.own.set(None);
        }
        self.complain(failure);
    }
}
