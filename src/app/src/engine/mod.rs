//! The line to the web workers that compute. [`Engine`] is asked and answers; no view and no signal is known here.
//!
//! A request waits for the main worker to be ready, goes out with a number, and its caller awaits the reply. Photos to
//! classify or to describe go through one [`queue`] to the main worker and the helpers of the [`pool`]; as [`partners`] they
//! compute one photo together. A worker that ends gives each of its callers one error; [`restart`] says whether a fresh one
//! takes its place. The [`watchdog`] says when one that does not answer counts as ended.

mod client;
mod connection;
mod device;
mod early_worker;
mod heads;
mod helpers;
mod kept;
mod lifecycle;
mod machine;
mod partners;
mod phase;
mod photos;
mod pool;
mod queue;
mod restart;
mod watchdog;
mod zip;

pub(crate) use client::{Engine, EngineNews, EngineOptions};
pub(crate) use connection::{BUILD, Running, Stopper, program};
pub(crate) use early_worker::end_early_worker;
pub(crate) use phase::Phase;
pub(crate) use photos::{Classified, ReadPhoto, Source};
