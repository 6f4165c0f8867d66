//! The one owner of the page's state.

use std::rc::Rc;

use headstart_protocol::Shipped;

use super::session::Session;
use super::teach::Teach;
use super::{Camera, Layers, Phase, Photo};
use crate::address::View;
use crate::dom::window;
use crate::signal::{RwSignal, StoredValue};

/// Everything the views show. Copies name the same state.
#[derive(Clone, Copy)]
pub(crate) struct Page {
    /// The view that the address names.
    pub(crate) view: RwSignal<View>,
    /// How far the engine is.
    pub(crate) phase: RwSignal<Phase>,
    /// Workers that help the engine look at photos.
    pub(crate) helpers: RwSignal<usize>,
    /// A word on the engine that is no failure: why the GPU is not in use, say.
    pub(crate) note: RwSignal<Option<String>>,
    /// Milliseconds from the navigation to the first time the engine was ready.
    pub(crate) ready_ms: RwSignal<Option<f64>>,
    /// The photos, newest first.
    pub(crate) photos: RwSignal<Vec<Photo>>,
    /// The last event in words, for screen readers.
    pub(crate) announcement: RwSignal<String>,
    /// The camera.
    pub(crate) camera: Camera,
    /// The project that the visitor teaches.
    pub(crate) teach: Teach,
    /// What ships for the comparison, once it was asked for and is here.
    pub(crate) shipped: RwSignal<Option<Rc<Shipped>>>,
    /// What layers of the base respond to on a photo.
    pub(crate) layers: RwSignal<Layers>,
    /// What `?bench=` measured, as JSON.
    pub(crate) bench: RwSignal<Option<String>>,
    /// What `?parity=` measured, as JSON.
    pub(crate) parity: RwSignal<Option<String>>,
    pub(super) session: StoredValue<Session>,
}

thread_local! {
    static PAGE: Page = Page::new();
}

impl Page {
    /// The state of a page that was just opened.
    fn new() -> Self {
        Self {
            view: RwSignal::new(View::from_hash(&window().location().hash().unwrap_or_default())),
            phase: RwSignal::new(Phase::Starting),
            helpers: RwSignal::new(0),
            note: RwSignal::new(None),
            ready_ms: RwSignal::new(None),
            photos: RwSignal::new(Vec::new()),
            announcement: RwSignal::new(String::new()),
            camera: Camera::new(),
            teach: Teach::new(),
            shipped: RwSignal::new(None),
            layers: RwSignal::new(Layers::default()),
            bench: RwSignal::new(None),
            parity: RwSignal::new(None),
            session: StoredValue::new(Session::default()),
        }
    }

    /// The page that this component is part of.
    pub(crate) fn here() -> Self {
        PAGE.with(|page| *page)
    }
}
