//! How far the project is saved, in a line that is always there.

use leptos::callback::UnsyncCallback;
use leptos::prelude::*;

use super::{Saver, SavingState};
use crate::project::album::Album;
use crate::ui::Button;
use crate::wording::counted;

/// The line.
#[component]
pub(crate) fn SavingLine(
    /// What a press on “Take over” does, where another tab writes the project.
    #[prop(into)]
    on_take_over: UnsyncCallback<()>,
    /// Hands the project out as a zip, where it cannot be saved.
    #[prop(into)]
    on_export: UnsyncCallback<()>,
) -> impl IntoView {
    let saver = expect_context::<Saver>();
    let unsaved = expect_context::<Album>().journal.count;
    let state = Memo::new(move |_| saver.state());
    let words = move || match state.get() {
        SavingState::Saved if saver.has_reader.get() => {
            "Saved on this machine. Another tab has it open too, and only shows it.".to_owned()
        }
        SavingState::Saved => "Saved on this machine.".to_owned(),
        SavingState::Saving if saver.is_blocked.get() && saver.open.get().is_none() => {
            "An earlier release of this page is open in another tab. Close that tab: your projects wait for it."
                .to_owned()
        }
        SavingState::Saving if saver.open.get().is_none() => "Opening your projects …".to_owned(),
        SavingState::Saving => format!("Saving: {} to go …", counted(unsaved.get(), "change")),
        SavingState::Failed(error) => error.to_string(),
        SavingState::ReadOnly if unsaved.get() > 0 => format!(
            "Another tab has taken this project over before {} of this tab were saved. Take over to keep them as a project of their own.",
            counted(unsaved.get(), "change")
        ),
        SavingState::ReadOnly => {
            "This project is open in another tab, which saves it. Here it can only be looked at.".to_owned()
        }
    };
    let needs_zip = Memo::new(move |_| match state.get() {
        SavingState::Failed(_) => true,
        SavingState::ReadOnly => unsaved.get() > 0,
        SavingState::Saved | SavingState::Saving => false,
    });
    let is_failed = Memo::new(move |_| matches!(state.get(), SavingState::Failed(_)));
    let is_reader = expect_context::<Album>().read_only;
    view! {
        <div
            class="saving"
            class:failed=is_failed
            role="status"
            data-testid="saving"
            data-state=move || state.with(SavingState::name)
            data-unsaved=unsaved
        >
            <p>{words}</p>
            <Show when=move || is_failed.get()>
                <Button testid="save-again" class="quiet" on_press=move || saver.try_again()>
                    "Try again"
                </Button>
            </Show>
            <Show when=move || needs_zip.get()>
                <Button testid="save-zip" class="quiet" on_press=on_export>
                    "Save as a zip"
                </Button>
            </Show>
            <Show when=move || is_reader.get()>
                <Button testid="take-over" class="quiet" on_press=on_take_over>
                    "Take over"
                </Button>
            </Show>
        </div>
    }
}
