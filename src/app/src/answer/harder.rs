//! Trying a photo harder: sliders and a pointer that change it, and the answer that follows them.

use std::ops::RangeInclusive;

use futures::future::AbortHandle;
use headstart_protocol::{Distortion, HiddenSquare, MOST_HIDDEN};
use leptos::ev::PointerEvent;
use leptos::html::Canvas;
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use web_sys::{File, HtmlCanvasElement};

use super::{AnswerView, Distorter, HarderPhoto, HeadAnswer};
use crate::error::PageError;
use crate::platform::canvas::show;
use crate::platform::dom::spawn_abortable;
use crate::ui::{Button, Disclosure, FailureText, Slider};
use crate::wording::{class_title, percent};

/// Side of the squares that the pointer hides, as a share of the photo's longer side.
const BRUSH: f32 = 0.1;

/// Side of the square that hides the middle.
const MIDDLE: f32 = 0.4;

/// The colour that hides, the worker's.
const GREY: &str = "#808080";

/// A button that opens the photo with what makes it harder, and closes it.
#[component]
pub(crate) fn Harder(
    /// The photo.
    file: SendWrapper<File>,
    /// Has the engine make it harder.
    distorter: Distorter,
) -> impl IntoView {
    view! {
        <Disclosure testid="harder" label="Try it harder" class="harder">
            <HarderPanel file=file.clone() distorter />
        </Disclosure>
    }
}

/// What is done to a photo, as sliders show it: in degrees and in percent. Copies name the same one.
#[derive(Debug, Clone, Copy)]
struct Trial {
    turn: RwSignal<f64>,
    crop: RwSignal<f64>,
    light: RwSignal<f64>,
    blur: RwSignal<f64>,
    noise: RwSignal<f64>,
    hidden: RwSignal<Vec<HiddenSquare>>,
}

impl Trial {
    /// Nothing yet.
    fn new() -> Self {
        let zero = || RwSignal::new(0.0);
        let (light, hidden) = (RwSignal::new(100.0), RwSignal::new(Vec::new()));
        Self { turn: zero(), crop: zero(), light, blur: zero(), noise: zero(), hidden }
    }

    /// As the worker does it; within a view, what depends on the sliders.
    fn distortion(self) -> Distortion {
        let share = |percent: RwSignal<f64>| (percent.get() / 100.0) as f32;
        Distortion {
            turn: self.turn.get() as f32,
            crop: share(self.crop),
            light: share(self.light),
            blur: share(self.blur),
            noise: share(self.noise),
            hidden: self.hidden.get(),
        }
    }

    /// Hides a square about a place of the photo, in shares of its width and height. One outside, and one that lies where one is,
    /// would change nothing.
    fn hide(self, x: f32, y: f32, side: f32) {
        let near = |a: f32, b: f32| (a - b).abs() < side / 4.0;
        let is_there = |square: &HiddenSquare| square.side >= side && near(square.x, x) && near(square.y, y);
        let may = (0.0..=1.0).contains(&x) && (0.0..=1.0).contains(&y);
        let may =
            may && self.hidden.with_untracked(|hidden| hidden.len() < MOST_HIDDEN && !hidden.iter().any(is_there));
        if may {
            self.hidden.update(|hidden| hidden.push(HiddenSquare { x, y, side }));
        }
    }

    /// Undoes all of it.
    fn reset(self) {
        let Self { turn, crop, light, blur, noise, hidden } = self;
        [turn, crop, blur, noise].iter().for_each(|value| value.set(0.0));
        light.set(100.0);
        hidden.set(Vec::new());
    }
}

/// The photo, what makes it harder, and the answer.
#[component]
fn HarderPanel(
    /// The photo.
    file: SendWrapper<File>,
    /// Has the engine make it harder.
    distorter: Distorter,
) -> impl IntoView {
    let trial = Trial::new();
    let seen = RwSignal::new(None::<HarderPhoto>);
    let before = RwSignal::new(None::<HeadAnswer>);
    let failure = RwSignal::new(None::<PageError>);
    let asking = RwSignal::new(false);
    let name = file.name();
    let waiting = StoredValue::new(None::<Distortion>);
    let task = StoredValue::new(None::<AbortHandle>);
    // One at a time: of the wishes that come meanwhile the newest waits, and takes the place of those before it.
    Effect::new(move |_| {
        waiting.set_value(Some(trial.distortion()));
        if asking.get_untracked() {
            return;
        }
        asking.set(true);
        let file = file.clone();
        let asked = spawn_abortable(async move {
            while let Some(distortion) = waiting.try_update_value(Option::take).flatten() {
                let answer = distorter.distort(&file, distortion).await;
                failure.set(answer.as_ref().err().cloned());
                if let Ok(photo) = answer {
                    if photo.is_as_it_was {
                        before.set(Some(photo.answer.first().clone()));
                    }
                    seen.set(Some(photo));
                }
            }
            asking.set(false);
        });
        task.set_value(Some(asked));
    });
    on_cleanup(move || {
        if let Some(task) = task.try_update_value(Option::take).flatten() {
            task.abort();
        }
    });
    let change = move || {
        let before = before.read();
        seen.with(|seen| before.as_ref().zip(seen.as_ref()).and_then(|(before, seen)| changed(before, seen)))
    };
    let answer = move || {
        let answer = seen.with(|seen| seen.as_ref().map(|seen| seen.answer.clone()))?;
        Some(view! { <AnswerView answer testid="harder-prediction" name=name.clone() /> })
    };
    view! {
        <div
            class="harder-panel"
            data-testid="harder-panel"
            data-state=move || if asking.get() { "asking" } else { "answered" }
        >
            <HarderCanvas seen trial />
            <div class="harder-side">
                <Sliders trial />
                <div class="harder-buttons">
                    <Button testid="harder-middle" on_press=move || trial.hide(0.5, 0.5, MIDDLE)>
                        "Hide the middle"
                    </Button>
                    <Button testid="harder-reset" on_press=move || trial.reset()>
                        "As it was"
                    </Button>
                </div>
            </div>
            <div class="harder-answer">
                {answer} <p class="hint" role="status" data-testid="harder-change">
                    {move || change().unwrap_or_default()}
                </p> {move || failure.get().map(|failure| view! { <FailureText failure /> })}
            </div>
            <p class="hint">
                "Who finds the smallest change that makes the network change its mind? Draw on the photo to hide a part: first the \
                 face, then everything but the face. Which of them does the network need, and which would you?"
            </p>
        </div>
    }
}

/// The sliders.
#[component]
fn Sliders(
    /// What they set.
    trial: Trial,
) -> impl IntoView {
    let Trial { turn, crop, light, blur, noise, .. } = trial;
    view! {
        <Slider
            testid="harder-turn"
            label="Turn"
            range=[f64::from(*Distortion::TURN.start()), f64::from(*Distortion::TURN.end())]
            step=5.0
            unit="°"
            value=turn
        />
        <Slider testid="harder-crop" label="Crop" range=percents(&Distortion::CROP) unit=" %" value=crop />
        <Slider testid="harder-light" label="Light" range=percents(&Distortion::LIGHT) unit=" %" value=light />
        <Slider testid="harder-blur" label="Blur" range=percents(&Distortion::BLUR) step=0.25 unit=" %" value=blur />
        <Slider testid="harder-noise" label="Noise" range=percents(&Distortion::NOISE) unit=" %" value=noise />
    }
}

/// The photo as the network gets it. The pointer hides squares of it.
#[component]
fn HarderCanvas(
    /// The photo, once it is there.
    seen: RwSignal<Option<HarderPhoto>>,
    /// What is done to it.
    trial: Trial,
) -> impl IntoView {
    let place = NodeRef::<Canvas>::new();
    Effect::new(move |_| {
        // What is hidden is seen at once, though its answer comes later.
        let hidden = trial.hidden.read();
        seen.with(|seen| {
            if let (Some(canvas), Some(seen)) = (place.get(), seen) {
                draw(&canvas, seen, &hidden);
            }
        });
    });
    let hide = move |event: &PointerEvent| {
        let Some(canvas) = place.get_untracked().filter(|_| seen.with_untracked(Option::is_some)) else { return };
        let share = |at: i32, of: i32| at as f32 / of as f32;
        trial.hide(
            share(event.offset_x(), canvas.client_width()),
            share(event.offset_y(), canvas.client_height()),
            BRUSH,
        );
    };
    let press = move |event: PointerEvent| {
        if event.button() != 0 {
            return;
        }
        // So that it is heard where the pointer goes, though it leaves the photo and comes back.
        if let Some(canvas) = place.get_untracked() {
            let _ = canvas.set_pointer_capture(event.pointer_id());
        }
        hide(&event);
    };
    let drag = move |event: PointerEvent| {
        if event.buttons() & 1 == 1 {
            hide(&event);
        }
    };
    view! {
        <canvas
            class="harder-photo"
            data-testid="harder-photo"
            role="img"
            aria-label="The photo as the network gets it"
            on:pointerdown=press
            on:pointermove=drag
            node_ref=place
        ></canvas>
    }
}

/// Both ends of a range of shares.
fn percents(range: &RangeInclusive<f32>) -> [f64; 2] {
    [range.start(), range.end()].map(|share| (100.0 * f64::from(*share)).round())
}

/// What became of the answer `before`; nothing of a photo as it was, and where another head has answered since.
fn changed(before: &HeadAnswer, seen: &HarderPhoto) -> Option<String> {
    let now = seen.answer.first();
    let same_head = before.classes().map(|class| class.0).eq(now.classes().map(|class| class.0));
    if seen.is_as_it_was || !same_head {
        return None;
    }
    let (old, new) = (class_title(before.label()), class_title(now.label()));
    let left = now.classes().find(|class| class.0 == before.label()).map(|class| class.1)?;
    let [was, is, left] = [before.confidence(), now.confidence(), left].map(percent);
    Some(if now.label() == before.label() {
        format!("{old}: {was} before, {is} now.")
    } else {
        format!("Now it says {new}, {is}. {old} had {was} before and has {left} left.")
    })
}

fn draw(canvas: &HtmlCanvasElement, seen: &HarderPhoto, hidden: &[HiddenSquare]) {
    // A browser that cannot draw shows the answer all the same.
    let Some(context) = show(canvas, seen.width, seen.height, &seen.pixels) else { return };
    context.set_fill_style_str(GREY);
    let longer = f64::from(seen.width.max(seen.height));
    for HiddenSquare { x, y, side } in hidden {
        let side = longer * f64::from(*side);
        let (left, top) = (f64::from(*x) * f64::from(seen.width), f64::from(*y) * f64::from(seen.height));
        context.fill_rect(left - side / 2.0, top - side / 2.0, side, side);
    }
}

#[cfg(test)]
mod tests {
    use headstart_protocol::{Backend, ByteBuf};

    use super::*;
    use crate::answer::Answer;

    fn says(names: &[&str], probabilities: &[f32]) -> HeadAnswer {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        HeadAnswer::new(&names, probabilities.to_vec(), 1.0).unwrap()
    }

    fn seen(built_in: HeadAnswer, is_as_it_was: bool) -> HarderPhoto {
        let answer = Answer { built_in, own: None, scratch: None, decode_ms: 1.0, backend: Backend::Cpu };
        HarderPhoto { width: 1, height: 1, pixels: ByteBuf::from(vec![0; 4]), answer, is_as_it_was }
    }

    #[test]
    fn the_change_is_told_against_the_photo_as_it_was() {
        let pets = ["cat", "dog"];
        let before = says(&pets, &[0.01, 0.99]);
        let less = changed(&before, &seen(says(&pets, &[0.39, 0.61]), false));
        assert_eq!(less.as_deref(), Some("Dog: 99.0 % before, 61.0 % now."));
        let other = changed(&before, &seen(says(&pets, &[0.7, 0.3]), false));
        assert_eq!(other.as_deref(), Some("Now it says Cat, 70.0 %. Dog had 99.0 % before and has 30.0 % left."));
        assert_eq!(changed(&before, &seen(before.clone(), true)), None);
        assert_eq!(changed(&before, &seen(says(&["mug", "plate"], &[0.7, 0.3]), false)), None, "of another head");
    }

    #[test]
    fn sliders_that_stand_where_they_began_leave_the_photo_as_it_was() {
        let owner = Owner::new();
        owner.set();
        let trial = Trial::new();
        assert_eq!(trial.distortion(), Distortion::default());
        trial.light.set(40.0);
        trial.blur.set(2.5);
        trial.hide(0.5, 0.5, MIDDLE);
        assert_eq!(
            (trial.distortion().light, trial.distortion().blur, trial.distortion().hidden.len()),
            (0.4, 0.025, 1)
        );
        trial.reset();
        assert_eq!(trial.distortion(), Distortion::default());
        assert_eq!([Distortion::CROP, Distortion::LIGHT].map(|range| percents(&range)), [[0.0, 90.0], [0.0, 200.0]]);
    }

    #[test]
    fn what_is_hidden_is_hidden_once_and_not_without_end() {
        let owner = Owner::new();
        owner.set();
        let trial = Trial::new();
        let count = || trial.hidden.with_untracked(Vec::len);
        for (x, y) in [(0.5, 0.5), (0.51, 0.49), (1.2, 0.5), (0.5, -0.1), (f32::NAN, 0.5)] {
            trial.hide(x, y, BRUSH);
        }
        assert_eq!(count(), 1);
        trial.hide(0.5, 0.5, MIDDLE);
        trial.hide(0.54, 0.5, BRUSH);
        assert_eq!(count(), 3);
        (0..2 * MOST_HIDDEN).for_each(|at| trial.hide((at % 30) as f32 / 30.0, (at / 30) as f32 / 30.0, BRUSH));
        assert_eq!(count(), MOST_HIDDEN);
    }
}
