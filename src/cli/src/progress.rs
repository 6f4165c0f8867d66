//! How far the command is: a bar on standard error with a rate and an estimate of what is left. There is none where standard
//! error is no terminal, and none for what is over soon.

use std::fmt::Write;
use std::thread;
use std::time::{Duration, Instant};

use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

/// How long a bar waits before it shows itself.
const PATIENCE: Duration = Duration::from_secs(2);
/// Between two looks at the clock.
const TICK: Duration = Duration::from_millis(500);

/// A bar; it goes when this is dropped.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// Over `len` things that `noun` names, none of which is done.
    pub(crate) fn over(noun: &str, len: usize) -> Self {
        Self::resumed(noun, 0, len)
    }

    /// Over `len` things, of which `done` were done before.
    pub(crate) fn resumed(noun: &str, done: usize, len: usize) -> Self {
        Self::later(noun, Pace::Recent, [done, len], PATIENCE, ProgressDrawTarget::stderr)
    }

    /// Over `len` things, of which many are done at once or each takes long.
    pub(crate) fn in_large_steps(noun: &str, len: usize) -> Self {
        Self::later(noun, Pace::Mean, [0, len], PATIENCE, ProgressDrawTarget::stderr)
    }

    fn later(
        noun: &str,
        pace: Pace,
        [done, len]: [usize; 2],
        patience: Duration,
        target: impl FnOnce() -> ProgressDrawTarget + Send + 'static,
    ) -> Self {
        let bar = ProgressBar::with_draw_target(Some(len as u64), ProgressDrawTarget::hidden());
        bar.set_position(done as u64);
        bar.reset_eta();
        bar.set_style(style(noun, pace, done as u64));
        let waiting = bar.downgrade();
        thread::spawn(move || {
            thread::sleep(patience);
            if let Some(bar) = waiting.upgrade() {
                bar.set_draw_target(target());
                bar.tick();
                bar.enable_steady_tick(TICK);
            }
        });
        Self(bar)
    }

    /// One more is done.
    pub(crate) fn step(&self) {
        self.0.inc(1);
    }

    /// So many more are done.
    pub(crate) fn advance(&self, more: usize) {
        self.0.inc(more as u64);
    }

    /// `done` of `len` are done.
    pub(crate) fn set(&self, [done, len]: [usize; 2]) {
        self.0.set_length(len as u64);
        self.0.set_position(done as u64);
    }

    /// What stands behind the figures.
    pub(crate) fn say(&self, message: String) {
        self.0.set_message(message);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// Which rate is told.
#[derive(Clone, Copy, PartialEq)]
enum Pace {
    /// That of the last seconds, unless steps are so slow that it would swing with each.
    Recent,
    /// The mean since it began.
    Mean,
}

fn style(noun: &str, pace: Pace, begin: u64) -> ProgressStyle {
    let begun = Instant::now();
    let template = format!("{{pos}}/{{len}} {noun} {{wide_bar}} {{pace}}  {{msg}}");
    let style = ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar());
    style.with_key("pace", move |state: &ProgressState, out: &mut dyn Write| {
        let (done, len) = (state.pos(), state.len().unwrap_or_default());
        let mean = done.saturating_sub(begin) as f64 / begun.elapsed().as_secs_f64();
        let recent = Some(state.per_sec()).filter(|rate| pace == Pace::Recent && *rate >= 1.0);
        let words = words(recent.unwrap_or(mean), len.saturating_sub(done));
        // It is a text in memory.
        let _ = out.write_str(&words);
    })
}

/// The rate and an estimate of what is left at `rate` a second; nothing before the first step.
fn words(rate: f64, left: u64) -> String {
    if !rate.is_normal() {
        return String::new();
    }
    let time = Duration::try_from_secs_f64(left as f64 / rate).unwrap_or(Duration::MAX);
    let rate = if rate < 1.0 { format!("{:.1} s each", 1.0 / rate) } else { format!("{rate:.1}/s") };
    format!("{rate}, {:#} left", HumanDuration(time))
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use indicatif::TermLike;

    use super::*;

    /// What a terminal was given.
    #[derive(Debug, Clone, Default)]
    struct Screen(Arc<Mutex<String>>);

    impl Screen {
        fn text(&self) -> String {
            self.0.lock().unwrap().clone()
        }
    }

    impl TermLike for Screen {
        fn width(&self) -> u16 {
            80
        }
        fn move_cursor_up(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_down(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_right(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_left(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn write_line(&self, text: &str) -> io::Result<()> {
            self.write_str(text)
        }
        fn write_str(&self, text: &str) -> io::Result<()> {
            self.0.lock().unwrap().push_str(text);
            Ok(())
        }
        fn clear_line(&self) -> io::Result<()> {
            Ok(())
        }
        fn flush(&self) -> io::Result<()> {
            Ok(())
        }
    }

    fn shown_on(screen: &Screen, patience: u64) -> Progress {
        let target = screen.clone();
        Progress::later("photos", Pace::Recent, [0, 100], Duration::from_millis(patience), || {
            ProgressDrawTarget::term_like(Box::new(target))
        })
    }

    #[test]
    fn a_bar_comes_when_it_takes_long_with_a_rate_and_what_is_left() {
        let screen = Screen::default();
        let progress = shown_on(&screen, 300);
        for _ in 0..10 {
            progress.step();
            thread::sleep(Duration::from_millis(5));
        }
        assert_eq!(screen.text(), "");
        let begun = Instant::now();
        while !screen.text().contains("/s, ") && begun.elapsed() < Duration::from_secs(20) {
            progress.step();
            thread::sleep(Duration::from_millis(20));
        }
        let text = screen.text();
        assert!(text.contains("/100 photos ") && text.contains("/s, ") && text.contains(" left"), "{text:?}");
    }

    #[test]
    fn what_is_over_soon_shows_none() {
        let screen = Screen::default();
        let progress = shown_on(&screen, 50);
        progress.step();
        drop(progress);
        thread::sleep(Duration::from_millis(200));
        assert_eq!(screen.text(), "");
    }

    #[test]
    fn the_pace_is_told_in_words() {
        assert_eq!(words(12.34, 617), "12.3/s, 50s left");
        assert_eq!(words(0.05, 9), "20.0 s each, 3m left");
        for none in [0.0, f64::NAN, f64::INFINITY] {
            assert_eq!(words(none, 9), "");
        }
        assert!(words(1e-300, u64::MAX).ends_with(" left"));
    }
}
