//! What becomes of secrets: nothing that a build leaves behind holds one.

use std::collections::BTreeSet;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use testbed::bed::{Bed, Ready};
use testbed::build::Build;
use testbed::container::Run;
use testbed::engine::feature::Feature;
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
    let asking = site.trusted(&build(bed, &project, "e2e-secrets"));
    let asking = passed.iter().fold(asking, |build, secret| secret.to(&build));
    let plain = "compression=uncompressed,force-compression=true";
    let exporting = asking
        .clone()
        .arg("--provenance=mode=max")
        .output(format!("type=oci,dest={},{plain}", at("image.tar")))
        .cache_to(&format!("type=local,dest={},mode=max,{plain}", at("cache")));
    let exports = bed.has(Feature::Layouts);
    let log = if exports {
        exporting.succeed().unwrap()
    } else {
        let refused = exporting.fail().unwrap();
        assert!(refused.message().contains("containerd image store"), "{}", refused.message());
        let log = asking.succeed().unwrap();
        bed.docker().command(["image", "save", "--output", &at("image.tar"), "e2e-secrets"]).run().unwrap();
        log
    };
    for target in ["fetch", "deps", "manifests"] {
        asking.clone().target(target).output(format!("type=tar,dest={}", at(target))).succeed().unwrap();
    }
    asking.succeed().unwrap();
    assert_found(bed, "e2e-secrets");

    let said = log.transcript();
    let bytes = everything(left.path());
    // What is looked through can be looked through: the search finds what is known to be there.
    let ids = if exports {
        assert!(holds(&bytes, library().trim()), "no layer has the sources");
        assert!(holds(&bytes, "cargo-token-corp"), "no provenance names the secret");
        mounts(&bytes)
    } else {
        assert!(holds(&bytes, "name = \"second\""), "no tar has the lockfile");
        mounts(asking.clone().call("plan,format=json").succeed().unwrap().stdout().as_bytes())
    };
    assert!(said.contains("[fetch]"), "{said}");
    assert!(ids.len() >= 3 && ids.iter().any(|id| id.starts_with("1/downloads/")), "{ids:?}");
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

#[test]
fn a_secret_of_the_configuration_reaches_the_last_compile() {
    let bed = Bed::ensure().unwrap();
    let license = format!("license-{}", run_id());
    let script = "fn main() {\n    println!(\"cargo::rerun-if-changed=/run/secrets/license\");\n\
                  let text = std::fs::read_to_string(\"/run/secrets/license\").unwrap();\n\
                  println!(\"cargo::rustc-env=LENGTH={}\", text.trim().len());\n}\n";
    let project = Project::of(&[
        ("Cargo.toml", "[package]\nname = \"licensed\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
        ("Cargo.lock", "version = 4\n\n[[package]]\nname = \"licensed\"\nversion = \"0.1.0\"\n"),
        ("build.rs", script),
        ("src/main.rs", &format!("// {}\nfn main() {{ println!(\"{{}}\", env!(\"LENGTH\")) }}\n", run_id())),
        ("Dockerfile", &format!("{}[build]\nsecrets = [\"license\"]\n", bed.syntax())),
    ])
    .unwrap();
    let build = Build::new(bed.docker(), project.path());
    // Dependencies need none, so they are compiled without it.
    build.clone().target("deps").succeed().unwrap();
    let log = build.fail().unwrap();
    let said = log.vertex("[build]").unwrap().log();
    for word in ["the secret `license` of `build.secrets`", "--secret id=license,src=FILE"] {
        assert!(said.contains(word), "no {word:?} in {said}");
    }

    let left = Project::empty().unwrap();
    let image = left.path().join("image.tar");
    let passed = Passed::of("license", &license);
    let build = passed.to(&build);
    let log = build.clone().output(format!("type=tar,dest={}", image.display())).succeed().unwrap();
    assert!(!holds(&everything(left.path()), &license), "the secret is in the image");
    assert!(!log.transcript().contains(&license), "{}", log.transcript());
    build.tag("e2e-licensed").succeed().unwrap();
    let said = Run::new(bed.docker(), "e2e-licensed").complete().unwrap().stdout;
    assert_eq!(said, format!("{}\n", license.len()));
}

#[test]
fn an_id_that_is_no_file_name_is_refused_where_it_stands() {
    let bed = Bed::ensure().unwrap();
    let project = Project::example("minimal").unwrap();
    project.write("Dockerfile", format!("{}[build]\nsecrets = [\"../license\"]\n", bed.syntax())).unwrap();
    let log = Build::new(bed.docker(), project.path()).fail().unwrap();
    for word in ["Dockerfile:3", "`../license` cannot be the id of a secret", ">>> secrets = "] {
        assert!(log.message().contains(word), "no {word:?} in {}", log.message());
    }
}
