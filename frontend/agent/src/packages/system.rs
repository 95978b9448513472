//! Which distribution an image holds.

use std::fs;
use std::path::Path;

/// A package manager that can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manager {
    /// `apt-get`, on Debian and its relatives.
    Apt,
    /// `apk`, on Alpine and its relatives.
    Apk,
}

/// What an image says it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct System {
    /// For people: `Debian GNU/Linux 12 (bookworm)`.
    pub(crate) name: String,
    /// `None` if the image has none that is known.
    pub(crate) manager: Option<Manager>,
}

impl System {
    /// Reads `/etc/os-release` of the file system at `root`. An image may say that it is a Debian and have no
    /// package manager all the same, so the program must be there as well.
    pub(crate) fn of(root: &Path) -> Self {
        let text = ["etc/os-release", "usr/lib/os-release"]
            .iter()
            .find_map(|file| fs::read_to_string(root.join(file)).ok())
            .unwrap_or_default();
        let id = field(&text, "ID").unwrap_or_default();
        let like = field(&text, "ID_LIKE").unwrap_or_default();
        let name = field(&text, "PRETTY_NAME").or_else(|| field(&text, "NAME"));
        let has = |programs: &[&str]| programs.iter().any(|program| root.join(program).exists());
        let manager =
            std::iter::once(id.as_str()).chain(like.split_whitespace()).find_map(|word| match word {
                "debian" | "ubuntu" if has(&["usr/bin/apt-get", "bin/apt-get"]) => Some(Manager::Apt),
                "alpine" if has(&["sbin/apk", "usr/sbin/apk", "usr/bin/apk"]) => Some(Manager::Apk),
                _ => None,
            });
        let name = name.unwrap_or_else(|| "of no distribution that it names".to_owned());
        Self { name, manager }
    }
}

/// The value of a line `key=value`, without its quotes.
fn field(text: &str, key: &str) -> Option<String> {
    let value = text.lines().find_map(|line| line.trim().strip_prefix(key)?.strip_prefix('='))?;
    let value = value.trim().trim_matches(['"', '\'']);
    (!value.is_empty()).then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Manager, System};

    #[test]
    fn a_distribution_counts_if_its_package_manager_is_there() {
        for (release, program, name, manager) in [
            (
                "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nID=debian\n",
                "usr/bin/apt-get",
                "Debian GNU/Linux 12 (bookworm)",
                Some(Manager::Apt),
            ),
            ("ID=pop\nID_LIKE='ubuntu debian'\nNAME=Pop\n", "usr/bin/apt-get", "Pop", Some(Manager::Apt)),
            (
                "ID=alpine\nPRETTY_NAME=\"Alpine Linux v3.22\"\n",
                "sbin/apk",
                "Alpine Linux v3.22",
                Some(Manager::Apk),
            ),
            ("ID=debian\nPRETTY_NAME=\"Distroless\"\n", "usr/bin/env", "Distroless", None),
            ("ID=fedora\nNAME=Fedora\n", "usr/bin/dnf", "Fedora", None),
            ("", "usr/bin/apt-get", "of no distribution that it names", None),
        ] {
            let root = tempfile::tempdir().unwrap();
            fs::create_dir_all(root.path().join("etc")).unwrap();
            fs::write(root.path().join("etc/os-release"), release).unwrap();
            let program = root.path().join(program);
            fs::create_dir_all(program.parent().unwrap()).unwrap();
            fs::write(program, "").unwrap();
            assert_eq!(System::of(root.path()), System { name: name.to_owned(), manager }, "{release}");
        }
    }
}
