//! How the validation accuracy moved with the photos that were labelled.

use leptos::prelude::*;

use super::Labelling;
use crate::wording::{counted, share, thousands};

/// So many are shown: the last.
const AT_MOST: usize = 6;

/// The validation accuracy of a head.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Figure {
    /// Photos that its run had.
    pub(super) photos: usize,
    /// The share of photos that it answered rightly.
    pub(super) accuracy: f64,
}

impl Figure {
    /// Puts it behind those of the heads before, unless it says the same as the last.
    pub(super) fn join(self, figures: &mut Vec<Self>) {
        if figures.last() != Some(&self) {
            figures.push(self);
            if figures.len() > AT_MOST {
                figures.remove(0);
            }
        }
    }
}

/// All of them in a sentence, the newest last; `None` where there is none.
fn sentence(figures: &[Figure]) -> Option<String> {
    let (first, others) = figures.split_first()?;
    let mut words = format!("Validation accuracy {} with {}", share(first.accuracy), counted(first.photos, "photo"));
    for Figure { photos, accuracy } in others {
        words.push_str(&format!(", {} with {}", share(*accuracy), thousands(*photos as u64)));
    }
    Some(words + ".")
}

/// The accuracies of this visit's heads.
#[component]
pub(super) fn FiguresLine() -> impl IntoView {
    let figures = expect_context::<Labelling>().figures;
    let list =
        move |of: fn(&Figure) -> String| figures.with(|figures| figures.iter().map(of).collect::<Vec<_>>().join(","));
    let accuracies = move || list(|figure| format!("{:.6}", figure.accuracy));
    let photos = move || list(|figure| figure.photos.to_string());
    let words = Memo::new(move |_| figures.with(|figures| sentence(figures)));
    view! {
        <Show when=move || words.with(Option::is_some)>
            <p
                class="labelling-figures"
                role="status"
                data-testid="labelling-figures"
                data-accuracies=accuracies
                data-photos=photos
            >
                {words}
            </p>
        </Show>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(all: &[(usize, f64)]) -> Vec<Figure> {
        let mut figures = Vec::new();
        all.iter().for_each(|(photos, accuracy)| Figure { photos: *photos, accuracy: *accuracy }.join(&mut figures));
        figures
    }

    #[test]
    fn one_sees_the_figure_move() {
        assert_eq!(sentence(&[]), None);
        let one = figures(&[(1, 0.5), (1, 0.5)]);
        assert_eq!(sentence(&one).as_deref(), Some("Validation accuracy 50.0 % with 1 photo."));
        let moved = figures(&[(40, 0.93), (52, 0.96), (1200, 0.96)]);
        let told = "Validation accuracy 93.0 % with 40 photos, 96.0 % with 52, 96.0 % with 1,200.";
        assert_eq!(sentence(&moved).as_deref(), Some(told));
    }

    #[test]
    fn the_list_stays_short() {
        let many: Vec<_> = (0..20).map(|photos| (photos, 1.0)).collect();
        let kept: Vec<_> = figures(&many).iter().map(|figure| figure.photos).collect();
        assert_eq!(kept, [14, 15, 16, 17, 18, 19]);
    }
}
