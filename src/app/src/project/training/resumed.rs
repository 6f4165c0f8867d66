//! What became of a run that was interrupted, in a sentence.

use leptos::prelude::*;

use super::checkpoints::{InterruptedInfo, RunKind};
use super::run::RunStatus;

/// How a run went on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Resumption {
    /// From so many epochs (of a learning curve: draws) done, and how many there are at most.
    From(u32, u32),
    /// From its beginning: the engine could not go on from there.
    Anew,
    /// Not at all: photos or classes are not those that it had learned.
    Changed(u32, u32),
    /// Not at all: it was interrupted there too often.
    TooOften(u32, u32),
}

impl Resumption {
    /// It cannot go on, for the project is another one now.
    pub(super) fn changed(info: &InterruptedInfo) -> Self {
        Self::Changed(info.done, info.of)
    }

    /// It is not to go on by itself.
    pub(super) fn too_often(info: &InterruptedInfo) -> Self {
        Self::TooOften(info.done, info.of)
    }

    /// The name in `data-outcome`.
    fn name(self) -> &'static str {
        match self {
            Self::From(..) => "on",
            Self::Anew => "anew",
            Self::Changed(..) => "changed",
            Self::TooOften(..) => "too-often",
        }
    }

    /// Where it was interrupted, if that is known.
    fn place(self) -> Option<u32> {
        match self {
            Self::From(done, _) | Self::Changed(done, _) | Self::TooOften(done, _) => Some(done),
            Self::Anew => None,
        }
    }

    /// The sentence, for a run that `is_on` or is over.
    pub(super) fn sentence(self, kind: RunKind, is_on: bool) -> String {
        let what = match kind {
            RunKind::Head => "The training",
            RunKind::Cnn => "The training of the CNN from scratch",
            RunKind::Curve => "The learning curve",
        };
        let place = |done, of| match (kind, of) {
            (_, 0) => "at its beginning".to_owned(),
            (RunKind::Curve, _) => format!("after {done} of {of} draws"),
            (RunKind::Head | RunKind::Cnn, _) => format!("at epoch {done} of {of}"),
        };
        match self {
            Self::From(done, of) => {
                let goes = if is_on { "goes" } else { "went" };
                format!("{what} was interrupted {} and {goes} on from there.", place(done, of))
            }
            Self::Anew => {
                let begins = if is_on { "begins" } else { "began" };
                format!("{what} was interrupted and {begins} anew: what was kept of it does not fit any more.")
            }
            Self::Changed(done, of) => format!(
                "{what} was interrupted {}. Photos or classes changed since, so it does not go on by itself: start it again.",
                place(done, of)
            ),
            Self::TooOften(done, of) => format!(
                "{what} was interrupted {} several times, so it does not go on by itself: start it again.",
                place(done, of)
            ),
        }
    }
}

/// The sentence; nothing of a run that was not interrupted.
#[component]
pub(super) fn ResumedLine(
    /// Which run.
    kind: RunKind,
    /// The run.
    #[prop(into)]
    status: Signal<RunStatus>,
) -> impl IntoView {
    let resumed = Memo::new(move |_| status.with(|status| status.resumed.map(|how| (how, status.state.is_on()))));
    move || {
        resumed.get().map(|(how, is_on)| {
            view! {
                <p
                    class="honesty"
                    data-testid="resumed"
                    data-outcome=how.name()
                    data-epoch=how.place().map(|place| place.to_string())
                >
                    {how.sentence(kind, is_on)}
                </p>
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_plainly_where_a_run_goes_on() {
        let on = Resumption::From(14, 60);
        let said = on.sentence(RunKind::Head, true);
        assert_eq!(said, "The training was interrupted at epoch 14 of 60 and goes on from there.");
        assert!(on.sentence(RunKind::Head, false).ends_with("and went on from there."));
        assert!(on.sentence(RunKind::Curve, true).contains("after 14 of 60 draws"));
        assert!(
            Resumption::From(0, 0).sentence(RunKind::Cnn, true).contains("interrupted at its beginning and goes on")
        );
    }

    #[test]
    fn it_is_said_why_a_run_does_not_go_on() {
        let changed = Resumption::Changed(14, 60).sentence(RunKind::Head, false);
        assert!(changed.contains("Photos or classes changed since"), "{changed}");
        assert!(Resumption::TooOften(1, 9).sentence(RunKind::Cnn, false).contains("several times"));
        assert!(Resumption::Anew.sentence(RunKind::Head, true).contains("begins anew"));
    }
}
