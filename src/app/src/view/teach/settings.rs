//! How to train, for those who want to know.

use std::ops::RangeInclusive;
use std::rc::Rc;

use headstart_protocol::{HeadKind, InputSize, OptimizerKind, TrainingSettings, Validation};
use web_sys::Event;

use super::button::check;
use crate::browser::figure;
use crate::dom;
use crate::error::PageError;
use crate::html::{Html, IntoValue, html};
use crate::signal::untrack;
use crate::signal::{Memo, RwSignal};
use crate::state::Page;
use crate::teach::fields;

/// The settings, folded away: the defaults need no touch.
pub(super) fn settings() -> Html {
    let page = Page::here();
    let settings = page.teach.settings;
    let shown = move |of: fn(&TrainingSettings) -> Option<String>| move || settings.with(of).unwrap_or_default();
    // These have no better choice to leave to the trainer: an empty field is the default.
    let plain = TrainingSettings::default();
    html! {
        <details class="advanced" data-testid="advanced">
            <summary>"Advanced"</summary>
            <p class="hint">"Leave a field empty and the page chooses what does best with your photos."</p>
            <div class="settings">
                {choice(
                    "setting-head",
                    "Head",
                    &["One layer", "One hidden layer of 128", "Two hidden layers of 512"],
                    move || settings.with(|s| HeadKind::ALL.iter().position(|kind| *kind == s.head)),
                    false,
                    move |index| page.set_up(|s| s.head = HeadKind::ALL.get(index).copied().unwrap_or(s.head)),
                )}
                {choice(
                    "setting-optimizer",
                    "Optimizer",
                    &["Adam", "RMSprop"],
                    move || Some(usize::from(settings.with(|s| s.optimizer == OptimizerKind::RmsProp))),
                    false,
                    move |index| {
                        page.set_up(|s| s.optimizer = if index == 0 { OptimizerKind::Adam } else { OptimizerKind::RmsProp });
                    },
                )}
                {whole_field(
                    "setting-epochs",
                    ("Epochs", ""),
                    1..=2_000,
                    shown(|s| s.epochs.map(|epochs| epochs.to_string())),
                    move |number| page.set_up(|s| s.epochs = number),
                )}
                {whole_field(
                    "setting-batch",
                    ("Photos a step", ""),
                    1..=100_000,
                    shown(|s| s.batch.map(|batch| batch.to_string())),
                    move |number| page.set_up(|s| s.batch = number),
                )}
                {number_field(
                    "setting-learning-rate",
                    "Learning rate",
                    1e-12..=1e30,
                    shown(|s| s.learning_rate.map(figure)),
                    move |number| page.set_up(|s| s.learning_rate = number),
                )}
                {number_field(
                    "setting-c",
                    "C (large: weaker penalty)",
                    1e-9..=1e9,
                    shown(|s| s.c.map(figure)),
                    move |number| page.set_up(|s| s.c = number),
                )}
                {number_field(
                    "setting-dropout",
                    "Dropout",
                    0.0..=0.95,
                    shown(|s| Some(figure(s.dropout))),
                    move |share| page.set_up(|s| s.dropout = share.unwrap_or(plain.dropout)),
                )}
                {choice(
                    "setting-validation",
                    "Checked on",
                    &VALIDATIONS.map(|(words, _)| words),
                    move || settings.with(|s| VALIDATIONS.iter().position(|(_, validation)| *validation == s.validation)),
                    false,
                    move |index| page.set_up(|s| s.validation = VALIDATIONS.get(index).map_or(s.validation, |choice| choice.1)),
                )}
                {whole_field(
                    "setting-patience",
                    ("Patience in epochs", ""),
                    1..=10_000,
                    shown(|s| Some(s.patience.to_string())),
                    move |epochs| page.set_up(|s| s.patience = epochs.unwrap_or(plain.patience)),
                )}
                {whole_field(
                    "setting-seed",
                    ("Seed", ""),
                    0..=u32::MAX,
                    shown(|s| Some(s.seed.to_string())),
                    move |seed| page.set_up(|s| s.seed = seed.unwrap_or(plain.seed)),
                )}
                {size_choice()}
                {choice(
                    "setting-views",
                    "Augmented views (mirrored, cropped, brighter)",
                    &VIEWS.map(|(words, _)| words),
                    move || settings.with(|s| VIEWS.iter().position(|(_, views)| *views == s.views)),
                    false,
                    move |index| page.set_up(|s| s.views = VIEWS.get(index).map_or(s.views, |choice| choice.1)),
                )}
                {check(
                    "setting-balance",
                    "Let rare classes count more",
                    move || settings.with(|s| s.balance),
                    move |on| page.set_up(|s| s.balance = on),
                )}
            </div>
        </details>
    }
}

const VIEWS: [(&str, u32); 3] =
    [("None", 0), ("2 a photo: three times the looking", 2), ("4 a photo: five times the looking", 4)];

const VALIDATIONS: [(&str, Validation); 5] = [
    ("Every photo in turn (cross-validation)", Validation::Cross),
    ("10 % of the photos, set aside", Validation::HoldOut(0.1)),
    ("20 % of the photos, set aside", Validation::HoldOut(0.2)),
    ("30 % of the photos, set aside", Validation::HoldOut(0.3)),
    ("50 % of the photos, set aside", Validation::HoldOut(0.5)),
];

/// The project's size, which is fixed once a photo was looked at.
fn size_choice() -> Html {
    let page = Page::here();
    let size = page.teach.size;
    let is_fixed = Memo::new(move |_| {
        page.teach.classes.with(|classes| classes.iter().any(|class| class.tally.get().photos() > 0))
    });
    let chosen = move || {
        let size = size.get().or_else(|| page.phase.with(|phase| phase.ready().map(|ready| ready.size)));
        InputSize::ALL.iter().position(|other| Some(*other) == size)
    };
    let choose = move |index: usize| {
        if let Some(size) = InputSize::ALL.get(index) {
            page.choose_size(*size);
        }
    };
    choice(
        "setting-size",
        "Pixels a side (fixed with the first photo)",
        &["150: faster", "224: more exact"],
        chosen,
        is_fixed,
        choose,
    )
}

/// A choice of a few.
fn choice(
    testid: &'static str,
    label: &'static str,
    options: &[&'static str],
    chosen: impl Fn() -> Option<usize> + 'static,
    disabled: impl IntoValue,
    choose: impl Fn(usize) + 'static,
) -> Html {
    let chosen = Rc::new(chosen);
    let option = |(index, words): (usize, &&'static str)| {
        let chosen = Rc::clone(&chosen);
        html! { <option value={index} prop:selected={move || chosen() == Some(index)}>{*words}</option> }
    };
    let change = move |event: Event| {
        if let Some(index) = dom::chosen(&event).and_then(|index| index.parse().ok()) {
            choose(index);
        }
    };
    html! {
        <label class="field">
            <span>{label}</span>
            <select data-testid={testid} disabled={disabled} on:change={change}>
                {options.iter().enumerate().map(option).collect::<Html>()}
            </select>
        </label>
    }
}

/// A whole number.
pub(super) fn whole_field(
    testid: &'static str,
    (label, unit): (&'static str, &'static str),
    range: RangeInclusive<u32>,
    value: impl Fn() -> String + 'static,
    set: impl Fn(Option<u32>) + 'static,
) -> Html {
    let take = move |text: &str| fields::whole(text, *range.start(), *range.end()).map(&set);
    field(testid, (label, unit), "numeric", Rc::new(value), Box::new(take))
}

/// A number.
fn number_field(
    testid: &'static str,
    label: &'static str,
    range: RangeInclusive<f64>,
    value: impl Fn() -> String + 'static,
    set: impl Fn(Option<f64>) + 'static,
) -> Html {
    let take = move |text: &str| fields::number(text, *range.start(), *range.end()).map(&set);
    field(testid, (label, ""), "decimal", Rc::new(value), Box::new(take))
}

/// Takes what was typed.
type Take = dyn Fn(&str) -> Result<(), PageError>;

/// A field that says so where it cannot take what was typed, and keeps the value before.
fn field(
    testid: &'static str,
    (label, unit): (&'static str, &'static str),
    inputmode: &'static str,
    value: Rc<dyn Fn() -> String>,
    take: Box<Take>,
) -> Html {
    let refusal = RwSignal::new(None);
    let before = Rc::clone(&value);
    let change = move |event: Event| {
        let Some(input) = dom::input(&event) else { return };
        refusal.set(take(&input.value()).err().map(|error| error.to_string()));
        input.set_value(&untrack(&*before));
    };
    html! {
        <label class="field">
            <span>{label}</span>
            <span class="field-row">
                <input
                    type="text"
                    inputmode={inputmode}
                    autocomplete="off"
                    placeholder="automatic"
                    data-testid={testid}
                    prop:value={move || value()}
                    on:change={change}
                />
                {(!unit.is_empty()).then_some(unit)}
            </span>
            {move || refusal.get().map(|words: String| html! { <span class="field-refusal" role="alert">{words}</span> })}
        </label>
    }
}
