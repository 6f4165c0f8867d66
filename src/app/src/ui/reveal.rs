//! Bringing what just happened on the screen.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, ScrollBehavior, ScrollIntoViewOptions, ScrollLogicalPosition};

/// Scrolls `element` into view unless its first `least` pixels, or all of it, are on the screen: smoothly, unless it is far
/// away or the visitor prefers reduced motion.
pub(crate) fn reveal(element: &Element, least: f64) {
    let seen = element.get_bounding_client_rect();
    let height = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or_default();
    if is_seen(seen.top(), seen.bottom(), height, least) {
        return;
    }
    let reduced = window().match_media("(prefers-reduced-motion: reduce)").ok().flatten();
    let is_reduced = reduced.is_some_and(|list| list.matches());
    let options = ScrollIntoViewOptions::new();
    let is_instant = is_reduced || is_far(seen.top(), seen.bottom(), height);
    options.set_behavior(if is_instant { ScrollBehavior::Instant } else { ScrollBehavior::Smooth });
    // A short one with as little movement as possible; a long one from its start.
    let fits = seen.height() < height;
    options.set_block(if fits { ScrollLogicalPosition::Nearest } else { ScrollLogicalPosition::Start });
    element.scroll_into_view_with_scroll_into_view_options(&options);
}

/// Scrolls the component that is being made into view whenever `happened` changes to true, but not for what was true
/// before: a visitor who opens a view finds it at its top.
pub(crate) fn reveal_when<E>(place: NodeRef<E>, happened: impl Fn() -> bool + 'static)
where
    E: leptos::html::ElementType,
    E::Output: JsCast + Clone + 'static,
{
    Effect::new(move |before: Option<bool>| {
        let now = happened();
        if now && before == Some(false) {
            // What happened is drawn by then.
            request_animation_frame(move || {
                if let Some(element) = place.get_untracked() {
                    reveal(element.unchecked_ref(), f64::INFINITY);
                }
            });
        }
        now
    });
}

/// Whether the first `least` pixels, or all, of what reaches from `top` to `bottom` are on a screen of `height`.
fn is_seen(top: f64, bottom: f64, height: f64, least: f64) -> bool {
    let end = bottom.min(top + least);
    end.min(height) - top.max(0.0) >= (end - top).min(height)
}

/// Whether it is more than half a screen away. A smooth scroll over such a distance misses it: it aims at where it stood,
/// and answers that come meanwhile (to the photos tried with a new head) push it down.
fn is_far(top: f64, bottom: f64, height: f64) -> bool {
    (top - height).max(-bottom) > height / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_on_the_screen_stays_where_it_is() {
        assert!(is_seen(100.0, 300.0, 780.0, f64::INFINITY));
        assert!(is_seen(-200.0, 1500.0, 780.0, f64::INFINITY), "it fills the screen");
        assert!(is_seen(500.0, 2000.0, 780.0, 200.0), "enough of it");
    }

    #[test]
    fn what_is_below_or_above_is_not_seen() {
        assert!(!is_seen(800.0, 900.0, 780.0, f64::INFINITY));
        assert!(!is_seen(700.0, 2000.0, 780.0, 200.0));
        assert!(!is_seen(-300.0, -100.0, 780.0, 1.0));
        assert!(!is_seen(-50.0, 50.0, 780.0, f64::INFINITY), "half of it");
        assert!(!is_seen(-500.0, 400.0, 780.0, 260.0), "its end, not its start");
    }

    #[test]
    fn far_is_half_a_screen_below_or_above() {
        assert!(!is_far(800.0, 900.0, 780.0) && !is_far(-300.0, -100.0, 780.0) && !is_far(-900.0, 100.0, 780.0));
        assert!(is_far(1200.0, 2000.0, 780.0) && is_far(-1000.0, -500.0, 780.0));
    }
}
