//! How package URLs name crates. Source: the package-url specification, type `cargo`.

use std::fmt::Write as _;

use crate::name::RelPath;
use crate::project::{LockedPackage, is_crates_io};

/// The package URL of an entry of the lockfile.
///
/// A crate of crates.io has name and version alone. Another registry and a repository are named by a qualifier, without
/// what their URL says of who asks. A package of the project, in `directory`, must not be taken for the crate of its
/// name at crates.io, so it is named by where it is.
pub(super) fn of(locked: &LockedPackage, directory: Option<&RelPath>) -> String {
    let own = format!("pkg:cargo/{}@{}", encoded(&locked.name), encoded(&locked.version.to_string()));
    let (key, value) = match (locked.source.as_deref(), directory) {
        (None, directory) => {
            let path = directory.map_or("", RelPath::as_str);
            ("download_url", format!("file://{}", if path.is_empty() { "." } else { path }))
        }
        (Some(source), _) if is_crates_io(source) => return own,
        (Some(source), _) => match source.strip_prefix("git+") {
            Some(git) => ("vcs_url", format!("git+{}", revision(git))),
            None => ("repository_url", nameless(index(source))),
        },
    };
    format!("{own}?{key}={}", encoded(&value))
}

/// The URL of an index without what tells its protocol.
fn index(source: &str) -> &str {
    let source = source.strip_prefix("registry+").unwrap_or(source);
    source.strip_prefix("sparse+").unwrap_or(source)
}

/// `https://host/repository@commit` of `https://host/repository?branch=b#commit`.
fn revision(source: &str) -> String {
    let (url, commit) = source.split_once('#').map_or((source, None), |(url, commit)| (url, Some(commit)));
    let url = nameless(url.split('?').next().unwrap_or(url));
    commit.map_or_else(|| url.clone(), |commit| format!("{url}@{commit}"))
}

/// `url` without a password, and without the name beside it where the protocol has no other use for one.
fn nameless(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let authority = match authority.rsplit_once('@') {
        Some((user, host)) if scheme.ends_with("ssh") => {
            format!("{}@{host}", user.split(':').next().unwrap_or_default())
        }
        Some((_, host)) => host.to_owned(),
        None => authority.to_owned(),
    };
    format!("{scheme}://{authority}{path}")
}

/// What is neither a letter nor a digit nor plain punctuation becomes `%` and two digits for each byte.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~:/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use super::of;
    use crate::name::RelPath;
    use crate::project::LockedPackage;

    #[test]
    fn every_source_has_a_name_and_no_secret() {
        for (source, directory, expected) in [
            (Some("registry+https://github.com/rust-lang/crates.io-index"), None, ""),
            (Some("sparse+https://index.crates.io/"), None, ""),
            (
                Some("sparse+https://me:token@crates.corp.org/index/"),
                None,
                "?repository_url=https://crates.corp.org/index/",
            ),
            (Some("registry+ssh://git:x@corp.org/index"), None, "?repository_url=ssh://git%40corp.org/index"),
            (
                Some("git+https://token@x.org/a.git?branch=f%2Fy#0123abc"),
                None,
                "?vcs_url=git%2Bhttps://x.org/a.git%400123abc",
            ),
            (Some("git+ssh://git@x.org/a#0123abc"), None, "?vcs_url=git%2Bssh://git%40x.org/a%400123abc"),
            (None, Some(""), "?download_url=file://."),
            (None, Some("crates/a b"), "?download_url=file://crates/a%20b"),
        ] {
            let locked = LockedPackage {
                name: "a-b_c".to_owned(),
                version: "1.0.0+x".parse().unwrap(),
                source: source.map(str::to_owned),
                checksum: None,
                dependencies: Vec::new(),
                is_replaced: false,
            };
            let directory = directory.map(|path| RelPath::new(path).unwrap_or_default());
            assert_eq!(of(&locked, directory.as_ref()), format!("pkg:cargo/a-b_c@1.0.0%2Bx{expected}"));
        }
    }
}
