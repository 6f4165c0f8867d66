//! How to train, for those who want to know.

use std::ops::RangeInclusive;

use headstart_protocol::{HeadKind, InputSize, OptimizerKind, TrainingSettings, Validation};
use leptos::prelude::*;

use super::training::Training;
use super::tuning_panel::TuningPanel;
use crate::project::album::Album;
use crate::status::EngineStatus;
use crate::ui::{Check, Choice, NumberField, Soon};

/// The settings, folded away: the defaults need no touch.
#[component]
pub(super) fn SettingsForm() -> impl IntoView {
    let training = expect_context::<Training>();
    let settings = training.settings;
    view! {
        <details class="advanced" data-testid="advanced">
            <summary>"Advanced"</summary>
            <p class="hint">"Leave a field empty and the page chooses what does best with your photos."</p>
            <div class="settings">
                <Soon>
                    <OneOf
                        testid="setting-head"
                        label="Head"
                        options=&[
                            ("One layer (logistic regression)", HeadKind::Linear),
                            ("One hidden layer of 128", HeadKind::Hidden),
                            ("Two hidden layers of 512", HeadKind::Classic),
                        ]
                        value=|s| s.head
                        set=|s, head| s.head = head
                    />
                    <OneOf
                        testid="setting-optimizer"
                        label="Optimizer"
                        options=&[("Adam", OptimizerKind::Adam), ("RMSprop", OptimizerKind::RmsProp)]
                        value=|s| s.optimizer
                        set=|s, optimizer| s.optimizer = optimizer
                    />
                    <Number
                        testid="setting-epochs"
                        label="Epochs"
                        range=TrainingSettings::EPOCHS
                        value=|s| s.epochs
                        set=|s, epochs| s.epochs = epochs
                    />
                    <Number
                        testid="setting-batch"
                        label="Batch size"
                        range=TrainingSettings::BATCH
                        value=|s| s.batch
                        set=|s, batch| s.batch = batch
                    />
                </Soon>
                <Soon>
                    <Number
                        testid="setting-learning-rate"
                        label="Learning rate"
                        range=TrainingSettings::LEARNING_RATE
                        value=|s| s.learning_rate
                        set=|s, rate| s.learning_rate = rate
                    />
                    <Number
                        testid="setting-c"
                        label="C (inverse strength of the L2 penalty)"
                        range=TrainingSettings::C
                        value=|s| s.c
                        set=|s, c| s.c = c
                    />
                    <Number
                        testid="setting-dropout"
                        label="Dropout"
                        range=TrainingSettings::DROPOUT
                        value=|s| Some(s.dropout)
                        set=|s, share| s.dropout = share.unwrap_or(TrainingSettings::default().dropout)
                    />
                    <ValidationChoice />
                    <Number
                        testid="setting-patience"
                        label="Early stopping (patience in epochs)"
                        range=TrainingSettings::PATIENCE
                        value=|s| Some(s.patience)
                        set=|s, epochs| s.patience = epochs.unwrap_or(TrainingSettings::default().patience)
                    />
                    <Number
                        testid="setting-seed"
                        label="Seed"
                        range=0..=u32::MAX
                        value=|s| Some(s.seed)
                        set=|s, seed| s.seed = seed.unwrap_or(TrainingSettings::default().seed)
                    />
                </Soon>
                <Soon>
                    <SizeChoice />
                    <OneOf
                        testid="setting-views"
                        label="Augmented views (mirrored, cropped, brighter)"
                        options=&[
                            ("None", 0),
                            ("2 a photo: three times the looking", 2),
                            ("4 a photo: five times the looking", 4),
                        ]
                        value=|s| s.views
                        set=|s, views| s.views = views
                    />
                    <Check
                        testid="setting-balance"
                        checked=Signal::derive(move || settings.with(|s| s.balance))
                        on_change=move |on| training.set_up(|s| s.balance = on)
                    >
                        "Class weights: rare classes count more"
                    </Check>
                </Soon>
            </div>
            <TuningPanel />
        </details>
    }
}

const VALIDATIONS: [(&str, Validation); 5] = [
    ("Cross-validation: every photo in turn", Validation::Cross),
    ("10 % held-out photos", Validation::HoldOut(0.1)),
    ("20 % held-out photos", Validation::HoldOut(0.2)),
    ("30 % held-out photos", Validation::HoldOut(0.3)),
    ("50 % held-out photos", Validation::HoldOut(0.5)),
];

/// How the head is validated: where folders split the photos there is no choice, until the split is forgotten.
#[component]
fn ValidationChoice() -> impl IntoView {
    let album = expect_context::<Album>();
    let is_given = Memo::new(move |_| album.split().tally.validating().is_some());
    move || {
        if is_given.get() {
            view! {
                <Choice
                    testid="setting-validation"
                    label="Validation"
                    options=vec!["As your folders say"]
                    chosen=Some(0)
                    disabled=true
                    on_choose=|_: usize| {}
                />
            }
            .into_any()
        } else {
            view! {
                <OneOf
                    testid="setting-validation"
                    label="Validation"
                    options=&VALIDATIONS
                    value=|s| s.validation
                    set=|s, validation| s.validation = validation
                />
            }
            .into_any()
        }
    }
}

/// A setting that is one of a few.
#[component]
fn OneOf<T: Copy + PartialEq + Send + Sync + 'static>(
    testid: &'static str,
    label: &'static str,
    /// The words and the value of each option.
    options: &'static [(&'static str, T)],
    value: fn(&TrainingSettings) -> T,
    set: fn(&mut TrainingSettings, T),
) -> impl IntoView {
    let training = expect_context::<Training>();
    let chosen = move || {
        let value = training.settings.with(value);
        options.iter().position(|option| option.1 == value)
    };
    let choose = move |index: usize| {
        if let Some(option) = options.get(index) {
            training.set_up(|settings| set(settings, option.1));
        }
    };
    let words: Vec<_> = options.iter().map(|option| option.0).collect();
    view! { <Choice testid=testid label=label options=words chosen=Signal::derive(chosen) on_choose=choose /> }
}

/// A setting that is a number. Where there is no better choice to leave to the trainer, an empty field is the default.
#[component]
fn Number<N: crate::ui::Number>(
    testid: &'static str,
    label: &'static str,
    /// The numbers that it can be.
    range: RangeInclusive<N>,
    value: fn(&TrainingSettings) -> Option<N>,
    /// Takes a number, or nothing where the field was emptied.
    set: fn(&mut TrainingSettings, Option<N>),
) -> impl IntoView {
    let training = expect_context::<Training>();
    view! {
        <NumberField
            testid=testid
            label=label
            range=range
            value=Signal::derive(move || training.settings.with(value))
            on_change=move |number| training.set_up(|settings| set(settings, number))
        />
    }
}

/// The project's size, which is fixed with its first photo.
#[component]
fn SizeChoice() -> impl IntoView {
    let training = expect_context::<Training>();
    let album = expect_context::<Album>();
    let engine = expect_context::<EngineStatus>();
    let is_fixed =
        Memo::new(move |_| album.classes.with(|classes| classes.iter().any(|class| class.tally.get().photos() > 0)));
    let chosen = Memo::new(move |_| {
        let size = album.size.get().or_else(|| engine.phase.with(|phase| phase.ready().map(|ready| ready.size)));
        InputSize::ALL.iter().position(|other| Some(*other) == size)
    });
    let choose = move |index: usize| {
        if let Some(size) = InputSize::ALL.get(index) {
            training.choose_size(*size);
        }
    };
    view! {
        <Choice
            testid="setting-size"
            label="Input size in pixels (fixed with the first photo)"
            options=vec!["150 × 150: faster", "224 × 224: more exact"]
            chosen=chosen
            disabled=is_fixed
            on_choose=choose
        />
    }
}
