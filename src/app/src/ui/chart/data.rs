//! What a chart shows: axes, series of points, marks.

use crate::wording::{fixed, share, thousands};

/// An axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Axis {
    /// What it counts or measures, unit included where the values do not say it: “Cross-entropy (nats)”.
    pub(crate) title: &'static str,
    /// How its values are spread.
    pub(crate) scale: Scale,
    /// How its values are written, and where it begins and ends.
    pub(crate) unit: Unit,
}

/// How values are spread over an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scale {
    /// Equal differences are equally far apart.
    Linear,
    /// Equal factors are equally far apart; values that are not above zero are not shown.
    Log,
}

/// What an axis measures in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Whole things; the axis runs from the least to the largest.
    Count,
    /// Numbers of any size; the axis begins at zero.
    Number,
    /// Shares from 0 to 1, written in per cent; the axis begins at 50 % where none is below, and ends at 100 %.
    Share,
}

impl Unit {
    /// A value as the readout gives it.
    pub(crate) fn value(self, value: f64) -> String {
        match self {
            Self::Count => count(value),
            Self::Number => number(value, 4),
            Self::Share => share(value),
        }
    }

    /// A value as it stands at a tick, where ticks are `step` apart.
    pub(crate) fn tick(self, value: f64, step: f64) -> String {
        match self {
            Self::Count => count(value),
            Self::Number => number(value, digits(step)),
            Self::Share => format!("{} %", fixed(value * 100.0, digits(step * 100.0))),
        }
    }
}

/// The digits after the point that tell values apart which are `step` apart.
fn digits(step: f64) -> u32 {
    let mut digits = 0;
    let mut step = step;
    // A millionth at most: a step of one, in spite of rounding.
    while step < 1.0 - 1e-6 && digits < 6 {
        step *= 10.0;
        digits += 1;
    }
    digits
}

fn count(value: f64) -> String {
    // Saturates, which no count of photos or epochs comes to.
    thousands(value.round() as u64)
}

/// A number, with an exponent where it is too long to be read.
fn number(value: f64, digits: u32) -> String {
    if value.is_infinite() {
        return if value > 0.0 { "∞" } else { "-∞" }.to_owned();
    }
    if value.is_finite() && value.abs() >= 1e6 {
        let (mut mantissa, mut exponent) = (value, 0);
        while mantissa.abs() >= 10.0 {
            mantissa /= 10.0;
            exponent += 1;
        }
        format!("{}e{exponent}", fixed(mantissa, 1))
    } else {
        fixed(value, digits)
    }
}

/// A point of a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Point {
    /// Where it stands on the x axis.
    pub(crate) x: f64,
    /// Where it stands on the y axis.
    pub(crate) y: f64,
    /// One standard deviation of `y`, drawn as an error bar either way; [`None`] where it is not known.
    pub(crate) deviation: Option<f64>,
}

/// Points of one kind, in the order of their x.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Series {
    /// What the legend calls it.
    pub(crate) name: &'static str,
    /// The colour of its line.
    pub(crate) colour: Colour,
    /// The stroke of its line.
    pub(crate) stroke: Stroke,
    /// Its points.
    pub(crate) points: Vec<Point>,
}

/// The colour of a line, of those that the stylesheet knows in light and dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Colour {
    /// The first colour.
    Accent,
    /// The second one.
    Warm,
    /// A quiet one.
    Soft,
}

/// The stroke of a line: no two series of a chart are told apart by colour alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stroke {
    /// One stroke.
    Solid,
    /// Many short ones.
    Dashed,
}

impl Series {
    /// The classes of its line in the stylesheet.
    pub(crate) fn class(&self) -> &'static str {
        match (self.colour, self.stroke) {
            (Colour::Accent, Stroke::Solid) => "chart-line accent",
            (Colour::Accent, Stroke::Dashed) => "chart-line accent dashed",
            (Colour::Warm, Stroke::Solid) => "chart-line warm",
            (Colour::Warm, Stroke::Dashed) => "chart-line warm dashed",
            (Colour::Soft, Stroke::Solid) => "chart-line soft",
            (Colour::Soft, Stroke::Dashed) => "chart-line soft dashed",
        }
    }
}

/// A place on the x axis that is worth a line across the chart.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Mark {
    /// Where.
    pub(crate) x: f64,
    /// What is there: “best epoch 12”.
    pub(crate) label: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_have_the_digits_that_tell_them_apart() {
        assert_eq!(Unit::Share.tick(0.5, 0.1), "50 %");
        assert_eq!(Unit::Share.tick(0.985, 0.005), "98.5 %");
        assert_eq!(Unit::Number.tick(0.25, 0.05), "0.25");
        assert_eq!(Unit::Number.tick(2.0, 1.0), "2");
        assert_eq!(Unit::Number.tick(0.3, 0.1), "0.3");
        assert_eq!(Unit::Number.tick(2e25, 1e25), "2.0e25");
        assert_eq!(Unit::Count.tick(2000.0, 500.0), "2,000");
    }

    #[test]
    fn values_are_exact_enough_to_be_compared() {
        assert_eq!(Unit::Count.value(12.0), "12");
        assert_eq!(Unit::Number.value(0.123_456), "0.1235");
        assert_eq!(Unit::Share.value(0.9555), "95.5 %");
        assert_eq!(Unit::Number.value(f64::INFINITY), "∞");
    }
}
