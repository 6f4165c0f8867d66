//! A heat map as a picture of the photo's size.

use super::{HeatMap, StageMap};

impl HeatMap {
    /// What each pixel of the square photo adds to the logit, `[size, size]`, row-major: by way of `stage` alone, or of all.
    /// A position's value is spread over the pixels around it, linearly in both directions, so that their sum is the map's but
    /// for what lies at the edges.
    #[must_use]
    pub fn density(&self, stage: Option<&str>) -> Vec<f32> {
        let mut density = vec![0.0; self.size * self.size];
        for map in self.stages.iter().filter(|map| stage.is_none_or(|stage| stage == map.stage)) {
            let places: Vec<Place> = (0..self.size).map(|pixel| map.place(pixel)).collect();
            for (row, down) in density.chunks_exact_mut(self.size.max(1)).zip(&places) {
                for (pixel, across) in row.iter_mut().zip(&places) {
                    *pixel += map.at(*down, *across);
                }
            }
        }
        density
    }
}

/// Where a pixel lies along one side: between two positions, and how far on the way to the second.
#[derive(Debug, Clone, Copy)]
struct Place {
    before: usize,
    after: usize,
    share: f32,
}

impl StageMap {
    /// Beyond the first and the last position it is theirs.
    fn place(&self, pixel: usize) -> Place {
        let last = self.side.saturating_sub(1);
        let at = (pixel as f32 + 0.5 - self.origin as f32) / self.stride as f32 - 0.5;
        let at = at.clamp(0.0, last as f32);
        let before = at as usize;
        Place { before, after: (before + 1).min(last), share: at - before as f32 }
    }

    /// What a pixel adds.
    fn at(&self, down: Place, across: Place) -> f32 {
        let value = |row: usize, column: usize| self.values.get(row * self.side + column).copied().unwrap_or_default();
        let row = |row| value(row, across.before) * (1.0 - across.share) + value(row, across.after) * across.share;
        let between = row(down.before) * (1.0 - down.share) + row(down.after) * down.share;
        between / (self.stride * self.stride) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stage(stage: &'static str, [side, stride, origin]: [usize; 3], hot: usize) -> StageMap {
        let values = (0..side * side).map(|at| if at == hot { 64.0 } else { 0.0 }).collect();
        StageMap { stage, side, stride, origin, values }
    }

    fn hottest(density: &[f32], size: usize) -> [usize; 2] {
        let at = (0..density.len()).max_by(|a, b| density[*a].total_cmp(&density[*b])).unwrap();
        [at / size, at % size]
    }

    #[test]
    fn a_position_lies_where_its_stage_saw_it_and_adds_what_it_adds() {
        // Row 1, column 2 of 4×4: the square of pixels from row 8, column 16 on; and from row 15 and column 23.
        for (origin, corner) in [(0, [8, 16]), (7, [15, 23])] {
            let map = HeatMap { stages: vec![stage("a", [4, 8, origin], 6)], bias: 0.0, logit: 64.0, size: 44 };
            let density = map.density(None);
            let [row, column] = hottest(&density, 44);
            assert!(row.abs_diff(corner[0] + 4) <= 1 && column.abs_diff(corner[1] + 4) <= 1, "{row}, {column}");
            assert!((density.iter().sum::<f32>() - 64.0).abs() < 1e-3);
        }
    }

    #[test]
    fn stages_are_seen_alone_and_together() {
        let stages = vec![stage("a", [4, 8, 0], 0), stage("b", [2, 16, 0], 3)];
        let map = HeatMap { stages, bias: 0.0, logit: 128.0, size: 33 };
        let [a, b, both] = [Some("a"), Some("b"), None].map(|stage| map.density(stage));
        assert!(hottest(&a, 33).iter().all(|at| *at < 8) && hottest(&b, 33).iter().all(|at| *at > 16));
        for ((a, b), both) in a.iter().zip(&b).zip(&both) {
            assert!((a + b - both).abs() < 1e-6);
        }
        assert!(map.density(Some("c")).iter().all(|value| *value == 0.0));
    }
}
