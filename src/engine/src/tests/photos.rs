use headstart_fuzz::pictures;
use headstart_nn::DESCRIPTOR;
use headstart_protocol::{ByteBuf, Failure, InputSize, KeepDescriptors};
use headstart_vision::{Limits, RgbImage, VisionError, decode};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use wasm_bindgen_test::wasm_bindgen_test;

use super::place;
use crate::error::EngineError;
use crate::photos::{PhotoStore, from_bytes, to_bytes};

const SIZE: InputSize = InputSize::S150;

#[wasm_bindgen_test]
fn descriptors_are_kept_by_photo_and_size_and_more_views_replace_fewer() {
    let photos = PhotoStore::default();
    photos.keep_descriptors([1; 32], SIZE, vec![0.5; DESCRIPTOR]);
    assert_eq!(photos.descriptors([1; 32], SIZE, 0).unwrap()[0], 0.5);
    assert!(photos.descriptors([1; 32], SIZE, 1).is_none());
    assert!(photos.descriptors([1; 32], InputSize::S224, 0).is_none());
    assert!(photos.descriptors([2; 32], SIZE, 0).is_none());
    photos.keep_descriptors([1; 32], SIZE, vec![0.25; 3 * DESCRIPTOR]);
    photos.keep_descriptors([1; 32], SIZE, vec![0.5; DESCRIPTOR]);
    assert_eq!(photos.descriptors([1; 32], SIZE, 2).unwrap()[0], 0.25);
}

#[wasm_bindgen_test]
fn what_is_not_named_is_forgotten() {
    let photos = PhotoStore::default();
    for photo in [[1; 32], [2; 32]] {
        photos.keep_descriptors(photo, SIZE, vec![0.5; DESCRIPTOR]);
        photos.keep_square(photo, RgbImage::new(4, 4));
    }
    photos.keep_only(&[[2; 32]].into());
    assert!(photos.descriptors([1; 32], SIZE, 0).is_none() && photos.square([1; 32]).is_none());
    assert!(photos.descriptors([2; 32], SIZE, 0).is_some() && photos.square([2; 32]).is_some());
}

#[wasm_bindgen_test]
fn descriptors_cross_as_they_are_and_damaged_ones_do_not() {
    let values: Vec<f32> = (0..2 * DESCRIPTOR).map(|index| index as f32 / 7.0).collect();
    let bytes = to_bytes(&values);
    assert_eq!(from_bytes(&bytes), Some(values));
    assert_eq!(from_bytes(&bytes[1..]), None);
    assert_eq!(from_bytes(&[]), None);
    assert_eq!(from_bytes(&to_bytes(&[f32::NAN; DESCRIPTOR])), None);
}

#[wasm_bindgen_test]
async fn descriptors_from_elsewhere_are_kept_up_to_the_first_damaged_ones() {
    let place = place().await;
    let whole = ByteBuf::from(to_bytes(&[0.5; DESCRIPTOR]));
    let cut = ByteBuf::from(vec![0; 5]);
    let request =
        KeepDescriptors { size: SIZE, photos: vec![([1; 32], whole.clone()), ([2; 32], cut), ([3; 32], whole)] };
    let kept = place.photos.take_in(request, &place.turns).await;
    assert_eq!(kept, Err(EngineError::Own(Failure::BadDescriptors { photo: 2 })));
    assert!(place.photos.descriptors([1; 32], SIZE, 0).is_some());
    assert!(place.photos.descriptors([2; 32], SIZE, 0).is_none());
}

/// A length that goes round on a machine of 32 bits, as the browser's is.
#[wasm_bindgen_test]
fn a_chunk_that_says_it_is_as_long_as_can_be_ends_no_worker() {
    let signature = b"\x89PNG\r\n\x1a\n";
    for lie in [u32::MAX, u32::MAX - 1, u32::MAX - 3, u32::MAX - 7, u32::MAX - 11] {
        for name in [b"IHDR", b"IDAT", b"eXIf", b"IXXT"] {
            let bytes = [&signature[..], &lie.to_be_bytes(), name, &[7; 40]].concat();
            let result = decode(&bytes, &Limits::default());
            assert!(matches!(result, Err(VisionError::Damaged(_) | VisionError::CutShort)), "{result:?}");
        }
    }
}

/// Lengths and sizes are of 32 bits here, so that sums go round that do not natively, where the same is tried far longer.
#[wasm_bindgen_test]
fn damaged_pictures_end_no_worker() {
    const MANY: usize = 2_000;
    let limits = Limits { max_pixels: 1 << 20, max_memory: 8 << 20, max_reduced_pixels: 1 << 22, ..Limits::default() };
    let (mut random, seeds) = (ChaCha8Rng::seed_from_u64(1), pictures::sound());
    let mut read = 0;
    for _ in 0..MANY {
        read += usize::from(decode(&pictures::damaged(&mut random, &seeds), &limits).is_ok());
    }
    assert!((1..MANY).contains(&read), "{read} of {MANY} were read");
}
