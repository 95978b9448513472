//! What `cargo tree` says: one line for each crate, behind the depth at which it stands.

use std::collections::{BTreeMap, BTreeSet};

use crate::project::Lockfile;

/// How each line is to be written: name and version, then the license.
pub(crate) const FORMAT: &str = "{p}\t{l}";

/// The crates of a tree, by their positions in the lockfile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tree {
    /// What the tree stands on.
    pub(super) root: Option<usize>,
    /// What each crate depends on.
    pub(super) edges: BTreeMap<usize, BTreeSet<usize>>,
    /// Their licenses, as their manifests have them.
    pub(super) licenses: BTreeMap<usize, String>,
}

impl Tree {
    /// Reads the output of a run with `--prefix depth` and [`FORMAT`]. A line that says something else is passed over,
    /// and so is a crate that the lockfile does not have.
    pub(super) fn read(text: &str, lockfile: &Lockfile) -> Self {
        let mut tree = Self::default();
        // The crates on the way to the line, one for each depth.
        let mut way: Vec<BTreeSet<usize>> = Vec::new();
        for line in text.lines() {
            let Some((depth, name, version, license)) = parsed(line) else { continue };
            // Two, where one version comes from two sources; which is meant is not said in a way that can be compared.
            let named = lockfile.named(name).filter(|(_, package)| package.version.to_string() == version);
            let found: BTreeSet<usize> = named.map(|(index, _)| index).collect();
            way.truncate(depth);
            for parent in way.last().into_iter().flatten() {
                tree.edges.entry(*parent).or_default().extend(&found);
            }
            for index in &found {
                tree.root.get_or_insert(*index);
                tree.edges.entry(*index).or_default();
                if !license.is_empty() {
                    tree.licenses.entry(*index).or_insert_with(|| license.to_owned());
                }
            }
            way.push(found);
        }
        tree
    }
}

/// Depth, name, version and license of `2serde v1.0.0 (proc-macro)<tab>MIT (*)`.
fn parsed(line: &str) -> Option<(usize, &str, &str, &str)> {
    // The stars say that what is below was shown before.
    let line = line.strip_suffix(" (*)").unwrap_or(line);
    let (package, license) = line.split_once('\t')?;
    let digits = package.len() - package.trim_start_matches(|char: char| char.is_ascii_digit()).len();
    let (depth, package) = package.split_at_checked(digits)?;
    let mut words = package.split(' ');
    let (name, version) = (words.next()?, words.next()?.strip_prefix('v')?);
    Some((depth.parse().ok()?, name, version, license.trim()))
}

#[cfg(test)]
mod tests {
    use super::parsed;

    #[test]
    fn a_line_says_where_and_what() {
        for (line, expected) in [
            ("0app v1.2.3 (/workspace)\t", Some((0, "app", "1.2.3", ""))),
            (
                "12serde_derive v1.0.0 (proc-macro)\tMIT OR Apache-2.0 (*)",
                Some((12, "serde_derive", "1.0.0", "MIT OR Apache-2.0")),
            ),
            ("1a v1.0.0+b.1 (https://x.org/a#01234567)\t(MIT) (*)", Some((1, "a", "1.0.0+b.1", "(MIT)"))),
            ("", None),
            ("\t", None),
            ("[build-dependencies]", None),
            ("1a 1.0.0\tMIT", None),
            ("99999999999999999999999a v1.0.0\tMIT", None),
        ] {
            assert_eq!(parsed(line), expected, "{line}");
        }
    }
}
