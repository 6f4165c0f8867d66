//! A started engine: one device, the models on it, and what is kept for the page.

use std::cell::RefCell;
use std::rc::Rc;

use burn::tensor::{Device, Tensor};
use headstart_nn::PhotoPass;
use headstart_protocol::{InputSize, PhotoHash, Ready, Shipped};
use headstart_vision::{RgbImage, normalise, square};

use crate::device::OpenDevice;
use crate::early_photo::EarlyPhoto;
use crate::models::{BaseFile, Models, OwnHead, ShippedCnn};
use crate::partners::Partners;
use crate::photos::PhotoStore;
use crate::port::Outbox;
use crate::turns::Turns;

/// The running engine.
pub(crate) struct StartedEngine {
    pub(crate) place: Rc<Workplace>,
    pub(crate) models: Models,
    /// The visitor's own head, where one is open.
    pub(crate) own: RefCell<Option<Rc<OwnHead>>>,
    /// The shipped CNN, where it is open.
    pub(crate) cnn: RefCell<Option<Rc<ShippedCnn>>>,
    /// What ships for the comparison, once it was fetched.
    pub(crate) shipped: RefCell<Option<Shipped>>,
    /// The photo that is made harder, as small as it is then shown, by its SHA-256.
    pub(crate) shown: RefCell<Option<(PhotoHash, Rc<RgbImage>)>>,
    /// Those who compute parts of photos.
    pub(crate) partners: Partners,
    /// The photo that the page has told of ahead.
    pub(crate) early: EarlyPhoto,
    /// Address of the page's folder, with a trailing slash.
    pub(crate) base_url: String,
    opened: OpenDevice,
    ready: Ready,
}

/// A photo on its way through the base.
pub(crate) struct Underway<'a> {
    pub(crate) pass: PhotoPass<'a>,
    /// The workers that computed it so far: one where it is only begun.
    pub(crate) workers: u32,
    /// Milliseconds that this worker spent on it before it was asked.
    pub(crate) early_ms: f64,
}

/// What trainings need of an engine: no weights.
pub(crate) struct Workplace {
    pub(crate) device: Device,
    /// The file of the base in use.
    pub(crate) base: BaseFile,
    pub(crate) photos: PhotoStore,
    pub(crate) turns: Rc<Turns>,
}

impl StartedEngine {
    /// An engine whose `models` are on the device and checked.
    pub(crate) fn new(opened: OpenDevice, models: Models, ready: Ready, base_url: String, turns: Rc<Turns>) -> Self {
        let place = Workplace {
            device: opened.device.clone(),
            base: models.base_file.clone(),
            photos: PhotoStore::default(),
            turns,
        };
        Self {
            place: Rc::new(place),
            models,
            own: RefCell::default(),
            cnn: RefCell::default(),
            shipped: RefCell::default(),
            shown: RefCell::default(),
            partners: Partners::default(),
            early: EarlyPhoto::default(),
            base_url,
            opened,
            ready,
        }
    }

    /// What the page is told once.
    pub(crate) fn ready(&self) -> &Ready {
        &self.ready
    }

    /// Tells the page at once if the device is lost, even while nobody asks for anything.
    pub(crate) fn watch(&self, outbox: Outbox) {
        self.opened.watch(outbox);
    }

    /// `image` at `size` on its way through the base, for one head after the other.
    pub(crate) fn begin(&self, image: &RgbImage, size: InputSize) -> PhotoPass<'_> {
        let size = size.pixels();
        let base = &self.models.base;
        base.begin(base.photos(normalise(&square(image, size)), size))
    }

    /// The same; where `together` all of the base is behind it, because the partners have computed parts of it, if there are
    /// any and nothing else waits here, and so it is where the page had told of it ahead.
    pub(crate) async fn begin_together(&self, image: &RgbImage, size: InputSize, together: bool) -> Underway<'_> {
        let (base, size) = (&self.models.base, size.pixels());
        let square = square(image, size);
        if let Some((pass, early_ms)) = self.early.take(&square, base) {
            return Underway { pass, workers: 1, early_ms };
        }
        // A run takes its turns wherever this worker waits for another one.
        if together
            && !self.place.turns.is_awaited()
            && let Some((pass, workers)) = self.partners.pass(base, &square).await
        {
            return Underway { pass, workers, early_ms: 0.0 };
        }
        let pass = base.begin(base.photos(normalise(&square), size));
        Underway { pass, workers: 1, early_ms: 0.0 }
    }

    /// What the base as it is says of `image` at `size`, `[1, 2048]`.
    pub(crate) fn descriptor(&self, image: &RgbImage, size: InputSize) -> Tensor<2> {
        self.begin(image, size).descriptor(None)
    }
}
