//! The image that comes out, as `docker inspect` shows it.

use testbed::bed::Bed;
use testbed::build::Build;
use testbed::engine::feature::Feature;
use testbed::image::{self, Image};
use testbed::project::Project;

use crate::story;

#[test]
fn the_image_says_what_cargo_says_and_runs_as_nobody_special() {
    let bed = Bed::ensure().unwrap();
    let project = Project::example("minimal").unwrap();
    story::prepare(bed, &project);
    Build::new(bed.docker(), project.path()).tag("e2e-image").label("team", "sea").succeed().unwrap();
    let image = Image::inspect(bed.docker(), "e2e-image").unwrap();
    let config = image.config;
    assert_eq!(config.user, "65532:65532");
    assert_eq!(config.entrypoint, ["/usr/local/bin/minimal"]);
    assert!(config.cmd.is_empty(), "{:?}", config.cmd);
    assert_eq!(config.working_dir, "/");
    for (label, value) in [
        ("org.opencontainers.image.title", "minimal"),
        ("org.opencontainers.image.version", "0.1.0"),
        ("team", "sea"),
    ] {
        assert_eq!(config.labels.get(label).map(String::as_str), Some(value), "{label}");
    }
    let files = image::files(bed.docker(), "e2e-image").unwrap();
    assert!(files.iter().any(|file| file == "usr/local/bin/minimal"));
    for absent in ["workspace", "supercargo", "bin/sh"] {
        assert!(!files.iter().any(|file| file.starts_with(absent)), "{absent} is in the image");
    }
}

#[test]
fn the_definition_file_configures_the_image() {
    let bed = Bed::ensure().unwrap();
    let project = Project::example("minimal").unwrap();
    let body = "[image]\nbase = \"debian:bookworm-slim\"\nuser = \"1000\"\ncmd = [\"--help\"]\nexpose = [8080, \"9000/udp\"]\n\
                env = { A = \"b\" }\nworkdir = \"/tmp\"\nstop-signal = \"SIGINT\"\nlabels = { \"org.opencontainers.image.version\" = \"\" }\n";
    project.write("Dockerfile", format!("{}{body}", bed.syntax())).unwrap();
    Build::new(bed.docker(), project.path()).tag("e2e-configured").succeed().unwrap();
    let config = Image::inspect(bed.docker(), "e2e-configured").unwrap().config;
    assert_eq!((config.user.as_str(), config.working_dir.as_str()), ("1000", "/tmp"));
    assert_eq!((config.cmd, config.stop_signal.as_str()), (vec!["--help".to_owned()], "SIGINT"));
    assert_eq!(config.exposed_ports.keys().collect::<Vec<_>>(), ["8080/tcp", "9000/udp"]);
    assert!(config.env.contains(&"A=b".to_owned()), "{:?}", config.env);
    assert!(!config.labels.contains_key("org.opencontainers.image.version"));
}

#[test]
fn two_builds_from_nothing_give_the_same_layers() {
    let bed = Bed::ensure().unwrap();
    let layers = |name: &str| {
        let project = Project::example("minimal").unwrap();
        story::prepare(bed, &project);
        let build = Build::new(bed.docker(), project.path())
            .tag(name)
            .no_cache()
            .env("SOURCE_DATE_EPOCH", "1700000000");
        build.succeed().unwrap();
        let image = Image::inspect(bed.docker(), name).unwrap();
        (image.layers.diff_ids, image.created)
    };
    assert_eq!(layers("e2e-once"), layers("e2e-twice"));
}

#[test]
fn the_binaries_alone_can_be_taken_out() {
    let bed = Bed::ensure().unwrap();
    let project = Project::example("minimal").unwrap();
    story::prepare(bed, &project);
    let out = tempfile::tempdir().unwrap();
    Build::new(bed.docker(), project.path()).target("binaries").output_folder(out.path()).succeed().unwrap();
    let names: Vec<_> =
        std::fs::read_dir(out.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["minimal"]);
}

#[test]
fn the_labels_name_the_base_and_what_is_not_wanted_is_gone() {
    const NAME: &str = "org.opencontainers.image.base.name";
    const DIGEST: &str = "org.opencontainers.image.base.digest";
    let bed = Bed::ensure().unwrap();
    let project = Project::example("minimal").unwrap();
    let labels = |base: &str, body: &str| {
        project.write("Dockerfile", format!("{}{body}", bed.syntax())).unwrap();
        let build = Build::new(bed.docker(), project.path()).tag("e2e-based").build_arg("IMAGE_BASE", base);
        build.succeed().unwrap();
        Image::inspect(bed.docker(), "e2e-based").unwrap().config.labels
    };
    let mut base = "gcr.io/distroless/cc-debian12:nonroot".to_owned();
    if !bed.has(Feature::LocalDigest) {
        // The digest is not known, and half of the truth is not told.
        let unknown = labels(&base, "");
        assert!(!unknown.contains_key(NAME) && !unknown.contains_key(DIGEST), "{unknown:?}");
        // The registry knows it, and is asked for what is not there.
        let pushed = format!("{}/e2e/base:latest", bed.registry().unwrap());
        bed.docker().command(["tag", &base, &pushed]).run().unwrap();
        bed.docker().command(["push", "--quiet", &pushed]).run().unwrap();
        bed.docker().command(["image", "rm", &pushed]).run().unwrap();
        base = pushed;
    }
    let plain = labels(&base, "");
    assert_eq!(plain.get(NAME), Some(&base), "{plain:?}");
    assert!(plain[DIGEST].starts_with("sha256:"), "{plain:?}");
    let without = labels(&base, &format!("[image]\nlabels = {{ \"{DIGEST}\" = \"\" }}\n"));
    assert!(without.contains_key(NAME) && !without.contains_key(DIGEST), "{without:?}");
}

#[test]
fn keys_that_cannot_be_are_all_said_with_their_lines() {
    let bed = Bed::ensure().unwrap();
    let project = Project::example("minimal").unwrap();
    let body =
        "[image]\nuser = \"a:b:c\"\nexpose = [\"http\"]\nvolumes = [\"data\"]\nstop-signal = \"SIGNAL\"\n";
    project.write("Dockerfile", format!("{}{body}", bed.syntax())).unwrap();
    let message = Build::new(bed.docker(), project.path()).fail().unwrap().message().to_owned();
    for words in [
        "Dockerfile:3",
        "`a:b:c` is no user",
        "`http/tcp` is no port",
        "`data` is not absolute",
        "`SIGNAL` is no signal",
    ] {
        assert!(message.contains(words), "no {words} in:\n{message}");
    }
}
