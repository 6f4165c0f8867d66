//! What the data doctor looks at: what would be learned now, with what heads said of photos that they had not seen.

use std::collections::HashMap;
use std::sync::Arc;

use headstart_protocol::{Examine, ExaminedPhoto, LeftOutAnswer};
use leptos::prelude::*;

use super::lesson::Lesson;
use super::taught::Taught;
use super::training::Training;
use crate::engine::{Engine, Running};
use crate::error::PageError;
use crate::project::album::Example;

/// The project as the data doctor looks at it.
pub(crate) struct Examination {
    lesson: Lesson,
    /// What a head said of each photo, if one did that had not seen it.
    answers: Vec<Option<LeftOutAnswer>>,
}

impl Training {
    /// The project as it is, once the engine is ready and every photo is described.
    ///
    /// # Errors
    /// Fewer than two classes that are on, one of them without photos, or an engine that failed.
    pub(crate) async fn examination(self) -> Result<Examination, PageError> {
        let ready = self.engine.get_value().ready().await?;
        self.describer.idle().await;
        let size = self.album.size.get_untracked().unwrap_or(ready.size);
        let lesson = Lesson::of(self.album, size, self.settings.get_untracked())?;
        Ok(Examination::new(lesson, self.result.get_untracked().as_deref()))
    }
}

impl Examination {
    fn new(lesson: Lesson, taught: Option<&Taught>) -> Self {
        let answers = answers(&lesson, taught);
        Self { lesson, answers }
    }

    /// Has the engine look.
    ///
    /// # Errors
    /// Those of [`Engine::run`].
    pub(crate) async fn begin(&self, engine: &Engine) -> Result<Running<Examine>, PageError> {
        engine.give_descriptors(self.lesson.size, self.lesson.descriptors()).await?;
        engine.run(self.request()).await
    }

    fn request(&self) -> Examine {
        let request = self.lesson.request();
        let photos = request.examples.into_iter().zip(self.lesson.looks()).zip(&self.answers);
        let photos = photos.map(|((example, look), answer)| ExaminedPhoto { example, look, answer: *answer });
        Examine { size: request.size, classes: request.classes, photos: photos.collect() }
    }

    /// The photo at that index, with the number of its class.
    pub(crate) fn photo(&self, index: u32) -> Option<(Arc<Example>, u32)> {
        let (photo, label) = self.lesson.photo(index as usize)?;
        Some((photo.clone(), self.class(label)?))
    }

    /// What a head said of the photo at that index that had not seen it: the number of a class, and its probability.
    pub(crate) fn answer(&self, index: u32) -> Option<(u32, f32)> {
        let answer = self.answers.get(index as usize).copied().flatten()?;
        Some((self.class(answer.class)?, answer.confidence))
    }

    /// The probability that it gave to the class that the photo is labelled with; 1 where none said anything.
    pub(crate) fn of_label(&self, index: u32) -> f32 {
        self.answers.get(index as usize).copied().flatten().map_or(1.0, |answer| answer.of_label)
    }

    /// The number of the class at that index.
    pub(crate) fn class(&self, index: u32) -> Option<u32> {
        self.lesson.classes.get(index as usize).map(|class| class.0)
    }
}

/// What the head of `taught` said of the photos of `lesson` before it had seen them. Of a photo whose label is another by now it
/// counts where it was answered with that label.
fn answers(lesson: &Lesson, taught: Option<&Taught>) -> Vec<Option<LeftOutAnswer>> {
    let said: HashMap<u32, (u32, u32, f32, f32)> = taught.into_iter().flat_map(said).collect();
    let index_of: HashMap<u32, u32> = (0..).zip(&lesson.classes).map(|(index, class)| (class.0, index)).collect();
    let answer = |(photo, label): (u32, u32)| {
        let (labelled, answered, confidence, of_label) = *said.get(&photo)?;
        let (labelled, class) = (index_of.get(&labelled), *index_of.get(&answered)?);
        let of_label = match label {
            same if labelled == Some(&same) => of_label,
            other if other == class => confidence,
            _ => return None,
        };
        Some(LeftOutAnswer { class, confidence, of_label })
    };
    lesson.labels().into_iter().map(answer).collect()
}

/// Each photo that `taught` says something of: its number, the numbers of the classes that it had and was answered with, and the
/// probabilities of the answer and of that label.
fn said(taught: &Taught) -> impl Iterator<Item = (u32, (u32, u32, f32, f32))> {
    let class = |index: u32| taught.classes.get(index as usize).map(|class| class.0);
    let result = &taught.result;
    result.answers.iter().zip(&result.confidences).filter_map(move |((example, answer), (confidence, of_label))| {
        let (photo, label) = *taught.photos.get(*example as usize)?;
        Some((photo, (class(label)?, class(*answer)?, *confidence, *of_label)))
    })
}

#[cfg(all(test, target_family = "wasm"))]
mod tests {
    use headstart_protocol::{InputSize, TrainingSettings};
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::super::lesson::tests::project;
    use super::super::taught::tests::taught;
    use super::*;

    #[wasm_bindgen_test]
    fn what_a_head_said_follows_photos_to_the_class_that_it_named() {
        // Photos 2 and 3 are of the class 1, photos 5, 6 and 7 of the class 4.
        let (album, edits, _) = project(&[&[None, None], &[None, None, None]]);
        let mut taught = taught();
        taught.classes = vec![(1, "cat".to_owned()), (4, "dog".to_owned())];
        taught.photos = vec![(2, 0), (3, 0), (5, 1), (6, 1)];
        let examined = || {
            let lesson = Lesson::of(album, InputSize::S150, TrainingSettings::default()).ok().unwrap();
            Examination::new(lesson, Some(&taught))
        };
        let answer = |class, confidence, of_label| Some(LeftOutAnswer { class, confidence, of_label });
        let all = [answer(0, 0.9, 0.9), answer(1, 0.8, 0.2), answer(1, 0.7, 0.7), answer(1, 0.6, 0.6), None];
        assert_eq!(examined().answers, all);
        assert_eq!(examined().request().photos[1].answer, all[1]);
        assert_eq!(examined().answer(1), Some((4, 0.8)));
        // Moved to where the head would have put it, and away from there.
        edits.move_photo(&album.photo(3).unwrap(), 4);
        edits.move_photo(&album.photo(6).unwrap(), 1);
        assert_eq!(examined().answers, [all[0], None, answer(1, 0.8, 0.8), all[2], None]);
        assert_eq!(examined().photo(2).map(|(photo, class)| (photo.id, class)), Some((3, 4)));
    }
}
