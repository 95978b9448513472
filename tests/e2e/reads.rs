//! What a compile reads decides what is compiled, whatever a file is called and wherever it lies.

use testbed::image::Image;

use crate::subject::{Subject, run_id};

/// A proc macro that tells the compiler nothing of what it looks at.
const MACROS: &str = r#"use proc_macro::TokenStream;
use std::path::PathBuf;
fn path(input: &TokenStream) -> PathBuf {
    PathBuf::from(std::env::var("CARGO_MANIFEST_DIR").unwrap()).join(input.to_string().trim_matches('"'))
}
fn text(text: &str) -> TokenStream { format!("{:?}", text.trim()).parse().unwrap() }
#[proc_macro] pub fn read(input: TokenStream) -> TokenStream { text(&std::fs::read_to_string(path(&input)).unwrap()) }
#[proc_macro] pub fn exists(input: TokenStream) -> TokenStream { text(&path(&input).exists().to_string()) }
#[proc_macro] pub fn leads(input: TokenStream) -> TokenStream {
    text(&std::fs::read_link(path(&input)).unwrap().display().to_string())
}
#[proc_macro] pub fn list(input: TokenStream) -> TokenStream {
    let names = std::fs::read_dir(path(&input)).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    text(&names.join(" "))
}
#[proc_macro] pub fn variable(input: TokenStream) -> TokenStream {
    text(&std::env::var(input.to_string().trim_matches('"')).unwrap())
}
#[proc_macro] pub fn program(input: TokenStream) -> TokenStream {
    let output = std::process::Command::new("cat").arg(path(&input)).output().unwrap();
    text(&String::from_utf8(output.stdout).unwrap())
}
#[proc_macro] pub fn date_everything(input: TokenStream) -> TokenStream {
    fn date(path: &std::path::Path) {
        let Ok(metadata) = path.symlink_metadata() else { return };
        if metadata.is_dir() {
            std::fs::read_dir(path).unwrap().for_each(|entry| date(&entry.unwrap().path()));
        }
        let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(3_786_912_000);
        if !metadata.is_symlink() {
            let _ = std::fs::File::open(path).and_then(|file| file.set_modified(time));
        }
    }
    let out = std::env::args().skip_while(|argument| argument != "--out-dir").nth(1).unwrap();
    date(std::path::Path::new(&out).parent().unwrap());
    text(&input.to_string())
}
"#;

/// A workspace of `app`, which prints `expression`, the macros, and these files.
fn workspace(name: &str, expression: &str, files: &[(&str, &str)]) -> Subject {
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\ndescription = \"first\"\n\
         [dependencies]\nlib = {{ path = \"../lib\" }}\nmac = {{ path = \"../mac\" }}\nitoa = \"=1.0.15\"\n"
    );
    let main = format!("fn main() {{ println!(\"{{}}\", {expression}); }}\n// {}\n", run_id());
    let mut all = vec![
        ("Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"app\", \"lib\", \"mac\"]\n"),
        ("app/Cargo.toml", &*manifest),
        ("app/src/main.rs", &*main),
        ("lib/Cargo.toml", "[package]\nname = \"lib\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
        ("lib/src/lib.rs", "pub const WORD: &str = \"one\";\n"),
        (
            "mac/Cargo.toml",
            "[package]\nname = \"mac\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[lib]\nproc-macro = true\n",
        ),
        ("mac/src/lib.rs", MACROS),
    ];
    all.extend(files);
    Subject::of(name, &all)
}

#[test]
fn a_macro_may_read_any_file() {
    let files = [
        "app/README.md",
        "app/notes.md",
        "app/Dockerfile.release",
        "app/Makefile",
        "app/compose.yaml",
        "app/src/template.rs",
        "app/examples/data.txt",
        "app/.gitignore",
        "lib/CHANGELOG.md",
        "README.md",
    ];
    let reads: Vec<String> = files.iter().map(|file| format!("mac::read!(\"../{file}\")")).collect();
    let contents: Vec<(&str, &str)> = files.iter().map(|file| (*file, "a")).collect();
    let subject = workspace("reads-any", &format!("[{}].join(\"\")", reads.join(", ")), &contents);
    let mut expected = vec!["a"; files.len()];
    subject.must_say("at first", &expected.concat());
    for (index, file) in files.iter().enumerate() {
        subject.project.write(file, "b").unwrap();
        expected[index] = "b";
        let log = subject.must_say(file, &expected.concat());
        assert_eq!(log.vertex("[build]").unwrap().compiled_names(), ["reads-any"], "{file}");
    }
    subject.project.write("LICENSE", "Nobody reads this.").unwrap();
    subject.project.write("lib/README.md", "Nor this.").unwrap();
    let log = subject.must_say("what nobody reads", &expected.concat());
    assert!(log.vertex("[build]").unwrap().compiled_names().is_empty(), "{}", log.transcript());
}

#[test]
fn a_macro_may_look_without_reading() {
    let looks = "[mac::exists!(\"../flag\"), mac::list!(\"words\"), mac::leads!(\"link\"), \
                 mac::variable!(\"CARGO_PKG_DESCRIPTION\"), mac::program!(\"said\"), mac::read!(\"Cargo.toml\").get(..1).unwrap()].join(\"|\")";
    let subject =
        workspace("reads-looks", looks, &[("app/words/a", ""), ("app/said", "hello"), ("app/elsewhere", "")]);
    let link = |to: &str| {
        let path = subject.project.path().join("app/link");
        let _ = std::fs::remove_file(&path);
        std::os::unix::fs::symlink(to, path).unwrap();
    };
    link("nowhere");
    subject.must_say("at first", "false|a|nowhere|first|hello|[");
    subject.project.write("flag", "").unwrap();
    subject.must_say("a file that was missing", "true|a|nowhere|first|hello|[");
    subject.project.write("app/words/b", "").unwrap();
    subject.must_say("a directory", "true|a b|nowhere|first|hello|[");
    link("elsewhere");
    subject.must_say("a link", "true|a b|elsewhere|first|hello|[");
    subject.edit("app/Cargo.toml", "\"first\"", "\"second\"");
    subject.must_say("a description", "true|a b|elsewhere|second|hello|[");
    subject.project.write("app/said", "bye").unwrap();
    subject.must_say("what a program reads", "true|a b|elsewhere|second|bye|[");
    subject.edit("app/Cargo.toml", "[package]", "# Read by a macro.\n[package]");
    subject.must_say("its manifest", "true|a b|elsewhere|second|bye|#");
    subject.project.remove("flag").unwrap();
    subject.must_say("a file that is gone", "false|a b|elsewhere|second|bye|#");
}

#[test]
fn variables_of_the_configuration_may_name_sources() {
    for (name, place) in [("reads-env-app", "app"), ("reads-env-root", ""), ("reads-env-src", "app/src")] {
        let config = format!("[env]\nPLACE = {{ value = \"{place}\", relative = true }}\n");
        let subject = workspace(
            name,
            "format!(\"{} {}\", include_str!(\"word.txt\"), lib::WORD)",
            &[(".cargo/config.toml", &config), ("app/src/word.txt", "one")],
        );
        subject.must_say("at first", "one one");
        subject.project.write("app/src/word.txt", "two").unwrap();
        let log = subject.must_say("an included file", "two one");
        assert!(log.vertex("[deps]").unwrap().is_cached(), "{place}: {}", log.transcript());
        subject.edit("app/src/main.rs", "lib::WORD", "lib::WORD.len()");
        subject.must_say("a source", "two 3");
        subject.edit("lib/src/lib.rs", "one", "three");
        subject.must_say("another crate", "two 5");
    }
}

#[test]
fn a_test_fails_when_what_its_macro_reads_changes() {
    let subject = workspace(
        "reads-test",
        "lib::WORD",
        &[
            (
                "app/tests/word.rs",
                "#[test] fn word() { assert_eq!(mac::read!(\"tests/data.md\"), \"one\"); }\n",
            ),
            ("app/tests/data.md", "one"),
        ],
    )
    .target("test");
    subject.build();
    subject.project.write("app/tests/data.md", "two").unwrap();
    let log = subject.command().fail().unwrap();
    assert!(log.transcript().contains("test word ... FAILED"), "{}", log.transcript());
    subject.project.write("app/tests/data.md", "one").unwrap();
    subject.project.write("app/tests/README.md", "Nobody reads this.").unwrap();
    let log = subject.build();
    assert!(log.vertex("[test]").unwrap().log().contains("test word ... ok"), "{}", log.transcript());
}

#[test]
fn artifacts_from_the_future_are_not_believed() {
    let subject = workspace("reads-future", "format!(\"{} {}\", mac::date_everything!(x), lib::WORD)", &[]);
    subject.must_say("at first", "x one");
    for (word, edit) in [("two", "x"), ("six", "y")] {
        subject.edit("lib/src/lib.rs", if word == "two" { "one" } else { "two" }, word);
        subject.must_say("after an edit of what was dated", &format!("x {word}"));
        subject.edit("app/src/main.rs", "// ", &format!("// {edit}"));
        subject.must_say("after an edit beside it", &format!("x {word}"));
    }
    subject.edit("app/src/main.rs", "mac::date_everything!(x)", "\"z\"");
    subject.must_say("without the macro", "z six");
    subject.edit("lib/src/lib.rs", "six", "ten");
    subject.must_say("long after it", "z ten");
}

#[test]
fn a_builder_with_a_past_makes_the_layers_of_one_without() {
    let script = "fn main() {\n    let time = std::fs::metadata(\"src/main.rs\").unwrap().modified().unwrap();\n    \
                  let time = time.duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos();\n    \
                  println!(\"cargo::rustc-env=TIME={time}\");\n}\n";
    let subject =
        workspace("reads-layers", "concat!(env!(\"TIME\"), \" \", \"one\")", &[("app/build.rs", script)]);
    subject.must_say("at first", "0 one");
    subject.edit("app/src/main.rs", "\"one\"", "\"two\"");
    subject.must_say("after an edit", "0 two");
    let layers = |image: &str| {
        let bed = testbed::bed::Bed::ensure().unwrap();
        Image::inspect(bed.docker(), image).unwrap().layers.diff_ids
    };
    let warm = layers(&subject.image);
    let fresh = subject.command().arg("--no-cache").tag("e2e-reads-layers-fresh");
    // Nor with what mounts hold.
    let log = fresh.succeed().unwrap();
    assert!(!log.vertex("[build]").unwrap().is_cached(), "{}", log.transcript());
    assert_eq!(layers("e2e-reads-layers-fresh"), warm);
}
