//! Where a learning curve stands on the screen.

use headstart_protocol::{CurvePoint, Learner};

use crate::browser::ln;
use crate::order::sort_by_key;
use crate::teach::curves::SIZE;
use crate::wording::fixed;

/// One learner's part of a drawing, in its own units.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Drawn {
    /// The means, as SVG's `points` takes them.
    pub(crate) line: String,
    /// A dot a mean and a bar of one standard deviation either way, as SVG's `d` takes them.
    pub(crate) marks: String,
}

/// A number of photos on the scale.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tick {
    /// Photos a class.
    pub(crate) photos: u32,
    /// How far to the right it stands, in per cent.
    pub(crate) at: f64,
}

/// One learner's points on a scale from no to all photos right, the photos a class on a logarithmic one.
pub(crate) fn draw(points: &[CurvePoint], learner: Learner) -> Drawn {
    let last = largest(points);
    let mut own: Vec<&CurvePoint> = points.iter().filter(|point| point.learner == learner).collect();
    sort_by_key(&mut own, |point| point.photos);
    let down = |accuracy: f64| SIZE.1 * (1.0 - accuracy.clamp(0.0, 1.0));
    let mut drawn = Drawn::default();
    let corners = own.iter().map(|point| {
        let (x, y) = (SIZE.0 * across(point.photos, last), down(point.mean));
        drawn.marks += &format!("M{} {}h0", fixed(x, 1), fixed(y, 1));
        if let Some(deviation) = point.deviation {
            let (low, high) = (down(point.mean - deviation), down(point.mean + deviation));
            drawn.marks += &format!("M{} {}V{}", fixed(x, 1), fixed(low, 1), fixed(high, 1));
        }
        format!("{},{}", fixed(x, 1), fixed(y, 1))
    });
    drawn.line = corners.collect::<Vec<_>>().join(" ");
    drawn
}

/// The numbers of photos that have points, and where they stand.
pub(crate) fn ticks(points: &[CurvePoint]) -> Vec<Tick> {
    let last = largest(points);
    let mut all: Vec<u32> = points.iter().map(|point| point.photos).collect();
    sort_by_key(&mut all, |photos| *photos);
    all.dedup();
    let mut ticks: Vec<Tick> = Vec::new();
    for photos in all {
        let at = 100.0 * across(photos, last);
        // Two that stand too close could not be read; of these the larger one says more.
        if ticks.last().is_some_and(|before| at - before.at < 7.0) {
            ticks.pop();
        }
        ticks.push(Tick { photos, at });
    }
    ticks
}

fn largest(points: &[CurvePoint]) -> u32 {
    points.iter().map(|point| point.photos).max().unwrap_or(1)
}

/// A share of the scale's width.
fn across(photos: u32, last: u32) -> f64 {
    if last > 1 { ln(f64::from(photos.max(1))) / ln(f64::from(last)) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(learner: Learner, photos: u32, mean: f64, deviation: Option<f64>) -> CurvePoint {
        CurvePoint { learner, photos, draws: 3, mean, deviation }
    }

    #[test]
    fn points_stand_on_a_logarithmic_scale_with_their_bars() {
        let points = [
            point(Learner::Transfer, 100, 1.0, None),
            point(Learner::Transfer, 1, 0.5, Some(0.1)),
            point(Learner::Scratch, 10, 0.5, Some(0.7)),
        ];
        let transfer = draw(&points, Learner::Transfer);
        assert_eq!(transfer.line, "0.0,75.0 300.0,0.0");
        assert_eq!(transfer.marks, "M0.0 75.0h0M0.0 90.0V60.0M300.0 0.0h0");
        let scratch = draw(&points, Learner::Scratch);
        assert_eq!((scratch.line.as_str(), scratch.marks.as_str()), ("150.0,75.0", "M150.0 75.0h0M150.0 150.0V0.0"));
        let ticks: Vec<_> = ticks(&points).iter().map(|tick| (tick.photos, tick.at.round() as u32)).collect();
        assert_eq!(ticks, [(1, 0), (10, 50), (100, 100)]);
    }

    #[test]
    fn ticks_do_not_cover_each_other_and_odd_curves_are_drawn_too() {
        let points = [90, 100].map(|photos| point(Learner::Transfer, photos, 0.9, None));
        assert_eq!(ticks(&points).iter().map(|tick| tick.photos).collect::<Vec<_>>(), [100]);
        let single = [point(Learner::Scratch, 1, f64::NAN, None)];
        assert!(draw(&single, Learner::Scratch).line.starts_with("0.0,"));
        assert_eq!((draw(&[], Learner::Transfer), ticks(&[])), (Drawn::default(), Vec::new()));
    }
}
