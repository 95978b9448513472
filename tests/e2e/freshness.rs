//! Sources that try to look like others: whatever their times and ways, the program that comes out is of what they
//! say now.

use std::path::Path;

use testbed::project::Project;

use crate::subject::{Subject, git, run_id};

/// A program without dependencies that prints a word, and the run, so that nothing of an earlier one stands in for it.
fn program(name: &str) -> [(String, String); 2] {
    [
        (
            "Cargo.toml".to_owned(),
            format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
        ),
        ("src/main.rs".to_owned(), main("word::WORD", "mod word;\n")),
    ]
}

fn main(word: &str, head: &str) -> String {
    format!("{head}fn main() {{\n    println!(\"{{}}\", {word});\n}}\n// {}\n", run_id())
}

fn word(word: &str) -> String {
    format!("pub const WORD: &str = \"{word}\";\n")
}

fn subject(image: &str, files: &[(String, String)]) -> Subject {
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    Subject::of(image, &files)
}

/// A program whose module `word` holds `first`.
fn wordy(image: &str, name: &str, first: &str) -> Subject {
    let subject = subject(image, &program(name));
    subject.project.write("src/word.rs", word(first)).unwrap();
    subject
}

/// The 14th of November 2023, in seconds.
const OLD: u64 = 1_700_000_000;
/// The end of the century.
const FUTURE: u64 = 4_100_000_000;

#[test]
fn times_of_sources_are_never_believed() {
    let subject = wordy("fresh-times", "fresh-times", "one");
    subject.project.touch("src/word.rs", OLD).unwrap();
    subject.must_say("at first", "one");
    for (text, time, when) in [
        ("two", FUTURE, "from the future"),
        ("three", 0, "of time zero"),
        ("four", OLD, "older than everything"),
        ("five", FUTURE, "from the future again"),
        ("six", FUTURE + 1, "from further on"),
        ("seven", 1, "of time one"),
    ] {
        subject.project.write("src/word.rs", word(text)).unwrap();
        subject.project.touch("src/word.rs", time).unwrap();
        subject.must_say(when, text);
    }
}

#[test]
fn another_content_of_the_same_size_and_time_is_another_file() {
    let first = wordy("fresh-twin-a", "fresh-twin", "aaaa");
    first.project.touch("src/word.rs", OLD).unwrap();
    // The client itself takes a file of the same size and time for the same, but not in two folders.
    let second = first.copy("fresh-twin-b");
    second.project.write("src/word.rs", word("bbbb")).unwrap();
    second.project.touch("src/word.rs", OLD).unwrap();
    for round in ["once", "twice"] {
        first.must_say(round, "aaaa");
        second.must_say(round, "bbbb");
    }
}

#[test]
fn what_was_before_comes_back() {
    let subject = wordy("fresh-back", "fresh-back", "one");
    let folder = subject.project.path().to_owned();
    let commit = |branch: &str| {
        git(&folder, &["add", "--all"]);
        git(&folder, &["commit", "--quiet", "--message", branch]);
    };
    git(&folder, &["init", "--quiet", "--initial-branch=main"]);
    commit("main");
    subject.must_say("on main", "one");

    git(&folder, &["checkout", "--quiet", "-b", "other"]);
    subject.project.write("src/word.rs", "mod deep;\npub use deep::WORD;\n").unwrap();
    subject.project.write("src/word/deep.rs", word("two")).unwrap();
    commit("other");
    subject.must_say("on another branch", "two");

    git(&folder, &["checkout", "--quiet", "main"]);
    subject.must_say("back on main", "one");
    // The engine may know the result, so something that it cannot know is built on top.
    subject.project.append("src/main.rs", "// More.\n").unwrap();
    subject.must_say("back on main, edited", "one");

    subject.project.remove("src/word.rs").unwrap();
    let gone = subject.command().fail().unwrap();
    assert!(gone.vertex("[build]").unwrap().log().contains("error[E0583]"), "{}", gone.transcript());
    subject.project.write("src/word.rs", word("three")).unwrap();
    subject.project.touch("src/word.rs", OLD).unwrap();
    subject.must_say("made again", "three");
    subject.project.remove("src/word.rs").unwrap();
    subject.project.write("src/word/mod.rs", word("four")).unwrap();
    subject.project.touch("src/word/mod.rs", OLD).unwrap();
    subject.must_say("in another place", "four");
}

/// A build script that bakes what `expression` gives, after it printed `lines`.
fn script(lines: &str, expression: &str) -> String {
    format!(
        "fn main() {{\n    {lines}\n    let text: String = {expression};\n    \
         println!(\"cargo::rustc-env=WORD={{}}\", text.trim());\n}}\n"
    )
}

#[test]
fn a_build_script_sees_the_files_that_there_are() {
    let names = "{ let mut names: Vec<String> = std::fs::read_dir(\"words\").unwrap()\
                 .map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect(); names.sort(); names.join(\" \") }";
    let read = "std::fs::read_to_string(\"words/a.txt\").unwrap()";
    let outside = "std::fs::read_to_string(\"../outside.txt\").unwrap()";
    let member =
        |name: &str| format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
    let scripts = [
        ("watched", script("println!(\"cargo::rerun-if-changed=words/a.txt\");", read)),
        ("silent", script("", read)),
        ("listed", script("println!(\"cargo::rerun-if-changed=words\");", names)),
        ("outside", script("println!(\"cargo::rerun-if-changed=../outside.txt\");", outside)),
    ];
    let mut files = vec![
        (
            "Cargo.toml".to_owned(),
            "[workspace]\nresolver = \"3\"\nmembers = [\"app\", \"watched\", \"silent\", \"listed\", \"outside\"]\n"
                .to_owned(),
        ),
        ("outside.txt".to_owned(), "outside-1".to_owned()),
    ];
    let mut dependencies = member("fresh-scripts") + "[dependencies]\n";
    for (name, text) in scripts {
        dependencies.extend([name, " = { path = \"../", name, "\" }\n"]);
        files.push((format!("{name}/Cargo.toml"), member(name)));
        files.push((format!("{name}/build.rs"), text));
        files.push((format!("{name}/src/lib.rs"), "pub const WORD: &str = env!(\"WORD\");\n".to_owned()));
        files.push((format!("{name}/words/a.txt"), format!("{name}-1")));
    }
    files.push(("app/Cargo.toml".to_owned(), dependencies));
    let words = "[watched::WORD, silent::WORD, listed::WORD, outside::WORD].join(\", \")";
    files.push(("app/src/main.rs".to_owned(), main(words, "")));
    let subject = subject("fresh-scripts", &files);
    let write = |path: &str, text: &str| {
        subject.project.write(path, text).unwrap();
        subject.project.touch(path, OLD).unwrap();
    };

    subject.must_say("at first", "watched-1, silent-1, a.txt, outside-1");
    write("watched/words/a.txt", "watched-2");
    let log = subject.must_say("a watched file", "watched-2, silent-1, a.txt, outside-1");
    assert_eq!(log.vertex("[build]").unwrap().compiled_names(), ["fresh-scripts", "watched"]);
    write("silent/words/a.txt", "silent-2");
    subject.must_say("a file that nobody said is watched", "watched-2, silent-2, a.txt, outside-1");
    write("listed/words/b.txt", "b");
    subject.must_say("a new file in a watched folder", "watched-2, silent-2, a.txt b.txt, outside-1");
    write("outside.txt", "outside-2");
    subject.must_say("a file outside of the package", "watched-2, silent-2, a.txt b.txt, outside-2");
    subject.project.remove("listed/words/a.txt").unwrap();
    subject.must_say("a watched folder loses a file", "watched-2, silent-2, b.txt, outside-2");
}

#[test]
fn included_files_are_sources_wherever_they_are() {
    let include = "include_str!(\"../../words/motd.txt\").trim()";
    let files = [
        ("Cargo.toml".to_owned(), "[workspace]\nresolver = \"3\"\nmembers = [\"app\"]\n".to_owned()),
        (
            "app/Cargo.toml".to_owned(),
            "[package]\nname = \"fresh-include\"\nversion = \"0.1.0\"\nedition = \"2024\"\n".to_owned(),
        ),
        ("app/src/main.rs".to_owned(), main(include, "")),
        ("words/motd.txt".to_owned(), "one".to_owned()),
    ];
    let subject = subject("fresh-include", &files);
    subject.must_say("at first", "one");
    for (text, time) in [("two", OLD), ("one", FUTURE), ("six", OLD)] {
        subject.project.write("words/motd.txt", text).unwrap();
        subject.project.touch("words/motd.txt", time).unwrap();
        subject.must_say("an included file", text);
    }
    link(subject.project.path());
    subject.must_say("an included link", "seven");
}

/// Puts a link where the included file was.
fn link(folder: &Path) {
    std::fs::write(folder.join("words/seven.txt"), "seven").unwrap();
    std::fs::remove_file(folder.join("words/motd.txt")).unwrap();
    std::os::unix::fs::symlink("seven.txt", folder.join("words/motd.txt")).unwrap();
}

/// A proc macro that tells the compiler nothing of what it reads.
const MACRO: &str = "use proc_macro::TokenStream;\n\
    #[proc_macro]\npub fn variable(_: TokenStream) -> TokenStream {\n    \
    format!(\"{:?}\", std::env::var(\"FRESH_WORD\").unwrap()).parse().unwrap()\n}\n\
    #[proc_macro]\npub fn file(_: TokenStream) -> TokenStream {\n    \
    let folder = std::env::var(\"CARGO_MANIFEST_DIR\").unwrap();\n    \
    format!(\"{:?}\", std::fs::read_to_string(folder + \"/words/file.txt\").unwrap()).parse().unwrap()\n}\n";

#[test]
fn a_proc_macro_sees_variables_and_files_as_they_are() {
    let files = [
        (
            "Cargo.toml".to_owned(),
            "[workspace]\nresolver = \"3\"\nmembers = [\"app\", \"mac\"]\n".to_owned(),
        ),
        (".cargo/config.toml".to_owned(), "[env]\nFRESH_WORD = \"one\"\n".to_owned()),
        (
            "app/Cargo.toml".to_owned(),
            "[package]\nname = \"fresh-macro\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[dependencies]\nmac = { path = \"../mac\" }\n"
                .to_owned(),
        ),
        ("app/src/main.rs".to_owned(), main("[mac::variable!(), mac::file!()].join(\" \")", "")),
        ("app/words/file.txt".to_owned(), "red".to_owned()),
        (
            "mac/Cargo.toml".to_owned(),
            "[package]\nname = \"mac\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[lib]\nproc-macro = true\n".to_owned(),
        ),
        ("mac/src/lib.rs".to_owned(), MACRO.to_owned()),
    ];
    let subject = subject("fresh-macro", &files);
    subject.must_say("at first", "one red");
    subject.edit(".cargo/config.toml", "one", "two");
    subject.must_say("a variable", "two red");
    subject.project.write("app/words/file.txt", "blue").unwrap();
    subject.must_say("a file", "two blue");
    subject.edit(".cargo/config.toml", "two", "one");
    subject.must_say("the variable as it was", "one blue");
}

#[test]
fn two_projects_of_one_name_do_not_mix() {
    let other = |image: &str, value: &str| {
        let mut files = program("fresh-namesake").to_vec();
        files.push(("src/word.rs".to_owned(), word(value)));
        let subject = subject(image, &files);
        for path in ["Cargo.toml", "src/main.rs", "src/word.rs"] {
            subject.project.touch(path, OLD).unwrap();
        }
        subject
    };
    let (here, there) = (other("fresh-here", "here"), other("fresh-there", "else"));
    // Files that only one of them has, too.
    there.project.write("src/extra.rs", word("extra")).unwrap();
    for round in 0..2u64 {
        for (subject, base) in [(&here, "here"), (&there, "else")] {
            let value = format!("{base}{round}");
            subject.project.write("src/word.rs", word(&value)).unwrap();
            subject.project.touch("src/word.rs", OLD + round).unwrap();
            subject.must_say("in turns", &value);
        }
    }
}

#[test]
fn what_became_a_folder_or_a_program_is_something_else() {
    let project = Project::of(&[]).unwrap();
    for (path, text) in program("fresh-kinds") {
        project.write(&path, text).unwrap();
    }
    project.write("src/word.rs", word("file")).unwrap();
    let subject = Subject::in_place("fresh-kinds", project);
    subject.must_say("a file", "file");
    subject.project.remove("src/word.rs").unwrap();
    subject.project.write("src/other.rs", word("link")).unwrap();
    std::os::unix::fs::symlink("other.rs", subject.project.path().join("src/word.rs")).unwrap();
    subject.must_say("a link", "link");
    subject.project.write("src/other.rs", word("told")).unwrap();
    subject.project.touch("src/other.rs", OLD).unwrap();
    subject.must_say("what the link leads to", "told");
}
