//! The binary as the engine starts it: what goes over the two pipes before anything else.

use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What every HTTP/2 client says first (RFC 9113, section 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

fn frontend() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_supercargo"));
    command.env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

#[test]
fn preface_and_settings_come_at_once() {
    let start = Instant::now();
    let mut child = frontend().spawn().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let mut said = vec![0; PREFACE.len() + 9];
    stdout.read_exact(&mut said).unwrap();
    // The engine gives it ten seconds; far less would already be felt in every build.
    assert!(start.elapsed() < Duration::from_secs(5));
    assert!(said.starts_with(PREFACE));
    let frame_type = said[PREFACE.len() + 3];
    assert_eq!(frame_type, 4, "the first frame is SETTINGS");
    drop(child.stdin.take());
    drop(stdout);
    assert!(child.wait().unwrap().code().is_some(), "an engine that hangs up ends it, not a signal");
}

#[test]
fn an_engine_that_speaks_nonsense_ends_it_with_an_error() {
    let mut child = frontend().spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("supercargo: ") && !said.contains("panicked"), "{said}");
}

#[test]
fn a_start_by_hand_is_explained() {
    let output = frontend().stdin(Stdio::null()).stdout(Stdio::null()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("not the gateway's pipes"), "{said}");
}
