//! Images for building for other machines: a builder with cross compilers, and a runtime base for each machine.
//!
//! The machine's own toolchain has the standard library of one platform only, so this builder has Debian's Rust, with
//! that of the others beside it. All of it is of one suite, whose C library is newer than that of the other images.

use std::collections::BTreeMap;
use std::os::unix::fs::symlink;

use anyhow::{Context, Result};
use serde_json::json;

use super::archive::Archive;
use super::certificates::Certificates;
use super::layer::{Layer, Packed};
use super::{Image, SYSTEM_PATH, distroless, loaded, pack};
use crate::bed::Bed;
use crate::engine::feature::Feature;
use crate::lock::Lock;
use crate::machine::suite::Suite;
use crate::process::Cmd;
use crate::progress::step;

/// The image that compiles.
pub const BUILDER: &str = "supercargo-bed/rust-cross:1";
/// The runtime base, an index of one image for each of [`MACHINES`] and for the own machine.
const BASE: &str = "supercargo-bed/cc-cross";
const TAG: &str = "1";

/// Rises when the recipe changes.
const REVISION: &str = "1";
/// The suite of Debian that they are made of.
pub const SUITE: &str = "forky";

/// A machine that is built for.
#[derive(Debug, Clone, Copy)]
pub struct Machine {
    /// As in `--platform`.
    pub platform: &'static str,
    /// Debian's name of the architecture.
    debian: &'static str,
    /// GNU's name of the system.
    system: &'static str,
}

/// The machines that are built for: one of 64 bits, and one of 32.
pub const MACHINES: [Machine; 2] = [
    Machine { platform: "linux/arm64", debian: "arm64", system: "aarch64-linux-gnu" },
    Machine { platform: "linux/arm/v7", debian: "armhf", system: "arm-linux-gnueabihf" },
];

/// Of the builder's own architecture, with all that they depend on.
const PACKAGES: &[&str] =
    &["base-files", "ca-certificates", "cargo", "dash", "gcc", "libc6-dev", "libstd-rust-dev", "rustc"];

/// The runtime base for a platform: under one name for all of them where the engine keeps indexes, else under a name for
/// each.
#[must_use]
pub fn base(bed: &Bed, platform: &str) -> String {
    if bed.has(Feature::Layouts) {
        format!("{BASE}:{TAG}")
    } else {
        format!("{BASE}-{}:{TAG}", platform.trim_start_matches("linux/").replace('/', ""))
    }
}

/// Makes sure that the engine has the images. They are large, so only the tests that need them ask for them.
pub fn provide(bed: &Bed) -> Result<()> {
    let _lock = Lock::acquire(bed.place(), "base-foreign")?;
    let certificates = Certificates::of_machine()?;
    let path = format!("PATH={SYSTEM_PATH}");
    let builder = Image {
        names: vec![BUILDER.into()],
        platform: super::own_platform(),
        layers: vec![builder(&certificates)],
        config: json!({ "Env": [&path], "Cmd": ["sh"] }),
    };
    let base_of = |platform: &str, debian| Image {
        names: vec![base(bed, platform)],
        platform: platform.into(),
        layers: vec![distroless::foreign_layer(SUITE, debian, &architectures())],
        config: json!({ "Env": [&path], "User": "65532", "WorkingDir": "/home/nonroot" }),
    };
    let mut bases = vec![base_of(&super::own_platform(), own_architecture())];
    bases.extend(MACHINES.iter().map(|machine| base_of(machine.platform, machine.debian)));

    let all: Vec<&Image> = std::iter::once(&builder).chain(&bases).collect();
    let packed: BTreeMap<String, Packed> = pack(bed.place(), &all)?;
    let loaded = loaded(bed.docker())?;
    let mut archives = vec![(BUILDER.to_owned(), Archive::of(&builder, &packed)?)];
    if bed.has(Feature::Layouts) {
        archives.push((base(bed, ""), Archive::of_several(&bases, &packed)?));
    } else {
        for image in &bases {
            let name = image.names.first().cloned().unwrap_or_default();
            archives.push((name, Archive::of(image, &packed)?));
        }
    }
    for (name, archive) in archives {
        if loaded.get(&name).is_none_or(|id| !archive.has_id(id)) {
            let doing = step(format!("loading {name}"));
            archive.load(bed.place(), bed.docker())?;
            doing.done();
        }
    }
    Ok(())
}

/// Those of all machines.
fn architectures() -> Vec<&'static str> {
    MACHINES.iter().map(|machine| machine.debian).collect()
}

fn own_architecture() -> &'static str {
    if std::env::consts::ARCH == "aarch64" { "arm64" } else { "amd64" }
}

fn builder(certificates: &Certificates) -> Layer {
    let machines: Vec<Machine> =
        MACHINES.into_iter().filter(|machine| machine.debian != own_architecture()).collect();
    let compilers: Vec<String> = machines
        .iter()
        .flat_map(|machine| {
            [format!("gcc-{}", machine.system), format!("libc6-dev-{}-cross", machine.debian)]
        })
        .collect();
    let libraries: Vec<String> =
        machines.iter().map(|machine| format!("libstd-rust-dev:{}", machine.debian)).collect();
    let inputs = vec![
        REVISION.into(),
        SUITE.into(),
        PACKAGES.join(" "),
        compilers.join(" "),
        libraries.join(" "),
        certificates.input(),
    ];
    let certificates = certificates.clone();
    Layer::new(
        "rust-cross",
        inputs,
        Box::new(move |place, tree| {
            let suite = Suite::open_for(place, SUITE, &architectures())?;
            let wanted: Vec<&str> =
                PACKAGES.iter().copied().chain(compilers.iter().map(String::as_str)).collect();
            suite.assemble(&wanted, tree)?;
            suite.add(&libraries.iter().map(String::as_str).collect::<Vec<_>>(), tree)?;
            // What installation scripts do.
            symlink("gcc", tree.join("usr/bin/cc")).context("failed to name the C compiler")?;
            Certificates::bundle(tree, tree)?;
            certificates.install(tree)?;
            // Large, and only for what gcc optimises when it links.
            let find = Cmd::new("find").arg(tree.join("usr"));
            find.args(["-name", "lto1", "-delete", "-o", "-name", "*lto-dump*", "-delete"]).run()?;
            for folder in ["usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/info"] {
                let folder = tree.join(folder);
                if folder.is_dir() {
                    std::fs::remove_dir_all(&folder).context("failed to leave out documentation")?;
                }
            }
            Ok(())
        }),
    )
}
