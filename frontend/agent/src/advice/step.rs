//! The step that a command failed in.

use std::fs;
use std::path::PathBuf;

use crate::cargo;
use crate::packages::{Manager, System};

/// Facts that decide whether advice can help.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    /// The file system of the step, `/` but in tests.
    pub(super) root: PathBuf,
    /// True if packages come from Debian or one of its relatives.
    pub(super) is_debian: bool,
    /// True if the command compiles for musl on a system with another C library.
    pub(super) is_musl: bool,
    /// True if the command compiles, which needs no network.
    pub(super) is_compile: bool,
    /// The cargo that ran, if any.
    pub(super) cargo: Option<String>,
}

#[cfg(test)]
impl Default for Step {
    fn default() -> Self {
        // Nothing is below this path, so a test that makes no files finds none.
        Self {
            root: PathBuf::from("/nonexistent"),
            is_debian: false,
            is_musl: false,
            is_compile: true,
            cargo: None,
        }
    }
}

impl Step {
    /// The step that this process runs in, whose cargo command `command` downloads.
    pub(crate) fn of_download(command: &[String]) -> Self {
        Self { is_compile: false, ..Self::of_compile(command) }
    }

    /// The step that this process runs in, whose cargo command `command` compiles.
    pub(crate) fn of_compile(command: &[String]) -> Self {
        let root = PathBuf::from("/");
        let is_debian = System::of(&root).manager == Some(Manager::Apt);
        let is_musl = command
            .iter()
            .skip_while(|argument| *argument != "--target")
            .nth(1)
            .is_some_and(|triple| triple.contains("-musl"));
        Self { root, is_debian, is_musl, is_compile: true, cargo: command.first().cloned() }
    }

    /// True if dpkg has this package installed.
    pub(super) fn has(&self, package: &str) -> bool {
        let info = self.root.join("var/lib/dpkg/info");
        if info.join(format!("{package}.list")).exists() {
            return true;
        }
        // Of packages that can be installed for several architectures, the name is followed by one.
        let start = format!("{package}:");
        fs::read_dir(info).into_iter().flatten().flatten().any(|file| {
            let name = file.file_name();
            name.to_str()
                .and_then(|name| name.strip_suffix(".list"))
                .is_some_and(|name| name.starts_with(&start))
        })
    }

    /// True if the kernel has a route that leaves the container. Devices tell nothing: some kernels put tunnels that lead
    /// nowhere into every container.
    pub(super) fn has_network(&self) -> bool {
        let routes =
            |file: &str| fs::read_to_string(self.root.join("proc/net").join(file)).unwrap_or_default();
        let is_v4 = routes("route").lines().count() > 1;
        let is_v6 = routes("ipv6_route")
            .lines()
            .any(|line| line.split_whitespace().last().is_some_and(|device| device != "lo"));
        is_v4 || is_v6
    }

    /// Returns what the cargo of this step says of itself: `cargo 1.95.0 (…)`.
    pub(super) fn cargo_version(&self) -> Option<String> {
        self.cargo.as_deref().and_then(version)
    }
}

/// Returns what the protoc on the `PATH` says of itself: `libprotoc 3.21.12`.
pub(super) fn protoc_version() -> Option<String> {
    version("protoc")
}

fn version(program: &str) -> Option<String> {
    let said = cargo::answer(&[program, "--version"]).ok()?;
    let line = said.lines().next()?.trim();
    let is_plain = !line.is_empty() && line.len() <= 80 && line.chars().all(|one| matches!(one, ' '..='~'));
    is_plain.then(|| line.to_owned())
}
