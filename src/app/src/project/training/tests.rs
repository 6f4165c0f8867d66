//! The results' panels with made-up results, in a browser.

use std::sync::Arc;

use headstart_protocol::ScratchResult;
use leptos::prelude::*;
use leptos::task::tick;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlElement;

use super::cnn_panel::CnnResult;
use super::result_panel::HeadResult;
use super::taught::tests::taught;
use super::taught::{CnnTaught, Taught};
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
