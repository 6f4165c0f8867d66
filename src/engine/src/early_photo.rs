//! The photo that the page will ask about first: it passes through the base while that is still coming.

use std::cell::RefCell;
use std::rc::Rc;

use headstart_nn::{EarlyPass, PhotoPass, Vgg16, Vgg16Builder};
use headstart_protocol::InputSize;
use headstart_vision::{Limits, RgbImage, decode, normalise, square};

use crate::clock::now;

/// That photo, where the page has told of it. Clones are the same.
#[derive(Clone, Default)]
pub(crate) struct EarlyPhoto(Rc<RefCell<Stage>>);

#[derive(Default)]
enum Stage {
    /// The page has told of none.
    #[default]
    Untold,
    /// Its file.
    Told(Vec<u8>),
    Begun(Box<Begun>),
    /// It cannot be read here, or a first photo was asked about.
    Over,
}

struct Begun {
    /// As the base sees it.
    square: RgbImage,
    /// None before the first layer.
    pass: Option<EarlyPass>,
    /// Milliseconds that were spent on it.
    ms: f64,
}

impl EarlyPhoto {
    /// The page tells of it: the first one counts.
    pub(crate) fn tell(&self, photo: Vec<u8>) {
        let mut stage = self.0.borrow_mut();
        if matches!(*stage, Stage::Untold) {
            *stage = Stage::Told(photo);
        }
    }

    /// The base comes once more, from its first layer.
    pub(crate) fn begin_again(&self) {
        if let Stage::Begun(begun) = &mut *self.0.borrow_mut() {
            begun.pass = None;
        }
    }

    /// Goes on through the layers of `base` that are here, at `size`.
    pub(crate) fn advance(&self, base: &Vgg16Builder, size: InputSize) {
        let size = size.pixels();
        let mut stage = self.0.borrow_mut();
        if let Stage::Told(photo) = &*stage {
            // What our decoder does not read waits for its turn, when the browser's is asked.
            *stage = match decode(photo, &Limits::default()) {
                Ok(image) => Stage::Begun(Box::new(Begun { square: square(&image, size), pass: None, ms: 0.0 })),
                Err(_) => Stage::Over,
            };
        }
        if let Stage::Begun(begun) = &mut *stage {
            let start = now();
            let photos = || EarlyPass::new(base.photos(normalise(&begun.square), size));
            begun.pass.get_or_insert_with(photos).advance(base);
            begun.ms += now() - start;
        }
    }

    /// All of `base` is behind it where it is the photo that is asked about, `square` as the base sees it; with the milliseconds
    /// that this took. Whatever is asked about first is the last one that may be it.
    pub(crate) fn take<'a>(&self, square: &RgbImage, base: &'a Vgg16) -> Option<(PhotoPass<'a>, f64)> {
        match self.0.replace(Stage::Over) {
            Stage::Begun(begun) if begun.square == *square => Some((begun.pass?.finish(base)?, begun.ms)),
            _ => None,
        }
    }
}
