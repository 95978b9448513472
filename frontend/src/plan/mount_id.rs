//! The ids of cache mounts: one form for all of them, so that two mounts share an id only if they are to share it.

use std::fmt::{self, Display, Formatter};

use serde::{Serialize, Serializer};

use super::caches::{Namespace, digest};
use crate::options::Options;

/// The format of what is kept in the mounts. It changes when an older content could not be used.
const FORMAT: &str = "supercargo/1";

/// The namespace of mounts that all projects share.
const SHARED: &str = "shared";

/// The id of one cache mount: `[CLIENT/]supercargo/1/KIND/NAMESPACE/DIGEST`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MountId {
    prefix: String,
    namespace: String,
    digest: String,
}

impl MountId {
    /// Everything in `parts` counts as it is, so that `rust:1.95` of one registry is not that of another.
    fn new(prefix: &str, namespace: &str, parts: &[&str]) -> Self {
        let text = parts.iter().fold(String::new(), |text, part| format!("{text}{part}\0"));
        Self { prefix: prefix.to_owned(), namespace: namespace.to_owned(), digest: digest(&text) }
    }

    /// The id of a mount that differs from this one in `parts` as well.
    #[must_use]
    pub fn with(&self, parts: &[&str]) -> Self {
        let own = [self.digest.as_str()];
        Self::new(&self.prefix, &self.namespace, &[&own, parts].concat())
    }
}

impl Display for MountId {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}/{}", self.prefix, self.namespace, self.digest)
    }
}

impl Serialize for MountId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The ids of all cache mounts of one build.
#[derive(Clone, Debug)]
pub struct MountIds {
    /// `BUILDKIT_CACHE_MOUNT_NS`, which keeps the builds of one builder apart.
    client: Option<String>,
    /// What stands for the project.
    project: Namespace,
}

impl MountIds {
    /// Ids for the project that `project` stands for.
    pub(super) fn new(options: &Options, project: Namespace) -> Self {
        let client = options.build_args.get("BUILDKIT_CACHE_MOUNT_NS");
        Self { client: client.filter(|value| !value.is_empty()).cloned(), project }
    }

    /// The id of a mount of this project.
    pub(super) fn own(&self, kind: &str, parts: &[&str]) -> MountId {
        self.within(&self.project.digest(), kind, parts)
    }

    /// Whether only names of packages tell the mounts of this project from those of others.
    pub(super) fn are_named_after_packages(&self) -> bool {
        self.client.is_none() && matches!(self.project, Namespace::Packages(_))
    }

    /// The id of a mount that projects share which agree on a `name`.
    pub(super) fn named(&self, name: &str, kind: &str) -> MountId {
        self.within(&digest(name), kind, &[])
    }

    /// The id of a mount that all projects share.
    pub(super) fn shared(&self, kind: &str) -> MountId {
        self.within(SHARED, kind, &[])
    }

    fn within(&self, namespace: &str, kind: &str, parts: &[&str]) -> MountId {
        let prefix = [self.client.as_deref(), Some(FORMAT), Some(kind)];
        MountId::new(&prefix.into_iter().flatten().collect::<Vec<_>>().join("/"), namespace, parts)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{MountIds, Namespace, digest};
    use crate::options::Options;

    fn ids(client: Option<&str>) -> MountIds {
        let argument = client.map(|value| ("BUILDKIT_CACHE_MOUNT_NS".to_owned(), value.to_owned()));
        let options = Options { build_args: argument.into_iter().collect(), ..Options::default() };
        MountIds::new(&options, Namespace::Given("project".to_owned()))
    }

    #[test]
    fn every_id_has_one_form() {
        let none = "6e340b9cffb37a98";
        let project = digest("project");
        assert_eq!(
            ids(None).own("target", &[""]).to_string(),
            format!("supercargo/1/target/{project}/{none}")
        );
        assert_eq!(ids(Some("")).own("target", &[""]), ids(None).own("target", &[""]));
        let apart = ids(Some("team/a")).shared("npm").to_string();
        assert!(apart.starts_with("team/a/supercargo/1/npm/shared/"), "{apart}");
    }

    #[test]
    fn whatever_differs_counts() {
        let ids = ids(None);
        let different = [
            ids.own("target", &["rust:1.95"]),
            ids.own("target", &["registry.example/rust:1.95"]),
            ids.own("target", &["rust", "1.95"]),
            ids.own("target", &["rust:1.95", ""]),
            ids.own("target", &["rust:1.95"]).with(&["x"]),
            ids.own("target", &["rust:1.95"]).with(&[]),
            ids.own("whole", &["rust:1.95"]),
            ids.named("team", "target"),
            ids.shared("target"),
        ];
        let texts: BTreeSet<String> = different.iter().map(ToString::to_string).collect();
        assert_eq!(texts.len(), different.len(), "{texts:?}");
    }
}
