//! Alpine's package manager.

use std::fs;
use std::path::Path;

use crate::error::Error;

/// Where apk keeps what is installed: its second and its third version.
const INSTALLED: [&str; 2] = ["lib/apk/db/installed", "usr/lib/apk/db/installed"];

/// Those of `wanted` that apk does not list as installed, in order. A name with a version is left to apk.
pub(super) fn missing(root: &Path, wanted: &[String]) -> Result<Vec<String>, Error> {
    let read = |file: &&str| fs::read(root.join(file)).ok();
    let first = root.join(INSTALLED[0]);
    let text = INSTALLED
        .iter()
        .find_map(read)
        .map_or_else(|| fs::read(&first).map_err(Error::file("read", &first)), Ok)?;
    let text = String::from_utf8_lossy(&text);
    let names: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("P:")).collect();
    Ok(wanted.iter().filter(|name| !names.contains(&name.as_str())).cloned().collect())
}

/// The command that installs `packages`, with everything that is downloaded in `cache`.
pub(super) fn commands(cache: &Path, packages: &[String]) -> Result<Vec<Vec<String>>, Error> {
    let directory = cache.join("apk");
    fs::create_dir_all(&directory).map_err(Error::file("create", &directory))?;
    let mut add: Vec<String> =
        ["apk", "add", "--no-progress", "--update-cache", "--cache-dir"].map(str::to_owned).to_vec();
    add.extend([directory.display().to_string(), "--".to_owned()]);
    add.extend_from_slice(packages);
    Ok(vec![add])
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{commands, missing};

    #[test]
    fn both_places_of_the_database_are_read() {
        for place in super::INSTALLED {
            let root = tempfile::tempdir().unwrap();
            let file = root.path().join(place);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, "C:Q1\nP:openssl-dev\nV:3.5.0-r0\n\nP:musl-dev\n").unwrap();
            let wanted = ["openssl-dev", "openssl", "musl-dev", "zlib-dev"].map(str::to_owned);
            assert_eq!(missing(root.path(), &wanted).unwrap(), ["openssl", "zlib-dev"], "{place}");
        }
        let nothing = tempfile::tempdir().unwrap();
        assert!(missing(nothing.path(), &[]).is_err());
    }

    #[test]
    fn names_are_never_options() {
        let cache = tempfile::tempdir().unwrap();
        let command = commands(cache.path(), &["zlib-dev".to_owned()]).unwrap().remove(0);
        assert_eq!(command[command.len() - 2..], ["--", "zlib-dev"]);
    }
}
