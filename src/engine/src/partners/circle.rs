//! Workers with a line from each to each, of which number 0, the main one, begins photos that all compute together.
//!
//! A message is an array of the photo's number, a number and data: to begin a photo its side in pixels and its RGB bytes, and
//! then pieces, the layer and 32-bit floats whose buffer is handed over.

use std::cell::Cell;
use std::rc::{Rc, Weak};

use headstart_nn::{PhotoPass, Plan, SplitPass, Vgg16};
use headstart_protocol::Failure;
use headstart_vision::{RgbImage, normalise};
use js_sys::{Array, Float32Array, Object, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{MessageEvent, MessagePort};

use super::mailbox::Mailbox;
use crate::clock::within;
use crate::engine::StartedEngine;

/// Milliseconds after which a helper forgets a photo that does not come to its end. The main worker gives it up earlier, or is
/// a slow one.
const FORGOTTEN_MS: u32 = 60_000;

/// This worker's place among those.
pub(super) struct Circle {
    /// Its own number.
    number: usize,
    lines: Vec<Line>,
    mailbox: Rc<Mailbox>,
    /// Numbers the photos that it begins.
    photos: Cell<u32>,
}

/// The line to one of the others. It is closed when this is dropped.
struct Line {
    /// The other one's number.
    to: usize,
    port: MessagePort,
    /// Called by the browser as long as this lives.
    _heard: Closure<dyn FnMut(MessageEvent)>,
}

impl Drop for Line {
    fn drop(&mut self) {
        self.port.set_onmessage(None);
        self.port.close();
    }
}

/// What comes over a line.
enum Message {
    /// A photo begins: RGB pixels, square.
    Begin { photo: u32, size: usize, pixels: Vec<u8> },
    /// What the other one computed of a layer.
    Piece { photo: u32, layer: usize, values: Float32Array },
}

impl Message {
    /// What another worker posted; none where it is nothing of the kind.
    fn read(data: &JsValue) -> Option<Self> {
        let parts: &Array = data.dyn_ref()?;
        let number = |at| parts.get(at).as_f64();
        let (photo, number) = (number(0)? as u32, number(1)? as usize);
        match parts.get(2).dyn_into::<Float32Array>() {
            Ok(values) => Some(Self::Piece { photo, layer: number, values }),
            Err(other) => {
                let pixels = other.dyn_into::<Uint8Array>().ok()?.to_vec();
                Some(Self::Begin { photo, size: number, pixels })
            }
        }
    }
}

impl Circle {
    /// The place of worker `number`, with `lines` to all others in the order of their numbers.
    ///
    /// # Errors
    /// [`Failure::Internal`] for numbers that do not fit together.
    pub(super) fn new(
        number: usize,
        lines: Vec<MessagePort>,
        engine: &Weak<StartedEngine>,
    ) -> Result<Rc<Self>, Failure> {
        let workers = lines.len() + 1;
        if number >= workers || !(2..=Plan::MOST).contains(&workers) {
            return Err(Failure::Internal { reason: format!("worker {number} of {workers}") });
        }
        let others = (0..workers).filter(|other| *other != number);
        let mailbox = Rc::<Mailbox>::default();
        Ok(Rc::new_cyclic(|circle: &Weak<Self>| {
            let line = |(to, port): (usize, MessagePort)| {
                let (circle, engine, mailbox) = (circle.clone(), engine.clone(), mailbox.clone());
                let heard = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
                    match Message::read(&event.data()) {
                        Some(Message::Piece { photo, layer, values }) => mailbox.put((photo, layer, to), values),
                        Some(Message::Begin { photo, size, pixels }) => {
                            if let (Some(circle), Some(engine)) = (circle.upgrade(), engine.upgrade()) {
                                circle.mailbox.begin(photo);
                                wasm_bindgen_futures::spawn_local(async move {
                                    let help = circle.help(&engine.models.base, photo, size, pixels);
                                    // A photo that is given up is no failure here.
                                    let _ = within(FORGOTTEN_MS, help).await;
                                });
                            }
                        }
                        None => {}
                    }
                });
                // It holds back what comes until then.
                port.set_onmessage(Some(heard.as_ref().unchecked_ref()));
                Line { to, port, _heard: heard }
            };
            let lines = others.zip(lines).map(line).collect();
            Self { number, lines, mailbox: mailbox.clone(), photos: Cell::new(0) }
        }))
    }

    /// All workers.
    pub(super) fn workers(&self) -> usize {
        self.lines.len() + 1
    }

    /// Nothing is waited for any more.
    pub(super) fn end(&self) {
        self.mailbox.close();
    }

    /// The main worker's part of a photo that begins; none where it cannot come to its end.
    pub(super) async fn lead<'a>(&self, base: &'a Vgg16, square: &RgbImage) -> Option<PhotoPass<'a>> {
        let photo = self.photos.get() + 1;
        self.photos.set(photo);
        self.mailbox.begin(photo);
        let size = square.width() as usize;
        for line in &self.lines {
            let pixels = Uint8Array::from(square.as_raw().as_slice());
            line.post(photo, size, &pixels, &pixels.buffer())?;
        }
        let pass = self.begun(base, size, normalise(square))?;
        self.computed(pass, photo).await?.finish().ok()
    }

    /// A helper's part; none where it cannot come to its end.
    async fn help(&self, base: &Vgg16, photo: u32, size: usize, pixels: Vec<u8>) -> Option<()> {
        let side = u32::try_from(size).ok()?;
        let square = RgbImage::from_raw(side, side, pixels)?;
        let pass = self.begun(base, size, normalise(&square))?;
        self.computed(pass, photo).await.map(drop)
    }

    fn begun<'a>(&self, base: &'a Vgg16, size: usize, photo: Vec<f32>) -> Option<SplitPass<'a>> {
        let plan = Plan::new(size, self.workers()).ok()?;
        SplitPass::new(base, Rc::new(plan), self.number, photo).ok()
    }

    /// This worker's part to its end, layer by layer.
    async fn computed<'a>(&self, mut pass: SplitPass<'a>, photo: u32) -> Option<SplitPass<'a>> {
        while !pass.is_over() {
            let layer = pass.layers();
            for piece in pass.step().ok()? {
                let line = self.lines.iter().find(|line| line.to == piece.to)?;
                let values = Float32Array::from(piece.values.as_slice());
                line.post(photo, layer, &values, &values.buffer())?;
            }
            for from in pass.awaited().to_vec() {
                let values = self.mailbox.piece((photo, layer, from)).await?;
                pass.take(from, &values).ok()?;
            }
        }
        Some(pass)
    }
}

impl Line {
    /// Posts a message whose data is handed over; none where it cannot be.
    fn post(&self, photo: u32, number: usize, data: &Object, buffer: &JsValue) -> Option<()> {
        let message = Array::of3(&photo.into(), &(number as f64).into(), data);
        self.port.post_message_with_transferable(&message, &Array::of1(buffer)).ok()
    }
}
