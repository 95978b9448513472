//! Images for other machines than the one that builds.

use std::path::Path;

use testbed::base::foreign;
use testbed::bed::{Bed, Ready};
use testbed::build::Build;
use testbed::emulator::Emulator;
use testbed::process::Cmd;
use testbed::project::Project;

const PROGRAM: &str = "usr/local/bin/compass";
const PLATFORMS: &str = "linux/amd64,linux/arm64,linux/arm/v7";

/// The example on images that can compile for other machines.
fn project(bed: &Ready) -> Project {
    foreign::provide(bed).unwrap();
    let project = Project::example("multi-platform").unwrap();
    let (builder, base) = (foreign::BUILDER, foreign::BASE);
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

fn expected(rust: &str, c: &str, bits: u32, triple: &str) -> String {
    format!(
        "Rust: {rust}, {bits} bits\nC:    {c}, {bits} bits\ncompiled for {triple} on x86_64-unknown-linux-gnu\n"
    )
}

#[test]
fn one_build_gives_programs_for_three_machines() {
    let bed = Bed::ensure().unwrap();
    let project = project(bed);
    let out = tempfile::tempdir().unwrap();
    let build = Build::new(bed.docker(), project.path()).platform(PLATFORMS);
    let log = build.clone().output_folder(out.path()).succeed().unwrap();

    for (folder, machine_name, architecture, says) in [
        (
            "linux_arm64",
            "AArch64",
            "aarch64",
            expected("aarch64", "aarch64", 64, "aarch64-unknown-linux-gnu"),
        ),
        ("linux_arm_v7", "ARM", "arm", expected("arm", "arm", 32, "armv7-unknown-linux-gnueabihf")),
        (
            "linux_amd64",
            "Advanced Micro Devices X86-64",
            "x86_64",
            expected("x86_64", "x86_64", 64, "x86_64-unknown-linux-gnu"),
        ),
    ] {
        let root = out.path().join(folder);
        assert_eq!(machine(&root.join(PROGRAM)), machine_name);
        let emulator = Emulator::of(bed.place(), architecture).unwrap();
        assert_eq!(emulator.run(&root, PROGRAM, &[]).unwrap(), says, "{folder}");
    }
    println!("{}", log.transcript());
}
