use burn::tensor::Device;
use futures::executor::block_on;
use headstart_weights::golden_pattern;
use headstart_weights::vgg16::Unfrozen;

use super::*;
use crate::last_blocks::tests::{base, moved};
use crate::{LastBlocks, read};

fn model() -> Vgg16 {
    Vgg16::new(&base(), &Device::flex()).unwrap()
}

/// The pass of the golden pattern by so many workers in lockstep; how many numbers were sent.
fn together(model: &Vgg16, size: usize, workers: usize) -> (PhotoPass<'_>, usize) {
    let plan = Rc::new(Plan::new(size, workers).unwrap());
    let pass = |worker| SplitPass::new(model, plan.clone(), worker, golden_pattern(size)).unwrap();
    let mut passes: Vec<_> = (0..workers).map(pass).collect();
    let mut sent = 0;
    for _ in &CONVS {
        let pieces: Vec<_> = passes.iter_mut().map(|pass| pass.step().unwrap()).collect();
        for (from, pieces) in pieces.into_iter().enumerate() {
            for Piece { to, values } in pieces {
                sent += values.len();
                passes[to].take(from, &values).unwrap();
            }
        }
        assert!(passes.iter().all(|pass| pass.awaited().is_empty()));
    }
    assert!(passes.iter().all(SplitPass::is_over));
    (passes.swap_remove(0).finish().unwrap(), sent)
}

fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    block_on(read(tensor)).unwrap()
}

/// The largest difference, by the largest number that is expected.
fn distance<const D: usize>(found: Tensor<D>, expected: Tensor<D>) -> f32 {
    assert_eq!(found.dims(), expected.dims());
    let (found, expected) = (values(found), values(expected));
    let largest = expected.iter().fold(f32::MIN_POSITIVE, |largest, value| largest.max(value.abs()));
    found.iter().zip(expected).map(|(a, b)| (a - b).abs() / largest).fold(0.0, f32::max)
}

#[test]
fn several_workers_say_what_one_says_whatever_the_head_goes_on_from() {
    let (weights, model) = (base(), model());
    let heads = [Unfrozen::Block5, Unfrozen::Blocks4And5]
        .map(|unfrozen| Some(LastBlocks::new(unfrozen, &moved(unfrozen, &weights), model.device()).unwrap()));
    for (size, workers) in [(150, 1), (150, 2), (150, 3), (150, 4), (224, 3), (67, 2), (37, 4), (33, 5)] {
        let (mut found, sent) = together(&model, size, workers);
        println!("{workers} workers at {size}: {:.2} MB are sent", 4e-6 * sent as f64);
        let mut expected = model.begin(model.photos(golden_pattern(size), size));
        for blocks in heads.iter().chain([&None]) {
            let (found, expected) = (found.description(blocks.as_ref()), expected.description(blocks.as_ref()));
            assert_eq!(found.size, expected.size);
            assert!(distance(found.descriptor, expected.descriptor) < 1e-6, "{workers} at {size}");
            assert_eq!(found.stages.len(), expected.stages.len());
            for (found, expected) in found.stages.into_iter().zip(expected.stages) {
                assert!(distance(found, expected) < 1e-6, "{workers} at {size}");
            }
        }
    }
}

#[test]
fn each_position_and_channel_is_one_workers_and_what_is_needed_comes() {
    for (size, workers) in [(150, 2), (150, 3), (150, 4), (150, 16), (224, 2), (224, 4), (37, 4), (32, 16)] {
        let plan = Plan::new(size, workers).unwrap();
        for (layer, shape) in CONVS.iter().enumerate() {
            let side = plan.side(layer);
            let mut owners = vec![0; side * shape.out_channels];
            for worker in 0..workers {
                let Part { rows, channels } = plan.share(layer, worker).clone();
                for (row, channel) in rows.flat_map(|row| channels.clone().map(move |channel| (row, channel))) {
                    owners[row * shape.out_channels + channel] += 1;
                }
            }
            assert!(owners.iter().all(|owners| *owners == 1), "{} of {workers} at {size}", shape.stage);
            for worker in 0..workers {
                let needs = plan.needs(layer + 1, worker);
                let own = plan.has(layer, worker).intersection(&needs).count(1);
                let others = (0..workers).filter_map(|from| plan.piece(layer, from, worker));
                let comes: usize = others.map(|part| part.count(1)).sum();
                let expected = match plan.is_collected(layer, worker) {
                    true => side * shape.out_channels - plan.share(layer, worker).count(1),
                    false => needs.count(1) - own,
                };
                assert_eq!(comes, expected, "{} of {workers} at {size}", shape.stage);
            }
        }
    }
}

/// Filters of a panel in the browser, where photos are shared. Wider ones, as some processors have them natively, share less evenly.
const BROWSERS_PANEL: usize = 8;

#[test]
fn no_worker_has_much_more_to_do_than_another() {
    for (size, workers, bound) in [(150, 2, 0.53), (150, 3, 0.37), (150, 4, 0.29), (224, 2, 0.52), (224, 4, 0.29)] {
        let plan = Plan::of_panels(size, workers, BROWSERS_PANEL).unwrap();
        let work = |worker| {
            let work = |(layer, shape): (usize, &headstart_weights::vgg16::ConvShape)| {
                let share = plan.share(layer, worker);
                share.rows.len().div_ceil(4) * plan.side(layer).div_ceil(4) * share.channels.len() * shape.in_channels
            };
            CONVS.iter().enumerate().map(work).collect::<Vec<_>>()
        };
        let all: Vec<_> = (0..workers).map(work).collect();
        let total: usize = all.iter().flatten().sum();
        let slowest = |layer: usize| all.iter().map(|work| work[layer]).max().unwrap_or_default();
        let share = (0..CONVS.len()).map(slowest).sum::<usize>() as f64 / total as f64;
        println!("{workers} workers at {size}: {share:.3} of the whole");
        assert!(share < bound, "{workers} at {size}: {share}");
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let model = model();
    assert!(Plan::new(150, 0).is_err() && Plan::new(150, Plan::MOST + 1).is_err());
    let plan = Rc::new(Plan::new(48, 2).unwrap());
    let pass = |worker, photo| SplitPass::new(&model, plan.clone(), worker, photo);
    assert!(pass(2, golden_pattern(48)).is_err());
    assert!(pass(0, golden_pattern(47)).is_err());
    let mut main = pass(0, golden_pattern(48)).unwrap();
    assert!(main.take(1, &[]).is_err());
    let mut helper = pass(1, golden_pattern(48)).unwrap();
    let (sent, _) = (helper.step().unwrap(), main.step().unwrap());
    assert_eq!(main.awaited(), [1]);
    assert!(main.step().is_err() && main.take(0, &sent[0].values).is_err());
    assert!(main.take(1, &sent[0].values[1..]).is_err());
    main.take(1, &sent[0].values).unwrap();
    assert!(main.take(1, &sent[0].values).is_err());
    assert!(main.finish().is_err());
}
