//! What differs between the sources of two builds, and which units that reaches.

use std::collections::BTreeSet;

use crate::ledger::Ledger;
use crate::reads::Record;
use crate::sources;

/// The differences, by [`crate::ledger::key`].
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Changes {
    /// Paths that came, went or hold something else: of a directory, other names.
    contents: BTreeSet<String>,
    /// Those of them that came, went or are of another kind.
    kinds: BTreeSet<String>,
    /// The files and links among those.
    files: Vec<String>,
    /// Whether one of them is a link, or was one. Who only reads where a link leads is not recorded.
    links: bool,
    /// Directories of packages whose manifest tells the code something else.
    packages: BTreeSet<String>,
}

impl Changes {
    /// Compares the sources of the `last` build with those of this one.
    pub(crate) fn between(last: &Ledger, now: &Ledger) -> Self {
        let mut changes = Self::default();
        let keys: BTreeSet<&String> = last.entries.keys().chain(now.entries.keys()).collect();
        for key in keys {
            let (old, new) = (last.entries.get(key), now.entries.get(key));
            if old == new {
                continue;
            }
            let kind = |digest: Option<&String>| digest.map(|digest| sources::kind_of(digest).to_owned());
            let kinds = [kind(old), kind(new)];
            changes.links |= kinds.iter().flatten().any(|kind| kind == sources::LINK);
            // The size of a file is a matter of its contents, and so is what a link leads to; of a directory there is
            // nothing to ask but whether it is one.
            let is_directory = |kind: &Option<String>| kind.as_deref() == Some(sources::DIRECTORY);
            if !kinds.iter().all(is_directory) {
                changes.kinds.insert(key.clone());
            }
            if !kinds.iter().any(is_directory) {
                changes.files.push(key.clone());
            }
            changes.contents.insert(key.clone());
        }
        let packages = last.packages.keys().chain(now.packages.keys());
        let differ = packages.filter(|package| last.packages.get(*package) != now.packages.get(*package));
        changes.packages = differ.cloned().collect();
        changes
    }

    /// Files and links that differ, sorted.
    pub(crate) fn files(&self) -> &[String] {
        &self.files
    }

    /// True if a unit with this record would now be compiled from something else.
    pub(crate) fn reach(&self, record: &Record) -> bool {
        record.always
            || self.links
            || (record.blind && !self.contents.is_empty())
            || record.directory.as_ref().is_some_and(|directory| self.packages.contains(directory))
            || !record.opened.is_disjoint(&self.contents)
            || !record.asked.is_disjoint(&self.kinds)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::Changes;
    use crate::ledger::Ledger;
    use crate::reads::Record;

    fn ledger(entries: &[(&str, &str)], package: &str) -> Ledger {
        let map = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            pairs.iter().map(|(key, digest)| ((*key).to_owned(), (*digest).to_owned())).collect()
        };
        Ledger::new(String::new(), String::new(), map(entries), map(&[("a", package)]))
    }

    fn record(opened: &[&str], asked: &[&str]) -> Record {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Record {
            directory: Some("a".to_owned()),
            opened: set(opened),
            asked: set(asked),
            ..Record::default()
        }
    }

    #[test]
    fn what_was_looked_at_decides() {
        let old = [("", "directory:1"), ("x", "file:1"), ("d", "directory:1"), ("d/y", "file:1")];
        let with = |changes: &[(&'static str, Option<&'static str>)]| {
            let mut now: BTreeMap<&str, &str> = old.into_iter().collect();
            for (key, digest) in changes {
                match digest {
                    Some(digest) => now.insert(key, digest),
                    None => now.remove(key),
                };
            }
            let now: Vec<(&str, &str)> = now.into_iter().collect();
            Changes::between(&ledger(&old, "1"), &ledger(&now, "1"))
        };
        let came = [("d", Some("directory:2")), ("d/z", Some("file:1"))];
        let gone = [("d", None), ("d/y", None), ("", Some("directory:2"))];
        for (what, changes, record, expected) in [
            ("nothing", &[][..], record(&["x"], &["d"]), false),
            ("a file", &[("x", Some("file:2"))], record(&["x"], &[]), true),
            ("the size of a file", &[("x", Some("file:2"))], record(&[], &["x"]), true),
            ("another file", &[("x", Some("file:2"))], record(&["d/y"], &["d"]), false),
            ("a new name in a listed directory", &came, record(&["d"], &[]), true),
            ("a new name in a directory", &came, record(&["d/y"], &["d"]), false),
            ("a file that was missing", &came, record(&[], &["d/z"]), true),
            ("a directory goes", &gone, record(&[], &["d"]), true),
            ("a file becomes a program", &[("x", Some("program:1"))], record(&[], &["x"]), true),
            ("a link anywhere", &[("l", Some("link:1"))], record(&[], &[]), true),
        ] {
            assert_eq!(with(changes).reach(&record), expected, "{what}");
        }
        assert_eq!(with(&came).files(), ["d/z"]);
        let manifest = Changes::between(&ledger(&old, "1"), &ledger(&old, "2"));
        assert!(manifest.reach(&record(&[], &[])), "the manifest");
        let blind = Record { blind: true, ..Record::default() };
        assert!(with(&came).reach(&blind) && !with(&[]).reach(&blind), "blind");
        assert!(with(&[]).reach(&Record { always: true, ..Record::default() }), "always");
    }
}
