//! Runs the command as a user would.

use assert_cmd::{Command, cargo::cargo_bin_cmd};

fn tally() -> Command {
    cargo_bin_cmd!("tally")
}

#[test]
fn counts_the_standard_input() {
    tally()
        .arg("[a-z]+")
        .write_stdin("to be or not to be")
        .assert()
        .success()
        .stdout("2 be\n2 to\n1 not\n1 or\n");
}

#[test]
fn counts_the_arguments() {
    tally()
        .args(["--top", "1", "[0-9]", "1213", "1"])
        .assert()
        .success()
        .stdout("3 1\n");
}

#[test]
fn a_broken_pattern_is_a_usage_error() {
    tally().arg("(").assert().code(2).stdout("");
}
