//! Toolchains that no image has, from a server of their own.

use testbed::bed::Bed;
use testbed::build::Build;
use testbed::container::Run;
use testbed::image;
use testbed::project::Project;

use crate::dist::{CHANNEL, TARGET, dist, host};
use crate::story;

/// The program says with which toolchain it was compiled, and what of that was there.
const BUILD_SCRIPT: &str = r#"use std::{env, path::Path, process::Command};

fn main() {
    let sysroot = Command::new("rustc").args(["--print", "sysroot"]).output().unwrap().stdout;
    let sysroot = String::from_utf8(sysroot).unwrap();
    let sysroot = Path::new(sysroot.trim());
    let has = |path: &str| sysroot.join("lib/rustlib").join(path).exists();
    println!(
        "cargo::rustc-env=SEEN={}|{}|{}|{}",
        sysroot.file_name().unwrap().to_str().unwrap(),
        has("src/rust/library/mark"),
        has("wasm32-unknown-unknown/lib/libcore-0.rlib"),
        env::var("RUSTUP_TOOLCHAIN").unwrap_or_default(),
    );
    println!("cargo::rerun-if-changed=build.rs");
}
"#;

fn project(files: &[(&str, &str)]) -> Project {
    let project = Project::of(&[
        ("Cargo.toml", "[package]\nname = \"tools\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
        ("Cargo.lock", "version = 4\n\n[[package]]\nname = \"tools\"\nversion = \"0.1.0\"\n"),
        ("build.rs", BUILD_SCRIPT),
        ("src/main.rs", "fn main() { println!(\"{}\", env!(\"SEEN\")) }\n"),
    ])
    .unwrap();
    for (path, text) in files {
        project.write(path, text).unwrap();
    }
    story::prepare(Bed::ensure().unwrap(), &project);
    project
}

fn says(image: &str) -> String {
    Run::new(Bed::ensure().unwrap().docker(), image).complete().unwrap().stdout.trim_end().to_owned()
}

/// The base image under another name, changed by instructions.
pub(crate) fn image_with(name: &str, files: &[(&str, &str)], instructions: &str) -> String {
    let context = Project::of(files).unwrap();
    let image = format!("e2e-toolchain-{name}");
    Build::new(Bed::ensure().unwrap().docker(), context.path())
        .dockerfile(format!("FROM rust:1.95-bookworm\n{instructions}"))
        .tag(&image)
        .succeed()
        .unwrap();
    image
}

#[test]
fn a_channel_of_no_image_is_installed_with_what_its_file_lists() {
    let bed = Bed::ensure().unwrap();
    let file = format!(
        "[toolchain]\nchannel = \"{CHANNEL}\"\ncomponents = [\"rustfmt\", \"rust-src\"]\ntargets = [\"{TARGET}\"]\n"
    );
    let project = project(&[("rust-toolchain.toml", &file)]);
    let build = Build::new(bed.docker(), project.path())
        .tag("e2e-channel")
        .arg("--network=host")
        .build_arg("RUSTUP_DIST_SERVER", &dist().url());
    let log = build.succeed().unwrap();
    let step = log.vertex("[toolchain] install").unwrap();
    assert!(
        step.name().contains(&format!("{CHANNEL}, rust-src, {TARGET}")) && !step.log().contains("rustfmt"),
        "{}",
        log.transcript()
    );
    assert_eq!(says("e2e-channel"), format!("{CHANNEL}-{0}|true|true|{CHANNEL}-{0}", host()));
    assert!(build.succeed().unwrap().ran().is_empty());

    // Another project with the same toolchain finds it there.
    project.edit("src/main.rs", "\"{}\"", "\"{}!\"").unwrap();
    let log = build.succeed().unwrap();
    assert!(!log.vertex("[toolchain]").unwrap().has_run(), "{}", log.transcript());
    let log = build.no_cache_filter("toolchain").succeed().unwrap();
    assert!(log.vertex("[toolchain]").unwrap().has_run(), "{}", log.transcript());
}

#[test]
fn components_and_targets_are_added_to_the_toolchain_of_an_image() {
    let bed = Bed::ensure().unwrap();
    let manifest = dist().manifest();
    let image = image_with(
        "completed",
        &[("manifest", &manifest)],
        &format!(
            "COPY manifest /usr/local/rustup/toolchains/1.95.0-{}/lib/rustlib/multirust-channel-manifest.toml\n",
            host()
        ),
    );
    let project = project(&[]);
    project
        .append(
            "Dockerfile",
            &format!(
                "\n[toolchain]\nimage = \"{image}\"\ncomponents = [\"rust-src\"]\ntargets = [\"{TARGET}\"]\n"
            ),
        )
        .unwrap();
    let build = Build::new(bed.docker(), project.path())
        .tag("e2e-added")
        .build_arg("RUSTUP_DIST_SERVER", &dist().url());
    // The client's network is that of the step.
    let log = build.clone().arg("--network=none").fail().unwrap();
    assert!(log.vertex("[toolchain]").unwrap().error().is_some(), "{}", log.transcript());
    build.clone().arg("--network=host").succeed().unwrap();
    assert_eq!(says("e2e-added"), format!("1.95.0-{0}|true|true|1.95.0-{0}", host()));
    // An empty list asks for nothing.
    let without =
        build.build_arg("TOOLCHAIN_COMPONENTS", ",").build_arg("TOOLCHAIN_TARGETS", ",").tag("e2e-plain");
    let log = without.succeed().unwrap();
    assert!(log.vertex("[toolchain]").is_err(), "{}", log.transcript());
    assert_eq!(says("e2e-plain"), format!("1.95.0-{0}|false|false|1.95.0-{0}", host()));
}

#[test]
fn an_image_without_rustup_must_have_everything() {
    let bed = Bed::ensure().unwrap();
    let bin = format!("/usr/local/rustup/toolchains/1.95.0-{}/bin", host());
    let image = image_with(
        "bare",
        &[],
        &format!("RUN rm /usr/local/cargo/bin/* && ln -s {bin}/* /usr/local/bin/\nENV RUSTUP_HOME=/none\n"),
    );
    let project = project(&[]);
    let build = Build::new(bed.docker(), project.path())
        .tag("e2e-bare")
        .build_arg("TOOLCHAIN_IMAGE", &image)
        .arg("--network=none");
    // What the image has is not asked for.
    build.clone().build_arg("TOOLCHAIN_COMPONENTS", "rustfmt,clippy").succeed().unwrap();
    assert!(says("e2e-bare").starts_with(&format!("1.95.0-{}|false|false|", host())), "{}", says("e2e-bare"));
    let log = build.build_arg("TOOLCHAIN_TARGETS", "aarch64-unknown-linux-gnu").fail().unwrap();
    let said = log.vertex("[toolchain]").unwrap().log();
    for part in ["no standard library for `aarch64-unknown-linux-gnu`", "no `rustup`", "`toolchain.image`"] {
        assert!(said.contains(part), "no {part} in {said}");
    }
    let files = image::files(bed.docker(), "e2e-bare").unwrap();
    assert!(files.iter().any(|file| file == "usr/local/bin/tools"));
}
