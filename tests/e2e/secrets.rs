//! What becomes of secrets: nothing that a build leaves behind holds one.

use std::collections::BTreeSet;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use testbed::bed::{Bed, Ready};
use testbed::build::Build;
use testbed::project::Project;

use crate::guarded::asking::{Passed, assert_found, build, library, project, repository};
use crate::guarded::{GitSite, Registry};
use crate::subject::run_id;

/// Every file below `folder`, as one run of bytes.
fn everything(folder: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        all.extend(if path.is_dir() { everything(&path) } else { std::fs::read(&path).unwrap() });
    }
    all
}

fn holds(bytes: &[u8], needle: &str) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle.as_bytes())
}

/// The ids of the cache mounts that provenance tells of, below `supercargo/`.
fn mounts(provenance: &[u8]) -> BTreeSet<String> {
    let text = String::from_utf8_lossy(provenance);
    let ids = text.split("supercargo/1/").skip(1).filter_map(|rest| rest.split(['"', '\\']).next());
    ids.map(|id| format!("1/{id}")).collect()
}

/// The files in cache mounts that hold `needle`.
fn in_mounts(bed: &Ready, ids: &BTreeSet<String>, needle: &str) -> String {
    let mounts: String = ids
        .iter()
        .enumerate()
        .map(|(index, id)| format!("--mount=type=cache,id={id},target=/mounts/{index} "))
        .collect::<Vec<_>>()
        .concat();
    let empty = Project::empty().unwrap();
    let found = Project::empty().unwrap();
    let search = format!(
        "FROM debian:bookworm-slim AS search\nRUN {mounts}grep --recursive --text --files-with-matches --fixed-strings \
         -e '{needle}' /mounts > /found || echo {} > /searched\nFROM scratch\nCOPY --from=search /found /\n",
        // `--no-cache` would empty the mounts.
        run_id(),
    );
    Build::new(bed.docker(), empty.path())
        .dockerfile(search)
        // The ids of a Dockerfile's mounts are below this word.
        .build_arg("BUILDKIT_CACHE_MOUNT_NS", "supercargo")
        .output_folder(found.path())
        .succeed()
        .unwrap();
    found.read("found").unwrap()
}

#[test]
fn tokens_are_in_nothing_that_a_build_leaves() {
    let bed = Bed::ensure().unwrap();
    let (registry_token, git_token) = (format!("registry-{}", run_id()), format!("git-{}", run_id()));
    let registry = Registry::of(&[("second", "pub const TWO: u8 = 2;\n")], &registry_token, None);
    let (repositories, revision) = repository("hidden");
    let site = GitSite::of(repositories.path(), &git_token);
    let url = site.url("hidden");
    let dependencies =
        format!("hidden = {{ git = \"{url}\" }}\nsecond = {{ version = \"1\", registry = \"corp\" }}\n");
    let locked = format!(
        "\n[[package]]\nname = \"hidden\"\nversion = \"1.0.0\"\nsource = \"git+{url}#{revision}\"\n{}",
        registry.locked("second", &registry.index)
    );
    let project = project(bed, &dependencies, &["hidden", "second"], &locked);
    project
        .write(".cargo/config.toml", format!("[registries.corp]\nindex = \"{}\"\n", registry.index))
        .unwrap();

    let left = Project::empty().unwrap();
    let at = |name: &str| left.path().join(name).display().to_string();
    let passed =
        [Passed::of("cargo-token-corp", &registry_token), Passed::of("git-token-localhost", &git_token)];
    let asking = passed.iter().fold(build(bed, &project, "e2e-secrets"), |build, secret| secret.to(&build));
    let plain = "compression=uncompressed,force-compression=true";
    let log = asking
        .clone()
        .arg("--provenance=mode=max")
        .output(format!("type=oci,dest={},{plain}", at("image.tar")))
        .cache_to(&format!("type=local,dest={},mode=max,{plain}", at("cache")))
        .succeed()
        .unwrap();
    for target in ["fetch", "deps", "manifests"] {
        asking.clone().target(target).output(format!("type=tar,dest={}", at(target))).succeed().unwrap();
    }
    asking.succeed().unwrap();
    assert_found(bed, "e2e-secrets");

    let said = log.transcript();
    let bytes = everything(left.path());
    let ids = mounts(&bytes);
    // What is looked through can be looked through: the search finds what is known to be there.
    assert!(holds(&bytes, library().trim()), "no layer has the sources");
    assert!(holds(&bytes, "cargo-token-corp"), "no provenance names the secret");
    assert!(said.contains("[fetch]"), "{said}");
    assert!(ids.len() >= 3 && ids.contains("1/downloads"), "{ids:?}");
    assert!(in_mounts(bed, &ids, "\"name\":\"second\"").contains("se/co/second"), "{ids:?}");

    for token in [&registry_token, &git_token] {
        let pair = STANDARD.encode(format!("x-access-token:{token}"));
        for needle in [token.clone(), STANDARD.encode(token), pair] {
            assert!(!holds(&bytes, &needle), "{needle} is in what the build left");
            assert!(!said.contains(&needle), "{needle} is in the log");
            assert_eq!(in_mounts(bed, &ids, &needle), "", "{needle} is in a cache mount");
        }
    }
}
