//! How `--package` names a local package.

use super::package::Package;
use super::workspace::Project;

impl Project {
    /// What `--package` takes to mean `package` and nothing else, for a workspace at the absolute path `root`: its
    /// name, or its place where the lockfile knows another package of that name.
    #[must_use]
    pub fn package_specification(&self, package: &Package, root: &str) -> String {
        let locked = self.lockfile.iter().flat_map(|lockfile| &lockfile.packages);
        if locked.filter(|locked| locked.name == package.name).count() < 2 {
            return package.name.clone();
        }
        let separator = if package.dir.is_root() { "" } else { "/" };
        let (dir, name, version) = (package.dir.as_str(), &package.name, &package.version);
        format!("path+file://{root}{separator}{dir}#{name}@{version}")
    }
}
