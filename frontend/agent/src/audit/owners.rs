//! Which package of dpkg's a file is from.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::root::Root;

const INFO: &str = "/var/lib/dpkg/info";

/// The packages that own any of `files`; nothing where there is no dpkg.
pub(super) fn owners(root: &Root, files: &BTreeSet<PathBuf>) -> BTreeSet<String> {
    let mut owners = BTreeSet::new();
    for (package, list) in lists(root) {
        let lines = root.text(&list).unwrap_or_default();
        // A list may name a file as the package did, before /lib became a link to /usr/lib.
        let is_owner = lines.lines().any(|line| {
            files.contains(Path::new(line))
                || (line.starts_with("/lib") && files.contains(Path::new(&format!("/usr{line}"))))
        });
        if is_owner {
            owners.insert(package);
        }
    }
    owners
}

/// The files and directories of a package as dpkg lists them; `None` for one that is not installed.
pub(super) fn files_of(root: &Root, package: &str) -> Option<Vec<String>> {
    let list = lists(root).remove(package)?;
    Some(
        root.text(&list)?
            .lines()
            .filter(|line| line.starts_with('/') && *line != "/.")
            .map(str::to_owned)
            .collect(),
    )
}

/// What dpkg says of a package.
pub(super) fn paragraph(root: &Root, package: &str) -> Option<String> {
    let status = root.text("/var/lib/dpkg/status")?;
    let line = format!("Package: {package}");
    status
        .split("\n\n")
        .find(|one| one.lines().any(|other| other == line))
        .map(|one| format!("{}\n", one.trim()))
}

/// The list of each package, by its name without architecture.
fn lists(root: &Root) -> BTreeMap<String, String> {
    let names = root.names(INFO);
    let lists = names.iter().filter_map(|name| {
        let name = name.to_str()?;
        let package = name.strip_suffix(".list")?;
        let package = package.split(':').next().unwrap_or(package);
        Some((package.to_owned(), format!("{INFO}/{name}")))
    });
    lists.collect()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::{files_of, owners, paragraph};
    use crate::audit::root::Root;

    #[test]
    fn owners_are_found_by_either_path() {
        let directory = tempfile::tempdir().unwrap();
        let info = directory.path().join("var/lib/dpkg/info");
        fs::create_dir_all(&info).unwrap();
        fs::write(info.join("libz1:amd64.list"), "/.\n/lib\n/lib/x/libz.so.1\n").unwrap();
        fs::write(info.join("libq1.list"), "/usr/lib/x/libq.so.1\n").unwrap();
        fs::write(info.join("libq1.postinst"), "/usr/lib/x/libz.so.1\n").unwrap();
        fs::write(directory.path().join("var/lib/dpkg/status"), "Package: a\nX: 1\n\nPackage: libq1\nX: 2\n")
            .unwrap();
        let root = Root::new(directory.path().to_str());
        let files = ["/usr/lib/x/libz.so.1", "/usr/lib/x/libq.so.1"].map(PathBuf::from).into();
        assert_eq!(owners(&root, &files), ["libq1", "libz1"].map(str::to_owned).into());
        assert_eq!(files_of(&root, "libz1").unwrap(), ["/lib", "/lib/x/libz.so.1"]);
        assert_eq!(files_of(&root, "nosuch"), None);
        assert_eq!(paragraph(&root, "libq1").as_deref(), Some("Package: libq1\nX: 2\n"));
        assert!(owners(&Root::new(None), &files).is_empty());
    }
}
