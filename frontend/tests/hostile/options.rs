//! What the engine hands over: options, named contexts, addresses, an image's configuration.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
use supercargo::context::classify;
use supercargo::options::{RawOptions, parse};

const KEYS: [&str; 34] = [
    "filename",
    "dockerfilekey",
    "context",
    "contextkey",
    "contextsubdir",
    "local-sessionid:context",
    "target",
    "platform",
    "multi-platform",
    "build-arg:BUILDKIT_MULTI_PLATFORM",
    "build-arg:BUILDKIT_CONTEXT_KEEP_GIT_DIR",
    "build-arg:SOURCE_DATE_EPOCH",
    "build-arg:FEATURES",
    "build-arg:CACHE_MODE",
    "build-arg:HTTP_PROXY",
    "label:a",
    "no-cache",
    "hostname",
    "image-resolve-mode",
    "cache-imports",
    "cache-from",
    "add-hosts",
    "shm-size",
    "ulimit",
    "cgroup-parent",
    "force-network-mode",
    "memory",
    "context:base",
    "context:source::linux/arm64",
    "input-metadata:x",
    "requestid",
    "source",
    "vcs:source",
    "attest:sbom",
];

const VALUES: [&str; 40] = [
    "",
    ",",
    "=",
    "true",
    "-1",
    "18446744073709551616",
    "linux/amd64,linux/arm64/v8,",
    "linux//",
    "////",
    "[{\"Type\":\"registry\",\"Attrs\":{\"ref\":\"x\"}}]",
    "[{}]",
    "[[[[",
    "a=1.2.3.4,b=::1",
    "a=",
    "nofile=1024:2048",
    "nofile=2:1",
    "https://github.com/a/b.git#main:dir",
    "https://h/a.git?ref=x&subdir=../..",
    "https://h/a.git?%%%",
    "git@h:a/b",
    "git://",
    "http://[::1",
    "ssh://a@b:99999/c.git#:",
    "docker-image://",
    "docker-image://UPPER:case@sha256:12",
    "oci-layout://a@sha256:zz",
    "oci-layout://@",
    "local:",
    "input:",
    "../../..",
    "/etc/passwd",
    "a\0b",
    "\u{202e}",
    "host",
    "none",
    "sandbox",
    "pull",
    "%",
    "s3://b",
    "Dockerfile",
];

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => proptest::sample::select(&VALUES[..]).prop_map(str::to_owned),
        1 => (proptest::sample::select(&VALUES[..]), proptest::sample::select(&VALUES[..]))
            .prop_map(|(one, other)| format!("{one}{other}")),
        1 => any::<String>(),
        1 => Just("a,".repeat(20_000)),
    ]
}

proptest! {
    #[test]
    fn options_are_read_or_refused(
        known in vec((proptest::sample::select(&KEYS[..]), value()), 0..6),
        unknown in vec((any::<String>(), any::<String>()), 0..2),
    ) {
        let pairs = known.into_iter().map(|(key, value)| (key.to_owned(), value)).chain(unknown);
        let raw: RawOptions = pairs.collect::<BTreeMap<_, _>>().into_iter().collect();
        let once = parse(&raw);
        assert_eq!(once, parse(&raw));
        match once {
            Ok(warned) => drop(classify(&warned.value, &["context".to_owned()], "session")),
            Err(errors) => assert!(errors.iter().all(|error| !error.message.is_empty())),
        }
    }
}
