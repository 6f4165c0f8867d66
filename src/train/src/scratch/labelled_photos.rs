//! Photos in memory with the classes that they belong to.

use headstart_vision::RgbImage;
use headstart_weights::FileHash;

use crate::TrainError;

/// Square photos with labels.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelledPhotos {
    side: usize,
    images: Vec<RgbImage>,
    /// For each photo the index of its class.
    labels: Vec<usize>,
}

impl LabelledPhotos {
    /// Photos of `side` × `side` pixels and for each the index of its class among `classes`.
    ///
    /// # Errors
    /// [`TrainError::Photos`] where one has another size, or a label no class.
    pub fn new(side: usize, images: Vec<RgbImage>, labels: Vec<usize>, classes: usize) -> Result<Self, TrainError> {
        if images.len() != labels.len() {
            return Err(TrainError::Photos(format!("{} photos, {} labels", images.len(), labels.len())));
        }
        let square = |image: &RgbImage| image.width() as usize == side && image.height() as usize == side;
        if let Some(image) = images.iter().find(|image| !square(image)) {
            let (width, height) = image.dimensions();
            return Err(TrainError::Photos(format!("one is {width}×{height} where {side}×{side} is expected")));
        }
        if labels.iter().any(|label| *label >= classes) {
            return Err(TrainError::Photos("a label beyond the last class".into()));
        }
        Ok(Self { side, images, labels })
    }

    /// Those at `indices`, in that order.
    #[must_use]
    pub fn select(&self, indices: &[usize]) -> Self {
        Self {
            side: self.side,
            images: indices.iter().map(|index| self.images[*index].clone()).collect(),
            labels: indices.iter().map(|index| self.labels[*index]).collect(),
        }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Their side, pixels.
    #[must_use]
    pub fn side(&self) -> usize {
        self.side
    }

    /// One of them.
    #[must_use]
    pub fn image(&self, index: usize) -> &RgbImage {
        &self.images[index]
    }

    /// For each the index of its class.
    #[must_use]
    pub fn labels(&self) -> &[usize] {
        &self.labels
    }

    /// SHA-256 of all pixels and labels: a run goes on only with the photos that it began with.
    pub(crate) fn digest(&self) -> String {
        let mut hash = FileHash::default();
        for (image, label) in self.images.iter().zip(&self.labels) {
            hash.push(&(*label as u64).to_le_bytes());
            hash.push(image.as_raw());
        }
        hash.finish()
    }
}
