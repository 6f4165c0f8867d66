//! What can be taken back, the last thing first.

use leptos::prelude::*;

use crate::ui::Announcer;

/// Steps that are remembered: photos that were removed stay in memory as long.
const DEPTH: usize = 20;

/// A step: the words that name it, and what takes it back.
type Step = (String, Box<dyn FnOnce()>);

/// The steps that can be taken back. Copies name the same ones.
#[derive(Clone, Copy)]
pub(crate) struct Undo {
    /// The words that name the last step.
    pub(crate) label: RwSignal<Option<String>>,
    steps: StoredValue<Vec<Step>, LocalStorage>,
    announcer: Announcer,
}

impl Undo {
    /// No step yet.
    pub(crate) fn new(announcer: Announcer) -> Self {
        Self { label: RwSignal::new(None), steps: StoredValue::new_local(Vec::new()), announcer }
    }

    /// Remembers a step that was done; the oldest is forgotten where there are too many.
    pub(crate) fn push(self, label: impl Into<String>, take_back: impl FnOnce() + 'static) {
        let label = label.into();
        self.announcer.say(format!("Done: {label}. It can be undone."));
        self.steps.update_value(|steps| {
            steps.push((label, Box::new(take_back)));
            if steps.len() > DEPTH {
                drop(steps.remove(0));
            }
        });
        self.name_last();
    }

    /// Takes the last step back.
    pub(crate) fn undo(self) {
        let Some((label, take_back)) = self.steps.try_update_value(Vec::pop).flatten() else { return };
        take_back();
        self.name_last();
        self.announcer.say(format!("Undone: {label}."));
    }

    /// Forgets all steps: they are of a project that is not open any more.
    pub(crate) fn clear(self) {
        self.steps.update_value(Vec::clear);
        self.name_last();
    }

    fn name_last(self) {
        self.label.set(self.steps.with_value(|steps| steps.last().map(|step| step.0.clone())));
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use super::*;

    /// Undoes everything; the numbers of the steps in the order in which they were taken back.
    fn undo_all(steps: u32) -> Vec<u32> {
        Owner::new().with(|| {
            let undone = Rc::new(RefCell::new(Vec::new()));
            let undo = Undo::new(Announcer::new());
            for step in 0..steps {
                let undone = undone.clone();
                undo.push(step.to_string(), move || undone.borrow_mut().push(step));
                assert_eq!(undo.label.get_untracked(), Some(step.to_string()));
            }
            while undo.label.get_untracked().is_some() {
                undo.undo();
            }
            undo.undo();
            undone.take()
        })
    }

    #[test]
    fn the_last_step_comes_back_first() {
        assert_eq!(undo_all(3), [2, 1, 0]);
    }

    #[test]
    fn the_oldest_steps_are_forgotten() {
        assert_eq!(undo_all(100).len(), DEPTH);
    }
}
