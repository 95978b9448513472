//! Cargo's package ids, as its messages spell them.

/// A package id: `registry+https://…#name@1.0.0` as Cargo writes it since 1.77, `name 1.0.0 (registry+https://…)`
/// before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct PackageId<'a>(pub(crate) &'a str);

impl<'a> PackageId<'a> {
    /// The package's name; the whole id if it has a form that no Cargo we know writes.
    pub(crate) fn name(self) -> &'a str {
        if let Some((name, _)) = self.old_form() {
            return name;
        }
        let Some((source, fragment)) = self.0.rsplit_once('#') else { return self.0 };
        if let Some((name, _)) = fragment.split_once('@') {
            return name;
        }
        // Without a name, the last part of the path is the name and the fragment is the version.
        let path = source.split_once('?').map_or(source, |(path, _)| path);
        path.trim_end_matches('/').rsplit_once('/').map_or(path, |(_, name)| name)
    }

    /// `name version`, for people.
    pub(crate) fn label(self) -> String {
        let version = match self.old_form() {
            Some((_, rest)) => rest.split(' ').next(),
            None => self.0.rsplit_once('#').and_then(|(_, fragment)| fragment.rsplit('@').next()),
        };
        version.map_or_else(|| self.name().to_owned(), |version| format!("{} {version}", self.name()))
    }

    /// True for a package of the user's own, false for one from a registry or a git repository.
    pub(crate) fn is_local(self) -> bool {
        self.0.starts_with("path+file") || self.0.contains(" (path+file")
    }

    fn old_form(self) -> Option<(&'a str, &'a str)> {
        self.0.split_once(' ').filter(|(_, rest)| rest.ends_with(')'))
    }
}

#[cfg(test)]
mod tests {
    use super::PackageId;

    #[test]
    fn every_spelling_is_read() {
        for (id, name, label, local) in [
            (
                "registry+https://github.com/rust-lang/crates.io-index#itoa@1.0.18",
                "itoa",
                "itoa 1.0.18",
                false,
            ),
            ("sparse+https://example.com/index/#foo-bar@1.0.0+x.1", "foo-bar", "foo-bar 1.0.0+x.1", false),
            ("path+file:///src/crates/api#0.1.0", "api", "api 0.1.0", true),
            ("path+file:///src/crates/dir#api@0.1.0", "api", "api 0.1.0", true),
            ("git+https://example.com/x/regex?tag=v1#1.0.0", "regex", "regex 1.0.0", false),
            ("git+https://example.com/x/repo?branch=a%23b#regex@1.0.0", "regex", "regex 1.0.0", false),
            (
                "itoa 1.0.1 (registry+https://github.com/rust-lang/crates.io-index)",
                "itoa",
                "itoa 1.0.1",
                false,
            ),
            ("api 0.1.0 (path+file:///src/crates/api)", "api", "api 0.1.0", true),
        ] {
            let id = PackageId(id);
            assert_eq!((id.name(), id.label().as_str(), id.is_local()), (name, label, local), "{id:?}");
        }
    }
}
