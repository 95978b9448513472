//! A runtime base without a shell: a C library, certificates, time zones, users, and nothing else.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::Path;

use anyhow::{Context, Result};

use super::certificates::Certificates;
use super::layer::Layer;
use crate::machine::suite::Suite;

/// Rises when the recipe changes.
const REVISION: &str = "1";
const SUITE: &str = "bookworm";
/// Unpacked as they are; their installation scripts need a shell and do nothing that a program would miss.
const PACKAGES: &[&str] = &[
    "base-files",
    "libc6",
    "libgcc-s1",
    "libgomp1",
    "libssl3",
    "libstdc++6",
    "media-types",
    "netbase",
    "tzdata",
];
const FOREIGN_PACKAGES: &[&str] = &["base-files", "libc6", "libgcc-s1"];
const LEFT_OUT: &[&str] = &["usr/share/doc", "usr/share/lintian", "usr/share/locale", "usr/share/man"];
const NONROOT: u32 = 65532;

const PASSWD: &str = "root:x:0:0:root:/root:/sbin/nologin\n\
    nobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin\n\
    nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n";
const GROUP: &str = "root:x:0:\nnobody:x:65534:\ntty:x:5:\nstaff:x:50:\nnonroot:x:65532:\n";
const NSSWITCH: &str = "passwd: files\ngroup: files\nhosts: files dns\nservices: files\nprotocols: files\n";

/// The tools of busybox that somebody who looks around needs.
const TOOLS: &[&str] =
    &["cat", "env", "find", "grep", "id", "ls", "ps", "sh", "sha256sum", "top", "vi", "wget", "which"];

/// What the base for static binaries has of that.
const STATIC_PACKAGES: &[&str] = &["base-files", "media-types", "netbase", "tzdata"];

/// The layer of the base for static binaries: no library at all.
pub(super) fn without_libraries(certificates: &Certificates) -> Layer {
    layer_of("distroless-static", STATIC_PACKAGES, certificates)
}

/// The layer of both tags: they differ in their configuration only.
pub(super) fn layer(certificates: &Certificates) -> Layer {
    layer_of("distroless-cc", PACKAGES, certificates)
}

/// What the tags with `debug` in their names have on top: busybox in a directory of its own, with a link for each tool.
pub(super) fn busybox() -> Layer {
    Layer::new(
        "distroless-busybox",
        vec![REVISION.into(), SUITE.into(), TOOLS.join(" ")],
        Box::new(|place, tree| {
            let package = tempfile::tempdir().context("failed to create a folder for busybox")?;
            Suite::open(place, SUITE)?.unpack(&["busybox-static"], package.path())?;
            let folder = tree.join("busybox");
            fs::create_dir_all(&folder).context("failed to create the folder of busybox")?;
            fs::copy(package.path().join("bin/busybox"), folder.join("busybox"))
                .context("failed to copy busybox")?;
            for tool in TOOLS {
                symlink("/busybox/busybox", folder.join(tool)).context("failed to link a tool of busybox")?;
            }
            Ok(())
        }),
    )
}

fn layer_of(name: &'static str, packages: &'static [&'static str], certificates: &Certificates) -> Layer {
    let inputs = vec![REVISION.into(), SUITE.into(), packages.join(" "), certificates.input()];
    let certificates = certificates.clone();
    Layer::new(
        name,
        inputs,
        Box::new(move |place, tree| {
            let suite = Suite::open(place, SUITE)?;
            suite.unpack(packages, tree)?;
            let package = tempfile::tempdir().context("failed to create a folder for certificates")?;
            suite.unpack(&["ca-certificates"], package.path())?;
            Certificates::bundle(package.path(), tree)?;
            certificates.install(tree)?;
            finish(tree)
        }),
    )
}

/// The layer for one of several `architectures`, by Debian's names, of another suite: the libraries of a Rust program
/// and nothing more.
pub(super) fn foreign_layer(
    suite: &'static str,
    architecture: &'static str,
    architectures: &[&'static str],
) -> Layer {
    let architectures = architectures.to_vec();
    Layer::new(
        "distroless-cc-foreign",
        vec![REVISION.into(), suite.into(), architecture.into(), FOREIGN_PACKAGES.join(" ")],
        Box::new(move |place, tree| {
            let packages: Vec<String> =
                FOREIGN_PACKAGES.iter().map(|name| format!("{name}:{architecture}")).collect();
            let packages: Vec<&str> = packages.iter().map(String::as_str).collect();
            Suite::open_for(place, suite, &architectures)?.unpack(&packages, tree)?;
            finish(tree)
        }),
    )
}

fn finish(tree: &Path) -> Result<()> {
    let gconv = fs::read_dir(tree.join("usr/lib")).into_iter().flatten().flatten();
    let gconv: Vec<_> = gconv.map(|entry| entry.path().join("gconv")).collect();
    for folder in LEFT_OUT.iter().map(|folder| tree.join(folder)).chain(gconv) {
        if folder.is_dir() {
            fs::remove_dir_all(&folder).context("failed to leave out documentation")?;
        }
    }
    for (file, text) in [("passwd", PASSWD), ("group", GROUP), ("nsswitch.conf", NSSWITCH)] {
        fs::write(tree.join("etc").join(file), text).context("failed to write a system file")?;
    }
    for (folder, mode, owner) in [
        ("tmp", 0o1777, 0),
        ("root", 0o700, 0),
        ("home/nonroot", 0o700, NONROOT),
        ("usr/local/bin", 0o755, 0),
    ] {
        let folder = tree.join(folder);
        fs::create_dir_all(&folder).context("failed to create a system folder")?;
        fs::set_permissions(&folder, fs::Permissions::from_mode(mode)).context("failed to set a mode")?;
        chown(&folder, Some(owner), Some(owner)).context("failed to set an owner")?;
    }
    Ok(())
}
