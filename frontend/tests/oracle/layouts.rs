//! Layouts of projects; each must compile the same external units as its skeleton.

use crate::check::{assert_flattened, same_units, select};

#[test]
fn one_binary() {
    let skeleton = same_units(
        r#"
//- Cargo.toml
[package]
name = "app"
version = "0.1.0"
edition = "2021"
[dependencies]
itoa = "1"
serde = { version = "1", features = ["derive"] }
//- src/main.rs
fn main() {}
"#,
        &select("app"),
    );
    assert_flattened(&skeleton);
}
