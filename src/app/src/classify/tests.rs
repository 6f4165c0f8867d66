//! Answers and the list of results with made-up photos, in a browser.

use gloo_timers::future::TimeoutFuture;
use headstart_protocol::Backend;
use leptos::prelude::*;
use leptos::task::tick;
use send_wrapper::SendWrapper;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Event, File, HtmlElement, HtmlInputElement};

use super::{AskedPhoto, Outcome, ResultsList};
use crate::answer::{Acceptance, AcceptanceSlider, Answer, AnswerView, Distorter, Harder, HeadAnswer};
use crate::engine::Engine;
use crate::error::PageError;
use crate::ui::tests::{find, mount, text};

fn says(names: [&str; 2], probabilities: [f32; 2]) -> HeadAnswer {
    HeadAnswer::new(&names.map(str::to_owned), probabilities.to_vec(), 12.0).unwrap()
}

fn answer() -> Answer {
    let built_in = says(["cat", "dog"], [0.1, 0.9]);
    Answer { built_in, own: None, scratch: None, decode_ms: 3.0, backend: Backend::Cpu }
}

fn photo(id: u64, name: &str, outcome: Outcome) -> AskedPhoto {
    AskedPhoto { id, name: name.to_owned(), file: None, outcome: ArcRwSignal::new(outcome) }
}

fn count(place: &HtmlElement, css: &str) -> u32 {
    place.query_selector_all(css).unwrap().length()
}

#[wasm_bindgen_test]
fn a_lone_answer_does_not_say_whose_it_is() {
    let place = mount(|| view! { <AnswerView answer=answer() testid="prediction" name="rex.jpg" headings=true /> });
    let said: HtmlElement = find(&place, "[data-testid='prediction']");
    let attribute = |name: &str| said.get_attribute(name).unwrap();
    assert_eq!(attribute("data-label"), "dog");
    assert_eq!((attribute("data-confidence"), attribute("data-ms")), ("0.900000".to_owned(), "12.0".to_owned()));
    assert_eq!(attribute("data-name"), "rex.jpg");
    assert_eq!(text(&place, "h3.verdict").as_deref(), Some("Dog"));
    assert_eq!((count(&place, "[role='meter']"), count(&place, ".answer-by")), (2, 0));
}

#[wasm_bindgen_test]
async fn what_is_like_nothing_taught_has_no_bars_until_the_slider_accepts_it() {
    let acceptance = Acceptance::new();
    acceptance.hear(Some(0.03));
    let answer = Answer { built_in: answer().built_in.familiar(Some(0.03)), ..answer() };
    let place = mount(move || {
        provide_context(acceptance);
        view! {
            <AcceptanceSlider acceptance />
            <AnswerView answer testid="prediction" name="mug.jpg" headings=true />
        }
    });
    let said: HtmlElement = find(&place, "[data-testid='prediction']");
    let known = || said.get_attribute("data-known").unwrap();
    assert_eq!((known().as_str(), said.get_attribute("data-familiarity").as_deref()), ("false", Some("0.0300")));
    assert_eq!(text(&place, "h3.verdict").as_deref(), Some("Nothing it was taught: nearest is Dog"));
    assert_eq!(count(&place, "[role='meter']"), 0);
    let slider: HtmlInputElement = find(&place, "[data-testid='acceptance']");
    tick().await;
    assert_eq!(slider.value(), "95", "{}", slider.outer_html());
    slider.set_value("98");
    slider.dispatch_event(&Event::new("input").unwrap()).unwrap();
    tick().await;
    assert_eq!((known().as_str(), count(&place, "[role='meter']")), ("true", 2));
    assert_eq!(text(&place, "h3.verdict").as_deref(), Some("Dog"));
}

#[wasm_bindgen_test]
fn the_visitors_own_head_stands_first_and_the_cnn_last() {
    let own = Some(says(["mug", "plate"], [0.55, 0.45]));
    let scratch = Some(says(["cat", "dog"], [0.7, 0.3]));
    let answer = Answer { own, scratch, ..answer() };
    let place = mount(move || view! { <AnswerView answer testid="camera-prediction" name="camera" /> });
    let all = place.query_selector_all(".answers > div").unwrap();
    let names = (0..all.length()).map(|index| {
        let element: HtmlElement = wasm_bindgen::JsCast::unchecked_into(all.item(index).unwrap());
        element.get_attribute("data-testid").unwrap()
    });
    assert_eq!(names.collect::<Vec<_>>(), ["own-prediction", "camera-prediction", "scratch-prediction"]);
    assert_eq!(text(&place, "p.verdict.unsure").as_deref(), Some("Not sure: perhaps Mug"));
}

#[wasm_bindgen_test]
async fn a_photo_can_be_made_harder_and_be_as_it_was_again() {
    let file = SendWrapper::new(File::new_with_str_sequence(&js_sys::Array::of1(&"rex".into()), "rex.jpg").unwrap());
    // It never answers: its engine is not started.
    let place = mount(move || view! { <Harder file distorter=Distorter::new(Engine::new(|_| ())) /> });
    let button: HtmlElement = find(&place, "[data-testid='harder']");
    let expanded = || button.get_attribute("aria-expanded").unwrap();
    assert_eq!((expanded().as_str(), count(&place, "canvas")), ("false", 0));
    button.click();
    // The panel, then its first question, then its state.
    TimeoutFuture::new(10).await;
    assert_eq!((expanded().as_str(), count(&place, "canvas[data-testid='harder-photo']")), ("true", 1));
    let panel: HtmlElement = find(&place, "[data-testid='harder-panel']");
    assert_eq!(panel.get_attribute("data-state").as_deref(), Some("asking"));
    let slider = |name: &str| find::<HtmlInputElement>(&place, &format!("[data-testid='harder-{name}']"));
    let values = || ["turn", "crop", "light", "blur", "noise"].map(|name| slider(name).value());
    assert_eq!(values(), ["0", "0", "100", "0", "0"]);
    for (name, value) in [("turn", "-45"), ("light", "20"), ("blur", "1.25")] {
        slider(name).set_value(value);
        slider(name).dispatch_event(&Event::new("input").unwrap()).unwrap();
    }
    tick().await;
    assert_eq!(values(), ["-45", "0", "20", "1.25", "0"]);
    find::<HtmlElement>(&place, "[data-testid='harder-reset']").click();
    tick().await;
    assert_eq!(values(), ["0", "0", "100", "0", "0"]);
    button.click();
    tick().await;
    assert_eq!((expanded().as_str(), count(&place, "[data-testid='harder-panel']")), ("false", 0));
}

#[wasm_bindgen_test]
async fn results_follow_their_photos() {
    let first = photo(1, "rex.jpg", Outcome::Waiting);
    let photos = RwSignal::new(Vec::new());
    let place = mount(move || view! { <ResultsList photos on_clear=move || photos.set(Vec::new()) /> });
    let clear: HtmlElement = find(&place, "[data-testid='clear']");
    assert!(clear.has_attribute("disabled"));
    assert_eq!(count(&place, ".empty"), 1);

    let second = photo(2, "letter.txt", Outcome::Failed(PageError::EmptyFile));
    photos.set(vec![second, first.clone()]);
    tick().await;
    assert_eq!((count(&place, ".empty"), count(&place, ".card"), count(&place, "[data-testid='waiting']")), (0, 2, 1));
    assert_eq!(text(&place, ".results-count").as_deref(), Some("1 of 2 photos answered"));
    let failed: HtmlElement = find(&place, "[role='alert'][data-name='letter.txt']");
    assert_eq!(failed.get_attribute("data-kind").as_deref(), Some("empty-file"));

    first.outcome.set(Outcome::Answered(answer()));
    tick().await;
    assert_eq!((count(&place, "[data-testid='prediction']"), count(&place, "[data-testid='waiting']")), (1, 0));
    assert_eq!(text(&place, ".results-count").as_deref(), Some("2 photos"));

    clear.click();
    tick().await;
    assert_eq!((count(&place, ".empty"), count(&place, ".card")), (1, 0));
}
