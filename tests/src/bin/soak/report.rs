//! The table of a soak.

use std::time::Duration;

use serde::Serialize;

/// One fault of the table.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    /// What was done.
    pub(crate) fault: &'static str,
    /// How often.
    pub(crate) times: usize,
    /// How often all held that must hold.
    pub(crate) held: usize,
    /// How long it took.
    pub(crate) seconds: f64,
    /// What was measured beside, with its unit.
    pub(crate) measured: Vec<(&'static str, f64)>,
    /// What did not hold.
    pub(crate) broken: Vec<String>,
}

impl Row {
    pub(crate) fn new(fault: &'static str) -> Self {
        Self { fault, times: 0, held: 0, seconds: 0.0, measured: Vec::new(), broken: Vec::new() }
    }

    /// One more time, which broke the promise in these ways.
    pub(crate) fn count(&mut self, time: Duration, broken: Vec<String>) {
        self.count_many(1, time, broken);
    }

    /// So many more times at once, each of these ways being one of them.
    pub(crate) fn count_many(&mut self, times: usize, time: Duration, broken: Vec<String>) {
        self.times += times;
        self.held += times.saturating_sub(broken.len());
        self.seconds += time.as_secs_f64();
        let state = if broken.is_empty() { "held".to_owned() } else { format!("BROKEN: {}", broken.join("; ")) };
        println!("{}, {}: {state} ({:.1} s)", self.fault, self.times, time.as_secs_f64());
        let number = self.times;
        self.broken.extend(broken.into_iter().map(|what| format!("{number}: {what}")));
    }
}

/// Prints `rows`, as a table or as JSON.
pub(crate) fn print(rows: &[Row], seed: u64, json: bool) {
    if json {
        println!("{}", serde_json::json!({ "seed": seed, "rows": rows }));
        return;
    }
    println!("\n| fault (seed {seed}) | times | held | seconds |\n|---|---|---|---|");
    for row in rows {
        println!("| {} | {} | {} | {:.0} |", row.fault, row.times, row.held, row.seconds);
    }
    for row in rows {
        for (what, value) in &row.measured {
            println!("{}: {what} {value:.1}", row.fault);
        }
        for what in &row.broken {
            println!("BROKEN {}, {what}", row.fault);
        }
    }
}
