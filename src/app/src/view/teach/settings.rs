//! How to train, for those who want to know.

use headstart_protocol::{HeadKind, InputSize, OptimizerKind, TrainingSettings, Validation};
use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

use super::button::Check;
use crate::error::PageError;
use crate::state::Page;
use crate::teach::fields;

/// The settings, folded away: the defaults need no touch.
#[component]
pub(super) fn Settings() -> impl IntoView {
    let page = Page::here();
    let settings = page.teach.settings;
    let shown = move |of: fn(&TrainingSettings) -> Option<String>| {
        Signal::derive(move || settings.with(of).unwrap_or_default())
    };
    // These have no better choice to leave to the trainer: an empty field is the default.
    let plain = TrainingSettings::default();
    let set_dropout = move |share: Option<f64>| page.set_up(|s| s.dropout = share.unwrap_or(plain.dropout));
    let set_patience = move |epochs: Option<u32>| page.set_up(|s| s.patience = epochs.unwrap_or(plain.patience));
    let set_seed = move |seed: Option<u32>| page.set_up(|s| s.seed = seed.unwrap_or(plain.seed));
    view! {
        <details class="advanced" data-testid="advanced">
            <summary>"Advanced"</summary>
            <p class="hint">"Leave a field empty and the page chooses what does best with your photos."</p>
            <div class="settings">
                <Choice
                    label="Head"
                    testid="setting-head"
                    options=vec!["One layer", "One hidden layer of 128", "Two hidden layers of 512"]
                    chosen=Signal::derive(move || settings.with(|s| HeadKind::ALL.iter().position(|kind| *kind == s.head)))
                    choose=move |index: usize| page.set_up(|s| s.head = HeadKind::ALL.get(index).copied().unwrap_or(s.head))
                />
                <Choice
                    label="Optimizer"
                    testid="setting-optimizer"
                    options=vec!["Adam", "RMSprop"]
                    chosen=Signal::derive(move || Some(usize::from(settings.with(|s| s.optimizer == OptimizerKind::RmsProp))))
                    choose=move |index: usize| {
                        page.set_up(|s| s.optimizer = if index == 0 { OptimizerKind::Adam } else { OptimizerKind::RmsProp });
                    }
                />
                <WholeField
                    label="Epochs"
                    testid="setting-epochs"
                    value=shown(|s| s.epochs.map(|epochs| epochs.to_string()))
                    least=1
                    most=2_000
                    set=move |number| page.set_up(|s| s.epochs = number)
                />
                <WholeField
                    label="Photos a step"
                    testid="setting-batch"
                    value=shown(|s| s.batch.map(|batch| batch.to_string()))
                    least=1
                    most=100_000
                    set=move |number| page.set_up(|s| s.batch = number)
                />
                <NumberField
                    label="Learning rate"
                    testid="setting-learning-rate"
                    value=shown(|s| s.learning_rate.map(|rate| rate.to_string()))
                    least=1e-12
                    most=1e30
                    set=move |number| page.set_up(|s| s.learning_rate = number)
                />
                <NumberField
                    label="C (large: weaker penalty)"
                    testid="setting-c"
                    value=shown(|s| s.c.map(|c| c.to_string()))
                    least=1e-9
                    most=1e9
                    set=move |number| page.set_up(|s| s.c = number)
                />
                <NumberField
                    label="Dropout"
                    testid="setting-dropout"
                    value=shown(|s| Some(s.dropout.to_string()))
                    least=0.0
                    most=0.95
                    set=set_dropout
                />
                <Choice
                    label="Checked on"
                    testid="setting-validation"
                    options=VALIDATIONS.map(|(words, _)| words).to_vec()
                    chosen=Signal::derive(move || {
                        settings.with(|s| VALIDATIONS.iter().position(|(_, validation)| *validation == s.validation))
                    })
                    choose=move |index: usize| {
                        page.set_up(|s| s.validation = VALIDATIONS.get(index).map_or(s.validation, |choice| choice.1));
                    }
                />
                <WholeField
                    label="Patience in epochs"
                    testid="setting-patience"
                    value=shown(|s| Some(s.patience.to_string()))
                    least=1
                    most=10_000
                    set=set_patience/>
                <WholeField
                    label="Seed"
                    testid="setting-seed"
                    value=shown(|s| Some(s.seed.to_string()))
                    least=0
                    most=u32::MAX
                    set=set_seed/>
                <SizeChoice />
                <Choice
                    label="Augmented views (mirrored, cropped, brighter)"
                    testid="setting-views"
                    options=VIEWS.map(|(words, _)| words).to_vec()
                    chosen=Signal::derive(move || settings.with(|s| VIEWS.iter().position(|(_, views)| *views == s.views)))
                    choose=move |index: usize| page.set_up(|s| s.views = VIEWS.get(index).map_or(s.views, |choice| choice.1))
                />
                <Check
                    label="Let rare classes count more"
                    testid="setting-balance"
                    checked=Signal::derive(move || settings.with(|s| s.balance))
                    change=move |on| page.set_up(|s| s.balance = on)
                />
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
#[component]
fn SizeChoice() -> impl IntoView {
    let page = Page::here();
    let size = page.teach.size;
    let is_fixed = Memo::new(move |_| {
        page.teach.classes.with(|classes| classes.iter().any(|class| class.tally.get().photos() > 0))
    });
    let chosen = Signal::derive(move || {
        let size = size.get().or_else(|| page.phase.with(|phase| phase.ready().map(|ready| ready.size)));
        InputSize::ALL.iter().position(|other| Some(*other) == size)
    });
    view! {
        <Choice
            label="Pixels a side (fixed with the first photo)"
            testid="setting-size"
            options=vec!["150: faster", "224: more exact"]
            chosen
            choose=move |index: usize| {
                if let Some(size) = InputSize::ALL.get(index) {
                    page.choose_size(*size);
                }
            }
            disabled=Signal::derive(move || is_fixed.get())
        />
    }
}

/// A choice of a few.
#[component]
fn Choice(
    label: &'static str,
    testid: &'static str,
    options: Vec<&'static str>,
    chosen: Signal<Option<usize>>,
    #[prop(into)] choose: Callback<usize>,
    #[prop(optional)] disabled: Signal<bool>,
) -> impl IntoView {
    let option = move |(index, words): (usize, &'static str)| {
        view! {
            <option value=index.to_string() prop:selected=move || chosen.get() == Some(index)>
                {words}
            </option>
        }
    };
    view! {
        <label class="field">
            <span>{label}</span>
            <select
                data-testid=testid
                disabled=disabled
                on:change=move |event| {
                    if let Ok(index) = event_target_value(&event).parse() {
                        choose.run(index);
                    }
                }
            >
                {options.into_iter().enumerate().map(option).collect_view()}
            </select>
        </label>
    }
}

/// A whole number.
#[component]
pub(super) fn WholeField(
    label: &'static str,
    testid: &'static str,
    value: Signal<String>,
    least: u32,
    most: u32,
    #[prop(into)] set: Callback<Option<u32>>,
    #[prop(optional)] unit: &'static str,
) -> impl IntoView {
    let take = Callback::new(move |text: String| fields::whole(&text, least, most).map(|number| set.run(number)));
    view! { <Field label unit testid value take inputmode="numeric" /> }
}

/// A number.
#[component]
fn NumberField(
    label: &'static str,
    testid: &'static str,
    value: Signal<String>,
    least: f64,
    most: f64,
    #[prop(into)] set: Callback<Option<f64>>,
) -> impl IntoView {
    let take = Callback::new(move |text: String| fields::number(&text, least, most).map(|number| set.run(number)));
    view! { <Field label unit="" testid value take inputmode="decimal" /> }
}

/// A field that says so where it cannot take what was typed, and keeps the value before.
#[component]
fn Field(
    label: &'static str,
    unit: &'static str,
    testid: &'static str,
    value: Signal<String>,
    take: Callback<String, Result<(), PageError>>,
    inputmode: &'static str,
) -> impl IntoView {
    let refusal = RwSignal::new(None);
    let change = move |event: ev::Event| {
        let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) else { return };
        refusal.set(take.run(input.value()).err().map(|error| error.to_string()));
        input.set_value(&value.get_untracked());
    };
    view! {
        <label class="field">
            <span>{label}</span>
            <span class="field-row">
                <input
                    type="text"
                    inputmode=inputmode
                    autocomplete="off"
                    placeholder="automatic"
                    data-testid=testid
                    prop:value=value
                    on:change=change
                />
                {(!unit.is_empty()).then_some(unit)}
            </span>
            {move || refusal.get().map(|words| view! { <span class="field-refusal" role="alert">{words}</span> })}
        </label>
    }
}
