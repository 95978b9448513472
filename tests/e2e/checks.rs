//! Checks: cargo's other commands as targets, each on dependencies of its own and with cargo's own words.

use testbed::bed::Bed;
use testbed::build::Build;
use testbed::log::BuildLog;

use crate::subject::{Subject, run_id};

const MAIN: &str = "fn main() {\n    println!(\"{}\", checked::double(21));\n}\n";
const LIB: &str = "//! Doubles.\n\n/// Twice `n`.\n///\n/// ```\n/// assert_eq!(checked::double(2), 4);\n/// ```\n\
                   pub fn double(n: u32) -> u32 {\n    n * 2\n}\n\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn doubles() {\n        \
                   assert_eq!(itoa::Buffer::new().format(super::double(21)), \"42\");\n        \
                   println!(\"{{\\\"reason\\\":\\\"mine\\\"}}\");\n    }\n}\n";

/// A workspace of a program and a library that has no binary; the root's tests need what only tests need.
fn project(name: &str) -> Subject {
    let namespace = format!("[workspace.metadata.supercargo.cache]\nnamespace = \"{name}-{}\"\n", run_id());
    let manifest = format!(
        "[package]\nname = \"checked\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[dev-dependencies]\nitoa = \"1\"\n\
         [workspace]\nmembers = [\"plain\"]\n{namespace}"
    );
    Subject::of(
        name,
        &[
            ("Cargo.toml", &manifest),
            (".cargo/config.toml", &format!("[env]\nE2E = \"{}\"\n", run_id())),
            ("src/main.rs", MAIN),
            ("src/lib.rs", LIB),
            (
                "tests/whole.rs",
                "#[test]\nfn prints() {\n    let program = env!(\"CARGO_BIN_EXE_checked\");\n    \
              let listener = std::net::TcpListener::bind(\"127.0.0.1:0\").unwrap();\n    \
              std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();\n    \
              let output = std::process::Command::new(program).output().unwrap();\n    \
              assert_eq!(output.stdout, b\"42\\n\");\n}\n",
            ),
            ("plain/Cargo.toml", "[package]\nname = \"plain\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
            ("plain/src/lib.rs", "//! Nothing much.\n\n#[test]\nfn nothing() {}\n"),
        ],
    )
}

fn check(project: &Subject, target: &str) -> Build {
    let bed = Bed::ensure().unwrap();
    Build::new(bed.docker(), project.project.path()).target(target)
}

/// What was compiled by the step of that name, and that it found all dependencies compiled.
fn compiled(log: &BuildLog, step: &str) -> Vec<String> {
    assert!(!log.transcript().contains("could not be reused"), "{}", log.transcript());
    log.vertex(&format!("[{step}]")).unwrap().compiled_names()
}

/// Which step compiled the dependencies.
fn deps(log: &BuildLog) -> String {
    log.vertex("[deps]").unwrap().digest().to_owned()
}

#[test]
fn tests_pass_once_and_fail_in_their_own_words() {
    let project = project("tested");
    let test = check(&project, "test");
    let log = test.succeed().unwrap();
    let said = log.vertex("[test]").unwrap().log();
    for words in
        ["test tests::doubles ... ok", "test prints ... ok", "test nothing ... ok", "Doc-tests checked"]
    {
        assert!(said.contains(words), "no `{words}`:\n{said}");
    }
    assert!(!said.contains("Compiling itoa"), "{said}");
    let told = test.clone().call("explain").succeed().unwrap();
    for words in ["`cargo test` runs on package", "It runs `cargo test`: what fails there fails the build."] {
        assert!(told.stdout().contains(words), "no `{words}`:\n{}", told.stdout());
    }
    let plan = test.clone().call("plan").succeed().unwrap();
    assert!(
        plan.stdout().contains("cargo test of") && !plan.stdout().contains("distroless"),
        "{}",
        plan.stdout()
    );
    let none = test.clone().call("dockerfile").fail().unwrap();
    assert!(none.stdout().contains("`--target test` makes no image"), "{}", none.stdout());
    assert!(log.vertex("[deps]").unwrap().log().contains("deps: "), "{}", log.transcript());
    assert!(compiled(&log, "test").contains(&"checked".to_owned()));
    assert!(test.succeed().unwrap().ran().is_empty(), "what has passed runs again");

    project.edit("src/lib.rs", "n * 2", "n * 3");
    let failed = test.fail().unwrap();
    let said = failed.vertex("[test]").unwrap().log();
    for words in [
        "test tests::doubles ... FAILED",
        "left: \"63\"",
        "error: test failed, to rerun pass `-p checked --lib`",
    ] {
        assert_eq!(said.matches(words).count(), 1, "`{words}`:\n{said}");
    }
    assert!(failed.message().contains("exit code: 101"), "{}", failed.message());
    assert_eq!(deps(&failed), deps(&log), "{}", failed.transcript());
    // One package alone has no such test.
    let log = test.clone().build_arg("PACKAGE", "plain").succeed().unwrap();
    assert!(!log.vertex("[test]").unwrap().log().contains("doubles"), "{}", log.transcript());

    project.edit("src/lib.rs", "n * 3", "2 * n");
    let log = test.succeed().unwrap();
    assert_eq!(compiled(&log, "test"), ["checked"], "{}", log.transcript());

    // The image has nothing to do with it: not of what tests need, and not of what they compiled.
    let image = project.build();
    assert!(!image.transcript().contains("Compiling itoa"), "{}", image.transcript());
    assert_eq!(project.says(), "42");
    project.edit("src/main.rs", "21", "22");
    assert_eq!(deps(&project.build()), deps(&image));
}

#[test]
fn lints_are_cargos_own_and_share_the_dependencies() {
    let project = project("linted");
    let log = check(&project, "check").succeed().unwrap();
    let said = log.vertex("[check]").unwrap().log();
    assert!(said.contains("Checking checked") && said.contains("Finished `dev` profile"), "{said}");
    compiled(&log, "check");
    let checked = deps(&log);
    let log = check(&project, "clippy").succeed().unwrap();
    assert_eq!(deps(&log), checked, "{}", log.transcript());
    compiled(&log, "clippy");

    // A warning passes, unless the manifest says otherwise.
    project.edit("src/lib.rs", "    n * 2\n", "    return n * 2;\n");
    let log = check(&project, "clippy").succeed().unwrap();
    assert!(
        log.vertex("[clippy]").unwrap().log().contains("unneeded `return` statement"),
        "{}",
        log.transcript()
    );
    project.project.append("Cargo.toml", "[lints.clippy]\nneedless_return = \"deny\"\n").unwrap();
    let failed = check(&project, "clippy").fail().unwrap();
    assert!(failed.transcript().contains("error: unneeded `return` statement"), "{}", failed.transcript());
    check(&project, "check").succeed().unwrap();

    // Tests are looked at as well.
    project.edit("tests/whole.rs", "fn prints() {", "fn prints() {\n    let _: u32 = \"\";");
    let failed = check(&project, "check").fail().unwrap();
    assert!(failed.transcript().contains("tests/whole.rs:3"), "{}", failed.transcript());
}

#[test]
fn documentation_comes_out_and_holds_nothing_old() {
    let project = project("documented");
    let folder = tempfile::tempdir().unwrap();
    let doc = |into: &str| {
        let log = check(&project, "doc").output_folder(&folder.path().join(into)).succeed().unwrap();
        compiled(&log, "doc");
        folder.path().join(into).join("doc")
    };
    let first = doc("first");
    assert!(std::fs::read_to_string(first.join("checked/fn.double.html")).unwrap().contains("Twice"));
    assert!(first.join("plain/index.html").exists());
    project.edit("src/lib.rs", "pub fn double", "pub fn triple");
    project.edit("src/main.rs", "double", "triple");
    let second = doc("second");
    assert!(second.join("checked/fn.triple.html").exists());
    assert!(!second.join("checked/fn.double.html").exists());
    assert!(second.join("plain/index.html").exists());
}

#[test]
fn formatting_needs_no_dependency_and_says_what_differs() {
    let project = project("formatted");
    std::fs::remove_file(project.project.path().join("Cargo.lock")).unwrap();
    let fmt = check(&project, "fmt");
    let log = fmt.succeed().unwrap();
    assert!(log.vertex("[toolchain] install rustfmt").is_ok(), "{}", log.transcript());
    for step in ["[lock]", "[manifests]", "[fetch]", "[deps]", "[packages]"] {
        assert!(log.vertex(step).is_err(), "{step}:\n{}", log.transcript());
    }
    assert!(log.warnings().is_empty(), "{:?}", log.warnings());
    assert!(fmt.succeed().unwrap().ran().is_empty(), "what has passed runs again");
    let none = fmt.clone().call("dockerfile").fail().unwrap();
    assert!(none.stdout().contains("`--target fmt` makes no image"), "{}", none.stdout());

    // The edition is the package's own: in the one of 2015 this is no function.
    project.edit("plain/src/lib.rs", "fn nothing() {}", "fn nothing() {}\n\npub async fn later() {}");
    fmt.succeed().unwrap();

    project.edit("src/lib.rs", "    n * 2\n", "    n*2\n");
    let failed = fmt.fail().unwrap();
    let said = failed.vertex("[fmt]").unwrap().log();
    for words in ["Diff in /workspace/src/lib.rs:", "-    n*2\n", "+    n * 2\n"] {
        assert_eq!(said.matches(words).count(), 1, "`{words}`:\n{said}");
    }
    assert!(failed.message().contains("exit code: 1"), "{}", failed.message());
    fmt.clone().build_arg("PACKAGE", "plain").succeed().unwrap();
    project.project.write("rustfmt.toml", "disable_all_formatting = true\n").unwrap();
    fmt.succeed().unwrap();
}
