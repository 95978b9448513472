//! Where a result may go, and what it then says of itself.

use std::path::Path;

use serde_json::Value;
use testbed::bed::{Bed, Ready};
use testbed::build::Build;
use testbed::container::Run;
use testbed::engine::feature::Feature;
use testbed::image::Image;
use testbed::process::Cmd;
use testbed::project::Project;

use crate::probe;

fn json(file: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()
}

/// The blob of a layout that a descriptor names.
fn blob(layout: &Path, descriptor: &Value) -> Value {
    let digest = descriptor["digest"].as_str().unwrap().replace(':', "/");
    json(&layout.join("blobs").join(digest))
}

/// True for an engine that makes layouts; asserts of another one that the client says what it lacks.
fn makes_layouts(bed: &Ready, build: &Build) -> bool {
    if bed.has(Feature::Layouts) {
        return true;
    }
    let refused = build.fail().unwrap();
    assert!(refused.message().contains("containerd image store"), "{}", refused.message());
    false
}

fn listed(archive: &Path) -> String {
    Cmd::new("tar").arg("-tf").arg(archive).run().unwrap()
}

#[test]
fn a_layout_has_configuration_history_and_annotations() {
    let bed = Bed::ensure().unwrap();
    let project = probe::project(bed);
    let layout = tempfile::tempdir().unwrap();
    let build = Build::new(bed.docker(), project.path())
        .output(format!("type=oci,tar=false,dest={}", layout.path().display()))
        .arg("--annotation=org.example.team=sea")
        .arg("--provenance=false")
        .env("SOURCE_DATE_EPOCH", "1700000000");
    if !makes_layouts(bed, &build) {
        return;
    }
    build.succeed().unwrap();
    let index = json(&layout.path().join("index.json"));
    let manifest = blob(layout.path(), &index["manifests"][0]);
    assert_eq!(manifest["annotations"]["org.example.team"], "sea", "{manifest}");
    // The base, as the labels have it; whoever sets a label sets the annotation.
    let base = |manifest: &Value, key: &str| {
        manifest["annotations"][format!("org.opencontainers.image.base.{key}")].clone()
    };
    assert_eq!(base(&manifest, "name"), "gcr.io/distroless/cc-debian12:nonroot", "{manifest}");
    assert!(base(&manifest, "digest").as_str().unwrap().starts_with("sha256:"), "{manifest}");
    let config = blob(layout.path(), &manifest["config"]);
    assert_eq!(config["created"], "2023-11-14T22:13:20Z");
    let history = config["history"].as_array().unwrap();
    let layers = history.iter().filter(|entry| entry["empty_layer"] != true).count();
    assert_eq!(Some(layers), manifest["layers"].as_array().map(Vec::len), "{history:?}");
    let ours = |entry: &&Value| entry["comment"] == "supercargo.v0";
    assert!(
        history.iter().filter(ours).all(|entry| entry["created"] == "2023-11-14T22:13:20Z"),
        "{history:?}"
    );
    assert!(
        history.iter().any(|entry| entry["created_by"] == "COPY /usr/local/bin/probe # supercargo"),
        "{history:?}"
    );

    build.label("org.opencontainers.image.base.name", "ours").succeed().unwrap();
    let index = json(&layout.path().join("index.json"));
    let manifest = blob(layout.path(), &index["manifests"][0]);
    assert_eq!(base(&manifest, "name"), "ours", "{manifest}");
}

#[test]
fn provenance_is_made_and_names_the_images() {
    let bed = Bed::ensure().unwrap();
    let project = probe::project(bed);
    for mode in ["min", "max"] {
        let layout = tempfile::tempdir().unwrap();
        let build = Build::new(bed.docker(), project.path())
            .output(format!("type=oci,tar=false,dest={}", layout.path().display()))
            .arg(format!("--provenance=mode={mode}"));
        if !makes_layouts(bed, &build) {
            return;
        }
        build.succeed().unwrap();
        let index = json(&layout.path().join("index.json"));
        let inner = blob(layout.path(), &index["manifests"][0]);
        let attestation = inner["manifests"]
            .as_array()
            .unwrap()
            .iter()
            .find(|manifest| manifest["platform"]["os"] == "unknown")
            .unwrap();
        let statement = blob(layout.path(), &blob(layout.path(), attestation)["layers"][0]).to_string();
        for image in ["pkg:docker/rust@", "pkg:docker/gcr.io/distroless/cc-debian12@"] {
            assert!(statement.contains(image), "{mode}: no `{image}` in {statement}");
        }
    }
}

#[test]
fn archives_hold_the_image_or_the_files() {
    let bed = Bed::ensure().unwrap();
    let project = probe::project(bed);
    let folder = tempfile::tempdir().unwrap();
    let build = Build::new(bed.docker(), project.path());
    let to = |kind: &str, build: &Build| {
        let file = folder.path().join(format!("{kind}.tar"));
        build.clone().output(format!("type={kind},dest={}", file.display())).succeed().unwrap();
        file
    };
    let files = listed(&to("tar", &build.clone().target("binaries")));
    assert_eq!(files.trim(), "probe");
    let layout = build.clone().output(format!("type=oci,dest={}", folder.path().join("oci.tar").display()));
    if !makes_layouts(bed, &layout) {
        return;
    }
    assert!(listed(&to("oci", &build)).contains("index.json"));
    let image = to("docker", &build.tag("e2e-archive"));
    assert!(listed(&image).contains("manifest.json"));
    bed.docker().command(["load", "--quiet", "--input"]).arg(&image).run().unwrap();
    assert!(Run::new(bed.docker(), "e2e-archive").complete().unwrap().stdout.starts_with("data|"));
}

#[test]
fn an_image_is_pushed_and_comes_back() {
    let bed = Bed::ensure().unwrap();
    let project = probe::project(bed);
    let image = format!("{}/e2e/probe:latest", bed.registry().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let metadata = folder.path().join("metadata.json");
    Build::new(bed.docker(), project.path())
        .tag(&image)
        .arg("--push")
        .metadata_file(&metadata)
        .succeed()
        .unwrap();
    let digest = json(&metadata)["containerimage.digest"].as_str().unwrap().to_owned();
    let by_digest = if bed.has(Feature::PushedDigest) {
        format!("{}@{digest}", image.trim_end_matches(":latest"))
    } else {
        // The client has pushed after the build, and the engine knows what it was.
        let known = ["image", "inspect", "--format={{index .RepoDigests 0}}"];
        bed.docker().command(known).arg(&image).run().unwrap().trim().to_owned()
    };
    bed.docker().command(["image", "rm", "--force", &image]).run().unwrap();
    bed.docker().command(["pull", "--quiet", &by_digest]).run().unwrap();
    assert!(Run::new(bed.docker(), by_digest).complete().unwrap().stdout.starts_with("data|"));
}

#[test]
fn loading_is_what_happens_by_default() {
    let bed = Bed::ensure().unwrap();
    let project = probe::project(bed);
    Build::new(bed.docker(), project.path()).tag("e2e-load").arg("--load").succeed().unwrap();
    let image = Image::inspect(bed.docker(), "e2e-load").unwrap();
    assert_eq!(image.config.entrypoint, ["/usr/local/bin/probe"]);
    assert!(Run::new(bed.docker(), "e2e-load").complete().unwrap().stdout.starts_with("data|"));
}

#[test]
fn a_bill_of_materials_is_made_by_the_scanner() {
    let bed = Bed::ensure().unwrap();
    let project = probe::project(bed);
    // A scanner of the bed's own, which follows the protocol and lists the files that it was shown.
    let scanner = Project::of(&[
        ("Dockerfile", "FROM debian:bookworm-slim\nCOPY --chmod=755 scan /scan\nENTRYPOINT [\"/scan\"]\n"),
        (
            "scan",
            concat!(
                "#!/bin/sh\nset -eu\n",
                "cd \"$BUILDKIT_SCAN_SOURCE\"\n",
                "files=$(find usr/local -type f | sed 's/.*/\"&\"/' | paste -sd,)\n",
                "printf '{\"_type\":\"https://in-toto.io/Statement/v0.1\",\"predicateType\":\"https://spdx.dev/Document\",",
                "\"predicate\":{\"files\":[%s]}}' \"$files\" > \"$BUILDKIT_SCAN_DESTINATION/files.spdx.json\"\n",
            ),
        ),
    ])
    .unwrap();
    let image = format!("{}/e2e/scanner:latest", bed.registry().unwrap());
    Build::new(bed.docker(), scanner.path()).tag(&image).arg("--push").succeed().unwrap();
    let layout = tempfile::tempdir().unwrap();
    let build = Build::new(bed.docker(), project.path())
        .output(format!("type=oci,tar=false,dest={}", layout.path().display()))
        .arg("--provenance=false")
        .arg(format!("--sbom=generator={image}"));
    if !makes_layouts(bed, &build) {
        return;
    }
    build.succeed().unwrap();
    let index = json(&layout.path().join("index.json"));
    let inner = blob(layout.path(), &index["manifests"][0]);
    let manifests = inner["manifests"].as_array().unwrap();
    let attested = manifests.iter().find(|manifest| manifest["platform"]["os"] == "unknown").unwrap();
    let statement = blob(layout.path(), &blob(layout.path(), attested)["layers"][0]);
    assert_eq!(statement["predicateType"], "https://spdx.dev/Document", "{statement}");
    let files = statement["predicate"]["files"].as_array().unwrap();
    assert!(files.iter().any(|file| file == "usr/local/bin/probe"), "{statement}");
}
