//! How long the page's main thread is kept from its visitor.

use crate::{Browser, TestError};

/// The long tasks of a page in a browser whose [`crate::Options::before_pages`] is [`LongTasks::WATCH`].
#[derive(Debug, Clone, PartialEq)]
pub struct LongTasks(Vec<f64>);

impl LongTasks {
    /// Notes every task of the main thread that takes more than 50 ms.
    pub const WATCH: &str = "window.longTasks = [];
    new PerformanceObserver(list => window.longTasks.push(...list.getEntries().map(task => task.duration)))
        .observe({ type: 'longtask', buffered: true });";

    /// Those since the page began, or since they were last taken.
    ///
    /// # Errors
    /// What the script throws, where nobody watches.
    pub fn take(browser: &Browser) -> Result<Self, TestError> {
        let found = browser.run("return window.longTasks.splice(0)", vec![])?;
        let durations = found.as_array().into_iter().flatten().filter_map(serde_json::Value::as_f64);
        Ok(Self(durations.collect()))
    }

    /// Milliseconds of the longest one; 0 where there was none.
    #[must_use]
    pub fn longest(&self) -> f64 {
        self.0.iter().copied().fold(0.0, f64::max)
    }
}

impl std::fmt::Display for LongTasks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} tasks of the main thread took more than 50 ms, the longest {:.0} ms",
            self.0.len(),
            self.longest()
        )
    }
}
