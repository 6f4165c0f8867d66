//! What the browser tests stand on: the built page ([`Built`]), a static host that can misbehave ([`Site`]), a real
//! browser over WebDriver ([`Browser`], [`Engine`]) and the page's contract with automation ([`Page`]).
//!
//! The tests themselves need `dist/` and the `headstart` binary, so a plain `cargo test` skips them; `cargo xtask test`
//! builds both and runs them.

mod browser;
mod built;
mod downloads;
mod driver;
mod engine;
mod error;
mod fault;
mod goldens;
mod hostile_zips;
mod hosts;
mod http;
mod line;
mod obedient;
mod offline;
mod onnx;
mod page;
mod pictures;
mod processes;
mod scratch;
mod site;
mod tasks;
mod teach;
mod textures;
mod workers;
mod zip;

pub use browser::{Browser, Killer, Options, Window};
pub use built::{Answer, Built};
pub use downloads::Downloads;
pub use engine::Engine;
pub use error::TestError;
pub use fault::{Fault, Kind};
pub use goldens::{TOLERANCE, float_goldens, measured_parity, shipped_goldens};
pub use hostile_zips::hostile_zips;
pub use hosts::{HOSTS, Host};
pub use http::{Report, Request};
pub use obedient::{ObedientWorkers, Order};
pub use offline::{visit, without_network};
pub use onnx::onnx;
pub use page::{Element, Page};
pub use pictures::Pictures;
pub use processes::Process;
pub use scratch::Scratch;
pub use site::Site;
pub use tasks::LongTasks;
pub use teach::{Answers, Teach, in_class};
pub use textures::Texture;
pub use workers::Worker;
pub use zip::{zip, zip_of_raw_names};
