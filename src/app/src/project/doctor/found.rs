//! Something that may be wrong, tied to the photos and classes that it is about.

use std::collections::HashMap;
use std::sync::Arc;

use headstart_protocol::{Cue, Finding, FindingKind};

use crate::project::album::Example;
use crate::project::training::Examination;

/// The number of each photo, and that of its class.
pub(super) type Placement = HashMap<u32, u32>;

/// Something that may be wrong.
pub(crate) struct Found {
    /// Never used for another one of the page.
    pub(super) number: u32,
    pub(super) kind: FindingKind,
    /// The photos, those most in doubt first.
    pub(super) photos: Vec<FoundPhoto>,
    /// The number of the class that it is about.
    pub(super) class: u32,
    /// The number of the other class, where there is one.
    pub(super) other: Option<u32>,
    /// What gives the class away.
    pub(super) cue: Option<Cue>,
}

/// A photo that it is about.
pub(super) struct FoundPhoto {
    pub(super) photo: Arc<Example>,
    /// The number of the class that it was in.
    pub(super) class: u32,
    /// What a head said that had not seen it: the number of a class, and its probability.
    pub(super) answer: Option<(u32, f32)>,
}

/// What tells findings apart, from one look to the next.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Identity {
    kind: FindingKind,
    class: u32,
    cue: Option<Cue>,
    /// Numbers of the photos; none where it is about a class as a whole.
    photos: Vec<u32>,
}

/// How something is mended with one press.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mend {
    /// The photo goes to the class of that number.
    Move(u32),
    /// The photo goes.
    Remove,
    /// Its photos go to a class of their own.
    Split,
    /// The visitor adds photos to the class.
    AddPhotos,
    /// The visitor looks at the class's photos.
    ShowPhotos,
}

/// How many photos a class has.
pub(super) fn photos_of(class: u32, now: &Placement) -> usize {
    now.values().filter(|other| **other == class).count()
}

impl Found {
    /// `finding` of `examination`; none where it names what is not there.
    pub(super) fn of(number: u32, finding: &Finding, examination: &Examination) -> Option<Self> {
        let photo = |index: &u32| {
            let (photo, class) = examination.photo(*index)?;
            Some(FoundPhoto { photo, class, answer: examination.answer(*index) })
        };
        let mut indices = finding.photos.clone();
        let (mut class, mut other) = (finding.class, finding.other);
        // Of two that are nearly the same the first is to be the one whose label is the less likely.
        if let (FindingKind::NearDuplicate, [first, second], Some(of_second)) =
            (finding.kind, &mut *indices, &mut other)
            && examination.of_label(*second) < examination.of_label(*first)
        {
            std::mem::swap(first, second);
            std::mem::swap(&mut class, of_second);
        }
        let photos = indices.iter().map(photo).collect::<Option<Vec<_>>>()?;
        let class = examination.class(class)?;
        let other = other.and_then(|other| examination.class(other));
        let found = Self { number, kind: finding.kind, photos, class, other, cue: finding.cue };
        found.mend().map(|_| found)
    }

    /// Whether it is about a class as a whole, not about single photos.
    fn is_of_class(&self) -> bool {
        match self.kind {
            FindingKind::Lopsided | FindingKind::Mixed | FindingKind::GiveAway => true,
            FindingKind::WrongLabel
            | FindingKind::NearDuplicate
            | FindingKind::Blurred
            | FindingKind::Dark
            | FindingKind::Blank => false,
        }
    }

    /// What it is to be known by at the next look.
    pub(super) fn identity(&self) -> Identity {
        let photos = if self.is_of_class() { &[] } else { self.photos.as_slice() };
        let photos = photos.iter().map(|photo| photo.photo.id).collect();
        Identity { kind: self.kind, class: self.class, cue: self.cue, photos }
    }

    /// Its photos that are still in the class that they were in.
    pub(super) fn left(&self, now: &Placement) -> impl Iterator<Item = &FoundPhoto> {
        self.photos.iter().filter(|photo| now.get(&photo.photo.id) == Some(&photo.class))
    }

    /// Whether it is as it was when it was found.
    pub(super) fn is_still_so(&self, now: &Placement) -> bool {
        let left = self.left(now).count();
        match (self.kind, self.other) {
            (FindingKind::Lopsided, Some(other)) => left > 0 && photos_of(self.class, now) < photos_of(other, now),
            _ if self.is_of_class() => left > 0,
            _ => left == self.photos.len(),
        }
    }

    /// How it is mended; none where it names no photo or class to do that with.
    pub(super) fn mend(&self) -> Option<Mend> {
        self.photos.first()?;
        Some(match self.kind {
            FindingKind::WrongLabel => Mend::Move(self.other?),
            FindingKind::NearDuplicate | FindingKind::Blurred | FindingKind::Dark | FindingKind::Blank => Mend::Remove,
            FindingKind::Mixed => Mend::Split,
            FindingKind::Lopsided => Mend::AddPhotos,
            FindingKind::GiveAway => Mend::ShowPhotos,
        })
    }
}
