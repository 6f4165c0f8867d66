//! A chart's drawing: series, axes and marks as places in pixels.

use super::axis::{Ruler, Tick};
use super::data::{Axis, Mark, Series};
use super::lines::{bars, corners, dots, thinned};

/// A letter's width at the size of the ticks' words, in pixels, generously.
const LETTER: f64 = 6.8;
/// Room over the plot for the y axis's title and a row of a mark's words.
const TOP: f64 = 34.0;
/// The height of a further row of words.
const ROW: f64 = 15.0;
/// Room under the plot for the x axis's ticks and title.
const BOTTOM: f64 = 40.0;
/// Room at the right for half of the last tick's words.
const RIGHT: f64 = 16.0;
/// Series with so many points or fewer have a dot at each.
const DOTTED: usize = 16;

/// A drawing of so many pixels.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Plot {
    /// Its width and height.
    pub(crate) size: (f64, f64),
    /// The plot inside of the axes' words: left, top, right, bottom.
    pub(crate) frame: [f64; 4],
    /// The x axis.
    pub(crate) x: Ruler,
    /// The y axis.
    pub(crate) y: Ruler,
    /// Ticks of the x axis.
    pub(crate) x_ticks: Vec<Tick>,
    /// Ticks of the y axis.
    pub(crate) y_ticks: Vec<Tick>,
    /// What is drawn of each series.
    pub(crate) lines: Vec<Line>,
    /// The marks.
    pub(crate) flags: Vec<Flag>,
}

/// A mark on the drawing.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Flag {
    /// Where its line stands, in pixels from the left.
    pub(crate) at: f64,
    /// Where the middle of its words stands, in pixels from the left and from the top.
    pub(crate) words_at: (f64, f64),
    /// Its words.
    pub(crate) label: String,
}

/// What is drawn of a series; each is SVG's `d`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Line {
    /// Classes in the stylesheet.
    pub(crate) class: &'static str,
    /// The line from point to point.
    pub(crate) line: String,
    /// A dot at each point, where there are few.
    pub(crate) dots: String,
    /// Error bars.
    pub(crate) bars: String,
}

/// The height of a chart of that width, in pixels.
pub(crate) fn height_of(width: f64) -> f64 {
    (width * 0.6).clamp(216.0, 290.0)
}

impl Plot {
    /// Draws series and marks over two axes, `width` pixels wide.
    pub(crate) fn new([x, y]: [Axis; 2], series: &[Series], marks: &[Mark], width: f64) -> Self {
        let width = width.max(160.0);
        // A row for each mark's words: they cover neither each other nor a line.
        let top = TOP + ROW * marks.len().saturating_sub(1) as f64;
        let height = height_of(width) + top - TOP;
        let points = || series.iter().flat_map(|series| &series.points);
        let bottom = height - BOTTOM;
        let y_count = ((bottom - top) / 32.0) as usize;
        let heights = points().flat_map(|point| {
            let deviation = point.deviation.unwrap_or_default();
            [point.y - deviation, point.y + deviation]
        });
        let y = Ruler::new(y, heights, [bottom, top], y_count);
        let y_ticks = y.ticks(y_count, 20.0);
        let letters = y_ticks.iter().map(|tick| tick.label.chars().count()).max().unwrap_or(1);
        let left = letters as f64 * LETTER + 10.0;
        let right = width - RIGHT;
        let x_count = ((right - left) / 48.0) as usize;
        let x = Ruler::new(x, points().map(|point| point.x), [left, right], x_count);
        let x_ticks = x.ticks(x_count, 34.0);
        let line = |series: &Series| {
            let corners = corners(&thinned(&series.points), &x, &y);
            Line {
                class: series.class(),
                dots: if series.points.len() <= DOTTED { dots(&corners) } else { String::new() },
                bars: bars(&series.points, &x, &y),
                line: corners,
            }
        };
        let lines = series.iter().map(line).collect();
        let flag = |(row, mark): (usize, &Mark)| {
            let at = x.at(mark.x)?;
            let half = (mark.label.chars().count() as f64 * LETTER / 2.0).min(width / 2.0);
            let down = top - 6.0 - ROW * row as f64;
            Some(Flag { at, words_at: (at.clamp(half, width - half), down), label: mark.label.clone() })
        };
        let flags = marks.iter().enumerate().filter_map(flag).collect();
        Self { size: (width, height), frame: [left, top, right, bottom], x, y, x_ticks, y_ticks, lines, flags }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::chart::data::{Colour, Point, Scale, Stroke, Unit};

    const AXES: [Axis; 2] = [
        Axis { title: "Epoch", scale: Scale::Linear, unit: Unit::Count },
        Axis { title: "Loss", scale: Scale::Linear, unit: Unit::Number },
    ];

    fn series(values: &[f64]) -> Series {
        let points = (1..).zip(values).map(|(x, y)| Point { x: f64::from(x), y: *y, deviation: None });
        Series { name: "training", colour: Colour::Accent, stroke: Stroke::Solid, points: points.collect() }
    }

    #[test]
    fn everything_has_room() {
        let mark = Mark { x: 2.0, label: "best epoch 2".to_owned() };
        for width in [0.0, 240.0, 328.0, 1200.0] {
            let plot = Plot::new(AXES, &[series(&[2.0, 1.0, 0.5])], std::slice::from_ref(&mark), width);
            let [left, top, right, bottom] = plot.frame;
            assert!(left > 0.0 && left < right && right < plot.size.0 && top < bottom && bottom < plot.size.1);
            assert!((plot.flags[0].at - (left + right) / 2.0).abs() < 1e-9);
            assert!(plot.x_ticks.windows(2).all(|pair| pair[1].at - pair[0].at > 30.0), "{:?}", plot.x_ticks);
            assert_eq!(plot.lines[0].line.matches(['M', 'L']).count(), 3);
            assert_eq!(plot.lines[0].dots.matches('M').count(), 3);
        }
    }

    #[test]
    fn charts_without_points_have_axes_all_the_same() {
        let plot = Plot::new(AXES, &[], &[], 400.0);
        assert!(plot.lines.is_empty() && !plot.y_ticks.is_empty() && plot.x_ticks.len() == 1);
        let plot = Plot::new(AXES, &[series(&[f64::NAN])], &[], 400.0);
        assert_eq!(plot.lines[0].line, "");
    }
}
