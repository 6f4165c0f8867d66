//! Where values stand on an axis, and which of them get a tick.

use super::data::{Axis, Scale, Unit};

/// An axis with its ends, laid onto the drawing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Ruler {
    axis: Axis,
    /// The least and the largest value that it shows.
    ends: [f64; 2],
    /// Where these two stand, in pixels.
    places: [f64; 2],
}

/// A value with its words.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tick {
    /// Where it stands, in pixels.
    pub(crate) at: f64,
    /// Its words.
    pub(crate) label: String,
}

impl Ruler {
    /// Lays an axis that shows all `values` between `places`, in pixels. About `count` ticks have room, from which the ends
    /// of an axis that has to begin or end at one follow.
    pub(crate) fn new(axis: Axis, values: impl Iterator<Item = f64>, places: [f64; 2], count: usize) -> Self {
        let shown = values.filter(|value| value.is_finite() && (axis.scale == Scale::Linear || *value > 0.0));
        let (least, largest) =
            shown.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
        let is_empty = least > largest;
        let ends = match axis.unit {
            Unit::Share if axis.scale == Scale::Linear => [if least < 0.5 || is_empty { 0.0 } else { 0.5 }, 1.0],
            Unit::Number if axis.scale == Scale::Linear => {
                let top = if largest > 0.0 { largest } else { 1.0 };
                let step = nice_step(top / count.max(1) as f64);
                // A millionth of a step less: a top at a tick, in spite of rounding.
                [0.0, (top / step - 1e-6).ceil() * step]
            }
            _ if is_empty => [1.0, 1.0],
            _ => [least, largest],
        };
        Self { axis, ends, places }
    }

    /// Where a value stands, in pixels; beyond the ends it stands at the nearer one. Nothing where the scale has no place
    /// for it.
    pub(crate) fn at(&self, value: f64) -> Option<f64> {
        if !value.is_finite() || self.axis.scale == Scale::Log && value <= 0.0 {
            return None;
        }
        let [low, high] = self.ends;
        let share = match self.axis.scale {
            _ if low >= high => 0.5,
            Scale::Linear => (value - low) / (high - low),
            Scale::Log => (value / low).ln() / (high / low).ln(),
        };
        let [start, end] = self.places;
        Some(start + share.clamp(0.0, 1.0) * (end - start))
    }

    /// The least and the largest value that it shows.
    pub(crate) fn ends(&self) -> [f64; 2] {
        self.ends
    }

    /// The ticks: about `count` of them, whose words are `apart` pixels from one another at least.
    pub(crate) fn ticks(&self, count: usize, apart: f64) -> Vec<Tick> {
        let (values, step) = self.tick_values(count.max(1), apart);
        let tick = |value| Some(Tick { at: self.at(value)?, label: self.axis.unit.tick(value, step) });
        values.into_iter().filter_map(tick).collect()
    }

    /// The values that get a tick, and how far they are apart.
    fn tick_values(&self, count: usize, apart: f64) -> (Vec<f64>, f64) {
        let [low, high] = self.ends;
        if low >= high {
            return (vec![low], 1.0);
        }
        if self.axis.scale == Scale::Log {
            for steps in [&[1.0, 2.0, 5.0][..], &[1.0]] {
                let values = powers(steps, low, high);
                if values.len() > 1 && self.have_room(&values, apart) {
                    return (values, 1.0);
                }
            }
        }
        let step = (high - low) / count as f64;
        let step = match self.axis.unit {
            Unit::Count => nice_step(step).max(1.0),
            // Steps that meet 50 % as well as 100 %.
            Unit::Share => [0.05, 0.1, 0.25].into_iter().find(|nice| *nice >= step - 1e-9).unwrap_or(0.5),
            Unit::Number => nice_step(step),
        };
        // Counted, since sums of steps would drift. A thousandth of a step: an end, in spite of rounding.
        let first = (low / step - 1e-3).ceil();
        let last = (high / step + 1e-3).floor();
        let values = (0..=(last - first).max(0.0) as usize).map(|index| (first + index as f64) * step);
        (values.collect(), step)
    }

    fn have_room(&self, values: &[f64], apart: f64) -> bool {
        let places: Vec<f64> = values.iter().filter_map(|value| self.at(*value)).collect();
        places.windows(2).all(|pair| (pair[1] - pair[0]).abs() >= apart)
    }
}

/// The least of 1, 2, 5, 10, … times a power of ten that is not below `step`.
fn nice_step(step: f64) -> f64 {
    let mut power = 1.0;
    while power < step {
        power *= 10.0;
    }
    while power / 10.0 >= step && power > f64::MIN_POSITIVE {
        power /= 10.0;
    }
    // Now `step` lies between a tenth of `power` and `power`.
    [0.2, 0.5].into_iter().map(|factor| factor * power).find(|nice| *nice >= step * (1.0 - 1e-9)).unwrap_or(power)
}

/// `steps` times powers of ten, from `low` to `high`, both above zero.
fn powers(steps: &[f64], low: f64, high: f64) -> Vec<f64> {
    let mut power = decade(low);
    let mut values = Vec::new();
    while power <= high {
        values.extend(steps.iter().map(|step| step * power).filter(|value| (low..=high).contains(value)));
        power *= 10.0;
    }
    values
}

/// The largest power of ten that is not above `value`.
fn decade(value: f64) -> f64 {
    let mut power = 1.0;
    while power > value {
        power /= 10.0;
    }
    while power * 10.0 <= value {
        power *= 10.0;
    }
    power
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ruler(scale: Scale, unit: Unit, values: &[f64]) -> Ruler {
        Ruler::new(Axis { title: "", scale, unit }, values.iter().copied(), [0.0, 300.0], 5)
    }

    fn labels(ruler: &Ruler) -> String {
        ruler.ticks(5, 30.0).into_iter().map(|tick| tick.label).collect::<Vec<_>>().join(" | ")
    }

    #[test]
    fn steps_are_nice() {
        let steps = [0.013, 0.1, 0.11, 0.2, 0.21, 0.51, 1.0, 3.0, 70.0, 1.2e25].map(nice_step);
        let nice = [0.02, 0.1, 0.2, 0.2, 0.5, 1.0, 1.0, 5.0, 100.0, 2e25];
        for (step, nice) in steps.into_iter().zip(nice) {
            assert!((step / nice - 1.0).abs() < 1e-9, "{step} {nice}");
        }
    }

    #[test]
    fn a_loss_begins_at_zero_and_ends_at_a_tick() {
        let loss = ruler(Scale::Linear, Unit::Number, &[0.61, 0.2, 0.93, f64::NAN]);
        assert_eq!((loss.ends(), labels(&loss).as_str()), ([0.0, 1.0], "0.0 | 0.2 | 0.4 | 0.6 | 0.8 | 1.0"));
        assert_eq!(labels(&ruler(Scale::Linear, Unit::Number, &[])), "0.0 | 0.2 | 0.4 | 0.6 | 0.8 | 1.0");
        assert_eq!(labels(&ruler(Scale::Linear, Unit::Number, &[3e25])), "0 | 1.0e25 | 2.0e25 | 3.0e25");
    }

    #[test]
    fn an_accuracy_ends_at_all_right() {
        assert_eq!(
            labels(&ruler(Scale::Linear, Unit::Share, &[0.52, 0.97])),
            "50 % | 60 % | 70 % | 80 % | 90 % | 100 %"
        );
        assert_eq!(labels(&ruler(Scale::Linear, Unit::Share, &[0.2])), "0 % | 25 % | 50 % | 75 % | 100 %");
    }

    #[test]
    fn epochs_are_whole() {
        assert_eq!(labels(&ruler(Scale::Linear, Unit::Count, &[1.0, 3.0])), "1 | 2 | 3");
        assert_eq!(labels(&ruler(Scale::Linear, Unit::Count, &[1.0, 100.0])), "20 | 40 | 60 | 80 | 100");
        assert_eq!(labels(&ruler(Scale::Linear, Unit::Count, &[1.0])), "1");
        assert_eq!(labels(&ruler(Scale::Linear, Unit::Count, &[1.0, 2000.0])), "500 | 1,000 | 1,500 | 2,000");
    }

    #[test]
    fn equal_factors_are_equally_far_apart() {
        let photos = ruler(Scale::Log, Unit::Count, &[1.0, 100.0, 10.0]);
        let places = [1.0, 10.0, 100.0].map(|value| photos.at(value).unwrap().round());
        assert_eq!(places, [0.0, 150.0, 300.0]);
        assert_eq!((photos.at(0.0), photos.at(f64::NAN)), (None, None));
        assert_eq!(labels(&photos), "1 | 2 | 5 | 10 | 20 | 50 | 100");
        let many = ruler(Scale::Log, Unit::Count, &[1.0, 8000.0]);
        assert_eq!(labels(&many), "1 | 10 | 100 | 1,000", "1, 2, 5, … would not have room");
        assert_eq!(labels(&ruler(Scale::Log, Unit::Count, &[30.0, 70.0])), "30 | 40 | 50 | 60 | 70");
    }

    #[test]
    fn values_beyond_the_ends_stay_on_the_drawing() {
        let epochs = ruler(Scale::Linear, Unit::Count, &[1.0, 3.0]);
        assert_eq!([0.0, 2.0, 4.0].map(|value| epochs.at(value).unwrap()), [0.0, 150.0, 300.0]);
        assert_eq!(ruler(Scale::Linear, Unit::Count, &[7.0]).at(7.0), Some(150.0), "alone it stands in the middle");
    }
}
