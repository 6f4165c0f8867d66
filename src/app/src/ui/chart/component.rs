//! The chart.

use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::html::Div;
use leptos::prelude::*;
use leptos_use::{UseElementSizeReturn, use_element_size};

use super::axis::Tick;
use super::data::{Axis, Mark, Series};
use super::lines::{corners, dots};
use super::plot::{Flag, Line, Plot};
use super::readout::{Step, nearest, points_at, summary, words};
use crate::wording::fixed;

/// The width that the axes are laid out for until the browser has measured it, in pixels.
const FIRST_WIDTH: f64 = 320.0;

/// Lines over two axes. The arrow keys or a pointer move a cursor from value to value, and the line under the chart reads
/// them out.
#[component]
pub(crate) fn Chart(
    /// What stands over it.
    title: &'static str,
    /// The axis to the right.
    x: Axis,
    /// The axis upwards.
    y: Axis,
    /// The lines; the first lies over the others.
    #[prop(into)]
    series: Signal<Vec<Series>>,
    /// Places with a line across.
    #[prop(optional, into)]
    marks: Signal<Vec<Mark>>,
) -> impl IntoView {
    let axes = [x, y];
    // Read in several places, computed once.
    let series = Memo::new(move |_| series.get());
    let box_ref = NodeRef::<Div>::new();
    let UseElementSizeReturn { width, .. } = use_element_size(box_ref);
    // Nothing is drawn before: it would be drawn twice each time that a view is opened.
    let is_measured = Memo::new(move |_| width.get() > 0.0);
    let width = move || Some(width.get()).filter(|width| *width > 0.0).unwrap_or(FIRST_WIDTH);
    let plot = Memo::new(move |_| series.with(|series| marks.with(|marks| Plot::new(axes, series, marks, width()))));
    let cursor = RwSignal::new(None::<f64>);
    let press = move |event: KeyboardEvent| {
        let key = event.key();
        if key == "Escape" {
            cursor.set(None);
        } else if let Some(step) = Step::of_key(&key) {
            event.prevent_default();
            cursor.update(|x| *x = series.with_untracked(|series| step.from(series, *x)));
        }
    };
    let point = move |event: PointerEvent| {
        let at = f64::from(event.offset_x());
        let x = series.with_untracked(|series| plot.with_untracked(|plot| nearest(series, &plot.x, at)));
        cursor.set(x);
    };
    let reading = move || cursor.get().map(|x| series.with(|series| words(axes, series, x)));
    let last = move || plot.with(|plot| plot.x.ends()[1]);
    view! {
        <figure class="chart" aria-label=move || series.with(|series| summary(title, axes, series))>
            <figcaption>{title}</figcaption>
            <p class="legend">{move || series.with(|series| series.iter().map(legend).collect_view())}</p>
            <div class="chart-box" node_ref=box_ref>
                {move || is_measured.get().then(|| plot.with(|plot| drawing(plot, axes)))}
                <div
                    class="chart-cursor"
                    role="slider"
                    tabindex="0"
                    aria-label=format!("{title}: values along the axis “{}”", x.title)
                    aria-valuemin=move || plot.with(|plot| fixed(plot.x.ends()[0], 0))
                    aria-valuemax=move || fixed(last(), 0)
                    aria-valuenow=move || fixed(cursor.get().unwrap_or_else(last), 0)
                    aria-valuetext=move || {
                        format!("{} {}", x.title, x.unit.value(cursor.get().unwrap_or_else(last)))
                    }
                    on:keydown=press
                    on:pointerdown=point
                    on:pointermove=point
                    on:pointerleave=move |_| cursor.set(None)
                    on:blur=move |_| cursor.set(None)
                >
                    {move || {
                        let x = cursor.get()?;
                        Some(plot.with(|plot| series.with(|series| cursor_line(plot, series, x))))
                    }}
                </div>
            </div>
            <p class="chart-readout">
                <span aria-live="polite">{reading}</span>
                <span class="chart-hint" hidden=move || cursor.with(Option::is_some)>
                    <span class="no-touch">"Values: point at the chart, or focus it and press an arrow key."</span>
                    <span class="touch">"Values: touch the chart."</span>
                </span>
            </p>
        </figure>
    }
}

/// Everything but the cursor.
fn drawing(plot: &Plot, [x, y]: [Axis; 2]) -> impl IntoView + use<> {
    let [left, top, right, bottom] = plot.frame.map(|place| fixed(place, 1));
    let (width, height) = plot.size;
    let across = |tick: &Tick| {
        let at = fixed(tick.at, 1);
        let (left, right) = (left.clone(), right.clone());
        view! {
            <line class="chart-grid" x1=left.clone() x2=right y1=at.clone() y2=at.clone() />
            <text x=left y=at dx="-6" dy="0.35em" text-anchor="end">
                {tick.label.clone()}
            </text>
        }
    };
    let up = |tick: &Tick| {
        let at = fixed(tick.at, 1);
        let bottom = bottom.clone();
        view! {
            <path class="chart-axis" d=format!("M{at} {bottom}v4") />
            <text x=at y=bottom dy="1.4em" text-anchor="middle">
                {tick.label.clone()}
            </text>
        }
    };
    let flag = |flag: &Flag| {
        let (words_x, words_y) = flag.words_at;
        view! {
            <path class="chart-mark" d=format!("M{} {top}V{bottom}", fixed(flag.at, 1)) />
            <text class="chart-mark-words" x=fixed(words_x, 1) y=fixed(words_y, 1) text-anchor="middle">
                {flag.label.clone()}
            </text>
        }
    };
    let line = |line: &Line| {
        view! {
            <g class=line.class>
                <path class="chart-bars" d=line.bars.clone() />
                <path d=line.line.clone() />
                <path class="chart-dots" d=line.dots.clone() />
            </g>
        }
    };
    view! {
        <svg
            viewBox=format!("0 0 {} {}", fixed(width, 0), fixed(height, 0))
            width="100%"
            height=fixed(height, 0)
            aria-hidden="true"
        >
            {plot.y_ticks.iter().map(across).collect_view()}
            {plot.x_ticks.iter().map(up).collect_view()}
            <path class="chart-axis" d=format!("M{left} {top}V{bottom}H{right}") />
            <text class="chart-title" x="0" y="1em">
                {y.title}
            </text>
            <text class="chart-title" x=fixed(width, 1) y=fixed(height, 1) dy="-0.4em" text-anchor="end">
                {x.title}
            </text>
            {plot.lines.iter().rev().map(line).collect_view()}
            {plot.flags.iter().map(flag).collect_view()}
        </svg>
    }
}

/// The cursor: a line across the plot and a dot on each value.
fn cursor_line(plot: &Plot, series: &[Series], x: f64) -> impl IntoView + use<> {
    let [_, top, _, bottom] = plot.frame.map(|place| fixed(place, 1));
    let (width, height) = plot.size;
    let at = plot.x.at(x).unwrap_or_default();
    let values: Vec<_> = points_at(series, x).map(|(_, point)| *point).collect();
    let values = dots(&corners(&values, &plot.x, &plot.y));
    view! {
        <svg
            viewBox=format!("0 0 {} {}", fixed(width, 0), fixed(height, 0))
            width="100%"
            height=fixed(height, 0)
            aria-hidden="true"
        >
            <path class="chart-cursor-line" d=format!("M{} {top}V{bottom}", fixed(at, 1)) />
            <path class="chart-cursor-dots" d=values />
        </svg>
    }
}

/// A line as it is drawn, and what it stands for.
fn legend(series: &Series) -> impl IntoView + use<> {
    view! {
        <span>
            <svg class=series.class() viewBox="0 0 28 8" width="28" height="8" aria-hidden="true">
                <path d="M0 4H28" />
            </svg>
            {series.name}
        </span>
    }
}
