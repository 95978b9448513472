//! Advice after a failed compile, by the words in which tools say what they lack.
//!
//! A [`Lack`] is read from one line of output. Whether something helps depends on where the step runs, so the [`Step`]
//! is asked before advice is given: a package that is installed already, or that could not help, is never named.

mod debian;
mod lack;
mod step;

use std::collections::BTreeSet;

use lack::Lack;
pub(crate) use step::Step;

/// How many things one failure may lack. Whoever prints more lines is not a tool that lacks something.
const LIMIT: usize = 16;

/// Reads what a command writes and remembers what is missing.
#[derive(Debug, Default)]
pub(crate) struct Advice {
    lacks: BTreeSet<Lack>,
}

impl Advice {
    /// Reads one line.
    pub(crate) fn see(&mut self, line: &str) {
        if self.lacks.len() < LIMIT {
            self.lacks.extend(lack::in_line(line));
        }
    }

    /// Takes note of the code that the command itself ended with.
    pub(crate) fn ended(&mut self, code: u8) {
        if code == KILLED {
            self.lacks.insert(Lack::Memory);
        }
    }

    /// Returns the hints, one line each, for a command that failed in `step`.
    pub(crate) fn hints(&self, step: &Step) -> Vec<String> {
        let mut hints = system(&self.lacks, step);
        hints.extend(self.lacks.iter().filter_map(|lack| of(lack, step)));
        hints
    }
}

/// The exit code of a process that signal 9 ended.
const KILLED: u8 = 128 + 9;

/// Returns the hints about libraries, headers and programs of the system.
fn system(lacks: &BTreeSet<Lack>, step: &Step) -> Vec<String> {
    let mut packages = BTreeSet::new();
    let mut unknown = Vec::new();
    let mut foreign = BTreeSet::new();
    for lack in lacks {
        let (thing, package, is_for_target) = match lack {
            Lack::Library(name) => (format!("library `{name}`"), debian::of_library(name), true),
            Lack::Header(name) => (format!("header `{name}`"), debian::of_header(name), true),
            Lack::Program(name) => (format!("program `{name}`"), debian::of_program(name), false),
            _ => continue,
        };
        if is_for_target && step.is_musl && step.is_debian {
            foreign.insert(thing);
            continue;
        }
        match package.filter(|_| step.is_debian) {
            Some(package) if !step.has(&package) => {
                packages.insert(package);
            }
            // It is there, so another copy of it would not help.
            Some(_) => {}
            None => unknown.push(thing),
        }
    }
    // pkg-config finds most of these libraries, and Debian does not install it with them.
    if packages.contains("libssl-dev") && !step.has("pkg-config") {
        packages.insert("pkg-config".to_owned());
    }
    let mut hints = Vec::new();
    if !packages.is_empty() {
        let quoted: Vec<String> = packages.iter().map(|package| format!("\"{package}\"")).collect();
        let list = quoted.join(", ");
        hints.push(format!(
            "the toolchain image lacks a system package, on Debian most likely {list}. \
             Add it in the Dockerfile: `build.packages = [\"...\", {list}]`"
        ));
    }
    if !unknown.is_empty() {
        hints.push(format!(
            "the toolchain image lacks the {}. Find the system package that has it, and add it in the Dockerfile: \
             `build.packages = [\"...\", \"PACKAGE\"]`",
            unknown.join(" and the ")
        ));
    }
    if !foreign.is_empty() {
        let names: Vec<String> = foreign.into_iter().collect();
        hints.push(format!(
            "Debian has no musl build of the {}. Have the crate compile its own copy, with a feature that is usually \
             named `vendored`, `bundled` or `static`, or use a crate in Rust, such as rustls",
            names.join(" and the ")
        ));
    }
    hints
}

/// Returns the hint about anything else.
fn of(lack: &Lack, step: &Step) -> Option<String> {
    match lack {
        Lack::Library(_) | Lack::Header(_) | Lack::Program(_) => None,
        Lack::Memory => Some(
            "signal 9 almost always means that the builder ran out of memory. Give it more, or compile with less: \
             `build.jobs = 1` in the Dockerfile, and `lto = \"thin\"` or `lto = false` in the profile"
                .to_owned(),
        ),
        Lack::Network => (step.is_compile && !step.has_network()).then(|| {
            "compile steps have no network. If a build script must download, set `build.network = \"default\"` in \
             the Dockerfile, or pass `--build-arg BUILD_NETWORK=default`. The cache then ignores changes of the \
             downloaded files"
                .to_owned()
        }),
        Lack::OfflineCrates => step.is_compile.then(|| {
            "a build script runs Cargo, which needs crates that `[fetch]` did not download. Set `build.network = \
             \"default\"` in the Dockerfile, or compile that project in a hook that has network"
                .to_owned()
        }),
        Lack::Queries => Some(
            "a build has no database. Run `cargo sqlx prepare --workspace`, commit the directory `.sqlx`, and make \
             sure that `.dockerignore` does not exclude it"
                .to_owned(),
        ),
        Lack::NewerToolchain(package) => {
            let older = package.as_ref().map(|package| {
                format!(", or use an older release of the crate: `cargo update -p {package} --precise VERSION`")
            });
            let used = step.cargo_version();
            Some(format!(
                "the toolchain is {}. Choose a newer one with `channel` in `rust-toolchain.toml`, or with `--build-arg \
                 TOOLCHAIN_CHANNEL=…`{}. `--call=plan` shows which file or option chose this toolchain",
                used.as_deref().unwrap_or("too old"),
                older.unwrap_or_default()
            ))
        }
        Lack::NewerProtoc => {
            let used = step::protoc_version();
            Some(format!(
                "the file may need a newer protoc than {}. Use a toolchain image that has one, name one with `PROTOC` in \
                 `[env]` of `.cargo/config.toml`, or depend on a crate that brings one, such as protoc-bin-vendored",
                used.as_deref().unwrap_or("the one in the toolchain image")
            ))
        }
        Lack::Wrapper(program) => Some(format!(
            "Cargo's configuration names `{program}` as a compiler or a compiler wrapper, and the toolchain image does not \
             have it. Remove that line, or clear it for the build: `build.env = {{ CARGO_BUILD_RUSTC_WRAPPER = \"\" }}`{}",
            if program.ends_with("sccache") { ". `cache.sccache = true` is this build's own sccache" } else { "" }
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::{Advice, LIMIT, Step};

    /// A step on Debian without any package, without network, for glibc.
    fn bare() -> Step {
        Step { is_debian: true, ..Step::default() }
    }

    fn said(step: &Step, lines: &[&str]) -> String {
        let mut advice = Advice::default();
        for line in lines {
            advice.see(line);
        }
        advice.hints(step).join("\n")
    }

    #[test]
    fn packages_of_the_system_are_named_once_in_one_line() {
        for (line, expected) in [
            (
                "  Could not find directory of OpenSSL installation, and this `-sys` crate cannot",
                "\"libssl-dev\", \"pkg-config\"",
            ),
            ("  The system library `libzstd` required by crate `native` was not found.", "\"libzstd-dev\""),
            ("          /usr/bin/ld: cannot find -lpq: No such file or directory", "\"libpq-dev\""),
            ("          rust-lld: error: unable to find library -lsqlite3", "\"libsqlite3-dev\""),
            (
                "          /usr/bin/ld: cannot find -lusb-1.0: No such file or directory",
                "\"libusb-1.0-0-dev\"",
            ),
            (
                "          /usr/bin/ld: cannot find -lgssapi_krb5: No such file or directory",
                "\"libkrb5-dev\"",
            ),
            ("  Unable to find libclang: \"couldn't find any valid", "\"libclang-dev\""),
            ("is `cmake` not installed?", "\"cmake\""),
            ("  Could not find `protoc`. If `protoc` is installed", "\"protobuf-compiler\""),
            ("  cargo:warning=a.c:1:10: fatal error: libpq-fe.h: No such file or directory", "\"libpq-dev\""),
            ("wrapper.h:1:10: fatal error: 'zlib.h' file not found", "\"zlib1g-dev\""),
            ("/bin/sh: 1: nasm: not found", "\"nasm\""),
            ("build.sh: line 3: curl: command not found", "\"curl\""),
            ("failed to download Swagger UI: `curl` command not found", "\"curl\""),
            ("error: linker `clang` not found", "\"clang\""),
            ("error occurred in cc-rs: failed to find tool \"c++\": No such file", "\"g++\""),
        ] {
            let text = said(&bare(), &[line, line]);
            assert!(text.ends_with(&format!("`build.packages = [\"...\", {expected}]`")), "{line}: {text}");
            assert_eq!(text.lines().count(), 1, "{text}");
        }
    }

    #[test]
    fn what_is_installed_is_not_advised() {
        let folder = tempfile::tempdir().unwrap();
        let info = folder.path().join("var/lib/dpkg/info");
        std::fs::create_dir_all(&info).unwrap();
        std::fs::write(info.join("libpq-dev.list"), "").unwrap();
        std::fs::write(info.join("libzstd-dev:amd64.list"), "").unwrap();
        let step = Step { root: folder.path().to_owned(), ..bare() };
        for line in ["ld: cannot find -lpq: No such file", "ld: cannot find -lzstd: No such file"] {
            assert_eq!(said(&step, &[line]), "");
        }
        let text = said(&step, &["ld: cannot find -lpq: x", "ld: cannot find -lsqlite3: x"]);
        assert!(text.contains("[\"...\", \"libsqlite3-dev\"]"), "{text}");
    }

    #[test]
    fn no_package_of_glibc_is_advised_for_musl() {
        let step = Step { is_musl: true, ..bare() };
        for line in [
            "Could not find directory of OpenSSL installation",
            "ld: cannot find -lfoo: No such file",
            "fatal error: zlib.h: No such file or directory",
        ] {
            let text = said(&step, &[line]);
            assert!(text.contains("no musl build of the") && text.contains("`vendored`"), "{text}");
            assert!(!text.contains("-dev"), "{text}");
        }
        let text = said(&step, &["/bin/sh: 1: nasm: not found"]);
        assert!(text.contains("\"nasm\""), "{text}");
    }

    #[test]
    fn other_distributions_are_told_what_is_missing_by_its_own_name() {
        let text = said(&Step::default(), &["ld: cannot find -lpq: x", "sh: 1: nasm: not found"]);
        assert!(text.contains("the library `pq` and the program `nasm`"), "{text}");
        assert!(!text.contains("libpq-dev"), "{text}");
        let text = said(&bare(), &["fatal error: own/thing.h: No such file or directory"]);
        assert!(text.contains("the header `own/thing.h`") && text.contains("\"PACKAGE\""), "{text}");
    }

    #[test]
    fn failures_that_no_package_ends_have_advice_of_their_own() {
        for (line, expected) in [
            ("  (signal: 9, SIGKILL: kill)", "`build.jobs = 1`"),
            ("error: linking with `cc` failed: signal: 9 (SIGKILL)", "ran out of memory"),
            ("failed to lookup address information: Temporary failure in name resolution", "BUILD_NETWORK"),
            ("curl: (6) Could not resolve host: crates.io", "`build.network = \"default\"`"),
            ("connect: Network is unreachable (os error 101)", "compile steps have no network"),
            ("As a reminder, you're using offline mode (--offline) which", "a hook that has network"),
            ("error: set `DATABASE_URL` to use query macros online, or", "`cargo sqlx prepare --workspace`"),
            ("error: `SQLX_OFFLINE=true` but there is no cached data for this query", "`.dockerignore`"),
            ("  feature `edition2024` is required", "`rust-toolchain.toml`"),
            ("  next@0.1.0 requires rustc 9.9", "`cargo update -p next --precise VERSION`"),
            (
                "error: package `next v0.1.0` cannot be built because it requires rustc 9.9 or newer",
                "`cargo update -p next --precise VERSION`",
            ),
            ("  api.proto:1:1: Expected top-level statement (e.g. \"message\").", "a newer protoc"),
            (
                "error: could not execute process `sccache /usr/bin/rustc -vV` (never executed)",
                "`cache.sccache = true`",
            ),
        ] {
            let text = said(&bare(), &[line]);
            assert!(text.contains(expected), "{line}: {text}");
            assert_eq!(text.lines().count(), 1, "{text}");
        }
    }

    #[test]
    fn the_network_is_not_the_reason_where_there_is_one() {
        let folder = tempfile::tempdir().unwrap();
        let routes = folder.path().join("proc/net");
        std::fs::create_dir_all(&routes).unwrap();
        let step = Step { root: folder.path().to_owned(), ..bare() };
        let (v4, v6) =
            ("Iface\tDestination\tGateway\n", "00000000000000000000000000000001 80 00 00000001       lo\n");
        for (v4, v6, has_network) in [
            (v4.to_owned(), v6.to_owned(), false),
            (format!("{v4}eth0\t00000000\t010011AC\n"), v6.to_owned(), true),
            (v4.to_owned(), format!("{v6}fe80 40 00 00000001     eth0\n"), true),
        ] {
            std::fs::write(routes.join("route"), v4).unwrap();
            std::fs::write(routes.join("ipv6_route"), v6).unwrap();
            assert_eq!(said(&step, &["Network is unreachable"]).is_empty(), has_network);
        }
    }

    #[test]
    fn a_step_that_downloads_gets_no_advice_on_compile_steps() {
        let step = Step { is_compile: false, ..bare() };
        assert_eq!(said(&step, &["Could not resolve host: crates.io", "using offline mode"]), "");
        assert_ne!(said(&step, &["  feature `edition2024` is required"]), "");
    }

    #[test]
    fn a_command_that_was_killed_itself_lacked_memory() {
        let mut advice = Advice::default();
        advice.ended(101);
        assert!(advice.hints(&bare()).is_empty());
        advice.ended(137);
        assert!(advice.hints(&bare()).concat().contains("memory"));
    }

    #[test]
    fn other_failures_get_no_advice() {
        let text = said(
            &bare(),
            &[
                "error[E0425]: cannot find value `x`",
                "cannot find -l: x",
                "The system library `",
                "\u{fffd}",
                "cannot find -l$(rm): \u{fffd}",
                "  (signal: 11, SIGSEGV: invalid memory reference)",
                "fatal error: ../../x.h: No such file or directory",
                "sh: 1: $(rm): not found",
                "error: crate `x` not found",
                "could not execute process `` (never executed)",
                "@ requires rustc",
            ],
        );
        assert_eq!(text, "");
    }

    #[test]
    fn a_flood_of_lines_ends_in_a_few_hints() {
        let lines: Vec<String> = (0..10_000).map(|number| format!("cannot find -lx{number}: x")).collect();
        let mut advice = Advice::default();
        for line in &lines {
            advice.see(line);
        }
        assert_eq!(advice.lacks.len(), LIMIT);
        assert_eq!(advice.hints(&bare()).len(), 1);
    }
}
