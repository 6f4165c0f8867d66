//! The GPU's own kernels against the definition, on WebGPU in the browser: on machines without a GPU Chromium's software
//! adapter. The base in the page has few shapes; these have what it has not.
#![cfg(test)]

use headstart_tests::{Browser, Built, Options, Site};
use serde::Deserialize;
use serde_json::json;

macro_rules! source {
    ($($file:literal),+) => {
        concat!($(include_str!(concat!("../../../src/nn/src/conv3x3/gpu/", $file, ".wgsl"))),+)
    };
}

/// Photos, height, width, channels in and out, tiles a pass.
const SHAPES: [[u32; 6]; 6] = [
    [1, 9, 9, 5, 20, 100],
    [3, 7, 10, 3, 16, 4],
    [2, 2, 3, 7, 1, 4],
    [2, 13, 6, 40, 33, 8],
    [5, 5, 17, 16, 64, 12],
    [1, 37, 37, 8, 48, 40],
];

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Off {
    worst: f64,
    is_maximum: bool,
}

#[derive(Debug, Deserialize)]
struct Found {
    off: Vec<Off>,
    failure: String,
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn they_agree_with_the_definition_on_odd_shapes() {
    let site = Site::new(&Built::find().unwrap().dist).unwrap();
    let browser = Browser::start(&Options { webgpu: true, ..Options::default() }).unwrap();
    // Any file of a site that the browser trusts.
    browser.open(&site.url("models/index.json")).unwrap();
    let sources = json!({
        "filters": source!("filters"),
        "patches": source!("extents", "patches"),
        "products": source!("extents", "products"),
        "outputs": source!("extents", "outputs"),
        "pool": source!("pool"),
    });
    let found = browser.run(include_str!("kernels.js"), vec![sources, json!(SHAPES)]).unwrap();
    let found: Found = serde_json::from_value(found).unwrap();
    assert_eq!((found.off.len(), found.failure.as_str()), (SHAPES.len(), ""));
    for (shape, off) in SHAPES.iter().zip(found.off) {
        println!("{shape:?}: {off:?}");
        // As for the CPU's: what single precision leaves of sums over 9 · channels.
        assert!(off.is_maximum && off.worst < 1e-5 * f64::from(9 * shape[3]), "{shape:?}: {off:?}");
    }
}
