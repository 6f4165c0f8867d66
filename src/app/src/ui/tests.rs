//! Components mounted into a document, in a browser.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_timers::future::TimeoutFuture;
use leptos::mount::mount_to;
use leptos::prelude::*;
use leptos::task::tick;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Event, EventInit, HtmlElement, HtmlInputElement, KeyboardEvent, KeyboardEventInit};

use super::chart::component::Chart;
use super::chart::data::{Axis, Colour, Mark, Point, Scale, Series, Stroke, Unit};
use super::{Button, Check, Choice, NumberField, Slider, TableScroller};

wasm_bindgen_test_configure!(run_in_browser);

/// Mounts a view into the document, for good.
pub(crate) fn mount<V: IntoView + 'static>(view: impl FnOnce() -> V + 'static) -> HtmlElement {
    let place: HtmlElement = document().create_element("div").unwrap().unchecked_into();
    document().body().unwrap().append_child(&place).unwrap();
    mount_to(place.clone(), view).forget();
    place
}

pub(crate) fn find<T: JsCast>(place: &HtmlElement, css: &str) -> T {
    place.query_selector(css).unwrap().unwrap().dyn_into().ok().unwrap()
}

pub(crate) fn text(place: &HtmlElement, css: &str) -> Option<String> {
    place.query_selector(css).unwrap()?.text_content()
}

fn fire(target: &HtmlElement, name: &str) {
    let init = EventInit::new();
    init.set_bubbles(true);
    target.dispatch_event(&Event::new_with_event_init_dict(name, &init).unwrap()).unwrap();
}

fn press(target: &HtmlElement, key: &str) {
    let init = KeyboardEventInit::new();
    init.set_bubbles(true);
    init.set_key(key);
    target.dispatch_event(&KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &init).unwrap()).unwrap();
}

#[wasm_bindgen_test]
async fn a_disabled_button_takes_no_press() {
    let presses = RwSignal::new(0);
    let is_off = RwSignal::new(false);
    let place = mount(move || {
        view! {
            <Button testid="press" class="primary" disabled=is_off on_press=move || presses.update(|n| *n += 1)>
                "Press"
            </Button>
        }
    });
    let button: HtmlElement = find(&place, "button.button.primary[data-testid='press']");
    assert_eq!(button.text_content().unwrap(), "Press");
    button.click();
    is_off.set(true);
    tick().await;
    button.click();
    assert_eq!(presses.get_untracked(), 1);
}

#[wasm_bindgen_test]
async fn a_number_out_of_its_range_is_refused_with_a_sentence_and_the_one_before_is_kept() {
    let taken = RwSignal::new(Some(30_u32));
    let place = mount(move || {
        view! {
            <NumberField
                testid="epochs"
                label="Epochs"
                range=1..=100
                value=taken
                on_change=move |number| taken.set(number)
            />
        }
    });
    tick().await;
    let input: HtmlInputElement = find(&place, "[data-testid='epochs']");
    assert_eq!((input.value().as_str(), input.placeholder().as_str()), ("30", "automatic"));
    let kept_and_said = async |typed: &str| {
        input.set_value(typed);
        fire(&input, "change");
        tick().await;
        (taken.get_untracked(), input.value(), text(&place, ".field-refusal[role='alert']"))
    };
    let (kept, shown, said) = kept_and_said("101").await;
    assert_eq!((kept, shown.as_str()), (Some(30), "30"));
    assert!(said.unwrap().contains("from 1 to 100"));
    assert_eq!(kept_and_said("5").await, (Some(5), "5".to_owned(), None));
    assert_eq!(kept_and_said("").await, (None, String::new(), None));
}

#[wasm_bindgen_test]
async fn checks_and_choices_hand_over_what_was_chosen() {
    let log = Rc::new(RefCell::new(Vec::new()));
    let (checks, choices) = (Rc::clone(&log), Rc::clone(&log));
    let place = mount(move || {
        view! {
            <Check testid="check" checked=false on_change=move |on: bool| checks.borrow_mut().push(usize::from(on))>
                "Too"
            </Check>
            <Choice
                testid="choice"
                label="Optimizer"
                options=["Adam", "RMSprop", "SGD"]
                chosen=Some(1)
                on_choose=move |index| choices.borrow_mut().push(index)
            />
        }
    });
    tick().await;
    let select: web_sys::HtmlSelectElement = find(&place, "[data-testid='choice']");
    assert_eq!(select.selected_index(), 1);
    find::<HtmlElement>(&place, "[data-testid='check']").click();
    select.set_value("2");
    fire(&select, "change");
    assert_eq!(*log.borrow(), [1, 2]);
}

#[wasm_bindgen_test]
async fn a_slider_says_its_value_and_follows_it() {
    let value = RwSignal::new(2.5);
    let place = mount(move || {
        view! {
            <Slider testid="blur" label="Blur" range=[-5.0, 5.0] step=0.25 unit=" %" value=value>
                <span class="hint">"More is harder."</span>
            </Slider>
        }
    });
    tick().await;
    let slider: HtmlInputElement = find(&place, "label.slider > input[type='range'][data-testid='blur']");
    let said = || (slider.value(), slider.get_attribute("aria-valuetext").unwrap(), text(&place, "output").unwrap());
    let says = |number: &str| (number.to_owned(), format!("{number} %"), format!("{number} %"));
    assert_eq!(said(), says("2.5"));
    assert_eq!(text(&place, "label > .hint").as_deref(), Some("More is harder."));
    slider.set_value("-0.75");
    fire(&slider, "input");
    tick().await;
    assert_eq!((value.get_untracked(), said()), (-0.75, says("-0.75")));
    value.set(0.0);
    tick().await;
    assert_eq!(said(), says("0"));
}

#[wasm_bindgen_test]
fn tables_can_be_scrolled_by_keyboard() {
    let place = mount(|| {
        view! {
            <TableScroller label="Side by side">
                <table></table>
            </TableScroller>
        }
    });
    let region: HtmlElement = find(&place, ".table-scroller[role='group'][aria-label='Side by side']");
    assert_eq!(region.tab_index(), 0);
}

#[wasm_bindgen_test]
async fn arrow_keys_read_a_chart_out_while_it_grows() {
    let x = Axis { title: "Epoch", scale: Scale::Linear, unit: Unit::Count };
    let y = Axis { title: "Loss", scale: Scale::Linear, unit: Unit::Number };
    let line = |name, stroke, values: &[f64]| {
        let points = (1..).zip(values).map(|(x, y)| Point { x: f64::from(x), y: *y, deviation: None });
        Series { name, colour: Colour::Accent, stroke, points: points.collect() }
    };
    let series = RwSignal::new(vec![
        line("training photos", Stroke::Solid, &[2.0, 1.0, 0.5]),
        line("validation photos", Stroke::Dashed, &[2.5, 1.5]),
    ]);
    let marks = vec![Mark { x: 2.0, label: "best epoch 2".to_owned() }];
    let place = mount(move || view! { <Chart title="Loss" x=x y=y series=series marks=marks.clone() /> });
    // Drawn once the browser has measured it.
    while text(&place, ".chart-mark-words").is_none() {
        TimeoutFuture::new(10).await;
    }
    let cursor: HtmlElement = find(&place, "[role='slider']");
    assert_eq!(cursor.tab_index(), 0);
    assert_eq!(text(&place, ".chart-mark-words").as_deref(), Some("best epoch 2"));
    let read = async |key: &str| {
        press(&cursor, key);
        tick().await;
        text(&place, "[aria-live='polite']").unwrap()
    };
    assert_eq!(read("ArrowRight").await, "Epoch 1: training photos 2.0000, validation photos 2.5000");
    assert_eq!(read("ArrowRight").await, "Epoch 2: training photos 1.0000, validation photos 1.5000");
    assert_eq!(cursor.get_attribute("aria-valuetext").as_deref(), Some("Epoch 2"));
    series.update(|series| series[0].points.push(Point { x: 4.0, y: 0.25, deviation: None }));
    assert_eq!(read("End").await, "Epoch 4: training photos 0.2500");
    let group: HtmlElement = find(&place, "figure.chart");
    let summary = group.get_attribute("aria-label").unwrap();
    assert_eq!(summary, "Loss. Epoch 1 to 4. At the end: training photos 0.2500, validation photos 1.5000.");
    assert_eq!(read("Escape").await, "");
}
