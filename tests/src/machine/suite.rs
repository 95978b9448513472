//! Packages of any Debian suite, unpacked into a folder, without a change to the machine's own apt.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::lock::Lock;
use crate::place::Place;
use crate::process::Cmd;

/// Names a Debian mirror, for a machine whose own package sources have none.
pub const MIRROR: &str = "SUPERCARGO_BED_MIRROR";

const DEADLINE: Duration = Duration::from_mins(10);

/// A Debian suite such as `forky`, read through package lists of its own.
#[derive(Debug)]
pub struct Suite {
    folder: PathBuf,
    options: Vec<String>,
    _lock: Lock,
}

impl Suite {
    /// Brings the lists of a suite for this machine's architecture.
    pub fn open(place: &Place, name: &str) -> Result<Self> {
        Self::open_for(place, name, &[])
    }

    /// The same for more architectures, by Debian's names: their packages are `name:architecture`.
    pub fn open_for(place: &Place, name: &str, architectures: &[&str]) -> Result<Self> {
        let folder = [&[name], architectures].concat().join("+");
        let lock = Lock::acquire(place, &format!("packages-{folder}"))?;
        let folder = place.folder(&format!("suites/{folder}"))?;
        for part in ["lists/partial", "cache/archives/partial", "debs"] {
            let part = folder.join(part);
            fs::create_dir_all(&part).with_context(|| format!("failed to create `{}`", part.display()))?;
        }
        let source = folder.join("sources.list");
        let line = format!("deb {} {name} main\n", mirror()?);
        fs::write(&source, line).with_context(|| format!("failed to write `{}`", source.display()))?;
        let at = |part: &str| folder.join(part).display().to_string();
        let options = [
            format!("Dir::Etc::SourceList={}", at("sources.list")),
            "Dir::Etc::SourceParts=/dev/null".into(),
            format!("Dir::State::Lists={}", at("lists")),
            format!("Dir::Cache={}", at("cache")),
            "Acquire::Languages=none".into(),
            // Lists that graphical package managers ask for are larger than the packages that we want.
            "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false".into(),
            "Acquire::IndexTargets::deb::DEP-11-icons::DefaultEnabled=false".into(),
            "Acquire::IndexTargets::deb::DEP-11-icons-hidpi::DefaultEnabled=false".into(),
            // The bed's folder may be one that apt's own user cannot enter.
            "APT::Sandbox::User=root".into(),
        ];
        let own = Cmd::new("dpkg").arg("--print-architecture").run()?;
        let all = std::iter::once(own.trim()).chain(architectures.iter().copied());
        let all = all.map(|architecture| format!("APT::Architectures::={architecture}"));
        let options = options.into_iter().chain(all).flat_map(|option| ["-o".into(), option]).collect();
        let suite = Self { folder, options, _lock: lock };
        suite.apt().arg("update").run().with_context(|| {
            format!("failed to read the package lists of Debian `{name}`; `{MIRROR}` may name another mirror")
        })?;
        Ok(suite)
    }

    /// Downloads packages and unpacks them into a folder; gives `name version` of each.
    pub fn unpack(&self, packages: &[&str], into: &Path) -> Result<Vec<String>> {
        let debs = self.download(packages)?;
        let mut versions = Vec::new();
        for deb in Self::extract(&debs, into)? {
            let version = Cmd::new("dpkg-deb")
                .args(["--show", "--showformat", "${Package} ${Version}"])
                .arg(&deb)
                .run()?;
            versions.push(version);
            fs::remove_file(&deb).context("failed to remove an unpacked package")?;
        }
        versions.sort();
        Ok(versions)
    }

    /// Downloads packages with all that they depend on, unpacks them into a folder and tells its dpkg of them. No
    /// installation script runs, so this takes a fraction of the time of a real installation, and a program that is
    /// chosen by an alternative has no name.
    pub fn assemble(&self, packages: &[&str], into: &Path) -> Result<()> {
        let debs = self.cleared()?;
        let nothing = self.folder.join("nothing-installed");
        fs::write(&nothing, "").context("failed to write an empty list of packages")?;
        self.apt()
            .args(["install", "--yes", "--download-only", "--no-install-recommends", "-o"])
            .arg(format!("Dir::State::status={}", nothing.display()))
            .arg("-o")
            .arg(format!("Dir::Cache::archives={}", debs.display()))
            .args(packages)
            .run()
            .with_context(|| format!("failed to download `{}`", packages.join(" ")))?;
        Self::record(&debs, into)
    }

    /// The same for packages of another architecture, without what they depend on.
    pub fn add(&self, packages: &[&str], into: &Path) -> Result<()> {
        let debs = self.download(packages)?;
        Self::record(&debs, into)
    }

    fn record(debs: &Path, into: &Path) -> Result<()> {
        let database = into.join("var/lib/dpkg");
        fs::create_dir_all(&database).context("failed to create dpkg's folder")?;
        let status = database.join("status");
        let mut text = fs::read_to_string(&status).unwrap_or_default();
        for deb in Self::extract(debs, into)? {
            let about = Cmd::new("dpkg-deb").arg("--field").arg(&deb).run()?;
            text.extend(["Status: install ok installed\n", about.trim_end(), "\n\n"]);
            fs::remove_file(&deb).context("failed to remove an unpacked package")?;
        }
        fs::write(&status, text).context("failed to write dpkg's list of packages")
    }

    fn cleared(&self) -> Result<PathBuf> {
        let debs = self.folder.join("debs");
        fs::remove_dir_all(&debs)
            .and_then(|()| fs::create_dir_all(debs.join("partial")))
            .context("failed to clear old packages")?;
        Ok(debs)
    }

    fn download(&self, packages: &[&str]) -> Result<PathBuf> {
        let debs = self.cleared()?;
        self.apt()
            .arg("download")
            .args(packages)
            .current_dir(&debs)
            .run()
            .with_context(|| format!("failed to download `{}`", packages.join(" ")))?;
        Ok(debs)
    }

    /// Unpacks all packages of a folder, in the order of their names, and gives their files.
    fn extract(debs: &Path, into: &Path) -> Result<Vec<PathBuf>> {
        fs::create_dir_all(into).with_context(|| format!("failed to create `{}`", into.display()))?;
        let entries = fs::read_dir(debs).context("failed to list the downloaded packages")?;
        let files = entries.flatten().map(|entry| entry.path());
        let mut files: Vec<PathBuf> =
            files.filter(|file| file.extension().is_some_and(|end| end == "deb")).collect();
        files.sort();
        for deb in &files {
            Cmd::new("dpkg-deb").arg("--extract").arg(deb).arg(into).run()?;
        }
        Ok(files)
    }

    fn apt(&self) -> Cmd {
        Cmd::new("apt-get").arg("-q").args(&self.options).deadline(DEADLINE)
    }
}

/// The Debian mirror that this machine uses.
pub fn mirror() -> Result<String> {
    if let Ok(mirror) = std::env::var(MIRROR)
        && !mirror.is_empty()
    {
        return Ok(mirror);
    }
    let mut files = vec![PathBuf::from("/etc/apt/sources.list")];
    if let Ok(entries) = fs::read_dir("/etc/apt/sources.list.d") {
        files.extend(entries.flatten().map(|entry| entry.path()));
    }
    files.sort();
    let texts: Vec<String> = files.iter().filter_map(|file| fs::read_to_string(file).ok()).collect();
    for text in &texts {
        if let Some(uri) = debian_uri(text) {
            return Ok(uri);
        }
    }
    bail!(
        "no Debian mirror found in `/etc/apt/sources.list` and `/etc/apt/sources.list.d`; \
         name one in `{MIRROR}`, or use an engine that is already there by `SUPERCARGO_DOCKER_HOST`"
    )
}

/// The first URI of an apt source file, in either of its two formats, that ends with `/debian`.
fn debian_uri(text: &str) -> Option<String> {
    text.lines()
        .map(str::trim)
        .filter(|line| line.starts_with("deb ") || line.starts_with("URIs:"))
        .flat_map(str::split_whitespace)
        .filter_map(resolve_uri)
        .find(|uri| uri.ends_with("/debian"))
}

fn resolve_uri(word: &str) -> Option<String> {
    // Cloud images name a file that lists mirrors.
    let uri = match word.strip_prefix("mirror+file:") {
        Some(file) => fs::read_to_string(file).ok()?.lines().next()?.split_whitespace().next()?.to_owned(),
        None => word.to_owned(),
    };
    uri.contains("://").then(|| uri.trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::debian_uri;

    #[test]
    fn a_mirror_is_found_in_both_formats_of_apt_sources() {
        let deb822 = "Types: deb\n# a comment\nURIs: https://mirror.example/debian/\nSuites: bookworm\n";
        assert_eq!(debian_uri(deb822).as_deref(), Some("https://mirror.example/debian"));
        let one_line = "deb [signed-by=/k.gpg] http://mirror.example/debian bookworm main";
        assert_eq!(debian_uri(one_line).as_deref(), Some("http://mirror.example/debian"));
    }

    #[test]
    fn a_source_of_something_else_is_no_mirror() {
        assert_eq!(debian_uri("deb https://packages.example/apt stable main"), None);
        assert_eq!(debian_uri("URIs: http://mirror.example/debian-security\n"), None);
        assert_eq!(debian_uri("# deb http://mirror.example/debian bookworm main"), None);
    }
}
