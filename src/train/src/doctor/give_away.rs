//! Classes that are told apart by what has nothing to do with them: a border, the light, the shape of one camera's photos. A head
//! learns that, and is wrong on the first photo from elsewhere.
//!
//! Each class is held against all others with one number a photo, and one bound on it. The numbers are those of a look, and how far
//! each is from the class's median, since photos of one source are alike rather than extreme.

use headstart_protocol::{Cue, Finding, FindingKind, PhotoLook, count};

use super::Seen;

/// The mean of the shares of either side that the bound puts where they belong, from which on it gives the class away.
const BOUND: f64 = 0.95;
/// Photos, one of each group, on either side: a few differ in something by chance.
const FEWEST: usize = 10;
/// Photos that are shown of such a class.
const SHOWN: usize = 4;

/// A number of a look.
type Measure = fn(&PhotoLook) -> f32;

/// Looks for them, a class a step.
pub(super) struct GiveAwaySearch {
    /// The photos that are looked at, one of each group.
    photos: Vec<(usize, PhotoLook)>,
    /// Classes that have such photos.
    present: usize,
    /// The class that is looked at next.
    class: usize,
    found: Vec<(Told, Finding)>,
}

/// How well one number tells a class from the others.
struct Told {
    cue: Cue,
    /// The mean of the shares of either side that are where they belong.
    accuracy: f64,
    /// The photos of the class, with their distance from their median in that, the nearest first.
    typical: Vec<(f32, usize)>,
}

impl GiveAwaySearch {
    pub(super) fn begin(seen: &Seen) -> Self {
        let of_class =
            |class: usize| seen.apart(class).filter_map(|photo| Some((photo, seen.look(photo)?))).collect::<Vec<_>>();
        let photos: Vec<Vec<_>> = (0..seen.classes).map(of_class).collect();
        let present = photos.iter().filter(|class| !class.is_empty()).count();
        Self { photos: photos.concat(), present, class: 0, found: Vec::new() }
    }

    pub(super) fn step(&mut self, seen: &Seen) -> bool {
        if self.class >= seen.classes {
            return true;
        }
        let class = self.class;
        self.class += 1;
        let (own, others): (Vec<_>, Vec<_>) = self.photos.iter().partition(|(photo, _)| seen.label(*photo) == class);
        if own.len() >= FEWEST && others.len() >= FEWEST {
            // The first of those that tell it equally well.
            let better = |best: Told, next: Told| if next.accuracy > best.accuracy { next } else { best };
            let best = told(&own, &others).into_iter().reduce(better).filter(|told| told.accuracy >= BOUND);
            self.found.extend(best.map(|told| {
                let finding = told.finding(class);
                (told, finding)
            }));
        }
        self.class >= seen.classes
    }

    /// What was found. What tells one of two classes from the other tells the other from the one, too: the one that it tells
    /// better, or whose photos are more alike in it, is given away.
    pub(super) fn finish(mut self) -> Vec<Finding> {
        if self.present == 2 {
            self.found.sort_by(|(one, _), (other, _)| {
                other.accuracy.total_cmp(&one.accuracy).then(one.spread().total_cmp(&other.spread()))
            });
            self.found.truncate(1);
        }
        self.found.into_iter().map(|(_, finding)| finding).collect()
    }
}

impl Told {
    fn finding(&self, class: usize) -> Finding {
        Finding {
            kind: FindingKind::GiveAway,
            photos: self.typical.iter().take(SHOWN).map(|(_, photo)| count(*photo)).collect(),
            class: count(class),
            other: None,
            cue: Some(self.cue),
            score: self.accuracy as f32,
        }
    }

    /// How much the class's photos differ in what gives it away.
    fn spread(&self) -> f32 {
        self.typical.iter().map(|(distance, _)| distance).sum::<f32>() / self.typical.len().max(1) as f32
    }
}

/// How well each number tells the photos of a class from the others.
fn told(own: &[(usize, PhotoLook)], others: &[(usize, PhotoLook)]) -> Vec<Told> {
    let middle = |of: &dyn Fn(&PhotoLook) -> f32| median(own.iter().map(|(_, look)| of(look)).collect());
    let colour = [0, 1, 2].map(|channel| middle(&|look| look.border[channel]));
    let from_colour = move |look: &PhotoLook| {
        let apart = look.border.iter().zip(colour).map(|(value, middle)| (value - middle).powi(2));
        apart.sum::<f32>().sqrt()
    };
    let plain: [(Cue, Measure); 5] = [
        (Cue::Border, |look| look.border_contrast),
        (Cue::Brightness, |look| look.brightness),
        (Cue::Contrast, |look| look.contrast),
        (Cue::Sharpness, |look| look.sharpness),
        (Cue::Shape, |look| look.shape),
    ];
    let mut all = vec![Told {
        cue: Cue::Border,
        accuracy: accuracy(own, others, &from_colour),
        typical: typical(own, &from_colour),
    }];
    for (cue, of) in plain {
        let middle = middle(&of);
        let distance = |look: &PhotoLook| (of(look) - middle).abs();
        let accuracy = accuracy(own, others, &of).max(accuracy(own, others, &distance));
        all.push(Told { cue, accuracy, typical: typical(own, &distance) });
    }
    all
}

fn typical(own: &[(usize, PhotoLook)], distance: &dyn Fn(&PhotoLook) -> f32) -> Vec<(f32, usize)> {
    let mut typical: Vec<(f32, usize)> = own.iter().map(|(photo, look)| (distance(look), *photo)).collect();
    typical.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    typical
}

/// The largest mean of the shares of `own` on one side of a bound and of `others` on the other, over all bounds on `of`.
fn accuracy(own: &[(usize, PhotoLook)], others: &[(usize, PhotoLook)], of: &dyn Fn(&PhotoLook) -> f32) -> f64 {
    let mut values: Vec<(f32, f64)> = own.iter().map(|(_, look)| (of(look), 1.0 / own.len() as f64)).collect();
    values.extend(others.iter().map(|(_, look)| (of(look), -1.0 / others.len() as f64)));
    values.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    let (mut best, mut difference) = (0.0f64, 0.0);
    for (at, (value, share)) in values.iter().enumerate() {
        difference += share;
        // A bound cannot part what is equal.
        if values.get(at + 1).is_none_or(|(next, _)| next > value) {
            best = best.max(f64::abs(difference));
        }
    }
    0.5 + 0.5 * best
}

fn median(mut values: Vec<f32>) -> f32 {
    values.sort_by(f32::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
