//! End to end: builds on a real engine, containers that run.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed, in its own words or in a helper's"
)]

mod advice;
mod assets;
mod bad_input;
mod bed;
mod build_keys;
mod calls;
mod cargo_config;
mod checks;
mod cold_runner;
mod company;
mod concurrency;
mod contexts;
mod crash;
mod debug;
mod deps;
mod dist;
mod edits;
mod examples;
mod files;
mod forged;
mod freshness;
mod frontend_image;
mod graph;
mod guarded;
mod health;
mod hooks;
mod hostile_contexts;
mod image;
mod images;
mod layouts;
mod lock;
mod modes;
mod mount;
mod moving_context;
mod musl;
mod native;
mod npm;
mod options;
mod outputs;
mod platforms;
mod presets;
mod private;
mod probe;
mod published;
mod questions;
mod reads;
mod registry_drops;
mod robustness;
mod sbom;
mod sccache;
mod secrets;
mod served;
mod soak;
mod spare;
mod story;
mod subject;
mod timings;
mod toolchain;
mod tools;
mod trunk;
mod trust;
mod tuning;
mod vendor;
