//! Native libraries: packages of the system in the builder and in the image.

use testbed::bed::Bed;
use testbed::build::Build;
use testbed::image;
use testbed::log::BuildLog;
use testbed::project::Project;

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

const SQLITE: &str = "fn main() { println!(\"sqlite {}\", unsafe { libsqlite3_sys::sqlite3_libversion_number() } / 1_000_000); }\n";

const PQ: &str = "unsafe extern \"C\" { safe fn PQlibVersion() -> i32; }\n\
                  fn main() { println!(\"libpq {}\", PQlibVersion() / 10000); }\n";

/// A program that uses one crate.
fn using(image: &str, dependency: &str, configuration: &str, main: &str) -> Subject {
    let manifest = format!(
        "[package]\nname = \"native\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[dependencies]\n{dependency}\n{configuration}"
    );
    Subject::of(image, &[("Cargo.toml", &manifest), ("src/main.rs", main)])
}

fn files(subject: &Subject) -> Vec<String> {
    image::files(Bed::ensure().unwrap().docker(), &subject.image).unwrap()
}

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
    let files = files(&subject);
    assert!(files.iter().any(|file| file == "etc/protocols"));
    for absent in [".supercargo", "supercargo", "var/lib/apt/lists/deb.debian", "var/log/dpkg.log"] {
        assert!(!files.iter().any(|file| file.starts_with(absent)), "{absent} is in the image");
    }
}

#[test]
fn a_crate_of_the_table_gets_its_package_and_the_base_has_the_library() {
    let main =
        "fn main() { println!(\"openssl {}\", unsafe { openssl_sys::OpenSSL_version_num() } >> 28); }\n";
    let subject = using("native-openssl", "openssl-sys = \"0.9\"", "", main);
    let log = subject.must_say("on distroless", "openssl 3");
    assert!(log.vertex("[packages] install libssl-dev, pkg-config").is_ok(), "{}", log.transcript());
    assert!(!files(&subject).iter().any(|file| file.starts_with("usr/share/doc/libssl3")), "the base has it");
}

#[test]
fn libraries_that_the_base_lacks_are_taken_from_the_builder() {
    let subject = using("native-sqlite", "libsqlite3-sys = \"=0.30.1\"", "", SQLITE);
    let log = subject.must_say("on distroless", "sqlite 3");
    let audit = log.vertex("[audit]").unwrap();
    assert!(
        audit.is_cached() || audit.log().contains("from the builder: libsqlite3.so.0"),
        "{}",
        audit.log()
    );
    let files = files(&subject);
    for name in ["usr/lib/x86_64-linux-gnu/libsqlite3.so.0", "usr/share/doc/libsqlite3-0/copyright"] {
        assert!(files.iter().any(|file| file == name), "no {name} in {files:?}");
    }
    assert!(
        !files.iter().any(|file| file.contains("sqlite3.h") || file.ends_with("libsqlite3.so")),
        "{files:?}"
    );
    subject.edit("src/main.rs", "sqlite {}", "SQLite {}");
    let log = subject.must_say("after an edit", "SQLite 3");
    assert!(ran(&log, "[build]") && !ran(&log, "[audit]"), "{}", log.transcript());
}

#[test]
fn libraries_of_libraries_are_taken_too() {
    let configuration = "[package.metadata.supercargo.build]\npackages = [\"libpq-dev\"]\n";
    let subject = linking("native-pq", configuration, "dylib=pq", PQ);
    subject.must_say("on distroless", "libpq 15");
    let files = files(&subject);
    for name in ["libpq.so.5", "libgssapi_krb5.so.2", "libldap-2.5.so.0"] {
        assert!(files.iter().any(|file| file.ends_with(name)), "no {name} in {files:?}");
    }
    let copies_of_libc = files.iter().filter(|file| file.ends_with("/libc.so.6")).count();
    assert_eq!(copies_of_libc, 1, "{files:?}");
}

#[test]
fn the_base_may_have_the_library_from_its_own_packages() {
    let configuration = "[package.metadata.supercargo.image]\nbase = \"debian:bookworm-slim\"\npackages = [\"libsqlite3-0\"]\n";
    let subject = using("native-sqlite-slim", "libsqlite3-sys = \"=0.30.1\"", configuration, SQLITE);
    let log = subject.must_say("on slim", "sqlite 3");
    let audit = log.vertex("[audit]").unwrap();
    assert!(audit.is_cached() || !audit.log().contains("from the builder"), "{}", audit.log());
}

#[test]
fn packages_of_an_image_without_package_manager_are_taken_whole() {
    let configuration = "[package.metadata.supercargo.image]\npackages = [\"libmagic1\", \"libmagic-mgc\"]\n";
    let subject = linking(
        "native-taken",
        configuration,
        "c",
        "fn main() { println!(\"{}\", std::fs::exists(\"/usr/lib/file/magic.mgc\").unwrap()); }\n",
    );
    subject.must_say("on distroless", "true");
    let files = files(&subject);
    for name in ["libmagic.so.1", "usr/share/doc/libmagic1/copyright", "liblzma.so.5"] {
        assert!(files.iter().any(|file| file.ends_with(name)), "no {name} in {files:?}");
    }
}

#[test]
fn a_base_that_is_too_old_is_refused_before_there_is_an_image() {
    let bed = Bed::ensure().unwrap();
    let empty = Project::empty().unwrap();
    let old = "FROM rust:1.95-bookworm AS unpack\n\
               RUN cp -r /etc/apt /old && touch /none && sed -i s/bookworm/bullseye/g /old/sources.list && \\\n\
                   apt-get -o Dir::Etc=/old update && cd /tmp && apt-get -o Dir::Etc=/old -o Dir::State::status=/none download libc6 libgcc-s1 && \\\n\
                   mkdir /root-of-old && for deb in *.deb; do dpkg -x $deb /root-of-old; done\n\
               FROM scratch\nCOPY --from=unpack /root-of-old /\n";
    Build::new(bed.docker(), empty.path()).dockerfile(old).tag("e2e-old-base").succeed().unwrap();
    let subject = linking("native-old", "", "c", "fn main() { println!(\"new\"); }\n");
    let log = subject.command().build_arg("IMAGE_BASE", "e2e-old-base").fail().unwrap();
    let said = log.vertex("[audit]").unwrap().log();
    assert!(said.contains("`native` needs glibc 2.34, and e2e-old-base has it up to 2.3"), "{said}");
    assert!(said.contains("The toolchain image is Debian GNU/Linux 12 (bookworm)"), "{said}");
}

#[test]
fn a_dynamic_binary_on_the_empty_image_is_refused_and_a_static_one_runs() {
    let main = "fn main() { println!(\"here\"); }\n";
    let subject =
        linking("native-scratch", "[package.metadata.supercargo.image]\nbase = \"scratch\"\n", "c", main);
    let log = subject.command().fail().unwrap();
    let said = log.vertex("[audit]").unwrap().log();
    assert!(said.contains("its loader `/lib64/ld-linux-x86-64.so.2` is not there"), "{said}");
    subject
        .project
        .write(".cargo/config.toml", "[build]\nrustflags = [\"-C\", \"target-feature=+crt-static\"]\n")
        .unwrap();
    let log = subject.must_say("static", "here");
    let audit = log.vertex("[audit]").unwrap();
    assert!(audit.is_cached() || audit.log().contains("native is static"), "{}", audit.log());
}

#[test]
fn the_example_runs_with_both_libraries() {
    let subject = Subject::in_place("native-example", Project::example("native").unwrap());
    let log = subject.build();
    let said = subject.says();
    assert!(said.starts_with("SQLite 3.40.") && said.contains("\nzstd 1.5."), "{said}");
    assert!(
        log.vertex("[packages] install libsqlite3-dev, libzstd-dev, pkg-config").is_ok(),
        "{}",
        log.transcript()
    );
}

#[test]
fn a_library_that_nobody_knows_of_is_told_with_its_package() {
    let subject = linking("native-hint", "", "dylib=zstd", ZSTD);
    let log = subject.command().fail().unwrap();
    let said = log.vertex("[build]").unwrap().log();
    assert!(said.contains("`build.packages = [\"...\", \"libzstd-dev\"]`"), "{said}");
}
