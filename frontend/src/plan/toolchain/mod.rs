//! Which compiler: the channel, the image that has it, and what is installed on top.

mod channel;
mod check;
mod install;

use serde::Serialize;

use super::Chosen;
use crate::config::Config;
use crate::diagnostic::{Checked, Diagnostic, Findings, Span};
use crate::options::Options;
use crate::project::{Package, Project};

use channel::Channel;
use check::Known;
pub use install::{Install, MIRRORS};

/// The stable release that this version of Supercargo was tested with.
pub const TESTED_STABLE: &str = "1.95";

/// The Debian release that builder and runtime base share. Builder and base of different releases are the classic
/// cause of `GLIBC_2.xx not found`, so both come from this one constant.
pub const DEBIAN: &str = "bookworm";

/// The compiler of a build.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Toolchain {
    /// `1.95`, `nightly`, …; what the image is expected to hold, or what is installed on it.
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

    /// What stands for the compiler in the names of mounts: the image and what is installed on it. A build script may
    /// have looked for a component and would not look again.
    #[must_use]
    pub fn name(&self) -> String {
        let image = self.image.value.as_str();
        if self.install.is_empty() {
            return image.to_owned();
        }
        format!("{image}+{}", self.install.names().replace(", ", "+"))
    }

    /// Asks for a component, by rustup's name.
    pub fn need_component(&mut self, name: &str, because: &str) {
        self.install.components.entry(name.to_owned()).or_insert_with(|| because.to_owned());
    }
}

/// Chooses the compiler and checks that it is new enough for every package that it will compile.
///
/// `host` is the triple of the compiler itself.
pub fn choose(
    project: &Project,
    config: &Config,
    options: &Options,
    host: &str,
    packages: &[&Package],
) -> Checked<Toolchain> {
    let mut findings = Findings::default();
    let mut install = Install::choose(project, config, options, &mut findings);
    install.targets.remove(host);
    let wanted = channel(project, config, packages);
    let channel = Channel::parse(&wanted.value.value, host);
    let image = match &config.toolchain_image {
        // The image decides, unless the user asks it for a channel as well.
        Some(setting) => {
            if config.channel.is_some() {
                install::check(&wanted.value.value, wanted.span.as_ref(), &mut findings);
                install.channel = Some(wanted.value.clone());
            }
            Chosen::set(setting.value.clone(), &setting.origin)
        }
        None if wanted.is_path => {
            findings.push(of_a_path(&wanted));
            return findings.fail();
        }
        None => match &channel {
            None => {
                findings.push(unknown(&wanted));
                return findings.fail();
            }
            Some(channel) => channel.official_image().map_or_else(
                || {
                    install.channel = Some(wanted.value.clone());
                    let because =
                        format!("no image has {}, so it is installed on this one", wanted.value.value);
                    Chosen { value: channel::tested_image(), because }
                },
                |image| Chosen { value: image, because: "the official image of the channel".to_owned() },
            ),
        },
    };
    let (release, name, because) = match &config.toolchain_image {
        Some(_) if config.channel.is_none() => {
            (check::release_of_image(&image.value), &image.value, &image.because)
        }
        _ => (channel.as_ref().and_then(Channel::release), &wanted.value.value, &wanted.value.because),
    };
    if let Some(release) = release {
        Known { release, name, because }.check(project, packages.iter().copied(), &mut findings);
    }
    findings.finish(Toolchain { channel: wanted.value, image, install })
}

/// A toolchain that somebody asks for.
struct Wanted {
    value: Chosen<String>,
    span: Option<Span>,
    /// The value is a path on the user's machine.
    is_path: bool,
}

fn channel(project: &Project, config: &Config, packages: &[&Package]) -> Wanted {
    if let Some(setting) = &config.channel {
        return Wanted {
            value: Chosen::set(setting.value.clone(), &setting.origin),
            span: setting.origin.span().cloned(),
            is_path: false,
        };
    }
    if let Some(file) = &project.toolchain_file
        && let Some(value) = file.channel.as_ref().or(file.path.as_ref())
    {
        let because = format!("{}:{}", file.file, file.line);
        return Wanted {
            value: Chosen { value: value.clone(), because },
            span: Some(Span::line(file.file.clone(), file.line)),
            is_path: file.channel.is_none(),
        };
    }
    newest_required(packages).unwrap_or_else(|| Wanted {
        value: Chosen {
            value: TESTED_STABLE.to_owned(),
            because: "the stable release that was tested".to_owned(),
        },
        span: None,
        is_path: false,
    })
}

/// The `rust-version` of a package that is newer than the release that would be taken.
fn newest_required(packages: &[&Package]) -> Option<Wanted> {
    let required = packages.iter().filter_map(|package| {
        let text = package.rust_version.as_deref()?;
        Some((channel::version(text)?, text, *package))
    });
    let (release, text, package) = required.max_by_key(|(release, ..)| *release)?;
    if Some(release) <= channel::version(TESTED_STABLE) {
        return None;
    }
    let span = check::at(package.manifest.as_str(), &package.text, "rust-version");
    let place = span
        .as_ref()
        .map_or_else(|| package.manifest.to_string(), |span| format!("{}:{}", span.file, span.start));
    Some(Wanted {
        value: Chosen { value: text.to_owned(), because: format!("rust-version, {place}") },
        span,
        is_path: false,
    })
}

fn of_a_path(wanted: &Wanted) -> Diagnostic {
    let Chosen { value, because } = &wanted.value;
    located(
        Diagnostic::error(format!(
            "the toolchain is the directory `{value}` ({because}), which is not in the build"
        ))
        .hint("Name a channel instead: `channel = \"…\"` under `[toolchain]` in the Dockerfile, or `--build-arg TOOLCHAIN_CHANNEL=…`.")
        .hint("Or an image that has the toolchain: `image = \"…\"` under `[toolchain]`, or `--build-arg TOOLCHAIN_IMAGE=…`."),
        wanted,
    )
}

fn unknown(wanted: &Wanted) -> Diagnostic {
    let Chosen { value, because } = &wanted.value;
    located(
        Diagnostic::error(format!("rustup cannot install the toolchain `{value}` ({because})"))
            .hint("Name an image that has it: `[toolchain]` `image = \"…\"` in the Dockerfile, or `--build-arg TOOLCHAIN_IMAGE=…`.")
            .hint("Channels are `stable`, `beta`, `nightly`, `nightly-2026-01-01` and versions such as `1.95` or `1.95.0`."),
        wanted,
    )
}

fn located(diagnostic: Diagnostic, wanted: &Wanted) -> Diagnostic {
    match &wanted.span {
        Some(span) => diagnostic.at(span.clone()),
        None => diagnostic,
    }
}
