//! `target = "musl"`: static binaries, with C code of a crate in them.

use std::sync::OnceLock;

use testbed::base::foreign;
use testbed::bed::Bed;
use testbed::build::Build;
use testbed::image;
use testbed::machine::suite::Suite;
use testbed::process::Cmd;
use testbed::project::Project;

use crate::subject::Subject;

/// As [`foreign::BUILDER`], with what Rust needs for musl.
const BUILDER: &str = "e2e-rust-musl";
/// Where the sources of Rust's standard library are, and what it is compiled for.
const SOURCES: &str = "/usr/lib/rustlib/src/rust/library";

/// Nobody serves Rust's standard library for musl here, so it is compiled, by Debian's compiler from Debian's sources of
/// the same release. Of what rustup would bring besides, the C library is Debian's musl and the unwinder is gcc's, which
/// asks glibc for one thing more than musl has.
const RECIPE: &str = r"FROM supercargo-bed/rust-cross:1 AS made
COPY tree /
COPY library LIBRARY
COPY empty /empty
WORKDIR /empty
RUN RUSTC_BOOTSTRAP=1 CARGO_HOME=/empty/home cargo build --release --offline -Z build-std=std,panic_unwind --target x86_64-unknown-linux-musl
COPY object.c object.c
RUN musl-gcc -D_GNU_SOURCE -c object.c && printf 'create libunwind.a\naddlib %s\naddmod object.o\nsave\nend\n' /usr/lib/gcc/x86_64-linux-gnu/*/libgcc_eh.a | ar -M
FROM supercargo-bed/rust-cross:1
COPY tree /
RUN printf '\nPackage: musl-tools\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n\n' >> /var/lib/dpkg/status
COPY --from=made /empty/target/x86_64-unknown-linux-musl/release/deps/*.rlib /usr/lib/rustlib/x86_64-unknown-linux-musl/lib/
COPY --from=made /empty/libunwind.a /usr/lib/x86_64-linux-musl/*.o /usr/lib/x86_64-linux-musl/libc.a /usr/lib/gcc/x86_64-linux-gnu/*/crtbegin*.o /usr/lib/gcc/x86_64-linux-gnu/*/crtend*.o /usr/lib/rustlib/x86_64-unknown-linux-musl/lib/self-contained/
";

const EMPTY: &str = "[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[lib]\npath = \"empty.rs\"\n\
                     [profile.release]\nopt-level = 0\ndebug = false\n";
const VENDORED: &str =
    "[source.crates-io]\nreplace-with = \"std\"\n[source.std]\ndirectory = \"LIBRARY/vendor\"\n";
/// What gcc's unwinder asks glibc for: where the frames of an address are described. A static program has one place.
const OBJECT: &str = r"#include <elf.h>
#include <stddef.h>
#include <link.h>
struct found { unsigned long long flags; void *start, *end, *map, *frames; };
static int see(struct dl_phdr_info *object, size_t size, void *data) {
  for (int at = 0; at < object->dlpi_phnum; at++)
    if (object->dlpi_phdr[at].p_type == PT_GNU_EH_FRAME)
      ((struct found *)data)->frames = (void *)(object->dlpi_addr + object->dlpi_phdr[at].p_vaddr);
  return 0;
}
int _dl_find_object(void *address, struct found *found) {
  found->frames = NULL;
  dl_iterate_phdr(see, found);
  return found->frames ? 0 : -1;
}
";

/// Makes sure that the engine has the builder.
fn builder() -> &'static str {
    static MADE: OnceLock<()> = OnceLock::new();
    MADE.get_or_init(|| {
        let bed = Bed::ensure().unwrap();
        foreign::provide(bed).unwrap();
        let in_library = |text: &str| text.replace("LIBRARY", SOURCES);
        let context = Project::of(&[
            ("empty/Cargo.toml", EMPTY),
            ("empty/empty.rs", "#![no_std]\n"),
            ("object.c", OBJECT),
            ("empty/.cargo/config.toml", &in_library(VENDORED)),
        ])
        .unwrap();
        let suite = Suite::open(bed.place(), foreign::SUITE).unwrap();
        suite.unpack(&["musl", "musl-dev", "musl-tools"], &context.path().join("tree")).unwrap();
        suite.unpack(&["rust-src"], &context.path().join("sources")).unwrap();
        let move_library = "mv sources/usr/src/rustc-*/library library && rm -r sources";
        Cmd::new("sh").args(["-c", move_library]).current_dir(context.path()).run().unwrap();
        Build::new(bed.docker(), context.path())
            .dockerfile(in_library(RECIPE))
            .tag(BUILDER)
            .succeed()
            .unwrap();
    });
    BUILDER
}

#[test]
fn a_static_binary_with_c_code_stands_on_the_base_without_libraries() {
    let manifest = "[package]\nname = \"alone\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
                    [dependencies]\nitoa = \"1\"\n[build-dependencies]\ncc = \"=1.2.40\"\n";
    let main = "unsafe extern \"C\" { fn answer() -> i32; }\n\
                fn main() {\n    let caught = std::panic::catch_unwind(|| panic!(\"on purpose\")).is_err();\n    \
                println!(\"{} {} {caught}\", cfg!(target_env = \"musl\"), itoa::Buffer::new().format(unsafe { answer() }));\n}\n";
    let code = "#include <stdio.h>\nint answer(void) {\n#ifdef __GLIBC__\n  return 1;\n#else\n  char text[8];\n  \
                return snprintf(text, sizeof text, \"%d\", 42);\n#endif\n}\n";
    let subject = Subject::of(
        "musl",
        &[
            ("Cargo.toml", manifest),
            ("build.rs", "fn main() { cc::Build::new().file(\"src/answer.c\").compile(\"answer\"); }\n"),
            ("src/main.rs", main),
            ("src/answer.c", code),
        ],
    );
    let bed = Bed::ensure().unwrap();
    let body = format!("target = \"musl\"\n[toolchain]\nimage = \"{}\"\n", builder());
    subject.project.write("Dockerfile", format!("{}{body}", bed.syntax())).unwrap();
    let log = subject.must_say("first", "true 2 true");
    let said = log.vertex("[packages] install musl-tools").unwrap();
    assert!(said.is_cached() || said.log().contains("has musl-tools"), "{}", log.transcript());
    let audit = log.vertex("[audit]").unwrap();
    assert!(audit.name().contains("static-debian12"), "{}", audit.name());
    assert!(audit.is_cached() || audit.log().contains("alone is static"), "{}", audit.log());
    let files = image::files(bed.docker(), &subject.image).unwrap();
    assert!(!files.iter().any(|file| file.contains("libc.so") || file.contains("ld-linux")), "{files:?}");

    subject.edit("src/main.rs", "{} {} {caught}", "{}, {}, {caught}");
    let log = subject.must_say("edited", "true, 2, true");
    crate::story::assert_dependencies_reused(&log);
}
