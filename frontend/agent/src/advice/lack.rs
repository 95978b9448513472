//! Which words of a tool say that something is missing.

/// Something that a failed command lacked. Names are words that are safe to show and to paste.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Lack {
    /// A library, as the linker or pkg-config names it.
    Library(String),
    /// A C header, as the source includes it.
    Header(String),
    /// A program on the `PATH`.
    Program(String),
    /// A compiler or wrapper that Cargo's configuration names.
    Wrapper(String),
    /// A release of Rust that is as new as a package requires, with the package if the tool names it.
    NewerToolchain(Option<String>),
    /// A protoc that knows the syntax of a file.
    NewerProtoc,
    /// The queries that sqlx prepared.
    Queries,
    /// Crates that a Cargo inside of a build script asks for.
    OfflineCrates,
    /// A network.
    Network,
    /// Memory.
    Memory,
}

type Fixed = fn() -> Lack;
type Named = fn(String) -> Lack;

/// Text of a well-known failure, and what is missing then.
const FIXED: [(&str, Fixed); 26] = [
    ("Could not find directory of OpenSSL installation", || library("openssl")),
    ("The pkg-config command could not be found", || program("pkg-config")),
    ("Unable to find libclang", || library("clang")),
    ("couldn't find any valid shared libraries matching: ['libclang", || library("clang")),
    ("Could not find `protoc`", || program("protoc")),
    ("Could not find protoc", || program("protoc")),
    ("signal: 9", || Lack::Memory),
    ("failed to lookup address information", || Lack::Network),
    ("Temporary failure in name resolution", || Lack::Network),
    ("Could not resolve host", || Lack::Network),
    ("unable to resolve host address", || Lack::Network),
    ("Network is unreachable", || Lack::Network),
    ("you're using offline mode (--offline)", || Lack::OfflineCrates),
    ("but --offline was specified", || Lack::OfflineCrates),
    ("`SQLX_OFFLINE=true` but there is no cached data", || Lack::Queries),
    ("set `DATABASE_URL` to use query macros online", || Lack::Queries),
    ("error communicating with database", || Lack::Queries),
    ("feature `edition20", || Lack::NewerToolchain(None)),
    ("this version of Cargo is older than the `", || Lack::NewerToolchain(None)),
    ("this version of Cargo does not understand this lock file", || Lack::NewerToolchain(None)),
    ("Expected top-level statement (e.g. \"message\")", || Lack::NewerProtoc),
    ("Unrecognized syntax identifier", || Lack::NewerProtoc),
    ("Explicit 'optional' labels are disallowed in the Proto3 syntax", || Lack::NewerProtoc),
    ("--experimental_allow_proto3_optional was not set", || Lack::NewerProtoc),
    ("is not a supported edition", || Lack::NewerProtoc),
    ("Editions are not supported", || Lack::NewerProtoc),
];

/// Text before and behind the name of what is missing.
const NAMED: [(&str, &str, Named); 14] = [
    ("The system library `", "` required by crate", Lack::Library),
    ("cannot find -l", ":", Lack::Library),
    ("unable to find library -l", "", Lack::Library),
    ("fatal error: '", "' file not found", Lack::Header),
    ("fatal error: ", ": No such file or directory", Lack::Header),
    ("is `", "` not installed?", Lack::Program),
    ("linker `", "` not found", Lack::Program),
    ("failed to find tool \"", "\"", Lack::Program),
    ("Failed to find tool. Is `", "` installed?", Lack::Program),
    ("make: ", ": No such file or directory", Lack::Program),
    ("could not execute process `", " ", Lack::Wrapper),
    ("package `", " v", |name| Lack::NewerToolchain(Some(name))),
    ("`", "` command not found", Lack::Program),
    ("program not found: `", "`", Lack::Program),
];

/// Returns what `line` says is missing.
pub(super) fn in_line(line: &str) -> Vec<Lack> {
    let fixed = FIXED.iter().filter(|(text, _)| line.contains(text)).map(|(_, lack)| lack());
    let named = NAMED.iter().filter_map(|(before, behind, lack)| {
        let (_, rest) = line.split_once(before)?;
        let name = if behind.is_empty() { rest } else { rest.split_once(behind)?.0 };
        let lack = lack(word(name)?);
        belongs(&lack, line).then_some(lack)
    });
    fixed.chain(named).chain(of_shell(line)).chain(of_cargo(line)).collect()
}

/// Whether the rest of the line agrees, where the text around the name is a common one.
fn belongs(lack: &Lack, line: &str) -> bool {
    match lack {
        Lack::Wrapper(_) => line.contains("(never executed)"),
        Lack::NewerToolchain(_) => line.contains("cannot be built because it requires rustc"),
        Lack::Program(name) => !line.contains("make: ") || !name.contains('/'),
        _ => true,
    }
}

/// `sh: 1: nasm: not found`, as dash says it, and `line 3: nasm: command not found`, as bash does.
fn of_shell(line: &str) -> Option<Lack> {
    let line = line.trim_end();
    let before = line.strip_suffix(": command not found").or_else(|| {
        let before = line.strip_suffix(": not found")?;
        before.contains("sh: ").then_some(before)
    })?;
    let (_, name) = before.rsplit_once(": ")?;
    word(name).map(Lack::Program)
}

/// `next@0.1.0 requires rustc 1.99`, as Cargo lists packages.
fn of_cargo(line: &str) -> Option<Lack> {
    let (package, _) = line.trim().split_once(" requires rustc ")?;
    let (name, _) = package.split_once('@')?;
    word(name).map(|name| Lack::NewerToolchain(Some(name)))
}

fn library(name: &str) -> Lack {
    Lack::Library(name.to_owned())
}

fn program(name: &str) -> Lack {
    Lack::Program(name.to_owned())
}

/// Returns `name` if it is one word that names a file or a package, and no path out of a directory.
fn word(name: &str) -> Option<String> {
    let name = name.trim().trim_end_matches([':', ',']);
    let is_word = |one: char| one.is_ascii_alphanumeric() || "+.-_/".contains(one);
    let is_good = !name.is_empty()
        && name.len() <= 80
        && name.chars().all(is_word)
        && !name.starts_with(['-', '.'])
        && !name.contains("..");
    is_good.then(|| name.to_owned())
}
