//! What some engines lack: one row each. Tests assert there what the user is told instead, and docs/compatibility.md is
//! written from the same rows.

use super::release::{Choice, Store};

/// Something that not every engine of the bed can do. Where nothing is said otherwise, the limit is the engine's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feature {
    /// `--ulimit`, `--shm-size`, `--cgroup-parent`.
    StepLimits,
    /// `…#main:directory` as a context.
    GitDirectory,
    /// `…?commit=…` in the address of a repository: the commit that a name must stand for.
    GitCommit,
    /// A context as an archive on standard input.
    ArchiveOnStandardInput,
    /// `--build-context` for the engine's own Dockerfile frontend.
    ContextsOfDockerfiles,
    /// A listing of the context without contents.
    Listing,
    /// `--output type=oci` and the like, several platforms in one result, attestations, a pushed index.
    Layouts,
    /// `--cache-to` of all types but inline.
    CacheExport,
    /// A digest in `--metadata-file` for what is pushed.
    PushedDigest,
    /// A digest of an image that the engine has already.
    LocalDigest,
    /// Steps that leave nothing of what their mounts stood on.
    CleanMounts,
    /// Files in a Dockerfile without a `# syntax` line.
    Heredocs,
}

/// What is known of a feature.
#[derive(Debug)]
pub struct Row {
    /// The feature.
    pub feature: Feature,
    /// What a user calls it.
    pub title: &'static str,
    /// The first release that has it.
    pub since: (u32, u32),
    /// The only store that has it, if that matters.
    pub store: Option<Store>,
    /// What happens without it.
    pub instead: &'static str,
    /// The end-to-end tests that assert just that.
    pub tests: &'static [&'static str],
}

/// Every feature that an engine of the bed may lack.
pub const ROWS: &[Row] = &[
    Row {
        feature: Feature::StepLimits,
        title: "`--ulimit`, `--shm-size`, `--cgroup-parent`",
        since: (23, 0),
        store: None,
        instead: "the build goes on without, and a warning for each says so",
        tests: &["options::what_the_client_gives_containers_reaches_every_step"],
    },
    Row {
        feature: Feature::GitDirectory,
        title: "a directory of a git context (`#main:directory`)",
        since: (23, 0),
        store: None,
        instead: "the engine refuses the address: `subdir not supported yet`",
        tests: &["contexts::a_repository_is_built_by_its_address"],
    },
    Row {
        feature: Feature::GitCommit,
        title: "a commit that a branch or tag of a git context must stand for (`?commit=…`)",
        since: (28, 2),
        store: None,
        instead: "an error that names BuildKit 0.22 and Docker 28.5",
        tests: &["contexts::a_branch_must_stand_for_the_commit_that_is_named"],
    },
    Row {
        feature: Feature::ArchiveOnStandardInput,
        title: "an archive on standard input (`docker buildx build -`)",
        since: (27, 5),
        store: None,
        instead: "an error that says to unpack it and give the folder",
        tests: &["contexts::an_archive_is_built_from_the_web_and_from_standard_input"],
    },
    Row {
        feature: Feature::ContextsOfDockerfiles,
        title: "`COPY --from` a build context, in a Dockerfile of instructions without a `# syntax` line",
        since: (23, 0),
        store: None,
        instead: "the engine refuses it: `unsupported frontend capability moby.buildkit.frontend.contexts`",
        tests: &["contexts::a_dockerfile_of_ones_own_copies_from_the_result"],
    },
    Row {
        feature: Feature::Listing,
        title: "sending names and manifests only, to plan",
        since: (28, 1),
        store: None,
        instead: "the whole context is sent before planning; ignored files never are",
        tests: &["contexts::a_plan_needs_no_contents"],
    },
    Row {
        feature: Feature::Layouts,
        title: "`--output type=oci`, several platforms in one result, `--provenance`, `--annotation`, `oci-layout://` contexts",
        since: (24, 0),
        store: Some(Store::Containerd),
        instead: "the client refuses it and names containerd's image store",
        tests: &[
            "contexts::files_and_layouts_stand_in_for_the_base",
            "outputs::a_layout_has_configuration_history_and_annotations",
            "outputs::provenance_is_made_and_names_the_images",
            "outputs::a_bill_of_materials_is_made_by_the_scanner",
            "outputs::archives_hold_the_image_or_the_files",
            "platforms::one_build_gives_programs_for_three_machines",
            "secrets::tokens_are_in_nothing_that_a_build_leaves",
        ],
    },
    Row {
        feature: Feature::CacheExport,
        title: "`--cache-to` of types registry, local, gha",
        since: (24, 0),
        store: Some(Store::Containerd),
        instead: "the client refuses it and names containerd's image store; `type=inline` works",
        tests: &[
            "cold_runner::a_registry_carries_everything_from_one_engine_to_the_next",
            "cold_runner::a_folder_carries_everything_from_one_engine_to_the_next",
            "cold_runner::a_small_cache_carries_the_image_alone",
        ],
    },
    Row {
        feature: Feature::PushedDigest,
        title: "the digest of a pushed image in `--metadata-file`",
        since: (24, 0),
        store: Some(Store::Containerd),
        instead: "the client pushes after the build, and the digest is the image's own; `docker push` and the registry name the pushed one",
        tests: &["outputs::an_image_is_pushed_and_comes_back"],
    },
    Row {
        feature: Feature::LocalDigest,
        title: "the digest of an image that the engine has already",
        since: (24, 0),
        store: Some(Store::Containerd),
        instead: "the image has no labels of its base's name and digest, and `--call=plan` prints no digest, unless the image comes from its registry",
        tests: &[
            "image::the_labels_name_the_base_and_what_is_not_wanted_is_gone",
            "questions::the_plan_tells_who_said_what_and_what_comes_of_it",
        ],
    },
    Row {
        feature: Feature::CleanMounts,
        title: "taking away the empty files and folders that mounts stood on",
        since: (24, 0),
        store: None,
        instead: "what `--target toolchain` gives has such empty files; from an image that ships, they are removed by a step",
        tests: &["company::rustup_and_apt_believe_the_secret_ca"],
    },
    Row {
        feature: Feature::Heredocs,
        title: "files in a Dockerfile (`COPY <<EOF`) without a `# syntax` line",
        since: (23, 0),
        store: None,
        instead: "what `--call=dockerfile` prints begins with `# syntax=docker/dockerfile:1`",
        tests: &["questions::the_dockerfile_builds_without_us_and_compiles_dependencies_apart"],
    },
];

impl Row {
    /// True if this engine has it.
    #[must_use]
    pub fn is_in(&self, choice: Choice) -> bool {
        choice.version() >= self.since && self.store.is_none_or(|store| store == choice.store)
    }
}

impl Choice {
    /// True if the engine can do that.
    #[must_use]
    pub fn has(self, feature: Feature) -> bool {
        ROWS.iter().filter(|row| row.feature == feature).all(|row| row.is_in(self))
    }

    /// The release as numbers.
    #[must_use]
    pub fn version(self) -> (u32, u32) {
        let mut numbers = self.release.name.split('.').map(|number| number.parse().unwrap_or_default());
        (numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::super::release::{Choice, Store};
    use super::Feature;

    #[test]
    fn a_release_and_a_store_decide() {
        let of = |engine, store| Choice::of(Some(engine), Some(store)).unwrap();
        let old = of("20.10", Store::Graphdriver);
        let present = of("28.5", Store::Containerd);
        assert!(!old.has(Feature::StepLimits) && present.has(Feature::StepLimits));
        assert!(!of("28.5", Store::Graphdriver).has(Feature::CacheExport));
        assert!(of("26.1", Store::Containerd).has(Feature::CacheExport));
        assert!(!of("26.1", Store::Containerd).has(Feature::Listing));
    }
}
