//! Images for other machines than the one that builds.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use serde_json::Value;
use testbed::base::foreign;
use testbed::bed::{Bed, Ready};
use testbed::build::Build;
use testbed::emulator::Emulator;
use testbed::engine::feature::Feature;
use testbed::image::Image;
use testbed::log::BuildLog;
use testbed::process::Cmd;
use testbed::project::Project;

use crate::story;

const PROGRAM: &str = "usr/local/bin/compass";
const PLATFORMS: [&str; 3] = ["linux/amd64", "linux/arm64", "linux/arm/v7"];
/// Those platforms as the client names folders, `readelf` machines, QEMU emulators, and Rust targets.
const MACHINES: [Machine; 3] = [
    Machine {
        folder: "linux_amd64",
        named: "Advanced Micro Devices X86-64",
        architecture: "x86_64",
        bits: 64,
        triple: "x86_64-unknown-linux-gnu",
    },
    Machine {
        folder: "linux_arm64",
        named: "AArch64",
        architecture: "aarch64",
        bits: 64,
        triple: "aarch64-unknown-linux-gnu",
    },
    Machine {
        folder: "linux_arm_v7",
        named: "ARM",
        architecture: "arm",
        bits: 32,
        triple: "armv7-unknown-linux-gnueabihf",
    },
];

struct Machine {
    folder: &'static str,
    named: &'static str,
    architecture: &'static str,
    bits: u32,
    triple: &'static str,
}

impl Machine {
    /// Asserts that the program among these files of an image is for this machine, and runs with the libraries of its base.
    fn assert_runs(&self, bed: &Ready, root: &Path) {
        assert_eq!(machine(&root.join(PROGRAM)), self.named);
        let emulator = Emulator::of(bed.place(), self.architecture).unwrap();
        let Self { architecture, bits, triple, .. } = self;
        let expected = format!(
            "Rust: {architecture}, {bits} bits\nC:    {architecture}, {bits} bits\n\
             compiled for {triple} on x86_64-unknown-linux-gnu\n"
        );
        assert_eq!(emulator.run(root, PROGRAM, &[]).unwrap(), expected);
    }
}

/// The example on images that can compile for other machines.
fn project(bed: &Ready) -> Project {
    foreign::provide(bed).unwrap();
    let project = Project::example("multi-platform").unwrap();
    let (builder, base) = (foreign::BUILDER, foreign::base(bed, "linux/amd64"));
    let body = format!("[toolchain]\nimage = \"{builder}\"\n[image]\nbase = \"{base}\"\n");
    project.write("Dockerfile", format!("{}{body}", bed.syntax())).unwrap();
    project
}

/// The machine that a program is for, as `readelf` calls it.
fn machine(program: &Path) -> String {
    let header = Cmd::new("readelf").arg("--file-header").arg(program).run().unwrap();
    let line = header.lines().find_map(|line| line.trim().strip_prefix("Machine:")).unwrap();
    line.trim().to_owned()
}

/// How many vertices that ran, or were found in the cache, have a name that starts so.
fn count(log: &BuildLog, start: &str) -> usize {
    log.vertices().iter().filter(|vertex| vertex.name().starts_with(start)).count()
}

/// Each image of an image layout by its entry in the index, and its configuration.
fn layout(folder: &Path) -> Vec<(Value, Value)> {
    let parse = |file: &Path| -> Value { serde_json::from_slice(&fs::read(file).unwrap()).unwrap() };
    let read = |document: &Value, digest: &str| {
        let digest = document.pointer(digest).and_then(Value::as_str).unwrap();
        parse(&folder.join("blobs").join(digest.replace(':', "/")))
    };
    let index = read(&parse(&folder.join("index.json")), "/manifests/0/digest");
    let images = index.get("manifests").and_then(Value::as_array).unwrap();
    images.iter().map(|image| (image.clone(), read(&read(image, "/digest"), "/config/digest"))).collect()
}

#[test]
fn one_build_gives_programs_for_three_machines() {
    let bed = Bed::ensure().unwrap();
    let project = project(bed);
    // A content of its own: the engine merges equal vertices of builds that run at the same time, and shows both.
    project.write("NOTES", "three machines\n").unwrap();
    let build = Build::new(bed.docker(), project.path()).arg("--provenance=false");
    let everywhere = build.clone().platform(&PLATFORMS.join(","));
    if !bed.has(Feature::Layouts) {
        let refused = everywhere.output("type=cacheonly").fail().unwrap();
        assert!(refused.message().contains("containerd image store"), "{}", refused.message());
        return one_machine_after_another(bed, &build);
    }
    let out = tempfile::tempdir().unwrap();
    let log = everywhere.clone().output_folder(out.path()).succeed().unwrap();
    for machine in &MACHINES {
        machine.assert_runs(bed, &out.path().join(machine.folder));
    }
    for shared in ["[manifests]", "[fetch] download crates", "[unpack] unpack crates", "[source]"] {
        assert_eq!(count(&log, shared), 1, "{shared}: {}", log.transcript());
    }
    for platform in PLATFORMS {
        assert_eq!(count(&log, &format!("{platform} [deps]")), 1, "{}", log.transcript());
    }

    // The same as an image.
    let oci = tempfile::tempdir().unwrap();
    let log = everywhere
        .clone()
        .output(format!("type=oci,tar=false,dest={}", oci.path().display()))
        .succeed()
        .unwrap();
    assert!(log.ran().is_empty(), "{:?}: {}", log.ran(), log.transcript());
    let images = layout(oci.path());
    let machines = [("amd64", None), ("arm64", None), ("arm", Some("v7"))];
    assert_eq!(images.len(), machines.len());
    for ((entry, config), (architecture, variant)) in images.iter().zip(machines) {
        for says in [entry.get("platform").unwrap(), config] {
            let word = |key: &str| says.get(key).and_then(Value::as_str);
            assert_eq!((word("os"), word("architecture")), (Some("linux"), Some(architecture)), "{says}");
            assert_eq!(word("variant"), variant, "{says}");
        }
        let entrypoint = config.pointer("/config/Entrypoint/0").and_then(Value::as_str);
        assert_eq!(entrypoint, Some("/usr/local/bin/compass"));
    }

    // A platform more or less changes nothing for the others.
    let log = build.clone().tag("e2e-one-platform").succeed().unwrap();
    assert!(log.ran().is_empty(), "{:?}", log.ran());
    let log = build.platform("linux/arm64").tag("e2e-other-platform").succeed().unwrap();
    assert!(log.ran().is_empty(), "{:?}", log.ran());
    assert_eq!(Image::inspect(bed.docker(), "e2e-other-platform").unwrap().architecture, "arm64");

    // An edit that no earlier run of this test made compiles one crate for each, and no dependency.
    project.append("src/main.rs", &format!("// {:?}\n", SystemTime::now())).unwrap();
    let log = everywhere.output("type=cacheonly").succeed().unwrap();
    story::assert_dependencies_reused(&log);
    let steps: Vec<_> = log.vertices().iter().filter(|vertex| vertex.name().contains("[build]")).collect();
    assert_eq!(steps.len(), PLATFORMS.len());
    for vertex in steps {
        assert_eq!(vertex.compiled_names(), ["compass"], "{}", vertex.name());
    }
}

/// What an engine does that keeps one image under a name.
fn one_machine_after_another(bed: &Ready, build: &Build) {
    for (platform, machine) in PLATFORMS.into_iter().zip(&MACHINES) {
        let alone = build.clone().platform(platform).build_arg("IMAGE_BASE", &foreign::base(bed, platform));
        let out = tempfile::tempdir().unwrap();
        alone.clone().output_folder(out.path()).succeed().unwrap();
        machine.assert_runs(bed, out.path());
        let log = alone.tag("e2e-one-machine").succeed().unwrap();
        assert!(log.ran().is_empty(), "{platform}: {:?}", log.ran());
        let image = Image::inspect(bed.docker(), "e2e-one-machine").unwrap();
        assert!(
            platform.split('/').any(|word| word == image.architecture),
            "{platform}: {}",
            image.architecture
        );
    }
}

#[test]
fn a_platform_that_cannot_be_built_for_is_told_with_the_way_out() {
    let bed = Bed::ensure().unwrap();
    let project = project(bed);
    let build = Build::new(bed.docker(), project.path()).platform("linux/s390x").output("type=cacheonly");
    let log = build.fail().unwrap();
    let said = if bed.has(Feature::Layouts) {
        ["no match for platform", "not made for `linux/s390x`", "debian:bookworm-slim"]
    } else {
        // An image of another platform is none to this store, so the engine asks the registry, which has never heard of it.
        ["failed to look up the image", "supercargo-bed/cc-cross-amd64:1", "Dockerfile:5"]
    };
    for words in said {
        assert!(log.message().contains(words), "{}", log.message());
    }
    let log = build.build_arg("IMAGE_BASE", "scratch").fail().unwrap();
    let said = log.vertex("[toolchain]").unwrap().log();
    for words in ["`s390x-unknown-linux-gnu`", "`toolchain.image`", "`libstd-rust-dev`"] {
        assert!(said.contains(words), "{}", log.transcript());
    }
    let build = Build::new(bed.docker(), project.path()).output("type=cacheonly");
    let log = build.clone().platform("linux/mips64le").fail().unwrap();
    assert!(log.message().contains("cannot build for platform `linux/mips64le`"), "{}", log.message());
    let log = build.build_arg("BUILDPLATFORM", "linux/riscv64").fail().unwrap();
    assert!(log.message().contains("the engine cannot run `linux/riscv64`"), "{}", log.message());
}

#[test]
fn the_compiler_and_the_libraries_of_another_machine_are_installed() {
    let bed = Bed::ensure().unwrap();
    // The toolchain of this machine has no standard library for another; an empty one lets the step with the packages run.
    let toolchain = Project::of(&[(
        "Dockerfile",
        "FROM rust:1.95-bookworm\n\
         RUN lib=$(rustc --print sysroot)/lib/rustlib/aarch64-unknown-linux-gnu/lib && mkdir -p $lib && touch $lib/libcore-0.rlib\n",
    )])
    .unwrap();
    Build::new(bed.docker(), toolchain.path()).tag("e2e-rust-without-compiler").succeed().unwrap();
    let project = Project::of(&[
        ("Dockerfile", &format!("{}build.packages = [\"...\", \"libsqlite3-dev\"]\n", bed.syntax())),
        ("Cargo.toml", "[package]\nname = \"needle\"\nedition = \"2021\"\n"),
        ("Cargo.lock", "version = 4\n\n[[package]]\nname = \"needle\"\nversion = \"0.0.0\"\n"),
        ("src/main.rs", "fn main() {}\n"),
    ])
    .unwrap();
    let log = Build::new(bed.docker(), project.path())
        .platform("linux/arm64")
        .build_arg("TOOLCHAIN_IMAGE", "e2e-rust-without-compiler")
        .target("toolchain")
        .arg("--provenance=false")
        .tag("e2e-rust-with-compiler")
        .succeed()
        .unwrap();
    let name = log.vertex("[packages]").unwrap().name().to_owned();
    assert!(name.ends_with("gcc-aarch64-linux-gnu, libc6-dev-arm64-cross, libsqlite3-dev:arm64"), "{name}");

    // What was installed belongs together: it compiles and links.
    let needle = Project::of(&[
        (
            "Dockerfile",
            "FROM e2e-rust-with-compiler AS build\nCOPY needle.c /\n\
             RUN aarch64-linux-gnu-gcc /needle.c -lsqlite3 -o /needle\nFROM scratch\nCOPY --from=build /needle /\n",
        ),
        ("needle.c", "#include <sqlite3.h>\nint main(void) { return sqlite3_libversion_number() == 0; }\n"),
    ])
    .unwrap();
    let out = tempfile::tempdir().unwrap();
    Build::new(bed.docker(), needle.path()).output_folder(out.path()).succeed().unwrap();
    assert_eq!(machine(&out.path().join("needle")), "AArch64");
}
