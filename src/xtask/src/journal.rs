//! What is being done, why it takes time, and how long it took.

use std::time::{Duration, Instant};

use crate::error::XtaskError;

/// The steps of a run.
#[derive(Default)]
pub(crate) struct Journal {
    done: Vec<(String, Duration)>,
    left_out: Vec<String>,
}

impl Journal {
    /// Says `what` is done and `why` it takes time, and does it.
    ///
    /// # Errors
    /// Those of `work`.
    pub(crate) fn step<T>(
        &mut self,
        what: &str,
        why: &str,
        work: impl FnOnce() -> Result<T, XtaskError>,
    ) -> Result<T, XtaskError> {
        println!("\n=== {what}");
        if !why.is_empty() {
            println!("    {why}");
        }
        let start = Instant::now();
        let result = work()?;
        self.done.push((what.to_owned(), start.elapsed()));
        Ok(result)
    }

    /// Says that `what` is not done, and why not.
    pub(crate) fn leave_out(&mut self, what: &str, error: &XtaskError) {
        println!("    {error}\n    LEFT OUT: {what}.");
        self.left_out.push(what.to_owned());
    }

    /// Prints how long each step took, where there were several, and what was left out.
    pub(crate) fn print_summary(&self) {
        if !self.left_out.is_empty() {
            println!("\n=== Left out, as is said above: {}", self.left_out.join(", "));
        }
        if self.done.len() < 2 {
            return;
        }
        println!("\n=== Time taken");
        let total = self.done.iter().map(|(_, time)| *time).sum();
        let total = [("in all".to_owned(), total)];
        for (what, time) in self.done.iter().chain(&total) {
            println!("    {:>8}  {what}", in_words(*time));
        }
    }
}

/// Minutes and seconds.
fn in_words(time: Duration) -> String {
    let seconds = time.as_secs_f64().round() as u64;
    if seconds < 60 { format!("{seconds} s") } else { format!("{}:{:02} min", seconds / 60, seconds % 60) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_rounded_to_seconds() {
        assert_eq!(in_words(Duration::from_millis(59_400)), "59 s");
        assert_eq!(in_words(Duration::from_millis(59_600)), "1:00 min");
        assert_eq!(in_words(Duration::from_secs(3_605)), "60:05 min");
    }
}
