//! Adds to the toolchain what the image lacks of it.
//!
//! rustup does the work where there is one. What is there already is not asked for: an image without rustup, or a build
//! without network, is as good as any other if its toolchain is complete.

use std::path::{Path, PathBuf};

use supercargo_report::Install;

use crate::access::Trust;
use crate::cargo;
use crate::console;
use crate::error::Error;

/// Installs what is missing and returns rustup's exit code.
pub(crate) fn install(job: &Install) -> Result<u8, Error> {
    if let Some(channel) = &job.channel {
        let code = select(job, channel)?;
        if code != 0 {
            return Ok(code);
        }
    }
    let toolchain = Toolchain::find()?;
    let missing = |names: &[String], has: &dyn Fn(&str) -> bool| -> Vec<String> {
        names.iter().filter(|name| !has(name)).cloned().collect()
    };
    let components = missing(&job.components, &|name| toolchain.has_component(name));
    let targets = missing(&job.targets, &|triple| toolchain.has_target(triple));
    for (kind, names) in [("component", &components), ("target", &targets)] {
        if names.is_empty() {
            continue;
        }
        let add = [kind.to_owned(), "add".to_owned()];
        let code = rustup(job, add.into_iter().chain(names.iter().cloned()), || lacking(kind, names))?;
        if code != 0 {
            return Ok(code);
        }
    }
    console::line(&summary(&toolchain, &[components, targets].concat()));
    Ok(0)
}

/// Makes `channel` the default toolchain, and installs it first if it is not there.
fn select(job: &Install, channel: &str) -> Result<u8, Error> {
    if let Ok(set) = std::env::var("RUSTUP_TOOLCHAIN")
        && set != channel
    {
        return Err(Error::ToolchainSet { set, channel: channel.to_owned() });
    }
    let lacking = || (format!("toolchain `{channel}`"), String::new());
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    if has_channel(channel) {
        return rustup(job, words(&["default", channel]), lacking);
    }
    let code = rustup(
        job,
        words(&["toolchain", "install", channel, "--profile", "minimal", "--no-self-update"]),
        lacking,
    )?;
    if code != 0 {
        return Ok(code);
    }
    rustup(job, words(&["default", channel]), lacking)
}

/// Whether rustup has a toolchain of that name. It lists them with the host's triple behind, offline.
fn has_channel(channel: &str) -> bool {
    let listed = cargo::answer(&["rustup", "toolchain", "list"]).unwrap_or_default();
    listed.lines().filter_map(|line| line.split_whitespace().next()).any(|name| {
        name.strip_prefix(channel)
            .is_some_and(|host| host.is_empty() || (host.starts_with('-') && host.matches('-').count() >= 3))
    })
}

/// Runs rustup; `lacking` says what is missing and how else it is had, for an image without rustup.
fn rustup(
    job: &Install,
    arguments: impl IntoIterator<Item = String>,
    lacking: impl FnOnce() -> (String, String),
) -> Result<u8, Error> {
    let command: Vec<String> = job.command.iter().cloned().chain(arguments).collect();
    console::line(&command.join(" "));
    let trust = Trust::granted()?;
    match cargo::run_with(&command, &trust.variables()) {
        Err(Error::Spawn { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
            let (missing, how) = lacking();
            Err(Error::NoRustup { missing, how })
        }
        ended => ended.map(cargo::Exit::code),
    }
}

fn lacking(kind: &str, names: &[String]) -> (String, String) {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let quoted = quoted.join(", ");
    if kind == "target" {
        let how = "; Debian has it as `libstd-rust-dev` of the other architecture".to_owned();
        (format!("standard library for {quoted}"), how)
    } else {
        (format!("component {quoted}"), String::new())
    }
}

/// The toolchain that is in use.
struct Toolchain {
    sysroot: PathBuf,
    version: String,
    host: String,
    /// rustup's list of what is installed; `None` for a toolchain that rustup did not install.
    components: Option<String>,
}

impl Toolchain {
    fn find() -> Result<Self, Error> {
        let sysroot = PathBuf::from(cargo::answer(&["rustc", "--print", "sysroot"])?.trim());
        let about = cargo::answer(&["rustc", "-vV"])?;
        let field = |name: &str| {
            let line = about.lines().find_map(|line| line.strip_prefix(name));
            line.map(|value| value.trim().to_owned()).unwrap_or_default()
        };
        let components = std::fs::read_to_string(sysroot.join("lib/rustlib/components")).ok();
        Ok(Self { version: field("release:"), host: field("host:"), sysroot, components })
    }

    fn has_target(&self, triple: &str) -> bool {
        has_standard_library(&self.sysroot.join("lib/rustlib").join(triple).join("lib"))
    }

    fn has_component(&self, name: &str) -> bool {
        match &self.components {
            Some(listed) => listed.lines().any(|line| is_component(line, name, &self.host)),
            None => match name {
                "rust-src" => self.sysroot.join("lib/rustlib/src/rust/library").is_dir(),
                "clippy" => self.sysroot.join("bin/cargo-clippy").exists(),
                _ => self.sysroot.join("bin").join(name).exists(),
            },
        }
    }
}

/// Whether the directory of a target holds a standard library, and not only its programs.
fn has_standard_library(directory: &Path) -> bool {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name()).any(|name| name.as_encoded_bytes().starts_with(b"libcore-"))
}

/// Whether `line` of rustup's list is the component `name`: it may have the host behind, and `preview` before that.
fn is_component(line: &str, name: &str, host: &str) -> bool {
    let plain = line.strip_suffix(host).map_or(line, |rest| rest.trim_end_matches('-'));
    plain.strip_suffix("-preview").unwrap_or(plain) == name || line == name
}

fn summary(toolchain: &Toolchain, added: &[String]) -> String {
    let what = if added.is_empty() {
        "nothing was missing".to_owned()
    } else {
        format!("added {}", added.join(", "))
    };
    format!("toolchain: rustc {}, {what}", toolchain.version)
}

#[cfg(test)]
mod tests {
    use super::{has_standard_library, is_component};

    #[test]
    fn components_are_known_by_their_short_names() {
        let host = "x86_64-unknown-linux-gnu";
        for (line, name, expected) in [
            ("rustfmt-preview-x86_64-unknown-linux-gnu", "rustfmt", true),
            ("rust-src", "rust-src", true),
            ("rustc-x86_64-unknown-linux-gnu", "rustc", true),
            ("rustc-dev-x86_64-unknown-linux-gnu", "rustc", false),
            ("rust-std-aarch64-unknown-linux-gnu", "rust-std", false),
            ("rust-std-aarch64-unknown-linux-gnu", "rust-std-aarch64-unknown-linux-gnu", true),
        ] {
            assert_eq!(is_component(line, name, host), expected, "{line} {name}");
        }
    }

    #[test]
    fn a_directory_with_programs_only_is_no_standard_library() {
        let directory = tempfile::tempdir().unwrap();
        assert!(!has_standard_library(&directory.path().join("lib")));
        std::fs::write(directory.path().join("gcc-ld"), "").unwrap();
        assert!(!has_standard_library(directory.path()));
        std::fs::write(directory.path().join("libcore-0123.rlib"), "").unwrap();
        assert!(has_standard_library(directory.path()));
    }
}
