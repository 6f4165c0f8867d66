//! The comparison's parts with and without a fine-tuned model, in a browser.

use std::rc::Rc;

use headstart_protocol::{Epoch, ModelFacts, RunRecord, Shipped, TestRecord, TuningRecords};
use leptos::prelude::*;
use leptos::task::tick;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlElement;

use super::comparison::TuningState;
use super::facts_table::FactsTable;
use super::runs::Runs;
use super::{Comparison, TuningTable};
use crate::answer::Acceptance;
use crate::classify::Classify;
use crate::engine::Engine;
use crate::ui::Announcer;
use crate::ui::tests::{find, mount, text};

fn comparison() -> Comparison {
    let engine = Engine::new(|_| {});
    let classify = Classify::new(engine.clone(), Acceptance::new(), Announcer::new());
    Comparison::new(engine, classify)
}

fn tuned() -> ModelFacts {
    let epoch =
        Epoch { epoch: 1, loss: 0.1, accuracy: 0.97, val_loss: Some(0.08), val_accuracy: Some(0.98), seconds: 300.0 };
    ModelFacts {
        trainable: 7_083_522,
        run: Some(RunRecord { best_epoch: 1, val_accuracy: Some(0.98), epochs: vec![epoch] }),
        test: Some(TestRecord { photos: 2000, accuracy: 0.9875, reliability: None }),
        ..ModelFacts::default()
    }
}

fn transfer() -> ModelFacts {
    ModelFacts { test: Some(TestRecord { photos: 2000, accuracy: 0.9825, reliability: None }), ..ModelFacts::default() }
}

/// The models in the table's head, each with how many columns it has.
fn models(place: &HtmlElement) -> Vec<(String, String)> {
    let heads = place.query_selector_all("thead th[scope='colgroup']").unwrap();
    let heads = (0..heads.length()).map(|at| heads.item(at).unwrap());
    heads
        .map(|head| {
            let span = wasm_bindgen::JsCast::unchecked_ref::<HtmlElement>(&head).get_attribute("colspan");
            (head.text_content().unwrap(), span.unwrap())
        })
        .collect()
}

#[wasm_bindgen_test]
async fn the_table_has_a_column_for_a_fine_tuned_model_where_one_ships() {
    let comparison = comparison();
    let place = mount(move || view! { <FactsTable comparison /> });
    assert_eq!(text(&place, "[data-testid='no-tuned']"), None, "it is not known yet");
    comparison.shipped.set(Some(Rc::new(Shipped { tuned: Some(tuned()), ..Shipped::default() })));
    tick().await;
    let told = models(&place);
    let told: Vec<_> = told.iter().map(|(model, span)| (model.as_str(), span.as_str())).collect();
    let [frozen, further, scratch] =
        [("Head on the frozen base", "1"), ("Head and blocks 4, 5", "1"), ("CNN from scratch", "2")];
    assert_eq!(told, [frozen, ("Head and block 5", "1"), further, scratch]);
    let cell: HtmlElement = find(&place, "tbody tr:nth-child(2) td[data-label='Head and block 5, ours']");
    assert_eq!(cell.text_content().as_deref(), Some("7,083,522"));
    assert_eq!(text(&place, "[data-testid='no-tuned']"), None);

    comparison.shipped.set(Some(Rc::new(Shipped::default())));
    tick().await;
    let told = models(&place);
    let told: Vec<_> = told.iter().map(|(model, span)| (model.as_str(), span.as_str())).collect();
    assert_eq!(told, [frozen, further, scratch]);
    assert!(text(&place, "[data-testid='no-tuned']").unwrap().contains("no fine-tuned model"));
}

#[wasm_bindgen_test]
async fn the_runs_stand_side_by_side_with_and_without_a_fine_tuned_one() {
    let comparison = comparison();
    let place = mount(move || view! { <Runs comparison /> });
    let epochs = || find::<HtmlElement>(&place, "[data-testid='run'][data-model='tuned']").get_attribute("data-epochs");
    let lines = || find::<HtmlElement>(&place, "[data-testid='runs-together']").get_attribute("data-runs");
    let no_tuned = "[data-testid='run'][data-model='tuned'] [data-testid='no-tuned']";
    assert_eq!((epochs().as_deref(), lines().as_deref(), text(&place, no_tuned)), (Some("0"), Some("2"), None));
    comparison.shipped.set(Some(Rc::new(Shipped { tuned: Some(tuned()), ..Shipped::default() })));
    tick().await;
    assert_eq!((epochs().as_deref(), lines().as_deref(), text(&place, no_tuned)), (Some("1"), Some("3"), None));
    comparison.shipped.set(Some(Rc::new(Shipped::default())));
    tick().await;
    assert_eq!((epochs().as_deref(), lines().as_deref()), (Some("0"), Some("2")));
    assert!(text(&place, no_tuned).is_some());
}

#[wasm_bindgen_test]
async fn the_explanation_says_what_tuning_gained_or_that_none_ships() {
    let comparison = comparison();
    let place = mount(move || view! { <TuningTable comparison /> });
    assert!(text(&place, "[data-testid='tuning-table']").unwrap().contains("17,437,185"));
    let records = |tuned| TuningState::Here(Rc::new(TuningRecords { transfer: transfer(), tuned }));
    comparison.tuning.set(records(Some(tuned())));
    tick().await;
    assert!(text(&place, "[data-testid='tuning-gain']").unwrap().contains("10 more of the same 2,000 test photos"));
    assert_eq!(text(&place, "[data-testid='no-tuned']"), None);
    comparison.tuning.set(records(None));
    tick().await;
    assert_eq!(text(&place, "[data-testid='tuning-gain']"), None);
    assert!(text(&place, "[data-testid='no-tuned']").is_some());
    comparison.tuning.set(TuningState::Missing);
    tick().await;
    assert!(text(&place, ".honesty").unwrap().contains("did not arrive"));
}
