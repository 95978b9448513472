//! The layouts. Their files are in `layouts/`, with lockfiles as Cargo would write them for crates of that time.

use crate::layout::Layout;

/// One package with one binary: what the layouts differ from.
const PLAIN: Layout =
    Layout { name: "", text: "", binary: "app", app: "", source: "src/main.rs", library: None, other: None };

/// All of them.
pub(crate) const LAYOUTS: &[Layout] = &[
    // One package with one binary.
    Layout { name: "single crate", text: include_str!("layouts/single.txt"), ..PLAIN },
    // One package with a library and several binaries, of which one is built.
    Layout {
        name: "binaries and a library",
        text: include_str!("layouts/binaries.txt"),
        source: "src/bin/app.rs",
        ..PLAIN
    },
    // Members that the binary needs, one of them a proc macro, and one that it does not.
    Layout {
        name: "workspace with a proc macro",
        text: include_str!("layouts/macro.txt"),
        app: "app",
        source: "app/src/main.rs",
        library: Some(("core", "core")),
        other: Some(("other", "other")),
        ..PLAIN
    },
    // A build script with dependencies of its own that watches a file.
    Layout { name: "build script that watches a file", text: include_str!("layouts/script.txt"), ..PLAIN },
    // A crate of the context in the place of one that an external crate uses.
    Layout {
        name: "path patch",
        text: include_str!("layouts/patch.txt"),
        app: "app",
        source: "app/src/main.rs",
        ..PLAIN
    },
    // Crates that came with the context, as `cargo vendor` writes them.
    Layout { name: "vendored sources", text: include_str!("layouts/vendored.txt"), ..PLAIN },
    // A dependency from a git repository.
    Layout {
        name: "git dependency",
        text: include_str!("layouts/git.txt"),
        app: "crates/app",
        source: "crates/app/src/main.rs",
        library: Some(("crates/lib", "lib")),
        ..PLAIN
    },
    // Two programs that share a library, one of them a default member.
    Layout {
        name: "virtual workspace with default members",
        text: include_str!("layouts/default.txt"),
        binary: "api",
        app: "api",
        source: "api/src/main.rs",
        library: Some(("db", "db")),
        other: Some(("worker", "worker")),
    },
    // Binaries that need features, and optional dependencies behind them.
    Layout { name: "features per binary", text: include_str!("layouts/features.txt"), ..PLAIN },
    // A package that has every kind of target, with dev-dependencies for them.
    Layout { name: "examples, benches and tests", text: include_str!("layouts/targets.txt"), ..PLAIN },
    // Flags of the compiler, aliases and variables in the configuration.
    Layout { name: "configuration with flags", text: include_str!("layouts/flags.txt"), ..PLAIN },
    // The resolver that unifies over everything, for which every manifest is copied.
    Layout {
        name: "first resolver",
        text: include_str!("layouts/first.txt"),
        app: "app",
        source: "app/src/main.rs",
        library: Some(("core", "core")),
        other: Some(("other", "other")),
        ..PLAIN
    },
    // Libraries of several kinds with optimisation at link time, for which every manifest is copied.
    Layout {
        name: "optimised at link time",
        text: include_str!("layouts/linked.txt"),
        app: "app",
        source: "app/src/main.rs",
        library: Some(("core", "core")),
        other: Some(("other", "other")),
        ..PLAIN
    },
];
