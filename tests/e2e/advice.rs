//! Failures that every tool reports in words of its own end with what to do in the Dockerfile.

use crate::subject::Subject;

const MANIFEST: &str = "[package]\nname = \"advised\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";

/// A build script, and the end of the line that must follow its failure.
const CASES: &[(&str, &str)] = &[
    (
        r#"std::net::TcpStream::connect("crates.io:443").unwrap();"#,
        "The cache then ignores changes of the downloaded files",
    ),
    (
        r#"std::process::Command::new("sh").args(["-c", "kill -9 $PPID"]).status().unwrap();"#,
        "`lto = \"thin\"` or `lto = false` in the profile",
    ),
    (
        r##"std::fs::write("/tmp/a.c", "#include <pcap/pcap.h>\n").unwrap();
            assert!(std::process::Command::new("cc").args(["-c", "/tmp/a.c", "-o", "/tmp/a.o"]).status().unwrap().success());"##,
        "`build.packages = [\"...\", \"libpcap-dev\"]`",
    ),
    (
        r#"assert!(std::process::Command::new("sh").args(["-c", "nasm -v"]).status().unwrap().success());"#,
        "`build.packages = [\"...\", \"nasm\"]`",
    ),
    (
        r#"panic!("error communicating with database: Connection refused");"#,
        "make sure that `.dockerignore` does not exclude it",
    ),
    (
        r#"println!("cargo::rustc-link-lib=dylib=usb-1.0");"#,
        "`build.packages = [\"...\", \"libusb-1.0-0-dev\"]`",
    ),
];

#[test]
fn a_failed_compile_ends_with_what_to_do() {
    let subject = Subject::of(
        "advice",
        &[("Cargo.toml", MANIFEST), ("build.rs", "fn main() {}\n"), ("src/main.rs", "fn main() {}\n")],
    );
    for (script, expected) in CASES {
        subject.project.write("build.rs", format!("fn main() {{ {script} }}\n")).unwrap();
        let log = subject.command().fail().unwrap();
        let said = log.vertex("[build]").unwrap().log();
        let last = said.trim_end().lines().last().unwrap();
        assert!(last.starts_with("supercargo: hint: ") && last.ends_with(expected), "{script}: {said}");
    }
    subject.project.write("build.rs", "fn main() { panic!(\"no words that anybody knows\") }\n").unwrap();
    let log = subject.command().fail().unwrap();
    let said = log.vertex("[build]").unwrap().log();
    assert!(!said.contains("hint: the ") && !said.contains("build.packages"), "{said}");
}
