//! The colours of heat maps.

/// From pale to strong: ColorBrewer's RdBu (Harrower and Brewer, "ColorBrewer.org: An Online Tool for Selecting Colour
/// Schemes for Maps", 2003), whose two ends are told apart with every kind of colour blindness.
const WARM: [[u8; 3]; 3] = [[244, 165, 130], [214, 96, 77], [178, 24, 43]];
const COLD: [[u8; 3]; 3] = [[146, 197, 222], [67, 147, 195], [33, 102, 172]];

/// The colour of `share`, from −1 (what speaks most against the class, blue) by way of 0 (transparent) to 1 (what speaks most
/// for it, red): red, green, blue and opacity. The latter grows like the square root, so that what is weak is seen too.
#[must_use]
pub fn heat_colour(share: f32) -> [u8; 4] {
    let stops = if share < 0.0 { COLD } else { WARM };
    let strength = share.abs().min(1.0);
    let (low, high, between) = match 2.0 * strength {
        at if at < 1.0 => (stops[0], stops[1], at),
        at => (stops[1], stops[2], at - 1.0),
    };
    let [red, green, blue] =
        [0, 1, 2].map(|c| (f32::from(low[c]) + (f32::from(high[c]) - f32::from(low[c])) * between).round() as u8);
    [red, green, blue, (255.0 * strength.sqrt()).round() as u8]
}

/// What counts as the strongest of `heat`, whichever way it speaks: that which 99 % of it do not exceed, because a few places
/// that attain maxima would leave all others pale. Of a map of zeros it is 1.
#[must_use]
pub fn heat_scale(heat: &[f32]) -> f32 {
    let mut sizes: Vec<f32> = heat.iter().map(|value| value.abs()).collect();
    sizes.sort_by(f32::total_cmp);
    let nearly_all = (99 * sizes.len()).div_ceil(100).saturating_sub(1);
    let found = [sizes.get(nearly_all), sizes.last()].into_iter().flatten().find(|size| **size > 0.0);
    found.copied().unwrap_or(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lightness by Rec. 709's weights.
    fn luma([red, green, blue, _]: [u8; 4]) -> f32 {
        0.2126 * f32::from(red) + 0.7152 * f32::from(green) + 0.0722 * f32::from(blue)
    }

    #[test]
    fn nothing_is_transparent_and_more_is_darker_and_more_opaque() {
        assert_eq!(heat_colour(0.0)[3], 0);
        for sign in [-1.0, 1.0] {
            let colours: Vec<_> = (1..=20).map(|step| heat_colour(sign * step as f32 / 20.0)).collect();
            assert!(colours.windows(2).all(|pair| luma(pair[1]) < luma(pair[0]) && pair[1][3] > pair[0][3]));
            assert_eq!((colours[19][3], heat_colour(sign * 7.0)), (255, colours[19]));
        }
    }

    #[test]
    fn what_speaks_for_it_is_warm_and_what_speaks_against_it_cold() {
        for step in 1..=10 {
            let [warm, cold] = [1.0, -1.0].map(|sign| heat_colour(sign * step as f32 / 10.0));
            assert!(warm[0] > warm[2] + 80 && cold[2] > cold[0] + 60, "{warm:?} {cold:?}");
        }
    }

    #[test]
    fn a_map_is_seen_on_the_scale_of_its_strongest_places_but_for_few() {
        let spike = |others: f32| [vec![others; 199], vec![9.0]].concat();
        assert_eq!((heat_scale(&spike(-0.5)), heat_scale(&spike(0.0))), (0.5, 9.0));
        assert_eq!(heat_scale(&[0.5, -2.0, 1.0]), 2.0);
        assert_eq!(heat_scale(&[0.0; 4]), 1.0);
        assert_eq!(heat_scale(&[]), 1.0);
    }
}
