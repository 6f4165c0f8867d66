//! Hosts that serve the page in ways of their own.
#![cfg(test)]

use headstart_tests::{Browser, Built, HOSTS, Options};

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn the_page_is_ready_or_says_what_the_host_must_change() {
    let built = Built::find().unwrap();
    let browser = Browser::start(&Options::default()).unwrap();
    let mut wrong = Vec::new();
    for host in HOSTS {
        let seen = host.try_on(&browser, &built.dist).unwrap();
        println!("{}: {}", host.name, seen.as_deref().unwrap_or("as it must be"));
        wrong.extend(seen.map(|seen| format!("{}: {seen}", host.name)));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
