//! The results' panels with made-up results, in a browser.

use std::cell::Cell;
use std::sync::Arc;

use headstart_protocol::{ByteBuf, InputSize, RunCheckpoint, ScratchResult, TrainingSettings};
use leptos::prelude::*;
use leptos::task::tick;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlElement;

use super::checkpoints::{Checkpoints, Interrupted, InterruptedInfo, RunKind};
use super::cnn_panel::CnnResult;
use super::result_panel::HeadResult;
use super::resumed::{ResumedLine, Resumption};
use super::run::{RunState, RunStatus};
use super::taught::tests::taught;
use super::taught::{CnnTaught, Taught};
use crate::error::PageError;
use crate::project::album::Album;
use crate::ui::tests::{find, mount, text};

fn mount_head(taught: Taught, stale: RwSignal<bool>, pressed: RwSignal<u32>) -> HtmlElement {
    mount(move || {
        view! {
            <HeadResult
                taught=Arc::new(taught)
                stale=stale
                on_train_again=move |()| pressed.update(|pressed| *pressed += 1)
                place=NodeRef::new()
            />
        }
    })
}

#[wasm_bindgen_test]
async fn a_result_tells_its_accuracy_and_where_the_head_was_wrong() {
    let (stale, pressed) = (RwSignal::new(false), RwSignal::new(0));
    let place = mount_head(taught(), stale, pressed);
    let result: HtmlElement = find(&place, "[data-testid='result'][data-model='transfer']");
    let told = |name| result.get_attribute(name).unwrap();
    assert_eq!((told("data-accuracy").as_str(), told("data-validated-on").as_str()), ("0.750000", "4"));
    assert_eq!((told("data-figure").as_str(), told("data-seconds").as_str()), ("cross-validated", "1.250"));
    assert!(text(&place, ".accuracy").unwrap().contains("Validation accuracy 75.0 %"));
    let cell = "[data-testid='confusion-cell'][data-label='cat'][data-answer='dog']";
    let wrong: HtmlElement = find(&place, cell);
    assert_eq!(wrong.get_attribute("data-count").as_deref(), Some("1"));
    assert!(wrong.class_list().contains("wrong"));
    assert_eq!(text(&place, "[data-testid='class-figures'][data-class='dog'] td"), Some("50.0 %".to_owned()));

    assert_eq!(text(&place, "[data-testid='stale']"), None);
    stale.set(true);
    tick().await;
    find::<HtmlElement>(&place, "[data-testid='train-again']").click();
    assert_eq!(pressed.get_untracked(), 1);
}

#[wasm_bindgen_test]
fn a_head_that_was_not_validated_claims_nothing() {
    let mut taught = taught();
    taught.result.answers.clear();
    (taught.result.right, taught.result.validated_on) = (0, 0);
    let place = mount_head(taught, RwSignal::new(false), RwSignal::new(0));
    let result: HtmlElement = find(&place, "[data-testid='result']");
    assert_eq!(result.get_attribute("data-accuracy"), None);
    assert_eq!((text(&place, ".accuracy"), text(&place, ".confusion")), (None, None));
}

#[wasm_bindgen_test]
fn a_cnn_stands_beside_the_head_on_the_same_photos() {
    let result = ScratchResult {
        trained_on: 20,
        right: 3,
        validated_on: 4,
        interval: (0.301, 0.954),
        answers: Vec::new(),
        history: Vec::new(),
        best_epoch: 7,
        parameters: 168_641,
        side: 64,
        stopped: false,
        seconds: 30.0,
    };
    let taught = Arc::new(CnnTaught { result, transfer_right: Some(4), folds: Some(5) });
    let place = mount(move || view! { <CnnResult taught=taught place=NodeRef::new() /> });
    let result: HtmlElement = find(&place, "[data-testid='result'][data-model='scratch']");
    assert_eq!(result.get_attribute("data-accuracy").as_deref(), Some("0.750000"));
    assert_eq!(result.get_attribute("data-transfer-accuracy").as_deref(), Some("1.000000"));
    assert!(text(&place, ".accuracy-words").unwrap().contains("168,641 parameters"));
}

#[wasm_bindgen_test]
async fn it_is_said_where_an_interrupted_run_goes_on() {
    let status = RwSignal::new(RunStatus { state: RunState::Running, ..RunStatus::default() });
    let place = mount(move || view! { <ResumedLine kind=RunKind::Head status=status /> });
    assert_eq!(text(&place, "[data-testid='resumed']"), None);
    status.update(|status| status.resumed = Some(Resumption::From(14, 60)));
    tick().await;
    let said = text(&place, "[data-testid='resumed'][data-epoch='14'][data-outcome='on']").unwrap();
    assert_eq!(said, "The training was interrupted at epoch 14 of 60 and goes on from there.");
}

fn about() -> InterruptedInfo {
    InterruptedInfo {
        kind: RunKind::Head,
        done: 0,
        of: 0,
        attempts: 0,
        settings: TrainingSettings::default(),
        size: InputSize::S150,
        classes: vec![(1, "cat".to_owned()), (2, "dog".to_owned())],
        photos: vec![(3, 0), (4, 1)],
        split: None,
        from_head: false,
        then_cnn: false,
    }
}

fn told(done: u32) -> RunCheckpoint {
    RunCheckpoint { done, of: 60, bytes: ByteBuf::from(vec![1]) }
}

/// Runs that tell, one after the other, the checkpoints after these epochs (0: none), and then lose their engine; how often one began,
/// and how it ended.
async fn lost_after(epochs: &[u32]) -> (usize, Result<(), PageError>) {
    let checkpoints = Checkpoints::new(Album::new());
    let begun = Cell::new(0_usize);
    let ended = checkpoints.through(None, async |from: Option<Arc<Interrupted>>| {
        let number = begun.replace(begun.get() + 1);
        let kept = epochs[..number].iter().rfind(|done| **done > 0);
        assert_eq!(from.map(|from| from.info.done), kept.copied());
        match epochs.get(number) {
            Some(0) => Err(PageError::EngineStopped),
            Some(done) => {
                checkpoints.keep(&about(), told(*done));
                Err(PageError::EngineStopped)
            }
            None => Ok(()),
        }
    });
    let ended = ended.await;
    (begun.get(), ended)
}

#[wasm_bindgen_test]
async fn a_run_survives_its_engine_but_not_twice_at_the_same_place() {
    assert_eq!(lost_after(&[]).await, (1, Ok(())));
    assert_eq!(lost_after(&[5, 9]).await, (3, Ok(())));
    assert_eq!(lost_after(&[5, 5]).await, (2, Err(PageError::EngineStopped)));
    // Where nothing was kept yet it begins anew.
    assert_eq!(lost_after(&[0]).await, (2, Ok(())));
    assert_eq!(lost_after(&[0, 5, 9]).await, (4, Ok(())));
    assert_eq!(lost_after(&[0, 0]).await, (2, Err(PageError::EngineStopped)));
}

#[wasm_bindgen_test]
fn a_place_that_ends_the_page_again_and_again_is_left() {
    let checkpoints = Checkpoints::new(Album::new());
    checkpoints.keep(&about(), told(5));
    let last = || checkpoints.last.get_untracked().unwrap();
    for _ in 0..3 {
        assert!(!last().is_left());
        checkpoints.attempt(&last());
    }
    assert!(last().is_left() && last().info.done == 5);
    // It got further: that was not it.
    checkpoints.keep(&about(), told(6));
    assert!(!last().is_left());
}
