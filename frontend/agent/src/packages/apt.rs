//! Debian's package manager.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::error::Error;
use crate::files;

const STATUS: &str = "var/lib/dpkg/status";

/// Those of `wanted` that dpkg does not call installed, in order.
pub(super) fn missing(root: &Path, wanted: &[String]) -> Result<Vec<String>, Error> {
    let file = root.join(STATUS);
    let status = fs::read(&file).map_err(Error::file("read", &file))?;
    let status = String::from_utf8_lossy(&status);
    let installed: Vec<Installed<'_>> = status.split("\n\n").filter_map(Installed::of).collect();
    let is_missing = |name: &&String| !installed.iter().any(|package| package.is(name));
    Ok(wanted.iter().filter(is_missing).cloned().collect())
}

/// The commands that install `packages`, with everything that is downloaded in `cache`, from servers that a file of
/// `certificates` vouches for, too.
///
/// The image's own directories for it are not used: official images have apt empty them after each run.
pub(super) fn commands(
    root: &Path,
    cache: &Path,
    certificates: Option<&Path>,
    packages: &[String],
) -> Result<Vec<Vec<String>>, Error> {
    let (lists, downloads) = (cache.join("apt/lists"), cache.join("apt/cache"));
    for directory in [lists.join("partial"), downloads.join("archives/partial")] {
        fs::create_dir_all(&directory).map_err(Error::file("create", &directory))?;
    }
    let certificates = certificates.map(|file| format!("Acquire::https::CAInfo={}", file.display()));
    let options = [
        format!("Dir::State::Lists={}", lists.display()),
        format!("Dir::Cache={}", downloads.display()),
        // Other images keep the lists of their own releases here.
        "APT::Get::List-Cleanup=false".to_owned(),
        "Acquire::Languages=none".to_owned(),
        "APT::Update::Error-Mode=any".to_owned(),
        "APT::Keep-Downloaded-Packages=true".to_owned(),
        // Name servers that answer late are met more often than by hand: crates are downloaded at the same time.
        "Acquire::Retries=8".to_owned(),
        "Dpkg::Use-Pty=0".to_owned(),
    ];
    let apt_get = |arguments: &[&str]| -> Vec<String> {
        let options =
            options.iter().chain(&certificates).flat_map(|option| ["-o".to_owned(), option.clone()]);
        ["apt-get".to_owned(), "-q".to_owned()]
            .into_iter()
            .chain(options)
            .chain(arguments.iter().map(|argument| (*argument).to_owned()))
            .collect()
    };
    let mut commands: Vec<Vec<String>> = foreign(root, packages)
        .into_iter()
        .map(|one| ["dpkg", "--add-architecture", one].map(str::to_owned).to_vec())
        .collect();
    commands.push(apt_get(&["update"]));
    let mut install = apt_get(&["install", "--yes", "--no-install-recommends", "--"]);
    install.extend_from_slice(packages);
    commands.push(install);
    Ok(commands)
}

/// The architectures that `packages` name and dpkg does not know yet.
fn foreign<'a>(root: &Path, packages: &'a [String]) -> BTreeSet<&'a str> {
    let known = fs::read_to_string(root.join("var/lib/dpkg/arch")).unwrap_or_default();
    let named = packages.iter().filter_map(|package| Named::of(package).architecture);
    named
        .filter(|one| {
            !matches!(*one, "all" | "any" | "native") && !known.lines().any(|line| line.trim() == *one)
        })
        .collect()
}

/// `name:architecture=version`, as `apt-get install` takes it.
struct Named<'a> {
    name: &'a str,
    architecture: Option<&'a str>,
    version: Option<&'a str>,
}

impl<'a> Named<'a> {
    fn of(text: &'a str) -> Self {
        let (name, version) =
            text.split_once('=').map_or((text, None), |(name, version)| (name, Some(version)));
        let (name, architecture) = name.split_once(':').map_or((name, None), |(name, one)| (name, Some(one)));
        Self { name, architecture, version }
    }
}

/// A package that dpkg has installed.
struct Installed<'a> {
    name: &'a str,
    architecture: &'a str,
    version: &'a str,
}

impl<'a> Installed<'a> {
    fn of(paragraph: &'a str) -> Option<Self> {
        let field = |name: &str| {
            let line = paragraph.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
            Some(line.trim())
        };
        let is_installed = field("Status")?.split_whitespace().last() == Some("installed");
        let found = Self {
            name: field("Package")?,
            architecture: field("Architecture")?,
            version: field("Version")?,
        };
        is_installed.then_some(found)
    }

    fn is(&self, wanted: &str) -> bool {
        let wanted = Named::of(wanted);
        self.name == wanted.name
            && wanted.architecture.is_none_or(|one| one == self.architecture || one == "any")
            && wanted.version.is_none_or(|version| version == self.version)
    }
}

/// Removes what an installation leaves behind that no program needs and that says when it was made.
pub(super) fn tidy(root: &Path) -> Result<(), Error> {
    for name in [
        "var/log/dpkg.log",
        "var/log/apt/history.log",
        "var/log/apt/term.log",
        "var/log/apt/eipp.log.xz",
        "var/log/alternatives.log",
        "var/cache/ldconfig/aux-cache",
        "var/cache/debconf/config.dat-old",
        "var/cache/debconf/templates.dat-old",
        "var/lib/dpkg/status-old",
        "var/lib/dpkg/diversions-old",
        "var/lib/dpkg/statoverride-old",
    ] {
        files::remove(&root.join(name))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::{STATUS, commands, foreign, missing};

    fn root() -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("var/lib/dpkg")).unwrap();
        let text = "Package: libssl-dev\nStatus: install ok installed\nArchitecture: amd64\nVersion: 3.0.1-1\n\n\
                    Package: gone\nStatus: deinstall ok config-files\nArchitecture: amd64\nVersion: 1\n\n\
                    Package: broken\n\n";
        fs::write(root.path().join(STATUS), text).unwrap();
        fs::write(root.path().join("var/lib/dpkg/arch"), "amd64\narmhf\n").unwrap();
        root
    }

    #[test]
    fn what_is_installed_is_not_missing() {
        let root = root();
        for (name, expected) in [
            ("libssl-dev", false),
            ("libssl-dev:amd64", false),
            ("libssl-dev:arm64", true),
            ("libssl-dev=3.0.1-1", false),
            ("libssl-dev=3.0.2", true),
            ("gone", true),
            ("broken", true),
            ("libssl", true),
        ] {
            let found = missing(root.path(), &[name.to_owned()]).unwrap();
            assert_eq!(!found.is_empty(), expected, "{name}");
        }
        assert!(missing(Path::new("/nowhere"), &[]).unwrap_err().to_string().contains(STATUS));
    }

    #[test]
    fn architectures_are_added_once_and_names_are_never_options() {
        let root = root();
        let cache = tempfile::tempdir().unwrap();
        let packages = ["a:arm64", "b:arm64=1", "c:armhf", "d:any", "e"].map(str::to_owned);
        assert_eq!(foreign(root.path(), &packages).into_iter().collect::<Vec<_>>(), ["arm64"]);
        let commands = commands(root.path(), cache.path(), Some(Path::new("/ca.pem")), &packages).unwrap();
        let first: Vec<&str> = commands.iter().map(|command| command[0].as_str()).collect();
        assert_eq!(first, ["dpkg", "apt-get", "apt-get"]);
        let install = commands.last().unwrap();
        let dashes = install.iter().position(|word| word == "--").unwrap();
        assert_eq!(install[dashes + 1..], packages);
        assert!(install[..dashes].contains(&"Acquire::https::CAInfo=/ca.pem".to_owned()), "{install:?}");
        assert!(cache.path().join("apt/cache/archives/partial").is_dir());
    }
}
