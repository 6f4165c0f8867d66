//! The data doctor, beside later requests: with many photos it takes seconds.

use headstart_nn::DESCRIPTOR;
use headstart_protocol::{Examine, Examining, Failure, Finding, count};
use headstart_train::{Doctor, Examples};

use super::RunBeside;
use super::material::{all_of, check_names};
use crate::clock::Throttle;
use crate::engine::Workplace;
use crate::error::EngineError;
use crate::photos::Descriptors;
use crate::port::RunLine;
use crate::turns::Slice;

/// Milliseconds between two words on how far it is, at least.
const TELL_MS: f64 = 100.0;

impl RunBeside for Examine {
    async fn work(self, place: &Workplace, line: &RunLine<Self>) -> Result<Vec<Finding>, EngineError> {
        let Self { size, classes, photos } = self;
        check_names(&classes)?;
        let mut slice = Slice::new(&place.turns);
        let kept = photos.iter().map(|photo| place.photos.descriptors(photo.example.hash, size, 0));
        let kept: Vec<Descriptors> = all_of(kept)?;
        let mut rows = Vec::with_capacity(kept.len());
        for descriptors in &kept {
            // Augmented views are no photos.
            rows.push(descriptors[..DESCRIPTOR].to_vec());
            slice.breathe().await;
        }
        let labels = photos.iter().map(|photo| photo.example.label as usize).collect();
        let examples = Examples::new(&rows, labels, classes.len())?;
        drop((rows, kept));
        let mut doctor = Doctor::new(examples, &photos, classes.len())?;
        let mut due = Throttle::new(TELL_MS);
        while !doctor.step() {
            if line.is_stopped() {
                return Err(Failure::StoppedEarly.into());
            }
            if due.is_due(false) {
                let (done, of) = doctor.progress();
                line.tell(Examining { done: count(done), of: count(of) });
            }
            slice.breathe().await;
        }
        Ok(doctor.finish())
    }
}
