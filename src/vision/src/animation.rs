//! Animations whose first frame shows nothing.

use std::io::Cursor;

use image::codecs::gif::GifDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::{AnimationDecoder, Frames, ImageDecoder, ImageFormat, ImageResult, RgbImage};

use crate::{Limits, alpha, is_blank};

/// Frames that are looked at, and pixels of them all together: a few seconds of an animation.
const MOST_FRAMES: usize = 100;

/// The first frame of an animation that shows something, on white; [`None`] where `bytes` are no animation, or none shows.
pub(crate) fn first_that_shows(bytes: &[u8], format: ImageFormat, limits: &Limits) -> Option<RgbImage> {
    let frames = frames(bytes, format, limits).ok().flatten()?;
    let mut pixels = 0;
    frames
        .take(MOST_FRAMES)
        .map_while(Result::ok)
        .take_while(|frame| {
            pixels += u64::from(frame.buffer().width()) * u64::from(frame.buffer().height());
            pixels <= limits.max_pixels
        })
        .map(|frame| alpha::over_white(frame.buffer()))
        .find(|frame| !is_blank(frame))
}

fn frames<'a>(bytes: &'a [u8], format: ImageFormat, limits: &Limits) -> ImageResult<Option<Frames<'a>>> {
    let reader = Cursor::new(bytes);
    Ok(match format {
        ImageFormat::Gif => {
            let mut decoder = GifDecoder::new(reader)?;
            decoder.set_limits(limits.for_decoder())?;
            Some(decoder.into_frames())
        }
        ImageFormat::WebP => {
            let decoder = WebPDecoder::new(reader)?;
            decoder.has_animation().then(|| decoder.into_frames())
        }
        ImageFormat::Png => {
            let decoder = PngDecoder::with_limits(reader, limits.for_decoder())?;
            if decoder.is_apng()? { Some(decoder.apng()?.into_frames()) } else { None }
        }
        _ => None,
    })
}
