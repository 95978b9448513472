//! Which compiler: the channel, and the image that has it.

mod install;

use serde::Serialize;

use super::Chosen;
use crate::config::{Config, Setting};
use crate::diagnostic::{Checked, Diagnostic, Findings, Span};
use crate::options::Options;
use crate::project::{Package, Project};

pub use install::{Install, MIRRORS};

/// The stable release that this version of Supercargo was tested with.
pub const TESTED_STABLE: &str = "1.95";

/// The Debian release that builder and runtime base share. Builder and base of different releases are the classic
/// cause of `GLIBC_2.xx not found`, so both come from this one constant.
pub const DEBIAN: &str = "bookworm";

/// The compiler of a build.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Toolchain {
    /// `1.95`, `nightly`, …; what the image is expected to hold.
    pub channel: Chosen<String>,
    /// The image's full reference.
    pub image: Chosen<String>,
    /// What is added to that image.
    #[serde(skip_serializing_if = "Install::is_empty")]
    pub install: Install,
}

impl Toolchain {
    /// Asks for the standard library of `triple`; the compiler's own, `host`, is always there.
    pub fn need_target(&mut self, triple: &str, host: &str, because: &str) {
        if triple != host {
            self.install.targets.entry(triple.to_owned()).or_insert_with(|| because.to_owned());
        }
    }

    /// Asks for a component, by rustup's name.
    pub fn need_component(&mut self, name: &str, because: &str) {
        self.install.components.entry(name.to_owned()).or_insert_with(|| because.to_owned());
    }
}

/// Chooses the compiler and checks that it is new enough for every package that it will compile.
pub fn choose<'a>(
    project: &Project,
    config: &Config,
    options: &Options,
    host: &str,
    packages: impl Iterator<Item = &'a Package>,
) -> Checked<Toolchain> {
    let mut findings = Findings::default();
    let mut install = Install::choose(project, config, options, &mut findings);
    install.targets.remove(host);
    let channel = channel(project, config);
    let image = match &config.toolchain_image {
        Some(setting) => Chosen::set(setting.value.clone(), &setting.origin),
        None => match official_image(&channel.value) {
            Some(image) => Chosen { value: image, because: "the official image of the channel".to_owned() },
            None => {
                findings.push(no_image(project, &channel, config.channel.as_ref()));
                return findings.fail();
            }
        },
    };
    // An image of the user's own may hold any version.
    if config.toolchain_image.is_none() {
        for package in packages {
            if let Some(diagnostic) = too_old(&channel.value, package) {
                findings.push(diagnostic);
            }
        }
    }
    findings.finish(Toolchain { channel, image, install })
}

fn channel(project: &Project, config: &Config) -> Chosen<String> {
    if let Some(setting) = &config.channel {
        return Chosen::set(setting.value.clone(), &setting.origin);
    }
    if let Some((file, channel)) =
        project.toolchain_file.as_ref().and_then(|file| Some((file, file.channel.clone()?)))
    {
        return Chosen { value: channel, because: format!("{}:{}", file.file, file.line) };
    }
    Chosen { value: TESTED_STABLE.to_owned(), because: "the stable release that was tested".to_owned() }
}

/// The image of a channel, or `None` where no official image is kept: dated channels, beta, custom toolchains.
fn official_image(channel: &str) -> Option<String> {
    match channel {
        "stable" => Some(format!("docker.io/library/rust:{TESTED_STABLE}-{DEBIAN}")),
        "nightly" => Some(format!("docker.io/rustlang/rust:nightly-{DEBIAN}")),
        _ => version(channel).map(|_| format!("docker.io/library/rust:{channel}-{DEBIAN}")),
    }
}

fn no_image(project: &Project, channel: &Chosen<String>, setting: Option<&Setting<String>>) -> Diagnostic {
    let span = match setting {
        Some(setting) => setting.origin.span().cloned(),
        None => project.toolchain_file.as_ref().map(|file| Span::line(file.file.clone(), file.line)),
    };
    let diagnostic = Diagnostic::error(format!(
        "there is no official image of the toolchain `{}` ({})",
        channel.value, channel.because
    ))
    .hint("Name an image that has it: `[toolchain]` `image = \"…\"` in the Dockerfile, or `--build-arg TOOLCHAIN_IMAGE=…`.")
    .hint("Channels with official images are `stable`, `nightly` and versions such as `1.95` or `1.95.0`.");
    match span {
        Some(span) => diagnostic.at(span),
        None => diagnostic,
    }
}

/// `1.95` or `1.95.0` as numbers; a part that is left out counts as the newest.
fn version(text: &str) -> Option<[u64; 3]> {
    let parts: Vec<u64> = text.split('.').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    match parts.as_slice() {
        [major, minor] => Some([*major, *minor, u64::MAX]),
        [major, minor, patch] => Some([*major, *minor, *patch]),
        _ => None,
    }
}

fn too_old(channel: &str, package: &Package) -> Option<Diagnostic> {
    let required = package.rust_version.as_deref()?;
    let mut needed: Vec<u64> = required.split('.').map_while(|part| part.parse().ok()).collect();
    needed.resize(3, 0);
    let channel = if channel == "stable" { TESTED_STABLE } else { channel };
    if version(channel)?.as_slice() >= needed.as_slice() {
        return None;
    }
    let diagnostic = Diagnostic::error(format!(
        "package `{}` needs Rust {required} (`rust-version` in `{}`), but the toolchain is {channel}",
        package.name, package.manifest
    ))
    .hint(format!(
        "Ask for a newer toolchain: `channel = \"{required}\"` under `[toolchain]` in the Dockerfile or in rust-toolchain.toml."
    ));
    Some(match line_of_key(&package.text, "rust-version") {
        Some(line) => diagnostic.at(Span::line(package.manifest.clone(), line)),
        None => diagnostic,
    })
}

/// The 1-based line on which `key` is set. Inherited keys stand in another file, so there may be none.
fn line_of_key(text: &str, key: &str) -> Option<u32> {
    let position =
        text.lines().position(|line| line.split('=').next().is_some_and(|name| name.trim() == key))?;
    u32::try_from(position).ok()?.checked_add(1)
}

#[cfg(test)]
mod tests {
    use super::{official_image, version};

    #[test]
    fn channels_with_official_images() {
        for (channel, image) in [
            ("1.90", Some("docker.io/library/rust:1.90-bookworm")),
            ("1.90.1", Some("docker.io/library/rust:1.90.1-bookworm")),
            ("stable", Some("docker.io/library/rust:1.95-bookworm")),
            ("nightly", Some("docker.io/rustlang/rust:nightly-bookworm")),
            ("nightly-2026-01-01", None),
            ("beta", None),
            ("my-toolchain", None),
        ] {
            assert_eq!(official_image(channel).as_deref(), image, "{channel}");
        }
    }

    #[test]
    fn a_release_without_patch_is_the_newest_of_its_kind() {
        assert!(version("1.95") > version("1.95.3"));
        assert_eq!(version("1"), None);
    }
}
