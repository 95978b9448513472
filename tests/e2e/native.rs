//! Native libraries: packages of the system in the builder and in the image.

use testbed::bed::Bed;
use testbed::image;
use testbed::log::BuildLog;

use crate::subject::Subject;

/// A program that links a library of the system by hand, without any crate.
fn linking(image: &str, configuration: &str, link: &str, main: &str) -> Subject {
    let manifest =
        format!("[package]\nname = \"native\"\nversion = \"0.1.0\"\nedition = \"2024\"\n{configuration}");
    let script = format!(
        "fn main() {{ println!(\"cargo::rustc-link-search=native=/usr/lib/x86_64-linux-gnu\"); \
         println!(\"cargo::rustc-link-lib={link}\"); }}\n"
    );
    Subject::of(image, &[("Cargo.toml", &manifest), ("build.rs", &script), ("src/main.rs", main)])
}

const ZSTD: &str = "unsafe extern \"C\" { safe fn ZSTD_versionNumber() -> u32; }\n\
                    fn main() { println!(\"zstd {}\", ZSTD_versionNumber() / 10000); }\n";

fn ran(log: &BuildLog, step: &str) -> bool {
    log.ran().iter().any(|name| name.starts_with(step))
}

#[test]
fn a_package_is_installed_before_the_compile_and_only_once() {
    let configuration = "[package.metadata.supercargo.build]\npackages = [\"libzstd-dev\"]\n";
    let subject = linking("native-static", configuration, "static=zstd", ZSTD);
    let log = subject.must_say("first", "zstd 1");
    let step = log.vertex("[packages] install libzstd-dev").unwrap();
    assert!(
        step.is_cached() || step.log().contains("packages: installed libzstd-dev on Debian"),
        "{}",
        step.log()
    );
    subject.edit("src/main.rs", "zstd {}", "zstandard {}");
    let log = subject.must_say("after an edit", "zstandard 1");
    assert!(!ran(&log, "[packages]") && ran(&log, "[build]"), "{}", log.transcript());
}

#[test]
fn what_the_image_has_is_not_installed() {
    let configuration = "[package.metadata.supercargo.build]\npackages = [\"gcc\", \"pkg-config\"]\n";
    let subject = linking("native-there", configuration, "c", "fn main() { println!(\"c\"); }\n");
    let log = subject.command().no_cache_filter("packages").succeed().unwrap();
    let said = log.vertex("[packages]").unwrap().log();
    assert!(said.contains("has gcc, pkg-config") && !said.contains("apt-get"), "{said}");
}

#[test]
fn a_package_that_does_not_exist_is_named() {
    let configuration = "[package.metadata.supercargo.build]\npackages = [\"libnosuch-dev\"]\n";
    let subject = linking("native-none", configuration, "c", "fn main() {}\n");
    let log = subject.command().fail().unwrap();
    let said = log.vertex("[packages]").unwrap().log();
    assert!(said.contains("Unable to locate package libnosuch-dev"), "{said}");
    assert!(said.contains("go by the names that they have in Debian"), "{said}");
}

#[test]
fn packages_of_the_base_are_in_the_image_and_nothing_else_is() {
    let configuration = "[package.metadata.supercargo.image]\nbase = \"debian:bookworm-slim\"\npackages = [\"libzstd1\", \"netbase\"]\n\
                         [package.metadata.supercargo.build]\npackages = [\"libzstd-dev\"]\n";
    let subject = linking("native-slim", configuration, "dylib=zstd", ZSTD);
    let log = subject.must_say("on slim", "zstd 1");
    let step = log.vertex("[image] install libzstd1, netbase").unwrap();
    assert!(step.is_cached() || step.log().contains("installed netbase on Debian"), "{}", step.log());
    let files = image::files(Bed::ensure().unwrap().docker(), &subject.image).unwrap();
    assert!(files.iter().any(|file| file == "etc/protocols"));
    for absent in [".supercargo", "supercargo", "var/lib/apt/lists/deb.debian", "var/log/dpkg.log"] {
        assert!(!files.iter().any(|file| file.starts_with(absent)), "{absent} is in the image");
    }
}
