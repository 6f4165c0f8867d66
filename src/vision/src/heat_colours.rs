//! The colours of heat maps.

/// From pale to strong: ColorBrewer's RdBu (Harrower and Brewer, "ColorBrewer.org: An Online Tool for Selecting Colour
/// Schemes for Maps", 2003), whose two ends are told apart with every kind of colour blindness.
const WARM: [[u8; 3]; 3] = [[244, 165, 130], [214, 96, 77], [178, 24, 43]];
const COLD: [[u8; 3]; 3] = [[146, 197, 222], [67, 147, 195], [33, 102, 172]];

/// The colour of `share`, from −1 (what speaks most against the class, blue) by way of 0 (transparent) to 1 (what speaks most
/// for it, red): red, green, blue and opacity, the latter in proportion.
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
    [red, green, blue, (255.0 * strength).round() as u8]
}

/// What the strongest of `heat` is, whichever way it speaks; of a map of zeros 1.
#[must_use]
pub fn heat_scale(heat: &[f32]) -> f32 {
    let strongest = heat.iter().fold(0.0f32, |strongest, value| strongest.max(value.abs()));
    if strongest > 0.0 { strongest } else { 1.0 }
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
            let colours: Vec<_> = (0..=20).map(|step| heat_colour(sign * step as f32 / 20.0)).collect();
            assert!(colours.windows(2).all(|pair| luma(pair[1]) < luma(pair[0]) && pair[1][3] > pair[0][3]));
            assert_eq!((colours[20][3], heat_colour(sign * 7.0)), (255, colours[20]));
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
    fn a_map_is_seen_on_the_scale_of_its_strongest_place() {
        assert_eq!(heat_scale(&[0.5, -2.0, 1.0]), 2.0);
        assert_eq!(heat_scale(&[0.0; 4]), 1.0);
        assert_eq!(heat_scale(&[]), 1.0);
    }
}
