//! One layer of the image, whose bytes depend on what is added and on nothing else.

use std::collections::{BTreeMap, BTreeSet};

use buildkit_llb::Output;
use buildkit_llb::file::{Copy, FileOp, Mkdir};

use super::Materials;

/// Files that are laid over an image in one layer.
///
/// Copying into a directory gives that directory the time of the copying, so a copy onto the base would be another
/// layer each time it is made. Instead the files are laid out on nothing, the whole is copied with one time, and the base's own
/// directories get back what the base says of them.
#[derive(Clone, Debug)]
pub(super) struct Layer {
    /// What it adds, for the names of its steps.
    pub(super) what: String,
    /// What goes into it; each makes missing directories of its own.
    pub(super) copies: Vec<Copy>,
    /// Absolute paths of the directories that are copied into; those above them need not be named.
    pub(super) directories: BTreeSet<String>,
    /// Those of them that have an owner or a mode of their own, where the base has none, each as a copy of an empty directory.
    pub(super) special: BTreeMap<String, Copy>,
    /// Seconds since 1970 that everything in it carries.
    pub(super) timestamp: u64,
}

impl Layer {
    /// `base` with this layer on it, or `base` itself where there is nothing to add.
    pub(super) fn on(self, base: &Output, materials: &Materials) -> Output {
        if self.copies.is_empty() {
            return base.clone();
        }
        let name = |verb: &str| format!("{}[image] {verb} {}", materials.prefix, self.what);
        let directories = self.with_parents();
        let made = directories.iter().fold(FileOp::on_scratch(), |operation, directory| {
            match self.special.get(directory) {
                Some(copy) => operation.copy(copy.clone()),
                None => operation.mkdir(Mkdir::new(directory).parents().timestamp(self.timestamp)),
            }
        });
        let laid_out = self.copies.into_iter().fold(made, FileOp::copy);
        if base.is_scratch() {
            return whole(FileOp::on_scratch(), laid_out.name(name("lay out")).output(), self.timestamp)
                .name(name("add"))
                .output();
        }
        let added = whole(FileOp::on(base.clone()), laid_out.name(name("lay out")).output(), self.timestamp);
        let added = if materials.abilities.copy_patterns {
            added.copy(
                Copy::new(base.clone(), "/", "/").contents_only().exclude_patterns(all_but(&directories)),
            )
        } else {
            added
        };
        added.name(name("add")).output()
    }

    /// Every directory on the way, those above before those below.
    fn with_parents(&self) -> BTreeSet<String> {
        let mut all = BTreeSet::new();
        for directory in &self.directories {
            let mut path = String::new();
            for part in directory.split('/').filter(|part| !part.is_empty() && *part != ".") {
                path = format!("{path}/{part}");
                all.insert(path.clone());
            }
        }
        all
    }
}

fn whole(operation: FileOp, tree: Output, timestamp: u64) -> FileOp {
    operation.copy(Copy::new(tree, "/", "/").contents_only().timestamp(timestamp))
}

/// Patterns that leave out everything but these directories themselves, without what is in them.
///
/// `directories` has those above of each. The last pattern that matches decides, so they go from the top down.
fn all_but(directories: &BTreeSet<String>) -> Vec<String> {
    let mut patterns = vec!["*".to_owned()];
    for directory in directories {
        let path = directory.trim_start_matches('/');
        patterns.extend([format!("!{path}"), format!("{path}/*")]);
    }
    patterns
}

#[cfg(test)]
mod tests {
    use super::all_but;

    #[test]
    fn only_the_directories_themselves_are_left() {
        let directories = ["/usr", "/usr/local"].map(str::to_owned).into();
        assert_eq!(all_but(&directories), ["*", "!usr", "usr/*", "!usr/local", "usr/local/*"]);
    }
}
