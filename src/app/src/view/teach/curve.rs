//! The learning curve on the visitor's photos.

use headstart_protocol::{CurveEnd, Learner};

use super::button::{action, refusal};
use crate::html::{Html, html, show};
use crate::signal::Memo;
use crate::state::{Page, Run, RunState};
use crate::view::learning_curve::curve_chart;
use crate::wording::{counted, milliseconds};

/// The panel.
pub(super) fn curve_panel() -> Html {
    let page = Page::here();
    let contest = page.teach.contest;
    let run = contest.curve_run;
    let state = Memo::new(move |_| run.with(|run| run.state.clone()));
    let is_on = Memo::new(move |_| state.with(RunState::is_on));
    let blocked = move || page.compares() || page.teach.run.with(|run| run.state.is_on());
    let told = move |of: fn(&Run) -> String| move || run.with(of);
    let points = move || contest.curve.with(|curve| curve.points.clone());
    html! {
        <section
            class="panel curve-panel"
            aria-labelledby="curve-title"
            data-testid="learning-curve"
            data-state={told(|run| run.state.name().to_owned())}
            data-done={told(|run| run.done.to_string())}
            data-of={told(|run| run.of.to_string())}
            data-points={move || contest.curve.with(|curve| curve.points.len().to_string())}
        >
            <h2 id="curve-title">"How many photos does it take?"</h2>
            <p class="hint">
                "Heads and CNNs from scratch are trained on 1, 2, 5, 10, … of your photos a class, several times with others drawn, \
                 and each answers the same photos that none of them was trained on. It takes up to four minutes and can be stopped; \
                 the page stays usable."
            </p>
            <div class="class-buttons">
                {action("draw-curve", "Draw the learning curve", move || page.draw_curve()).disabled(blocked)}
                {action("stop-curve", "Stop", move || page.stop_curve()).disabled(move || !is_on.get())}
            </div>
            {show(move || is_on.get(), move || html! {
                <progress
                    aria-label="Measuring the learning curve"
                    max={told(|run| run.of.max(1).to_string())}
                    value={move || run.with(|run| (run.of > 0).then(|| run.done.to_string()))}
                ></progress>
                <p class="training-words">{told(words)}</p>
            })}
            {move || match state.get() {
                RunState::Failed(failure) => Some(refusal(failure)),
                _ => None,
            }}
            {curve_chart(points)}
            {move || contest.curve.with(|curve| curve.end.as_ref().map(|end| ended(end, curve.held_out)))}
        </section>
    }
}

fn words(run: &Run) -> String {
    if run.of == 0 { "Handing over the photos".to_owned() } else { format!("{} of {} draws", run.done, run.of) }
}

/// What the curve was measured on, and what is missing of it.
fn ended(end: &CurveEnd, held_out: u32) -> Html {
    let photos = counted(held_out as usize, "photo");
    let took = milliseconds(end.seconds * 1000.0);
    let cut = match (end.stopped, end.out_of_time) {
        (true, _) => " It was stopped: some points have fewer draws, or are missing.",
        (_, true) => " Its time was over before all draws were done: some points have fewer of them.",
        _ => "",
    };
    let words = (held_out > 0).then(|| format!("Scored on {photos} held out, in {took}.{cut}"));
    let failures = end.failures.iter().map(|(learner, failure)| {
        let who = match learner {
            Learner::Transfer => "The heads",
            Learner::Scratch => "The CNNs",
        };
        format!("{who} could not be trained to the end: {}", failure.message)
    });
    // Where nothing was measured at all, the failure stands above.
    let failures: Vec<String> = failures.filter(|_| held_out > 0).collect();
    html! {
        <p class="accuracy-words">{words}</p>
        {failures.into_iter().map(|words| html! { <p class="honesty">{words}</p> }).collect::<Html>()}
    }
}
