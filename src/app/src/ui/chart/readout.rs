//! The values at one place of the x axis, in words, and the way from place to place.

use super::axis::Ruler;
use super::data::{Axis, Point, Series};

/// Where the values are read.
pub(crate) fn points_at(series: &[Series], x: f64) -> impl Iterator<Item = (&Series, &Point)> {
    series.iter().filter_map(move |series| Some((series, series.points.iter().find(|point| point.x == x)?)))
}

/// “Epoch 12: training photos 0.3120, validation photos 0.4010”.
pub(crate) fn words([x_axis, y_axis]: [Axis; 2], series: &[Series], x: f64) -> String {
    let value = |(series, point): (&Series, &Point)| {
        let deviation = point.deviation.map(|deviation| format!(" ± {}", y_axis.unit.value(deviation)));
        format!("{} {}{}", series.name, y_axis.unit.value(point.y), deviation.unwrap_or_default())
    };
    let values = points_at(series, x).map(value).collect::<Vec<_>>().join(", ");
    format!("{} {}: {values}", x_axis.title, x_axis.unit.value(x))
}

/// What a chart shows, for those who do not see it: the span of the x axis and where each series ends.
pub(crate) fn summary(title: &str, [x_axis, y_axis]: [Axis; 2], series: &[Series]) -> String {
    let all = || series.iter().flat_map(|series| &series.points).map(|point| point.x);
    let (least, largest) = (all().fold(f64::INFINITY, f64::min), all().fold(f64::NEG_INFINITY, f64::max));
    if least > largest {
        return format!("{title}: no values yet");
    }
    let span = format!("{} {} to {}", x_axis.title, x_axis.unit.value(least), x_axis.unit.value(largest));
    let end = |series: &Series| {
        let last = series.points.last()?;
        Some(format!("{} {}", series.name, y_axis.unit.value(last.y)))
    };
    let ends = series.iter().filter_map(end).collect::<Vec<_>>().join(", ");
    format!("{title}. {span}. At the end: {ends}.")
}

/// The place with values that is nearest to `at`, in pixels.
pub(crate) fn nearest(series: &[Series], ruler: &Ruler, at: f64) -> Option<f64> {
    let places = series.iter().flat_map(|series| &series.points).filter_map(|point| {
        let distance = (ruler.at(point.x)? - at).abs();
        Some((point.x, distance))
    });
    places.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(x, _)| x)
}

/// A way from place to place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// Some places to the right.
    On(usize),
    /// Some places to the left.
    Back(usize),
    /// To the first place.
    First,
    /// To the last one.
    Last,
}

impl Step {
    /// The step that a key asks for, as keyboards move a slider.
    pub(crate) fn of_key(key: &str) -> Option<Self> {
        Some(match key {
            "ArrowRight" | "ArrowUp" => Self::On(1),
            "ArrowLeft" | "ArrowDown" => Self::Back(1),
            "PageUp" => Self::On(10),
            "PageDown" => Self::Back(10),
            "Home" => Self::First,
            "End" => Self::Last,
            _ => return None,
        })
    }

    /// The place with values that it leads to; from nowhere it leads to an end.
    pub(crate) fn from(self, series: &[Series], x: Option<f64>) -> Option<f64> {
        let mut places: Vec<f64> = series.iter().flat_map(|series| &series.points).map(|point| point.x).collect();
        places.sort_unstable_by(f64::total_cmp);
        places.dedup();
        let last = places.len().checked_sub(1)?;
        let here = x.map(|x| places.partition_point(|place| *place < x).min(last));
        let index = match (self, here) {
            (Self::First, _) | (Self::On(_), None) => 0,
            (Self::Last, _) | (Self::Back(_), None) => last,
            (Self::On(steps), Some(here)) => (here + steps).min(last),
            (Self::Back(steps), Some(here)) => here.saturating_sub(steps),
        };
        Some(places[index])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::chart::data::{Colour, Scale, Stroke, Unit};

    const AXES: [Axis; 2] = [
        Axis { title: "Photos a class", scale: Scale::Log, unit: Unit::Count },
        Axis { title: "Accuracy", scale: Scale::Linear, unit: Unit::Share },
    ];

    fn series(name: &'static str, points: &[(f64, f64, Option<f64>)]) -> Series {
        let points = points.iter().map(|(x, y, deviation)| Point { x: *x, y: *y, deviation: *deviation });
        Series { name, colour: Colour::Accent, stroke: Stroke::Solid, points: points.collect() }
    }

    fn both() -> Vec<Series> {
        vec![
            series("head", &[(1.0, 0.8, Some(0.05)), (10.0, 0.95, None), (100.0, 1.0, None)]),
            series("CNN", &[(1.0, 0.5, None), (100.0, 0.7, None)]),
        ]
    }

    #[test]
    fn a_place_is_read_out_with_every_series_that_has_a_value_there() {
        assert_eq!(words(AXES, &both(), 1.0), "Photos a class 1: head 80.0 % ± 5.0 %, CNN 50.0 %");
        assert_eq!(words(AXES, &both(), 10.0), "Photos a class 10: head 95.0 %");
    }

    #[test]
    fn a_chart_is_summed_up() {
        let summed = summary("Learning curve", AXES, &both());
        assert_eq!(summed, "Learning curve. Photos a class 1 to 100. At the end: head 100.0 %, CNN 70.0 %.");
        assert_eq!(summary("Loss", AXES, &[]), "Loss: no values yet");
    }

    #[test]
    fn keys_lead_from_place_to_place() {
        let go = |key: &str, x| Step::of_key(key).unwrap().from(&both(), x).unwrap();
        assert_eq!([go("ArrowRight", None), go("ArrowLeft", None)], [1.0, 100.0]);
        assert_eq!([go("ArrowRight", Some(1.0)), go("ArrowRight", Some(100.0))], [10.0, 100.0]);
        assert_eq!([go("ArrowLeft", Some(10.0)), go("ArrowLeft", Some(1.0))], [1.0, 1.0]);
        assert_eq!([go("Home", Some(10.0)), go("End", None), go("PageUp", Some(1.0))], [1.0, 100.0, 100.0]);
        assert_eq!((Step::of_key("a"), Step::First.from(&[], None)), (None, None));
    }

    #[test]
    fn the_pointer_takes_the_nearest_place() {
        let ruler = Ruler::new(AXES[0], [1.0, 100.0].into_iter(), [0.0, 300.0], 5);
        let at = [0.0, 80.0, 200.0, 999.0].map(|at| nearest(&both(), &ruler, at).unwrap());
        assert_eq!(at, [1.0, 10.0, 10.0, 100.0]);
        assert_eq!(nearest(&[], &ruler, 1.0), None);
    }
}
