//! Projects of a size that nobody has: planning takes time in proportion to them.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use crate::fixture::{Files, files};
use crate::projects::outcome;

/// How long planning one of them may take, in a build without optimisation and on a busy machine. What grows with the
/// square of the input takes many times as long.
const PATIENCE: Duration = Duration::from_secs(20);

const REGISTRY: &str = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";

/// What there is much of, how a project of it is made, and how much.
type Case = (&'static str, fn(usize) -> Files, usize);

/// The items of a list in TOML.
fn quoted(items: impl IntoIterator<Item = String>) -> String {
    items.into_iter().map(|item| format!("{item:?}")).collect::<Vec<_>>().join(", ")
}

/// One `[[package]]` of a registry.
fn locked(name: &str, version: &str, dependencies: &[String]) -> String {
    let dependencies = quoted(dependencies.iter().cloned());
    format!(
        "[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n{REGISTRY}\ndependencies = [{dependencies}]\n\n"
    )
}

/// A package `app` with `manifest` below its name, and the lockfile of it.
fn app(manifest: &str, dependencies: &[String], lockfile: &str) -> Files {
    let dependencies = quoted(dependencies.iter().cloned());
    files(&format!(
        "//- Cargo.toml\n[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n{manifest}\n\
         //- src/main.rs\nfn main() {{}}\n//- Dockerfile\n//- Cargo.lock\nversion = 4\n\n\
         [[package]]\nname = \"app\"\nversion = \"0.1.0\"\ndependencies = [{dependencies}]\n\n{lockfile}"
    ))
}

fn name(number: usize) -> String {
    format!("p{number}")
}

fn requirement(number: usize) -> String {
    format!("p{number} = \"1\"\n")
}

/// Every package needs the next ones.
fn chain(count: usize) -> Files {
    let next = |number: usize| (number + 1..count.min(number + 3)).map(name).collect::<Vec<_>>();
    let lockfile: String = (0..count).map(|number| locked(&name(number), "1.0.0", &next(number))).collect();
    app("[dependencies]\np0 = \"1\"\n", &[name(0)], &lockfile)
}

/// One package needs all others.
fn fan(count: usize) -> Files {
    let manifest: String = (0..count).map(requirement).collect();
    let lockfile: String = (0..count).map(|number| locked(&name(number), "1.0.0", &[])).collect();
    app(&format!("[dependencies]\n{manifest}"), &(0..count).map(name).collect::<Vec<_>>(), &lockfile)
}

/// All packages have one name.
fn namesakes(count: usize) -> Files {
    let next = |number: usize| {
        (number + 1..count).take(1).map(|next| format!("same 1.0.{next}")).collect::<Vec<_>>()
    };
    let lockfile: String =
        (0..count).map(|number| locked("same", &format!("1.0.{number}"), &next(number))).collect();
    app("[dependencies]\nsame = \"1\"\n", &["same 1.0.0".to_owned()], &lockfile)
}

/// Nothing of the lockfile is asked for, or nothing that is asked for is there.
fn strangers(count: usize) -> Files {
    let manifest: String = (count..2 * count).map(requirement).collect();
    let lockfile: String = (0..count).map(|number| locked(&name(number), "1.0.0", &[])).collect();
    app(&format!("[dependencies]\n{manifest}"), &(0..count).map(name).collect::<Vec<_>>(), &lockfile)
}

/// Optional dependencies, each with a feature that turns on the next one.
fn features(count: usize) -> Files {
    let mut manifest = "[features]\ndefault = [\"f0\"]\n".to_owned();
    for number in 0..count {
        let next = if number + 1 < count { format!(", \"f{}\"", number + 1) } else { String::new() };
        writeln!(manifest, "f{number} = [\"dep:p{number}\", \"p{number}?/x\", \"p{number}/y\"{next}]")
            .unwrap();
    }
    manifest.push_str("[dependencies]\n");
    for number in 0..count {
        writeln!(manifest, "p{number} = {{ version = \"1\", optional = true }}").unwrap();
    }
    let lockfile: String = (0..count).map(|number| locked(&name(number), "1.0.0", &[])).collect();
    app(&manifest, &(0..count).map(name).collect::<Vec<_>>(), &lockfile)
}

/// Members, each with a dependency on the one before, of which one in two takes part.
fn members(count: usize) -> Files {
    let list = quoted((0..count).map(|number| format!("m/{number}")));
    let mut text =
        format!("//- Cargo.toml\n[workspace]\nresolver = \"2\"\nmembers = [{list}]\nexclude = [{list}]\n");
    let mut lockfile = "version = 4\n\n".to_owned();
    for number in 0..count {
        let before =
            number.checked_sub(2).map(|before| format!("p{before} = {{ path = \"../{before}\" }}\n"));
        let kind = if number + 2 >= count { "main" } else { "lib" };
        write!(
            text,
            "//- m/{number}/Cargo.toml\n[package]\nname = \"p{number}\"\nversion = \"1.0.0\"\nedition = \"2021\"\n\
             [dependencies]\nx = \"1\"\n{}//- m/{number}/src/{kind}.rs\nfn main() {{}}\n",
            before.unwrap_or_default()
        )
        .unwrap();
        let before = number.checked_sub(2).map(|before| format!("\"p{before}\", "));
        write!(
            lockfile,
            "[[package]]\nname = \"p{number}\"\nversion = \"1.0.0\"\ndependencies = [{}\"x\"]\n\n",
            before.unwrap_or_default()
        )
        .unwrap();
    }
    let dockerfile = format!("//- Dockerfile\npackage = \"p{}\"\n", count - 1);
    files(&format!("{text}{dockerfile}//- Cargo.lock\n{lockfile}{}", locked("x", "1.0.0", &[])))
}

/// Binaries that are declared.
fn binaries(count: usize) -> Files {
    let mut manifest = String::new();
    for number in 0..count {
        writeln!(manifest, "[[bin]]\nname = \"b{number}\"\npath = \"src/main.rs\"").unwrap();
    }
    let mut files = app(&manifest, &[], "");
    files.insert("Dockerfile".to_owned(), b"bin = \"b7\"\n".to_vec());
    for number in 0..count {
        files.insert(format!("src/bin/c{number}.rs"), Vec::new());
    }
    files
}

/// Patterns with many stars over deep and wide directories.
fn patterns(count: usize) -> Files {
    let stars = "**/".repeat(count.min(100));
    let mut files = app(
        &format!("[workspace]\nmembers = [\"{stars}none*\", \"{stars}x*/{stars}y*/{stars}none*\"]\n"),
        &[],
        "",
    );
    let mut directory = String::new();
    for depth in 0..count {
        write!(directory, "xy{depth}/").unwrap();
        files.insert(format!("{directory}file"), Vec::new());
        files.insert(format!("wide/{depth}/file"), Vec::new());
    }
    files
}

/// Patterns of files, and names that almost match.
fn file_patterns(count: usize) -> Files {
    let list =
        |suffix: &str| quoted((0..count).map(|number| format!("{}b{number}{suffix}", "*a".repeat(40))));
    let mut files = app("", &[], "");
    let include = list("/x");
    let body = format!(
        "[build]\ninclude = [{include}]\n[image]\nfiles = [{{ from = [{}], to = \"/x/\" }}]\n",
        list("*")
    );
    files.insert("Dockerfile".to_owned(), body.into_bytes());
    for number in 0..count {
        files.insert(format!("{}{number}/x", "a".repeat(80)), Vec::new());
    }
    files
}

#[test]
fn planning_takes_time_in_proportion_to_the_project() {
    let cases: [Case; 10] = [
        ("a chain of dependencies", chain, 10_000),
        ("a package that needs all others", fan, 3_000),
        ("packages of one name", namesakes, 5_000),
        ("a lockfile of another project", strangers, 3_000),
        ("features", features, 1_000),
        ("members", members, 300),
        ("binaries", binaries, 1_000),
        ("patterns of members", patterns, 120),
        ("patterns over deep directories", patterns, 1_000),
        ("patterns of files", file_patterns, 100),
    ];
    for (what, files, count) in cases {
        let files = files(count);
        let start = Instant::now();
        assert!(!outcome(&files).is_empty());
        let elapsed = start.elapsed();
        assert!(elapsed < PATIENCE, "{what}, {count} of them: {elapsed:?}");
    }
}
