//! What an engine is told to lack, in the words of the person who runs it.

use std::collections::BTreeSet;

use buildkit_proto::cap;

use crate::diagnostic::Diagnostic;

/// A capability that not every supported engine has: its id, what needs it, and the first BuildKit and Docker with it.
///
/// The versions of Docker are the oldest ones that surely have it.
const SINCE: &[(&str, &str, &str, &str)] = &[
    (cap::SOURCE_GIT_SUBDIR, "a git context with a directory", "0.9", "23.0"),
    (
        cap::SOURCE_GIT_CHECKSUM,
        "a git context with a commit to check (`commit=`, `checksum=`)",
        "0.22",
        "28.5",
    ),
    (
        cap::SOURCE_GIT_SKIP_SUBMODULES,
        "a git context without submodules (`submodules=false`)",
        "0.24",
        "28.5",
    ),
    (cap::SOURCE_GIT_MTIME, "a git context with times of commits", "0.29", "29.7"),
    (cap::SOURCE_OCI_LAYOUT, "a build context of type `oci-layout`", "0.11", "24.0"),
    (cap::SOURCE_IMAGE_LAYER_LIMIT, "a part of an image's layers", "0.11", "24.0"),
    (cap::SOURCE_IMAGE_CHECKSUM, "an image with a checksum", "0.25", "28.5"),
    (cap::SOURCE_HTTP_AUTH, "an http context with credentials", "0.21", "28.5"),
    (cap::SOURCE_HTTP_HEADER, "an http context with headers", "0.21", "28.5"),
    (cap::EXEC_META_ULIMIT, "limits of processes", "0.10", "23.0"),
    (cap::EXEC_META_CGROUP_PARENT, "a parent control group", "0.10", "23.0"),
    (cap::EXEC_MOUNT_TMPFS_SIZE, "a size of memory file systems", "0.10", "23.0"),
    (cap::EXEC_SECRET_ENV, "a secret in an environment variable", "0.10", "23.0"),
    (cap::EXEC_VALID_EXIT_CODE, "steps that may end with other codes than 0", "0.17", "27.5"),
    (cap::FILE_COPY_ALWAYS_REPLACE_EXISTING_DEST_PATHS, "copies that replace what is there", "0.14", "27.0"),
    (cap::FILE_COPY_REQUIRED_PATHS, "copies with required paths", "0.26", "29.1"),
    (cap::FILE_SYMLINK_CREATE, "symbolic links", "0.19", "28.0"),
    (cap::MERGE_OP, "merged file systems", "0.10", "23.0 with containerd's image store"),
    (cap::DIFF_OP, "differences of file systems", "0.10", "23.0 with containerd's image store"),
];

/// An error for each of the capabilities `needed` that an engine lacks; `can` says which it has.
///
/// The engine refuses such a graph too, with the bare name of one capability.
#[must_use]
pub fn missing<'a>(needed: impl Iterator<Item = &'a str>, can: impl Fn(&str) -> bool) -> Vec<Diagnostic> {
    let lacks: BTreeSet<&str> = needed.filter(|id| !can(id)).collect();
    lacks.into_iter().map(diagnostic).collect()
}

fn diagnostic(id: &str) -> Diagnostic {
    match SINCE.iter().find(|(known, ..)| *known == id) {
        Some((_, what, buildkit, docker)) => Diagnostic::error(format!(
            "this engine cannot do what the build needs: {what} (`{id}`)"
        ))
        .hint(format!("BuildKit {buildkit} and Docker {docker} can, and so can everything later."))
        .hint("`docker buildx create --use` starts a builder of a present version beside an old engine."),
        None => Diagnostic::error(format!("this engine cannot do what the build needs: `{id}`")).hint(
            "It is too old, or this is switched off in it; Docker 28.5 and BuildKit 0.25 are known to work.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use buildkit_proto::cap;

    use super::missing;

    #[test]
    fn what_is_missing_is_named_once_with_the_version_that_has_it() {
        let needed = [cap::SOURCE_GIT, cap::SOURCE_GIT_CHECKSUM, cap::SOURCE_GIT_CHECKSUM];
        let errors = missing(needed.into_iter(), |id| id == cap::SOURCE_GIT);
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert!(errors[0].message.contains("commit to check"), "{errors:?}");
        assert!(errors[0].hints[0].contains("BuildKit 0.22"), "{errors:?}");
        assert!(missing(needed.into_iter(), |_| true).is_empty());
    }

    #[test]
    fn what_nobody_described_is_named_by_its_id() {
        let errors = missing(["a.b"].into_iter(), |_| false);
        assert!(errors[0].message.contains("`a.b`"), "{errors:?}");
    }
}
