//! Counts of photos, and how sure an accuracy is.

/// `n` as records and messages count; beyond their range the largest that they know.
#[must_use]
pub fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// The 95 % interval of an accuracy of `right` in `n` photos (Wilson, 1927); `(0, 1)` for no photos.
#[must_use]
pub fn wilson_interval(right: u32, n: u32) -> (f64, f64) {
    if n == 0 {
        return (0.0, 1.0);
    }
    const Z: f64 = 1.959_964;
    let n = f64::from(n);
    let p = f64::from(right) / n;
    let centre = p + Z * Z / (2.0 * n);
    let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    (((centre - half) / scale).max(0.0), ((centre + half) / scale).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wilson_by_hand() {
        // 8 of 10, worked out with the published formula.
        let (low, high) = wilson_interval(8, 10);
        assert!((low - 0.4901625).abs() < 1e-6 && (high - 0.9433178).abs() < 1e-6, "{low} {high}");
        assert_eq!(wilson_interval(0, 0), (0.0, 1.0));
        assert!(wilson_interval(10, 10).1 <= 1.0);
    }
}
