//! A field for a number that may be left to the trainer.

use std::ops::RangeInclusive;

use leptos::callback::UnsyncCallback;
use leptos::prelude::*;
use web_sys::HtmlInputElement;

use crate::error::PageError;
use crate::wording::figure;

/// A number that can be typed.
pub(crate) trait Number: Copy + PartialOrd + Send + Sync + 'static {
    /// The keys that a phone shows, as the attribute `inputmode` names them.
    const INPUT_MODE: &'static str;

    /// Reads it.
    fn read(text: &str) -> Option<Self>;

    /// As it is shown.
    fn show(self) -> String;

    /// What is said of text that is no number in `range`.
    fn refusal(range: &RangeInclusive<Self>) -> PageError;
}

impl Number for u32 {
    const INPUT_MODE: &'static str = "numeric";

    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn show(self) -> String {
        self.to_string()
    }

    fn refusal(range: &RangeInclusive<Self>) -> PageError {
        PageError::BadWholeSetting { least: *range.start(), most: *range.end() }
    }
}

impl Number for f64 {
    const INPUT_MODE: &'static str = "decimal";

    fn read(text: &str) -> Option<Self> {
        text.replace(',', ".").parse().ok()
    }

    fn show(self) -> String {
        figure(self)
    }

    fn refusal(range: &RangeInclusive<Self>) -> PageError {
        PageError::BadSetting { least: *range.start(), most: *range.end() }
    }
}

/// Reads what was typed; an empty text is no number.
///
/// # Errors
/// Text that is no number in `range`.
fn read<N: Number>(text: &str, range: &RangeInclusive<N>) -> Result<Option<N>, PageError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    N::read(text).filter(|number| range.contains(number)).map(Some).ok_or_else(|| N::refusal(range))
}

/// A labelled field for a number. Text that is no number in `range` is refused with a sentence, and the value before is kept.
#[component]
pub(crate) fn NumberField<N: Number>(
    /// Its name for the tests.
    testid: &'static str,
    /// The words over it.
    label: &'static str,
    /// The unit after it, if it has one.
    #[prop(optional)]
    unit: &'static str,
    /// The numbers that it takes.
    range: RangeInclusive<N>,
    /// The number; nothing where the choice is left open.
    #[prop(into)]
    value: Signal<Option<N>>,
    /// What stands in the empty field.
    #[prop(default = "automatic")]
    placeholder: &'static str,
    /// Takes the new number, or nothing where the field was emptied.
    #[prop(into)]
    on_change: UnsyncCallback<(Option<N>,)>,
) -> impl IntoView {
    let refusal = RwSignal::new(None::<String>);
    let text = move || value.get().map(N::show).unwrap_or_default();
    let change = move |event| {
        let input: HtmlInputElement = event_target(&event);
        match read(&input.value(), &range) {
            Ok(number) => {
                refusal.set(None);
                on_change.run((number,));
            }
            Err(error) => refusal.set(Some(error.to_string())),
        }
        // Set by hand: where the value stays the same, no signal puts it back in the place of what was typed.
        input.set_value(&untrack(text));
    };
    view! {
        <label class="field">
            <span>{label}</span>
            <span class="field-row">
                <input
                    type="text"
                    inputmode=N::INPUT_MODE
                    autocomplete="off"
                    placeholder=placeholder
                    data-testid=testid
                    aria-invalid=move || refusal.with(Option::is_some).then_some("true")
                    prop:value=text
                    on:change=change
                />
                {unit}
            </span>
            {move || {
                refusal
                    .get()
                    .map(|words| {
                        view! {
                            <span class="field-refusal" role="alert">
                                {words}
                            </span>
                        }
                    })
            }}
        </label>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_the_choice_open() {
        assert_eq!((read(" ", &(0.0..=1.0)), read("", &(1..=5_u32))), (Ok(None), Ok(None)));
    }

    #[test]
    fn numbers_are_read_and_kept_in_their_bounds() {
        assert_eq!(read("0,5", &(0.0..=1.0)), Ok(Some(0.5)));
        assert_eq!(read("1e-3", &(0.0..=1.0)), Ok(Some(0.001)));
        assert_eq!(read(" 30 ", &(1..=100_u32)), Ok(Some(30)));
        for text in ["abc", "2", "-1", "NaN", "inf"] {
            assert!(read(text, &(0.0..=1.0)).is_err(), "{text}");
        }
        for text in ["0", "1.5", "101", "-3", "x"] {
            assert!(read(text, &(1..=100_u32)).is_err(), "{text}");
        }
    }

    #[test]
    fn numbers_are_shown_short() {
        assert_eq!([0.0, 0.001, 1e-12, 1e30, 0.95, 30.0].map(figure), ["0", "0.001", "1e-12", "1e30", "0.95", "30"]);
    }
}
