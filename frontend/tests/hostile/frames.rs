//! The gateway channel, with something else than a gateway at the other end.

use std::io::{Read, Write};
use std::process::{Command, Stdio};

use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, Strategy, any, prop_oneof, proptest};

/// A frame of HTTP/2 (RFC 9113, section 4.1): a length that may lie, a kind, flags, a stream and what it carries.
fn frame() -> impl Strategy<Value = Vec<u8>> {
    (any::<Option<u16>>(), 0..12u8, any::<u8>(), prop_oneof![0..4u32, any::<u32>()], vec(any::<u8>(), 0..40))
        .prop_map(|(lie, kind, flags, stream, payload)| {
            let length = lie.map_or(payload.len(), usize::from);
            let length = u32::try_from(length).unwrap_or_default().to_be_bytes();
            [&length[1..], &[kind, flags], &stream.to_be_bytes(), &payload].concat()
        })
}

proptest! {
    // Each is a process.
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn any_frames_end_the_program_with_a_word(
        settings in any::<bool>(),
        frames in vec(frame(), 0..6),
    ) {
        let mut child = Command::new(env!("CARGO_BIN_EXE_supercargo"))
            .env_clear()
            .env("BUILDKIT_SESSION_ID", "session")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // An engine's settings and its word that it has ours: past this point frames belong to calls.
        let greeting: &[u8] = if settings { &[0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0] } else { &[] };
        // It may have hung up before all is said.
        let _ = stdin.write_all(&[greeting, &frames.concat()].concat());
        drop(stdin);
        let mut stdout = child.stdout.take().unwrap();
        std::io::copy(&mut stdout.by_ref().take(1 << 20), &mut std::io::sink()).unwrap();
        drop(stdout);
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("supercargo: ") && !said.contains("panicked"), "{said}");
    }
}
