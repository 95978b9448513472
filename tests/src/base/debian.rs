//! Debian's own images: the slim one, and the one with a compiler that Rust's images stand on.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};

use super::certificates::Certificates;
use super::layer::Layer;
use crate::machine::suite::mirror;
use crate::process::{Cmd, tail_of_file};

/// Rises when the recipe changes.
const REVISION: &str = "1";
const SUITE: &str = "bookworm";
const DEADLINE: Duration = Duration::from_mins(15);

/// What a builder image of the public registry has and a Rust build may need.
const BUILDER_PACKAGES: &[&str] =
    &["ca-certificates", "g++", "gcc", "git", "libc6-dev", "make", "openssh-client", "pkg-config"];

/// Folders of a fresh installation that an image is better without. The device nodes are the container's own matter.
const EMPTIED: &[&str] = &[
    "dev",
    "usr/share/doc",
    "usr/share/info",
    "usr/share/locale",
    "usr/share/man",
    "var/cache/apt",
    "var/cache/debconf",
    "var/cache/ldconfig",
    "var/lib/apt/lists",
    "var/log",
    "tmp",
];

/// The layer of `debian:bookworm-slim`.
pub(super) fn slim(certificates: &Certificates) -> Layer {
    layer("debian-slim", &[], certificates)
}

/// The layer of Debian with a C toolchain.
pub(super) fn builder(certificates: &Certificates) -> Layer {
    layer("debian-builder", BUILDER_PACKAGES, certificates)
}

fn layer(name: &'static str, packages: &'static [&'static str], certificates: &Certificates) -> Layer {
    let inputs = vec![REVISION.into(), SUITE.into(), packages.join(" "), certificates.input()];
    let certificates = certificates.clone();
    Layer::new(
        name,
        inputs,
        Box::new(move |_, tree| {
            bootstrap(tree, packages)?;
            clean(tree)?;
            certificates.install(tree)
        }),
    )
}

fn bootstrap(tree: &Path, packages: &[&str]) -> Result<()> {
    let mut command = Cmd::new("debootstrap").arg("--variant=minbase");
    if !packages.is_empty() {
        command = command.arg(format!("--include={}", packages.join(",")));
    }
    command
        // The files are written once more into an archive: to wait for the disk after each of them is for nothing.
        .env("DPKG_FORCE", "unsafe-io")
        .args([SUITE])
        .arg(tree)
        .arg(mirror()?)
        .deadline(DEADLINE)
        .run()
        .map(drop)
        .with_context(|| tail_of_file(&tree.join("debootstrap/debootstrap.log")))
}

fn clean(tree: &Path) -> Result<()> {
    for folder in EMPTIED {
        let folder = tree.join(folder);
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry.context("failed to clean an image")?.path();
            let removed = if path.is_dir() && !path.is_symlink() {
                fs::remove_dir_all(&path)
            } else {
                fs::remove_file(&path)
            };
            removed.with_context(|| format!("failed to remove `{}`", path.display()))?;
        }
    }
    // apt wants these to be there, and a container's own name and resolver take the place of the machine's.
    for folder in ["var/cache/apt/archives/partial", "var/lib/apt/lists/partial", "var/log/apt"] {
        fs::create_dir_all(tree.join(folder)).context("failed to clean an image")?;
    }
    for file in ["etc/hostname", "etc/resolv.conf"] {
        fs::write(tree.join(file), "").context("failed to clean an image")?;
    }
    let file = tree.join("etc/apt/apt.conf.d/docker-clean");
    let text =
        "DPkg::Post-Invoke { \"rm -f /var/cache/apt/archives/*.deb /var/cache/apt/*.bin || true\"; };\n";
    fs::write(file, text).context("failed to configure apt in an image")
}
