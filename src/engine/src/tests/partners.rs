//! Photos computed together: workers that are one here, with lines between them as between real ones.

use std::rc::Rc;

use headstart_nn::{DESCRIPTOR, read};
use headstart_protocol::FromWorker;
use headstart_vision::RgbImage;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{MessageChannel, MessagePort};

use super::Told;
use super::tuned::shipped;
use crate::engine::StartedEngine;
use crate::partners::Partners;

/// Each with a line to each other one, the main one first.
fn met(engine: &Rc<StartedEngine>, workers: usize, told: &Told) -> Vec<Partners> {
    let mut lines: Vec<Vec<MessagePort>> = vec![Vec::new(); workers];
    for (a, b) in (0..workers).flat_map(|a| (a + 1..workers).map(move |b| (a, b))) {
        let channel = MessageChannel::new().unwrap();
        lines[a].push(channel.port1());
        lines[b].push(channel.port2());
    }
    let meet = |(number, lines)| {
        let partners = Partners::default();
        partners.meet(number, lines, engine, told.outbox()).unwrap();
        partners
    };
    lines.into_iter().enumerate().map(meet).collect()
}

fn square(seed: u32) -> RgbImage {
    let mut square = RgbImage::new(150, 150);
    for (x, y, pixel) in square.enumerate_pixels_mut() {
        pixel.0 = [1, 2, 3].map(|c| ((x * 7 * c + y * 13 * (c + 1) + x * y * c + seed) % 256) as u8);
    }
    square
}

#[wasm_bindgen_test]
async fn several_say_what_one_says() {
    let (engine, told) = (Rc::new(shipped().await), Told::default());
    let base = &engine.models.base;
    for workers in [2, 3] {
        let partners = met(&engine, workers, &told);
        // They share one core here.
        partners[0].note(1, 2_000.0);
        for seed in 0..3 {
            let photo = headstart_vision::normalise(&square(seed));
            let expected = read(base.begin(base.photos(photo, 150)).descriptor(None)).await.unwrap();
            let (mut pass, count) = partners[0].pass(base, &square(seed)).await.unwrap();
            let found = read(pass.descriptor(None)).await.unwrap();
            assert_eq!((count as usize, found.len()), (workers, DESCRIPTOR));
            assert!(found.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-6));
        }
    }
    assert_eq!(told.all(), []);
}

#[wasm_bindgen_test]
async fn partners_that_say_nothing_or_are_slower_are_given_up_and_told() {
    let (engine, told) = (Rc::new(shipped().await), Told::default());
    let base = &engine.models.base;
    let silent = MessageChannel::new().unwrap();
    let partners = Partners::default();
    partners.meet(0, vec![silent.port1()], &engine, told.outbox()).unwrap();
    assert!(partners.pass(base, &square(1)).await.is_none());
    assert_eq!(told.all(), [FromWorker::Alone]);
    assert!(partners.pass(base, &square(1)).await.is_none());

    let slower = met(&engine, 2, &told);
    slower[0].note(1, 100.0);
    (0..7).for_each(|_| slower[0].note(2, 101.0));
    assert_eq!(told.all().len(), 1);
    slower[0].note(2, 101.0);
    assert_eq!(told.all(), [FromWorker::Alone, FromWorker::Alone]);

    // Whom the page ends it need not be told of.
    let ended = met(&engine, 2, &told);
    ended[0].end();
    assert!(ended[0].pass(base, &square(1)).await.is_none());
    assert_eq!(told.all().len(), 2);
    assert!(Partners::default().meet(2, vec![silent.port2()], &engine, told.outbox()).is_err());
}
