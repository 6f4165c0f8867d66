//! What can be taken back, the last thing first.

/// Steps that are remembered: photos that were removed stay in memory as long.
const DEPTH: usize = 20;

/// Steps, each with the words that name it.
#[derive(Clone)]
pub(crate) struct UndoStack<T> {
    steps: Vec<(String, T)>,
}

impl<T> Default for UndoStack<T> {
    fn default() -> Self {
        Self { steps: Vec::new() }
    }
}

impl<T> UndoStack<T> {
    /// Remembers a step; the oldest is forgotten where there are too many.
    pub(crate) fn push(&mut self, label: impl Into<String>, step: T) {
        self.steps.push((label.into(), step));
        if self.steps.len() > DEPTH {
            self.steps.remove(0);
        }
    }

    /// Takes the last step.
    pub(crate) fn pop(&mut self) -> Option<(String, T)> {
        self.steps.pop()
    }

    /// Names the last step.
    pub(crate) fn label(&self) -> Option<&str> {
        self.steps.last().map(|step| step.0.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_step_comes_back_first() {
        let mut stack = UndoStack::default();
        assert_eq!(stack.label(), None);
        stack.push("one", 1);
        stack.push("two", 2);
        assert_eq!(stack.label(), Some("two"));
        assert_eq!(stack.pop(), Some(("two".to_owned(), 2)));
        assert_eq!(stack.pop(), Some(("one".to_owned(), 1)));
        assert_eq!(stack.pop(), None);
    }

    #[test]
    fn the_oldest_steps_are_forgotten() {
        let mut stack = UndoStack::default();
        (0..100).for_each(|step| stack.push(step.to_string(), step));
        assert_eq!(std::iter::from_fn(|| stack.pop()).count(), DEPTH);
    }
}
