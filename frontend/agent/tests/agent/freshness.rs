//! Whatever times the sources come with, the binary is the one that their contents say, and what did not change is
//! not compiled again.

use std::fs;
use std::os::unix::fs::symlink;

use crate::bed::{Project, at, main, manifest};

const FAR_FUTURE: u64 = 4_000_000_000;

#[test]
fn sources_of_time_zero_are_followed() {
    let project = Project::printing("\"one\"", &[]);
    project.build("one", "1 of 1");
    project.build("one", "0 of 1");
    project.write("src/main.rs", &main("\"two\""));
    project.build("two", "1 of 1");
    project.build("two", "0 of 1");
}

#[test]
fn code_sees_one_time_in_every_build() {
    let time = "std::fs::metadata(\"src/main.rs\").unwrap().modified().unwrap()\
                .duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()";
    let script = format!("fn main() {{ println!(\"cargo:rustc-env=TIME={{}}\", {time}); }}");
    let mut project = Project::printing("env!(\"TIME\")", &[("build.rs", &script)]);
    for (arrival, compiled) in [(0, "1 of 1"), (FAR_FUTURE, "0 of 1"), (1_000_000_000, "0 of 1")] {
        project.arrival = at(arrival);
        project.build("0", compiled);
    }
    project.write("src/main.rs", "fn main() { println!(\"again {}\", env!(\"TIME\")); }\n");
    project.build("again 0", "1 of 1");
}

#[test]
fn sources_from_the_future_are_followed() {
    let mut project = Project::printing("\"one\"", &[]);
    project.arrival = at(FAR_FUTURE);
    project.build("one", "1 of 1");
    project.build("one", "0 of 1");
    project.write("src/main.rs", &main("\"two\""));
    project.build("two", "1 of 1");
    project.arrival = at(0);
    project.build("two", "0 of 1");
}

#[test]
fn sources_older_than_a_stub_replace_it() {
    let project = Project::printing("\"stub\"", &[]);
    let stub = std::process::Command::new("cargo")
        .args(["build", "--offline", "--quiet"])
        .current_dir(project.path("src"))
        .env("CARGO_TARGET_DIR", project.path("target"))
        .status();
    assert!(stub.unwrap().success());
    project.write("src/main.rs", &main("\"real\""));
    project.build("real", "1 of 1");
}

#[test]
fn another_content_of_the_same_size_and_time_is_a_change() {
    let mut project = Project::printing("\"one\"", &[]);
    project.arrival = at(1_000_000_000);
    project.build("one", "1 of 1");
    project.write("src/main.rs", &main("\"two\""));
    let outcome = project.build("two", "1 of 1");
    assert!(outcome.stdout.contains("\nchanged: src/main.rs\n"), "{outcome:?}");
    assert_eq!(project.report().changed, ["src/main.rs"]);
}

#[test]
fn a_file_restored_to_an_older_version_is_a_change() {
    let project = Project::printing("\"one\"", &[]);
    project.build("one", "1 of 1");
    project.write("src/main.rs", &main("\"two\""));
    project.build("two", "1 of 1");
    project.write("src/main.rs", &main("\"one\""));
    project.build("one", "1 of 1");
}

#[test]
fn a_failed_build_leaves_nothing_behind() {
    let project = Project::printing("\"one\"", &[]);
    project.build("one", "1 of 1");
    project.write("src/main.rs", "fn main() { no }");
    let outcome = project.try_build();
    assert_eq!(outcome.code, Some(101));
    assert_eq!(outcome.stderr.matches("cannot find value `no`").count(), 1, "{outcome:?}");
    assert!(!outcome.stderr.contains("supercargo:") && outcome.stdout.is_empty(), "{outcome:?}");
    assert_eq!(project.try_build().code, Some(101));
    project.write("src/main.rs", &main("\"one\""));
    project.build("one", "1 of 1");
}

#[test]
fn a_branch_switch_and_back_compiles_what_differs() {
    let project = Project::new(&[
        ("Cargo.toml", "[workspace]\nmembers = [\"app\", \"lib\"]\nresolver = \"2\"\n"),
        ("app/Cargo.toml", &manifest("app", "[dependencies]\nlib = { path = \"../lib\" }\n")),
        ("lib/Cargo.toml", &manifest("lib", "")),
        ("lib/src/lib.rs", "pub const LIB: &str = \"lib\";\n"),
        ("app/src/main.rs", &main("lib::LIB")),
    ]);
    project.build("lib", "2 of 2");
    project.write("app/src/main.rs", &format!("mod extra;\n{}", main("extra::text()")));
    project.write("app/src/extra.rs", "pub fn text() -> String { format!(\"branch {}\", lib::LIB) }\n");
    let outcome = project.build("branch lib", "1 of 2");
    assert!(outcome.stdout.contains("\nchanged: app/src/extra.rs, app/src/main.rs\n"), "{outcome:?}");
    project.write("app/src/main.rs", &main("lib::LIB"));
    project.remove("app/src/extra.rs");
    project.build("lib", "1 of 2");
    project.write("lib/src/lib.rs", "pub const LIB: &str = \"LIB\";\n");
    project.build("LIB", "2 of 2");
}

#[test]
fn a_file_that_a_build_script_watches_may_go_and_come_back() {
    let project = Project::printing("env!(\"DATA\")", &[("build.rs", WATCHING), ("data", "x"), ("old", "")]);
    project.build("x", "1 of 1");
    project.build("x", "0 of 1");
    project.remove("data");
    project.build("absent", "1 of 1");
    project.write("data", "x");
    project.build("x", "1 of 1");
    project.write("data", "y");
    project.build("y", "1 of 1");
}

const WATCHING: &str = r#"fn main() {
    println!("cargo:rerun-if-changed=data");
    let data = std::fs::read_to_string("data").unwrap_or("absent".into());
    println!("cargo:rustc-env=DATA={data}");
}"#;

#[test]
fn a_build_script_that_watches_nothing_sees_every_file_that_it_reads() {
    let script = WATCHING.replace("println!(\"cargo:rerun-if-changed=data\");", "");
    let project = Project::printing("env!(\"DATA\")", &[("build.rs", &script), ("data", "x"), ("z", "")]);
    project.build("x", "1 of 1");
    project.build("x", "0 of 1");
    project.write("z", "newest of all");
    project.build("x", "0 of 1");
    project.remove("data");
    project.build("absent", "1 of 1");
    project.write("data", "x");
    project.build("x", "1 of 1");
    project.build("x", "0 of 1");
}

#[test]
fn a_watched_directory_is_its_names_and_contents() {
    let script = r#"fn main() {
        println!("cargo:rerun-if-changed=migrations");
        let mut names: Vec<_> = std::fs::read_dir("migrations").unwrap()
            .map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap()).collect();
        names.sort();
        println!("cargo:rustc-env=DATA={}", names.join("+"));
    }"#;
    let files = [("build.rs", script), ("migrations/1", "a"), ("migrations/2", "b")];
    let project = Project::printing("env!(\"DATA\")", &files);
    project.build("a+b", "1 of 1");
    project.build("a+b", "0 of 1");
    project.write("migrations/3", "c");
    project.build("a+b+c", "1 of 1");
    project.remove("migrations/1");
    project.build("b+c", "1 of 1");
    fs::rename(project.source("migrations/2"), project.source("migrations/0")).unwrap();
    project.build("b+c", "1 of 1");
    symlink("0", project.source("migrations/link")).unwrap();
    project.build("b+b+c", "1 of 1");
    fs::remove_file(project.source("migrations/link")).unwrap();
    symlink("3", project.source("migrations/link")).unwrap();
    project.build("b+c+c", "1 of 1");
    project.build("b+c+c", "0 of 1");
}

#[test]
fn a_file_outside_the_crate_and_one_behind_a_link_count() {
    let project = Project::new(&[
        ("app/Cargo.toml", &manifest("app", "[workspace]\n")),
        (
            "app/src/main.rs",
            "mod value;\nfn main() { println!(\"{}{}\", include_str!(\"../../text\"), value::V); }",
        ),
        ("text", "a"),
        ("shared/value.rs", "pub const V: u8 = 1;"),
    ]);
    symlink("../../shared/value.rs", project.source("app/src/value.rs")).unwrap();
    let mut project = project;
    project.job.command.push("--manifest-path=app/Cargo.toml".to_owned());
    project.build("a1", "1 of 1");
    project.build("a1", "0 of 1");
    project.write("text", "b");
    project.build("b1", "1 of 1");
    project.write("shared/value.rs", "pub const V: u8 = 2;");
    project.build("b2", "1 of 1");
}

#[test]
fn a_second_name_of_a_file_is_new() {
    let project = Project::printing("env!(\"DATA\")", &[("build.rs", WATCHING), ("original", "x")]);
    project.build("absent", "1 of 1");
    fs::hard_link(project.source("original"), project.source("data")).unwrap();
    project.build("x", "1 of 1");
    project.build("x", "0 of 1");
}

#[test]
fn without_a_ledger_everything_is_new() {
    let project = Project::printing("\"one\"", &[]);
    project.build("one", "1 of 1");
    for damage in [None, Some(""), Some("{\"version\":1"), Some("\0\0\0\0")] {
        match damage {
            None => fs::remove_file(project.ledger()).unwrap(),
            Some(text) => fs::write(project.ledger(), text).unwrap(),
        }
        let value = format!("damage {damage:?}").replace(['"', '\\'], "'");
        project.write("src/main.rs", &main(&format!("\"{value}\"")));
        let outcome = project.build(&value, "1 of 1");
        assert!(!outcome.stdout.contains("changed:"), "nothing to compare with: {outcome:?}");
    }
}

#[test]
fn variables_that_a_macro_reads_count_where_they_are_named() {
    let mut project = Project::new(&[
        ("Cargo.toml", &manifest("app", "[dependencies]\nmac = { path = \"mac\" }\n[workspace]\n")),
        ("src/main.rs", &main("mac::value!()")),
        ("mac/Cargo.toml", &manifest("mac", "[lib]\nproc-macro = true\n")),
        (
            "mac/src/lib.rs",
            "#[proc_macro]\npub fn value(_: proc_macro::TokenStream) -> proc_macro::TokenStream {\n\
             format!(\"{:?}\", std::env::var(\"VALUE\").unwrap()).parse().unwrap() }\n",
        ),
    ]);
    project.job.freshness.as_mut().unwrap().variables = vec!["VALUE".to_owned()];
    project.environment = vec![("VALUE", "one".to_owned())];
    project.build("one", "2 of 2");
    project.environment = vec![("VALUE", "one".to_owned()), ("OTHER", "x".to_owned())];
    project.build("one", "0 of 2");
    project.environment = vec![("VALUE", "two".to_owned())];
    project.build("two", "2 of 2");
}

/// A macro that tells the compiler nothing of the file that it reads.
const READS: &str = "#[proc_macro]\npub fn word(_: proc_macro::TokenStream) -> proc_macro::TokenStream {\n    \
                     let folder = std::env::var(\"CARGO_MANIFEST_DIR\").unwrap();\n    \
                     format!(\"{:?}\", std::fs::read_to_string(folder + \"/word.txt\").unwrap()).parse().unwrap()\n}\n";

#[test]
fn what_a_macro_reads_is_followed() {
    let project = Project::new(&[
        ("Cargo.toml", &manifest("app", "[dependencies]\nmac = { path = \"mac\" }\n")),
        ("src/main.rs", &main("mac::word!()")),
        ("word.txt", "one"),
        ("mac/Cargo.toml", &manifest("mac", "[lib]\nproc-macro = true\n")),
        ("mac/src/lib.rs", READS),
    ]);
    project.build("one", "2 of 2");
    project.write("word.txt", "two");
    project.build("two", "1 of 2");
    project.write("README.md", "Read this.");
    project.build("two", "0 of 2");
    project.write("mac/data.txt", "data");
    project.build("two", "0 of 2");
}

#[test]
fn a_unit_that_failed_says_nothing_of_others() {
    let project = Project::new(&[
        ("Cargo.toml", &manifest("app", "[dependencies]\nmac = { path = \"mac\" }\n")),
        ("src/lib.rs", "pub const WORD: &str = mac::word!();\n"),
        ("src/main.rs", &main("app::WORD")),
        ("word.txt", "one"),
        ("mac/Cargo.toml", &manifest("mac", "[lib]\nproc-macro = true\n")),
        ("mac/src/lib.rs", READS),
    ]);
    project.build("one", "2 of 2");
    // The program fails and the library does not.
    project.write("src/main.rs", "fn main() { no }");
    assert_eq!(project.try_build().code, Some(101));
    project.write("src/main.rs", &main("app::WORD"));
    project.write("word.txt", "two");
    project.build("two", "1 of 2");
}
