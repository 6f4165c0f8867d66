//! Series as SVG paths, with no more points than a screen shows.

use super::axis::Ruler;
use super::data::Point;
use crate::wording::fixed;

/// More points than these are thinned out.
const POINTS: usize = 240;
/// Half of the width of an error bar's cap, in pixels.
const CAP: f64 = 3.0;

/// The points that are drawn: all where they are few, and otherwise the lowest and the highest of each stretch, so that no
/// peak is lost.
pub(crate) fn thinned(points: &[Point]) -> Vec<Point> {
    if points.len() <= POINTS {
        return points.to_vec();
    }
    let stretch = (points.len() * 2).div_ceil(POINTS);
    let ends = |stretch: &[Point]| {
        let ordered = |highest: bool| {
            let place = |(index, point): (usize, &Point)| (index, if highest { -point.y } else { point.y });
            let finite = stretch.iter().enumerate().filter(|(_, point)| point.y.is_finite()).map(place);
            finite.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(index, _)| index)
        };
        let (low, high) = (ordered(false), ordered(true));
        let mut kept: Vec<usize> = low.into_iter().chain(high).collect();
        kept.sort_unstable();
        kept.dedup();
        kept.into_iter().map(|index| stretch[index]).collect::<Vec<_>>()
    };
    points.chunks(stretch).flat_map(ends).collect()
}

/// A line from point to point, as SVG's `d`; points without a place are passed over.
pub(crate) fn corners(points: &[Point], x: &Ruler, y: &Ruler) -> String {
    let mut path = String::new();
    for point in points {
        if let (Some(x), Some(y)) = (x.at(point.x), y.at(point.y)) {
            path.push(if path.is_empty() { 'M' } else { 'L' });
            path += &pair(x, y);
        }
    }
    path
}

/// A dot at each corner of a path: strokes without a length, round at their ends.
pub(crate) fn dots(corners: &str) -> String {
    let places = corners.split(['M', 'L']).filter(|place| !place.is_empty());
    places.map(|place| format!("M{place}h0")).collect()
}

/// Error bars with their caps, as SVG's `d`.
pub(crate) fn bars(points: &[Point], x: &Ruler, y: &Ruler) -> String {
    let mut path = String::new();
    for point in points {
        let Some(deviation) = point.deviation else { continue };
        let ends = (x.at(point.x), y.at(point.y - deviation), y.at(point.y + deviation));
        if let (Some(x), Some(low), Some(high)) = ends {
            let cap = |at| format!("M{}h{}", pair(x - CAP, at), fixed(2.0 * CAP, 0));
            path += &format!("{}V{}{}{}", format_args!("M{}", pair(x, low)), fixed(high, 1), cap(low), cap(high));
        }
    }
    path
}

fn pair(x: f64, y: f64) -> String {
    format!("{} {}", fixed(x, 1), fixed(y, 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::chart::data::{Axis, Scale, Unit};

    fn points(values: &[f64]) -> Vec<Point> {
        (0..).zip(values).map(|(x, y)| Point { x: f64::from(x), y: *y, deviation: None }).collect()
    }

    fn rulers(points: &[Point]) -> [Ruler; 2] {
        let x = Axis { title: "", scale: Scale::Linear, unit: Unit::Count };
        let y = Axis { title: "", scale: Scale::Linear, unit: Unit::Share };
        [
            Ruler::new(x, points.iter().map(|point| point.x), [0.0, 300.0], 5),
            Ruler::new(y, points.iter().map(|point| point.y), [100.0, 0.0], 5),
        ]
    }

    #[test]
    fn lines_pass_over_what_has_no_place() {
        let points = points(&[0.0, f64::NAN, 1.0, 0.5]);
        let [x, y] = rulers(&points);
        let line = corners(&points, &x, &y);
        assert_eq!(line, "M0.0 100.0L200.0 0.0L300.0 50.0");
        assert_eq!(dots(&line), "M0.0 100.0h0M200.0 0.0h0M300.0 50.0h0");
        assert_eq!((corners(&[], &x, &y), dots("")), (String::new(), String::new()));
    }

    #[test]
    fn bars_are_one_deviation_either_way_and_stay_on_the_drawing() {
        let mut points = points(&[0.5, 0.25]);
        points[1].deviation = Some(0.5);
        let [x, y] = rulers(&points);
        assert_eq!(bars(&points, &x, &y), "M300.0 100.0V25.0M297.0 100.0h6M297.0 25.0h6");
    }

    #[test]
    fn long_runs_are_thinned_and_keep_their_peaks() {
        let mut values = vec![0.5; 5000];
        (values[1234], values[4321]) = (0.9, 0.1);
        let kept = thinned(&points(&values));
        assert!(kept.len() <= POINTS, "{}", kept.len());
        assert!([0.9, 0.1].iter().all(|peak| kept.iter().any(|point| point.y == *peak)));
        assert!(kept.windows(2).all(|pair| pair[0].x < pair[1].x));
        assert_eq!(thinned(&points(&[1.0, 2.0])).len(), 2);
        assert!(thinned(&points(&[f64::NAN; 500])).is_empty());
    }
}
