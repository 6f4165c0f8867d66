//! Which photos a step sees, and how.

use std::sync::Arc;

use headstart_vision::{Augmentation, ColourJitter, augment, normalise};

use super::{LabelledPhotos, ScratchSettings};
use crate::batch_order::NumberedBatches;
use crate::generator;

/// Stream of [`generator`] for the first photo's view in the first epoch.
const VIEWS: u64 = 4 << 32;

/// What one step learns from.
#[derive(Debug, Clone, PartialEq)]
pub struct PhotoBatch {
    /// Its number, counted from the run's first step.
    pub(super) number: usize,
    /// `[n, 3, side, side]`, normalised.
    pub(super) pixels: Vec<f32>,
    /// `[n]`.
    pub(super) labels: Vec<usize>,
}

/// Makes the batches of a run. A batch follows from its number alone, so that several loaders, each on a thread of its
/// own, can share the work.
#[derive(Debug, Clone)]
pub struct BatchLoader {
    photos: Arc<LabelledPhotos>,
    batches: NumberedBatches,
    settings: ScratchSettings,
}

impl BatchLoader {
    pub(super) fn new(photos: Arc<LabelledPhotos>, settings: &ScratchSettings) -> Self {
        let batches = NumberedBatches::new(photos.len(), settings.batch, settings.seed);
        Self { photos, batches, settings: settings.clone() }
    }

    /// Batches of an epoch, of (nearly) equal size.
    #[must_use]
    pub fn batches(&self) -> usize {
        self.batches.an_epoch()
    }

    /// Batches of the whole run.
    #[must_use]
    pub fn total(&self) -> usize {
        self.batches() * self.settings.epochs
    }

    /// Batch `number`, counted from the run's first one.
    pub fn load(&mut self, number: usize) -> PhotoBatch {
        let (epoch, indices) = self.batches.get(number);
        let range = self.settings.range(epoch);
        let mut pixels = Vec::with_capacity(indices.len() * 3 * self.photos.side().pow(2));
        for &index in indices {
            let image = self.photos.image(index);
            if self.settings.augment {
                let stream = VIEWS + (epoch * self.photos.len() + index) as u64;
                let random = &mut generator(self.settings.seed, stream);
                let view = Augmentation::draw(random).scaled(range * self.settings.geometry);
                let mut view = augment(image, &view);
                ColourJitter::draw(random).scaled(range * self.settings.colour).apply(&mut view);
                pixels.extend(normalise(&view));
            } else {
                pixels.extend(normalise(image));
            }
        }
        let labels = indices.iter().map(|index| self.photos.labels()[*index]).collect();
        PhotoBatch { number, pixels, labels }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use headstart_vision::RgbImage;
    use headstart_weights::scratch::ScratchArchitecture;

    fn loader(augment: bool, seed: u64) -> BatchLoader {
        ranging(augment, seed, 1.0, 1.0)
    }

    fn ranging(augment: bool, seed: u64, geometry: f64, colour: f64) -> BatchLoader {
        let image = |index: u8| RgbImage::from_fn(22, 22, |x, y| [index, (x * 7 + y * 3) as u8, y as u8].into());
        let photos = LabelledPhotos::new(22, (0..10).map(image).collect(), (0..10).collect(), 10).unwrap();
        let architecture = ScratchArchitecture { side: 22, ..ScratchArchitecture::published(22, 10) };
        let settings = ScratchSettings {
            batch: 4,
            epochs: 3,
            full_range: 1.0,
            augment,
            geometry,
            colour,
            seed,
            ..ScratchSettings::new(architecture)
        };
        BatchLoader::new(Arc::new(photos), &settings)
    }

    #[test]
    fn every_photo_comes_once_an_epoch_in_even_batches() {
        let mut loader = loader(false, 1);
        assert_eq!((loader.batches(), loader.total()), (3, 9));
        let epoch = |loader: &mut BatchLoader, epoch: usize| {
            (0..3).map(|at| loader.load(3 * epoch + at).labels).collect::<Vec<_>>()
        };
        let first = epoch(&mut loader, 0);
        assert_eq!(first.iter().map(Vec::len).collect::<Vec<_>>(), [3, 3, 4]);
        let mut all = first.concat();
        all.sort_unstable();
        assert_eq!(all, (0..10).collect::<Vec<_>>());
        assert_ne!(first, epoch(&mut loader, 1));
    }

    #[test]
    fn a_batch_holds_the_photos_of_its_labels_and_follows_from_seed_and_number_alone() {
        let plain = loader(false, 1).load(4);
        for (label, pixels) in plain.labels.iter().zip(plain.pixels.chunks(3 * 22 * 22)) {
            assert_eq!(pixels, normalise(loader(false, 1).photos.image(*label)));
        }
        let (mut ahead, mut anew) = (loader(true, 1), loader(true, 1));
        let views: Vec<PhotoBatch> = (0..9).map(|number| ahead.load(number)).collect();
        for number in [7, 2, 3, 0] {
            assert_eq!(anew.load(number), views[number]);
        }
        assert_ne!(loader(true, 2).load(4).pixels, views[4].pixels);
        assert_ne!(loader(false, 1).load(4).pixels, views[4].pixels);
    }

    #[test]
    fn of_views_without_ranges_the_flip_is_left_and_either_range_changes_more() {
        let mut plain = ranging(true, 1, 0.0, 0.0);
        let (mut turned, mut recoloured) = (ranging(true, 1, 1.0, 0.0), ranging(true, 1, 0.0, 1.0));
        let mut mirrored = 0;
        for number in 0..6 {
            let batch = plain.load(number);
            for (label, pixels) in batch.labels.iter().zip(batch.pixels.chunks(3 * 22 * 22)) {
                let photo = plain.photos.image(*label);
                let mirror = augment(photo, &Augmentation { flip: true, ..Augmentation::NONE });
                assert!(pixels == normalise(photo) || pixels == normalise(&mirror));
                mirrored += usize::from(pixels == normalise(&mirror));
            }
            let (turned, recoloured) = (turned.load(number), recoloured.load(number));
            assert!(turned.pixels != batch.pixels && recoloured.pixels != batch.pixels && turned != recoloured);
        }
        assert!((3..17).contains(&mirrored), "{mirrored} of 20");
    }
}
