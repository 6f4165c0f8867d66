//! Photos to classify or to describe: each waits in the queue for a worker with a free hand, is read then, and asked
//! about. What a worker had in hand when it ended is asked again.

use std::cell::Cell;
use std::rc::Rc;

use futures::StreamExt;
use futures::channel::mpsc::unbounded;
use futures::future::LocalBoxFuture;
use headstart_protocol::{
    Ask, Backend, Classify, Describe, Description, Distort, Distorted, Distortion, Explain, HeadSummary, InputSize,
    PhotoData, Prediction, Ready,
};
use leptos::task::spawn_local;
use web_sys::Blob;

use super::client::Engine;
use super::connection::Connection;
use super::phase::Phase;
use super::queue::{MAIN, PhotoId, Queue, WorkerId};
use crate::error::PageError;
use crate::platform::files;

/// What reads the bytes of a photo.
pub(crate) type ReadPhoto = Rc<dyn Fn() -> LocalBoxFuture<'static, Result<Vec<u8>, PageError>>>;

/// A photo that is not read yet: hundreds may wait.
#[derive(Clone)]
pub(crate) enum Source {
    /// A file.
    File(Blob),
    /// One that lies somewhere else.
    Kept(ReadPhoto),
    /// A photo that is made up for a bench: the same for a number every time, and another one for each number below 256.
    Pattern(u32),
}

/// What a photo in the queue hears.
pub(super) enum Turn {
    /// It will be the first: the main worker, which is starting, may have it already.
    Ahead,
    /// It is to be read and given to this worker.
    Go(WorkerId),
    /// Workers stopped with it too often.
    GiveUp,
}

/// An answer with what is needed to name its classes.
#[derive(Debug, Clone)]
pub(crate) struct Classified {
    pub(crate) prediction: Prediction,
    /// The engine that answered, with the shipped head's classes.
    pub(crate) ready: Rc<Ready>,
    /// The visitor's own head that answered, by the number in the answer.
    pub(crate) own: Option<Rc<HeadSummary>>,
    /// The classes of the CNN from scratch.
    pub(crate) scratch_classes: Rc<Vec<String>>,
    /// Which worker answered.
    pub(crate) worker: WorkerId,
}

/// A photo's place in the queue, which it leaves when this is dropped.
struct QueuePlace<'a> {
    engine: &'a Engine,
    id: PhotoId,
}

impl Drop for QueuePlace<'_> {
    fn drop(&mut self) {
        {
            let mut state = self.engine.state();
            state.queue.remove(self.id);
            state.turns.remove(&self.id);
        }
        self.engine.dispatch();
    }
}

impl Engine {
    /// Says what is on a photo, the newest first. Where `with_scratch` the shipped CNN answers too, which only the main
    /// worker has; it is asked when the photo's turn comes. Dropped before its end, the photo leaves the queue.
    ///
    /// # Errors
    /// A photo that cannot be read or that workers stop with, and the worker's failure.
    pub(crate) async fn classify(
        &self,
        photo: Source,
        with_scratch: impl Fn() -> bool,
    ) -> Result<Classified, PageError> {
        let main_only = with_scratch();
        let add = |queue: &mut Queue, id| queue.add(id, main_only);
        let request = |photo, worker| {
            self.tell_head_to(worker);
            let together = self.together(worker);
            Classify { photo, with_scratch: with_scratch() && worker == MAIN, explain: None, together }
        };
        let (prediction, worker) = self.asked(photo, add, request).await?;
        self.classified(prediction, worker)
    }

    /// Says what is on a photo and why: the heat map of a class of the head that is said first, or of the shipped CNN, which only the
    /// main worker has.
    ///
    /// # Errors
    /// As for [`Engine::classify`].
    pub(crate) async fn explain(&self, photo: Source, what: Explain) -> Result<Classified, PageError> {
        let add = |queue: &mut Queue, id| queue.add(id, what.cnn);
        let request = |photo, worker| {
            self.tell_head_to(worker);
            Classify { photo, with_scratch: false, explain: Some(what), together: self.together(worker) }
        };
        let (prediction, worker) = self.asked(photo, add, request).await?;
        self.classified(prediction, worker)
    }

    /// Makes a photo harder, and says what is on it then.
    ///
    /// # Errors
    /// As for [`Engine::classify`].
    pub(crate) async fn distort(
        &self,
        photo: Source,
        distortion: Distortion,
    ) -> Result<(Distorted, Classified), PageError> {
        let add = |queue: &mut Queue, id| queue.add(id, false);
        let request = |photo, worker| {
            self.tell_head_to(worker);
            Distort { photo, distortion: distortion.clone(), together: self.together(worker) }
        };
        let (distorted, worker) = self.asked(photo, add, request).await?;
        let classified = self.classified(distorted.prediction.clone(), worker)?;
        Ok((*distorted, classified))
    }

    /// Has a photo described for training, behind all that are to be classified; `how` says the size and the number of
    /// augmented views when its turn comes. Dropped before its end, the photo leaves the queue.
    ///
    /// # Errors
    /// As for [`Engine::classify`].
    pub(crate) async fn describe(
        &self,
        photo: Source,
        how: impl Fn() -> (InputSize, u32),
    ) -> Result<Description, PageError> {
        let asked_size = Cell::new(None);
        let request = |photo, _| {
            let (size, views) = how();
            asked_size.set(Some(size));
            Describe { photo, size, views }
        };
        let (description, worker) = self.asked(photo, Queue::add_patient, request).await?;
        if let Some(size) = asked_size.get().filter(|_| worker == MAIN) {
            self.state().kept.note(description.hash, size, description.descriptors.len());
        }
        Ok(description)
    }

    /// Says what is on a camera frame, and why if that is wanted, without a wait in the queue.
    ///
    /// # Errors
    /// As for [`Engine::ask`].
    pub(crate) async fn classify_frame(
        &self,
        frame: PhotoData,
        explain: Option<Explain>,
    ) -> Result<Classified, PageError> {
        let together = self.together(MAIN);
        let prediction = self.ask(Classify { photo: frame, with_scratch: false, explain, together }).await?;
        self.main_answered();
        self.dispatch();
        self.classified(prediction, MAIN)
    }

    fn main_answered(&self) {
        let mut state = self.state();
        state.restarts.answered();
        state.partners.main_answered();
    }

    fn classified(&self, prediction: Prediction, worker: WorkerId) -> Result<Classified, PageError> {
        let state = self.state();
        let ready = state.phase.ready().cloned().ok_or(PageError::EngineStopped)?;
        let own = prediction.own.as_ref().and_then(|own| state.heads.summary(own.head));
        let scratch_classes = state.scratch_classes.clone();
        Ok(Classified { prediction, ready, own, scratch_classes, worker })
    }

    /// Waits for its turn, reads the photo and asks about it; again where the worker ends meanwhile.
    async fn asked<A: Ask>(
        &self,
        photo: Source,
        add: impl FnOnce(&mut Queue, PhotoId),
        request: impl Fn(PhotoData, WorkerId) -> A,
    ) -> Result<(A::Reply, WorkerId), PageError> {
        let (sender, mut turns) = unbounded();
        let id = {
            let mut state = self.state();
            state.last_photo += 1;
            let id = state.last_photo;
            state.turns.insert(id, sender);
            add(&mut state.queue, id);
            id
        };
        let _place = QueuePlace { engine: self, id };
        self.dispatch();
        let mut read_ahead = None;
        loop {
            let worker = match turns.next().await {
                Some(Turn::Go(worker)) => worker,
                Some(Turn::Ahead) => {
                    let photo = photo.read().await?;
                    if let (PhotoData::Encoded(photo), Some(main)) = (&photo, self.starting_cpu_worker()) {
                        main.expect(photo.clone());
                    }
                    read_ahead = Some(photo);
                    continue;
                }
                Some(Turn::GiveUp) | None => return Err(PageError::PhotoStopsEngine),
            };
            let photo = match read_ahead.take() {
                Some(photo) => photo,
                None => photo.read().await?,
            };
            // The worker may have ended meanwhile: then the photo waits for another turn, or has it already.
            let Some(connection) = self.state().hand_over(id, worker) else { continue };
            let engine = self.clone();
            let reply =
                connection.ask_telling(request(photo, worker), Box::new(move || engine.state().queue.begun(id)));
            // A worker that ends must not live on in its callers.
            drop(connection);
            match reply.await {
                Err(PageError::EngineStopped) => {}
                reply => {
                    if worker == MAIN && reply.is_ok() {
                        self.main_answered();
                    }
                    return Ok((reply?, worker));
                }
            }
        }
    }

    /// Gives photos their turn, as far as hands are free.
    pub(super) fn dispatch(&self) {
        if !self.is_ready() {
            return self.tell_ahead();
        }
        loop {
            let Some((id, worker)) = self.state().take() else { break };
            let turn = self.state().turns.get(&id).cloned();
            if turn.is_none_or(|turn| turn.unbounded_send(Turn::Go(worker)).is_err()) {
                self.state().queue.remove(id);
            }
        }
        self.call_helpers();
        self.let_helpers_rest();
        self.introduce_helpers();
    }

    /// Has the photo that will be the first begun while the base is on its way.
    pub(super) fn tell_ahead(&self) {
        let engine = self.clone();
        // Photos that are added together are all in the queue by then.
        spawn_local(async move {
            let is_starting = engine.starting_cpu_worker().is_some();
            let mut state = engine.state();
            if state.has_told_ahead || !is_starting {
                return;
            }
            let turn = state.queue.first().and_then(|id| state.turns.get(&id).cloned());
            state.has_told_ahead = turn.is_some_and(|turn| turn.unbounded_send(Turn::Ahead).is_ok());
        });
    }

    /// The main worker while it loads its models, where it computes on the processor. A GPU is warmed up meanwhile.
    fn starting_cpu_worker(&self) -> Option<Rc<Connection>> {
        let state = self.state();
        let is_cpu = state.choice.as_ref().is_some_and(|choice| choice.backend == Backend::Cpu);
        let is_starting = is_cpu && state.is_alive && matches!(state.phase, Phase::Starting | Phase::Loading(_));
        state.main.clone().filter(|_| is_starting)
    }

    /// A photo with which workers stopped too often is not asked about again.
    pub(super) fn give_up(&self, photo: Option<PhotoId>) {
        let turn = photo.and_then(|id| self.state().turns.get(&id).cloned());
        if let Some(turn) = turn {
            // Who does not wait any more need not know.
            let _ = turn.unbounded_send(Turn::GiveUp);
        }
    }
}

impl Source {
    /// The photo itself.
    ///
    /// # Errors
    /// A file that cannot be read.
    async fn read(&self) -> Result<PhotoData, PageError> {
        Ok(match self {
            Self::File(file) => PhotoData::Encoded(files::read(file).await?),
            Self::Kept(read) => PhotoData::Encoded(read().await?),
            Self::Pattern(number) => pattern(*number),
        })
    }
}

/// Larger than either input size.
fn pattern(number: u32) -> PhotoData {
    let (width, height) = (320, 240);
    let pixels = (0..width * height).flat_map(|place| {
        let (x, y) = (place % width, place / width);
        let value = |c: u32| ((x * 7 * c + y * 13 * (c + 1) + x * y * c + number) % 256) as u8;
        [value(1), value(2), value(3), 255]
    });
    PhotoData::Rgba { width, height, pixels: pixels.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_is_another_photo_and_always_the_same() {
        let photos: Vec<_> = (0..4).map(pattern).collect();
        for (number, first) in photos.iter().enumerate() {
            assert_eq!(photos.iter().position(|other| other == first), Some(number));
            assert_eq!(*first, pattern(number as u32));
        }
        let PhotoData::Rgba { width, height, pixels } = &photos[0] else { panic!("no pixels") };
        assert_eq!(pixels.len() as u32, 4 * width * height);
    }
}
