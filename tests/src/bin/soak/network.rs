//! No network after the first visit, and hosts that serve the page in ways of their own.

use std::time::Instant;

use headstart_tests::{Browser, Built, HOSTS, Options, TestError, without_network};

use crate::report::Row;

/// The page without a network.
pub(crate) fn off(times: usize) -> Result<Row, TestError> {
    let mut row = Row::new("network off after the first visit, reload");
    let built = Built::page()?;
    for _ in 0..times {
        let start = Instant::now();
        let broken = without_network(&built, "/a/page/").unwrap_or_else(|error| vec![error.to_string()]);
        row.count(start.elapsed(), broken);
    }
    Ok(row)
}

/// Each of the hosts.
pub(crate) fn hosts(times: usize) -> Result<Row, TestError> {
    let mut row = Row::new("faulty hosts");
    let built = Built::page()?;
    let browser = Browser::start(&Options::default())?;
    for host in HOSTS.iter().take(times) {
        let start = Instant::now();
        let seen = host.try_on(&browser, &built.dist)?;
        row.count(start.elapsed(), seen.into_iter().map(|seen| format!("{}: {seen}", host.name)).collect());
    }
    Ok(row)
}
