//! What is kept of a project's photos, so that it crosses to the worker once: descriptors for heads, small squares for the
//! CNN trained from scratch, activations for training the last block. Photos themselves are not kept.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use headstart_nn::DESCRIPTOR;
use headstart_protocol::{DESCRIPTOR_BYTES, Failure, InputSize, KeepDescriptors, PhotoHash, count};
use headstart_vision::RgbImage;
use headstart_weights::f16;
use headstart_weights::vgg16::Unfrozen;

use crate::error::EngineError;
use crate::turns::{Slice, Turns};

/// The protocol says what a descriptor takes, so that the page need not know the model.
const _: () = assert!(DESCRIPTOR_BYTES == size_of::<f32>() * DESCRIPTOR);

/// The part of the base that is trained here.
pub(crate) const TUNED: Unfrozen = Unfrozen::Block5;

/// The descriptors of a photo and of its augmented views, one after the other.
pub(crate) type Descriptors = Rc<[f32]>;

/// Activations of a photo, in half precision.
type Activations = Box<[f16]>;

/// What is kept of photos, by the SHA-256 of their files.
#[derive(Default)]
pub(crate) struct PhotoStore {
    descriptors: RefCell<HashMap<(PhotoHash, InputSize), Descriptors>>,
    squares: RefCell<HashMap<PhotoHash, RgbImage>>,
    /// What comes out of the last layer before [`TUNED`], channels last, all of photos at one size.
    activations: RefCell<HashMap<(PhotoHash, InputSize), Activations>>,
}

impl PhotoStore {
    /// Keeps a photo's descriptors at `size`, in place of any with fewer views.
    pub(crate) fn keep_descriptors(&self, hash: PhotoHash, size: InputSize, descriptors: Vec<f32>) {
        let mut kept = self.descriptors.borrow_mut();
        let entry = kept.entry((hash, size)).or_default();
        if descriptors.len() >= entry.len() {
            *entry = descriptors.into();
        }
    }

    /// Keeps descriptors that came from elsewhere.
    ///
    /// # Errors
    /// [`Failure::BadDescriptors`] for the first that are damaged; those before it are kept.
    pub(crate) async fn take_in(&self, request: KeepDescriptors, turns: &Turns) -> Result<(), EngineError> {
        let mut slice = Slice::new(turns);
        for (index, (hash, bytes)) in request.photos.into_iter().enumerate() {
            let descriptors = from_bytes(&bytes).ok_or(Failure::BadDescriptors { photo: count(index + 1) })?;
            self.keep_descriptors(hash, request.size, descriptors);
            slice.breathe().await;
        }
        Ok(())
    }

    /// A photo's descriptors at `size`, where those of the photo and of `views` augmented views are kept.
    pub(crate) fn descriptors(&self, hash: PhotoHash, size: InputSize, views: u32) -> Option<Descriptors> {
        let wanted = DESCRIPTOR * (1 + views as usize);
        self.descriptors.borrow().get(&(hash, size)).filter(|kept| kept.len() >= wanted).cloned()
    }

    /// Keeps a photo's small square.
    pub(crate) fn keep_square(&self, hash: PhotoHash, square: RgbImage) {
        self.squares.borrow_mut().insert(hash, square);
    }

    /// A photo's small square, where it is kept.
    pub(crate) fn square(&self, hash: PhotoHash) -> Option<RgbImage> {
        self.squares.borrow().get(&hash).cloned()
    }

    /// Keeps a photo's activations at `size`, and drops those at other sizes.
    ///
    /// # Errors
    /// [`Failure::TooManyToTune`] where as many as there is room for are kept.
    pub(crate) fn keep_activations(
        &self,
        hash: PhotoHash,
        size: InputSize,
        activations: &[f32],
    ) -> Result<(), EngineError> {
        let mut kept = self.activations.borrow_mut();
        kept.retain(|(_, other), _| *other == size);
        if kept.len() >= size.most_tuned() && !kept.contains_key(&(hash, size)) {
            return Err(Failure::TooManyToTune { most: count(size.most_tuned()) }.into());
        }
        let half = |value: &f32| f16::from_f32(value.min(f16::MAX.to_f32()));
        kept.insert((hash, size), activations.iter().map(half).collect());
        Ok(())
    }

    /// Whether a photo's activations at `size` are kept.
    pub(crate) fn has_activations(&self, hash: PhotoHash, size: InputSize) -> bool {
        self.activations.borrow().contains_key(&(hash, size))
    }

    /// Appends a photo's activations at `size` to `all`, where they are kept.
    pub(crate) fn append_activations(&self, hash: PhotoHash, size: InputSize, all: &mut Vec<f32>) {
        if let Some(kept) = self.activations.borrow().get(&(hash, size)) {
            all.extend(kept.iter().map(|value| value.to_f32()));
        }
    }

    /// Drops what is kept of all photos but these.
    pub(crate) fn keep_only(&self, photos: &HashSet<PhotoHash>) {
        self.descriptors.borrow_mut().retain(|(hash, _), _| photos.contains(hash));
        self.squares.borrow_mut().retain(|hash, _| photos.contains(hash));
        self.activations.borrow_mut().retain(|(hash, _), _| photos.contains(hash));
    }
}

/// Descriptors as they cross, 32-bit floats, little endian; [`None`] where they are damaged.
pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Vec<f32>> {
    let whole = !bytes.is_empty() && bytes.len().is_multiple_of(DESCRIPTOR_BYTES);
    let values: Vec<f32> = bytes.as_chunks::<4>().0.iter().map(|value| f32::from_le_bytes(*value)).collect();
    (whole && values.iter().all(|value| value.is_finite())).then_some(values)
}

/// Descriptors as they cross.
pub(crate) fn to_bytes(descriptors: &[f32]) -> Vec<u8> {
    descriptors.iter().flat_map(|value| value.to_le_bytes()).collect()
}
