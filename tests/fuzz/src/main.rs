//! The program that `cargo bed fuzz` runs: libFuzzer around the target that a variable names.

#![no_main]

use std::sync::OnceLock;

use supercargo_fuzz::{Target, target};

/// The variable that names the target.
const TARGET: &str = "SUPERCARGO_FUZZ_TARGET";

static CHOSEN: OnceLock<Target> = OnceLock::new();

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let chosen = CHOSEN.get_or_init(|| {
        let name = std::env::var(TARGET).unwrap_or_default();
        target(&name).unwrap_or_else(|| panic!("`{TARGET}` names no target: `{name}`"))
    });
    (chosen.run)(bytes);
});
