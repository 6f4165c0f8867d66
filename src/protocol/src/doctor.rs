//! The data doctor: what may be wrong with the photos that a head is taught with.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::{InputSize, TrainingExample};

/// What is measured of a photo's pixels, at the square that a base of 150×150 sees. All of it lies between 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PhotoLook {
    /// Width over height of the photo, as a share: width / (width + height).
    pub shape: f32,
    /// Sharpness: 0 for a photo without any detail, near 1 for one whose every pixel differs from its neighbours.
    pub sharpness: f32,
    /// Mean of its luma.
    pub brightness: f32,
    /// Standard deviation of its luma, doubled.
    pub contrast: f32,
    /// Mean red, green and blue of its outermost pixels, all around.
    pub border: [f32; 3],
    /// How much they differ from each other: the standard deviation of their luma, doubled.
    pub border_contrast: f32,
}

/// What a head that was not taught with a photo said of it: of cross-validation, or of a photo held out.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LeftOutAnswer {
    /// Index of the class that it was answered with.
    pub class: u32,
    /// The probability of that class.
    pub confidence: f32,
    /// The probability of the class that the photo is labelled with.
    pub of_label: f32,
}

/// A photo that the doctor looks at.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ExaminedPhoto {
    /// The photo; its descriptors are kept by the worker.
    pub example: TrainingExample,
    /// What is measured of its pixels; [`None`] where it is not known.
    pub look: Option<PhotoLook>,
    /// What a head said that was not taught with it, if one did.
    pub answer: Option<LeftOutAnswer>,
}

/// What kind of thing may be wrong, in the order in which findings are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum FindingKind {
    /// A photo labelled with one class that is most likely of another.
    WrongLabel,
    /// Two photos of different classes that are nearly the same.
    NearDuplicate,
    /// A photo out of focus, or shaken.
    Blurred,
    /// A photo too dark to show anything.
    Dark,
    /// A photo that shows nothing.
    Blank,
    /// A class that is two things.
    Mixed,
    /// A class that is told apart by what has nothing to do with it.
    GiveAway,
    /// A class with many fewer photos than another.
    Lopsided,
}

/// What gives a class away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Cue {
    /// What runs around the photos.
    Border,
    /// How bright they are.
    Brightness,
    /// How much contrast they have.
    Contrast,
    /// How sharp they are.
    Sharpness,
    /// Width over height.
    Shape,
}

/// Something that may be wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// What kind of thing.
    pub kind: FindingKind,
    /// Indices of the photos that it is about, those most in doubt first. Of a mixed class they are the photos of its smaller part; of a
    /// lopsided class, and of one that is given away, a few of its photos.
    pub photos: Vec<u32>,
    /// Index of the class that it is about: of a photo's label, or the class that is lopsided, mixed or given away.
    pub class: u32,
    /// Index of the other class: the likelier label, that of the other near-duplicate, or the largest class.
    pub other: Option<u32>,
    /// What gives the class away.
    pub cue: Option<Cue>,
    /// How sure the doctor is, from 0 to 1. Findings come with the surest of each kind first.
    pub score: f32,
}

impl Finding {
    /// Which of two findings, each of a kind and a score, comes first: the kinds in their order, the surest of each first.
    #[must_use]
    pub fn order(a: (FindingKind, f32), b: (FindingKind, f32)) -> Ordering {
        a.0.cmp(&b.0).then(b.1.total_cmp(&a.1))
    }
}

impl FindingKind {
    /// All kinds, in their order.
    pub const ALL: [Self; 8] = [
        Self::WrongLabel,
        Self::NearDuplicate,
        Self::Blurred,
        Self::Dark,
        Self::Blank,
        Self::Mixed,
        Self::GiveAway,
        Self::Lopsided,
    ];

    /// The name in `data-kind` and in what the command prints as JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::WrongLabel => "wrong-label",
            Self::NearDuplicate => "near-duplicate",
            Self::Blurred => "blurred",
            Self::Dark => "dark",
            Self::Blank => "blank",
            Self::Lopsided => "lopsided",
            Self::Mixed => "mixed",
            Self::GiveAway => "give-away",
        }
    }
}

/// How far the doctor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Examining {
    /// Steps done.
    pub done: u32,
    /// Those in all.
    pub of: u32,
}

/// Look for what may be wrong with photos that have been described. The answer is every [`Finding`], in their order
/// ([`Finding::order`]).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Examine {
    /// The size at which the photos were described.
    pub size: InputSize,
    /// Names of the classes.
    pub classes: Vec<String>,
    /// The photos.
    pub photos: Vec<ExaminedPhoto>,
}
