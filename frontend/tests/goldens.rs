//! Plan and graph of every example, as goldens: what a change of the planner changes is seen in review.
//!
//! `UPDATE_GOLDENS=1 cargo test -p supercargo --test goldens` writes them anew.

#![expect(clippy::unwrap_used, reason = "the functions below are all parts of the tests at the end")]

#[path = "examples/mod.rs"]
mod examples;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use buildkit_llb::Definition;
use buildkit_proto::cap;
use supercargo::engine::Abilities;
use supercargo::plan::BuildPlan;
use supercargo::plan::target::Goal;
use supercargo::tree::Tree;

use examples::{CASES, graph, graph_on, planned, planned_for, tree, with_files};

/// The example `minimal` with a mount of every kind that no example has.
fn with_every_mount() -> Tree {
    let body =
        "# syntax=supercargo\n[cache]\nsccache = { namespace = \"team\" }\n[assets.web]\npreset = \"npm\"\n";
    with_files(
        "minimal",
        &[
            ("Dockerfile", body),
            ("web/package.json", "{}"),
            ("web/package-lock.json", "{}"),
            ("web/index.js", ""),
        ],
    )
}

fn check(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens").join(name);
    if std::env::var_os("UPDATE_GOLDENS").is_some() {
        fs::write(&path, text).unwrap();
    }
    let golden = fs::read_to_string(&path).unwrap_or_default();
    assert!(golden == text, "{} is not what comes out now; see the head of this file", path.display());
}

#[test]
fn plans_and_graphs_are_as_they_were() {
    for (example, target, arguments) in CASES {
        let (plan, goal) = planned(&tree(example, 0), target, arguments);
        let name = target.map_or(example.to_owned(), |target| format!("{example}.{target}"));
        check(&format!("{name}.plan.json"), &(serde_json::to_string_pretty(&plan).unwrap() + "\n"));
        check(&format!("{name}.llb.txt"), &graph(&plan, &goal).to_text());
    }
}

/// What `--call=outline` lists without a graph is what the graph asks for.
#[test]
fn every_secret_that_a_graph_asks_for_is_known_to_the_plan() {
    for (example, target, arguments) in CASES {
        let (plan, goal) = planned(&tree(example, 0), target, arguments);
        let text = graph(&plan, &goal).to_text();
        let mounts = text.lines().filter_map(|line| line.trim().strip_prefix("mount "));
        let ids =
            mounts.clone().filter_map(|mount| mount.split_once(" secret ")?.1.split_whitespace().next());
        let ids: BTreeSet<&str> = ids.collect();
        let known = plan.asked_secrets();
        assert_eq!(ids, known.keys().map(String::as_str).collect::<BTreeSet<_>>(), "{example}");
        let has_ssh = mounts.into_iter().any(|mount| mount.contains(" ssh "));
        assert_eq!(has_ssh, plan.asks_for_ssh(), "{example}");
    }
}

fn cache_mounts(plan: &BuildPlan, goal: &Goal) -> BTreeSet<String> {
    let text = graph(plan, goal).to_text();
    let mounts = text.lines().filter_map(|line| line.trim().strip_prefix("mount "));
    let ids = mounts.filter_map(|mount| mount.split_once(" cache ")?.1.split_whitespace().next());
    ids.map(str::to_owned).collect()
}

#[test]
fn every_cache_mount_has_an_id_of_one_form() {
    let is_digest = |part: &str| part.len() == 16 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let mut kinds = BTreeSet::new();
    let mut all = CASES.map(|(example, target, arguments)| (tree(example, 0), target, arguments)).to_vec();
    all.push((with_every_mount(), None, &[]));
    all.push((with_every_mount(), None, &[("CACHE_MODE", "mounts"), ("CACHE_SCCACHE", "true")]));
    all.push((tree("minimal", 0), Some("test"), &[]));
    for (tree, target, arguments) in all {
        for client in ["", "team/a"] {
            let arguments = [arguments, &[("BUILDKIT_CACHE_MOUNT_NS", client)]].concat();
            let (plan, goal) = planned(&tree, target, &arguments);
            for id in cache_mounts(&plan, &goal) {
                let own = if client.is_empty() { Some(id.as_str()) } else { id.strip_prefix("team/a/") };
                let parts: Vec<&str> = own.unwrap_or_default().split('/').collect();
                let ["supercargo", "1", kind, namespace, digest] = parts[..] else { panic!("{id}") };
                assert!((namespace == "shared" || is_digest(namespace)) && is_digest(digest), "{id}");
                kinds.insert(kind.to_owned());
            }
        }
        let arguments = [arguments, &[("CACHE_TRUST", "none")]].concat();
        let (plan, goal) = planned(&tree, target, &arguments);
        assert_eq!(cache_mounts(&plan, &goal), BTreeSet::new(), "a build that trusts nobody");
    }
    let known =
        ["dependencies", "downloads", "npm", "packages", "sccache", "target", "test", "web-app", "whole"];
    assert_eq!(kinds.iter().map(String::as_str).collect::<Vec<_>>(), known);
}

/// What tells a project from another of the same name is in the ids of its mounts, or a check warns.
#[test]
fn projects_of_one_name_share_mounts_only_if_nothing_tells_them_apart() {
    let planned_as = |manifest: &str, arguments: &[(&str, &str)]| {
        let manifest = include_str!("../../examples/minimal/Cargo.toml").replacen(
            "[package]\n",
            &format!("[package]\n{manifest}"),
            1,
        );
        let tree = with_files("minimal", &[("Cargo.toml", &manifest)]);
        let caches = planned(&tree, None, arguments).0.caches;
        (caches.target.to_string(), caches.are_named_after_packages)
    };
    let (named, warned) = planned_as("", &[]);
    assert!(warned);
    let others = [
        planned_as("repository = \"https://host/a\"\n", &[]),
        planned_as("repository = \"https://host/b\"\n", &[]),
        planned_as("", &[("CACHE_NAMESPACE", "a")]),
        planned_as("", &[("BUILDKIT_CACHE_MOUNT_NS", "a")]),
    ];
    assert!(others.iter().all(|(_, warned)| !warned), "{others:?}");
    let different: BTreeSet<&String> = others.iter().map(|(id, _)| id).chain([&named]).collect();
    assert_eq!(different.len(), 5, "{different:?}");
}

/// Two registries may have images of one name.
#[test]
fn target_mounts_belong_to_one_registry() {
    let target = |image: &str| {
        let arguments = [("TOOLCHAIN_IMAGE", image), ("TOOLCHAIN_CHANNEL", "1.95")];
        let (plan, _) = planned(&tree("minimal", 0), None, &arguments);
        (plan.caches.target.to_string(), plan.caches.dependencies.to_string())
    };
    let (here, there) = (target("docker.io/library/rust:1.95"), target("registry.example/library/rust:1.95"));
    assert!(here.0 != there.0 && here.1 != there.1, "{here:?} {there:?}");
}

/// What one image's package manager left, another's would install.
#[test]
fn package_mounts_belong_to_one_image() {
    let mounts = |image: &str| {
        let arguments = [("TOOLCHAIN_IMAGE", image), ("TOOLCHAIN_CHANNEL", "1.95")];
        let (plan, goal) = planned(&tree("native", 0), None, &arguments);
        let mounts = cache_mounts(&plan, &goal);
        mounts.into_iter().find(|id| id.contains("/packages/")).unwrap()
    };
    assert_eq!(mounts("rust:1.95-bookworm"), mounts("rust:1.95-bookworm"));
    assert_ne!(mounts("rust:1.95-bookworm"), mounts("registry.example/rust:1.95-bookworm"));
}

#[test]
fn equal_input_gives_equal_bytes_in_any_order() {
    for (example, target, arguments) in CASES {
        let (plan, goal) = planned(&tree(example, 0), target, arguments);
        let first = graph(&plan, &goal).to_bytes();
        for run in 1..10 {
            let (plan, goal) = planned(&tree(example, run), target, arguments);
            assert!(graph(&plan, &goal).to_bytes() == first, "{example}: run {run} differs");
        }
    }
}

#[test]
fn images_of_one_list_share_their_compile() {
    let tree = tree("features", 0);
    let shared = [("BIN", "greet,greet-json"), ("FEATURES", "json")];
    let (one, _) = planned(&tree, Some("greet"), &shared);
    let (other, _) = planned(&tree, Some("greet-json"), &shared);
    assert_eq!(one.cargo.binaries, ["greet", "greet-json"]);
    assert_eq!(
        (&one.cargo, &one.dependencies, &one.source, &one.caches),
        (&other.cargo, &other.dependencies, &other.source, &other.caches)
    );
    assert_eq!((one.binaries.value, other.binaries.value), (vec!["greet".into()], vec!["greet-json".into()]));
    let (alone, _) = planned(&tree, Some("greet"), &[("BIN", "greet-json"), ("FEATURES", "json")]);
    assert_eq!(alone.cargo.binaries, ["greet"]);
}

#[test]
fn dots_in_a_list_keep_the_binary_that_nobody_needs_to_name() {
    let tree = tree("features", 0);
    let (plan, _) = planned(&tree, None, &[("BIN", "greet-json,..."), ("FEATURES", "json,...")]);
    assert_eq!(plan.binaries.value, ["greet-json", "greet"]);
    assert_eq!(plan.cargo.features, ["--features", "json"]);
    let (plan, _) = planned(&tree, None, &[("BIN", "...")]);
    assert_eq!(plan.binaries.value, ["greet"]);
}

#[test]
fn a_build_for_another_platform_is_as_it_was() {
    let (plan, goal) = planned_for("linux/arm64", &tree("multi-platform", 0), None, &[]);
    check("multi-platform.arm64.plan.json", &(serde_json::to_string_pretty(&plan).unwrap() + "\n"));
    check("multi-platform.arm64.llb.txt", &graph(&plan, &goal).to_text());
}

/// The names of the vertices of a graph, each with the bytes that its digest is made of.
fn vertices(definition: &Definition) -> BTreeMap<String, Vec<u8>> {
    let pb = definition.to_pb();
    let named = pb.def.into_iter().filter_map(|bytes| {
        let digest = buildkit_llb::Digest::of(&bytes).to_string();
        let name = pb.metadata.get(&digest)?.description.get("llb.customname")?.clone();
        Some((name, bytes))
    });
    named.collect()
}

#[test]
fn platforms_share_everything_up_to_the_compile() {
    let tree = tree("multi-platform", 0);
    let of = |platform: &str| {
        let (plan, goal) = planned_for(platform, &tree, None, &[]);
        vertices(&graph(&plan, &goal))
    };
    let own = of("linux/amd64");
    for platform in ["linux/arm64", "linux/arm/v7", "linux/s390x"] {
        let other = of(platform);
        for step in ["[manifests]", "[fetch] download crates", "[unpack] unpack crates", "[source]"] {
            let (name, bytes) = own.iter().find(|(name, _)| name.starts_with(step)).unwrap();
            assert!(other.get(name) == Some(bytes), "{step} for {platform} is another vertex");
        }
        for step in ["[deps]", "[build]"] {
            let (name, bytes) = own.iter().find(|(name, _)| name.starts_with(step)).unwrap();
            assert!(other.get(name) != Some(bytes), "{step} for {platform} is the same vertex");
        }
    }
}

#[test]
fn an_old_engine_is_asked_for_nothing_that_it_lacks() {
    // What BuildKit has learned since 0.8, which is in Docker 20.10, as far as a graph can name it.
    let later = [
        cap::SOURCE_GIT_SUBDIR,
        cap::SOURCE_LOCAL_DIFFER,
        cap::SOURCE_LOCAL_METADATA_TRANSFER,
        cap::SOURCE_OCI_LAYOUT,
        cap::FILE_COPY_INCLUDE_EXCLUDE_PATTERNS,
        cap::FILE_COPY_ALWAYS_REPLACE_EXISTING_DEST_PATHS,
        cap::FILE_SYMLINK_CREATE,
        cap::EXEC_MOUNT_TMPFS_SIZE,
        cap::EXEC_SECRET_ENV,
        cap::EXEC_MOUNT_CONTENT_CACHE,
        cap::EXEC_VALID_EXIT_CODE,
        cap::MERGE_OP,
        cap::DIFF_OP,
    ];
    let has = |id: &str| !later.contains(&id);
    for (example, target, arguments) in CASES {
        let (plan, goal) = planned(&tree(example, 0), target, arguments);
        let graph = graph_on(Abilities::of(has), &plan, &goal);
        let needed = graph.ops().iter().flat_map(|op| op.metadata().caps.keys());
        let lacking: Vec<&String> = needed.filter(|id| !has(id)).collect();
        assert!(lacking.is_empty(), "{example}: {lacking:?}");
    }
}
