//! Where files and images may come from.

use testbed::bed::Bed;
use testbed::build::Build;
use testbed::container::Run;
use testbed::engine::feature::Feature;
use testbed::image;
use testbed::process::Cmd;
use testbed::project::Project;

use crate::probe;
use crate::served::{GitServer, Website, commit};

/// What makes a program run on a base that has nothing.
const STATIC: &str = "[build]\nrustflags = [\"-Ctarget-feature=+crt-static\"]\n";

/// Builds the binary and says what it prints before the first bar: the text of `data.txt`.
fn data(build: Build) -> String {
    let out = tempfile::tempdir().unwrap();
    build.target("binaries").output_folder(out.path()).succeed().unwrap();
    probe::says(out.path()).split('|').next().unwrap_or_default().to_owned()
}

fn tar(project: &Project) -> Vec<u8> {
    let file = tempfile::NamedTempFile::new().unwrap();
    Cmd::new("tar").arg("-czf").arg(file.path()).arg("-C").arg(project.path()).arg(".").run().unwrap();
    std::fs::read(file.path()).unwrap()
}

#[test]
fn a_repository_is_built_by_its_address() {
    let bed = Bed::ensure().unwrap();
    let served = Project::empty().unwrap();
    Cmd::new("cp").arg("-r").arg(probe::project(bed).path()).arg(served.path().join("inner")).run().unwrap();
    served.write("data.txt", "not this one").unwrap();
    served.write("inner/data.txt", "from git").unwrap();
    let folder = served.path().join("all");
    std::fs::create_dir(&folder).unwrap();
    for name in ["inner", "data.txt"] {
        std::fs::rename(served.path().join(name), folder.join(name)).unwrap();
    }
    let first = commit(&folder);
    served.write("all/inner/data.txt", "from git, later").unwrap();
    commit(&folder);
    let daemon = GitServer::of(served.path());
    let address = format!("git://127.0.0.1:{}/all", daemon.port);
    let built = |context: &str| data(Build::new(bed.docker(), context));
    if !bed.has(Feature::GitDirectory) {
        let refused = Build::new(bed.docker(), format!("{address}#main:inner")).fail().unwrap();
        assert!(refused.message().contains("subdir not supported yet"), "{}", refused.message());
        let whole = GitServer::of(&folder);
        let inner = folder.join("inner");
        commit(&inner);
        return assert_eq!(built(&format!("git://127.0.0.1:{}/inner#main", whole.port)), "from git, later");
    }
    assert_eq!(built(&format!("{address}#main:inner")), "from git, later");
    assert_eq!(built(&format!("{address}#{first}:inner")), "from git");
    // Nobody's Dockerfile: the frontend and the manifest are named on the command line.
    served.remove("all/inner/Dockerfile").unwrap();
    commit(&folder);
    let bare = Build::new(bed.docker(), format!("{address}#:inner"))
        .build_arg("BUILDKIT_SYNTAX", bed.frontend())
        .arg("--file=Cargo.toml");
    assert_eq!(data(bare), "from git, later");
}

#[test]
fn a_branch_must_stand_for_the_commit_that_is_named() {
    let bed = Bed::ensure().unwrap();
    let definition = Project::of(&[("Dockerfile", &bed.syntax())]).unwrap();
    let sources = probe::bare();
    sources.write("data.txt", "of a known commit").unwrap();
    let first = commit(sources.path());
    let name = sources.path().file_name().unwrap().display().to_string();
    let daemon = GitServer::of(sources.path().parent().unwrap());
    let build = |commit: &str| {
        let address = format!("git://127.0.0.1:{}/{name}?branch=main&commit={commit}", daemon.port);
        Build::new(bed.docker(), definition.path()).build_context("source", &address)
    };
    if !bed.has(Feature::GitCommit) {
        let refused = build(&first).fail().unwrap();
        for words in ["this engine cannot do", "source.git.checksum", "BuildKit 0.22", "Docker 28.5"] {
            assert!(refused.message().contains(words), "no `{words}` in {}", refused.message());
        }
        return;
    }
    assert_eq!(data(build(&first)), "of a known commit");
    let refused = build(&"0".repeat(40)).target("binaries").output("type=cacheonly").fail().unwrap();
    assert!(refused.message().contains("expected checksum"), "{}", refused.message());
}

#[test]
fn an_archive_is_built_from_the_web_and_from_standard_input() {
    let bed = Bed::ensure().unwrap();
    let project = probe::project(bed);
    project.write("data.txt", "from an archive").unwrap();
    let archive = tar(&project);
    let site = Website::of(&[("/project.tar.gz", archive.clone())]);
    assert_eq!(data(Build::new(bed.docker(), site.url("/project.tar.gz"))), "from an archive");

    let out = tempfile::tempdir().unwrap();
    let build = bed
        .docker()
        .command(["buildx", "build", "--target=binaries", "--output"])
        .arg(out.path())
        .arg("-")
        .input(archive);
    if !bed.has(Feature::ArchiveOnStandardInput) {
        let said = build.output().unwrap().stderr;
        return assert!(said.contains("unpack it and give the folder"), "{said}");
    }
    build.run().unwrap();
    assert!(probe::says(out.path()).starts_with("from an archive|"));
}

#[test]
fn the_definition_may_be_elsewhere() {
    let bed = Bed::ensure().unwrap();
    let project = probe::bare();
    project.write("docker/app.Dockerfile", bed.syntax()).unwrap();
    let build = || Build::new(bed.docker(), project.path());
    assert_eq!(data(build().file(&project.path().join("docker/app.Dockerfile"))), "data");
    assert_eq!(data(build().dockerfile(bed.syntax())), "data");
    assert_eq!(
        data(build().build_arg("BUILDKIT_SYNTAX", bed.frontend()).file(&project.path().join("Cargo.toml"))),
        "data"
    );
}

#[test]
fn the_ignore_file_of_the_definition_goes_before_the_contexts() {
    let bed = Bed::ensure().unwrap();
    let project = probe::project(bed);
    project.write(".dockerignore", "data.txt\n").unwrap();
    let log = Build::new(bed.docker(), project.path()).fail().unwrap();
    assert!(log.vertex("[build]").unwrap().log().contains("data.txt"), "{}", log.transcript());
    project.write("app.Dockerfile", bed.syntax()).unwrap();
    project.write("app.Dockerfile.dockerignore", "notes\n").unwrap();
    let build = Build::new(bed.docker(), project.path()).file(&project.path().join("app.Dockerfile"));
    assert_eq!(data(build), "data");
}

#[test]
fn tests_that_the_ignore_file_excludes_stop_no_image_and_pass_no_test() {
    let bed = Bed::ensure().unwrap();
    let project = probe::project(bed);
    let more = "\n[[bench]]\nname = \"speed\"\nharness = false\n[[test]]\nname = \"it\"\npath = \"tests/it.rs\"\n\
                [[example]]\nname = \"show\"\n";
    project.append("Cargo.toml", more).unwrap();
    for file in ["benches/speed.rs", "tests/it.rs", "examples/show.rs"] {
        project.write(file, "fn main() {}\n").unwrap();
    }
    project.write(".dockerignore", "benches\ntests\nexamples\n").unwrap();
    let build = Build::new(bed.docker(), project.path());
    assert_eq!(data(build.clone()), "data");
    let log = build.clone().target("test").fail().unwrap();
    let said = log.vertex("[test]").unwrap().log();
    // Cargo stops at the first of them, and two compile at the same time.
    let sentences = [
        "`tests` in `.dockerignore:2` excludes `tests/it.rs` from the build context",
        "`examples` in `.dockerignore:3` excludes `examples/show.rs` from the build context",
    ];
    assert!(sentences.iter().any(|sentence| said.contains(sentence)), "{said}");
    project.write(".dockerignore", "benches\nexamples/nothing\n").unwrap();
    build.target("test").succeed().unwrap();
}

#[test]
fn debris_is_not_sent() {
    let bed = Bed::ensure().unwrap();
    let project = probe::project(bed);
    let heavy = vec![b'x'; 8 << 20];
    for path in
        ["target/debug/probe", ".git/objects/pack", "node_modules/a/b.js", "web/node_modules/c.js", ".jj/d"]
    {
        project.write(path, &heavy).unwrap();
    }
    let sent = |project: &Project| {
        let outcome = bed
            .docker()
            .command(["buildx", "build", "--progress=plain", "--target=binaries", "--output=type=cacheonly"])
            .arg(project.path())
            .output()
            .unwrap();
        assert!(outcome.status.success(), "{}", outcome.stderr);
        let lines: Vec<String> =
            outcome.stderr.lines().filter(|line| line.contains("transferring")).map(str::to_owned).collect();
        assert!(!lines.is_empty(), "{}", outcome.stderr);
        lines
    };
    let lines = sent(&project);
    assert!(!lines.iter().any(|line| line.contains("MB")), "{lines:?}");
    // A pattern of the user's brings it back, which also shows that the measure measures.
    project.write(".dockerignore", "!web/node_modules\n").unwrap();
    let lines = sent(&project);
    assert!(lines.iter().any(|line| line.contains("MB")), "{lines:?}");
}

#[test]
fn a_plan_needs_no_contents() {
    let bed = Bed::ensure().unwrap();
    let project = probe::project(bed);
    project.write("ballast", vec![b'x'; 8 << 20]).unwrap();
    let log = Build::new(bed.docker(), project.path())
        .target("manifests")
        .output("type=cacheonly")
        .succeed()
        .unwrap();
    // Only the second source has contents in it.
    let has_listed = log.vertex("[internal] load manifests").is_ok();
    let has_sent = log.vertex("[internal] load build context").is_ok();
    assert_eq!(
        (has_listed, has_sent),
        (bed.has(Feature::Listing), !bed.has(Feature::Listing)),
        "{}",
        log.transcript()
    );
}

#[test]
fn an_image_is_replaced_by_its_name_or_by_its_part() {
    let bed = Bed::ensure().unwrap();
    let project = probe::project(bed);
    let has_shell = |name: &str, value: &str| {
        Build::new(bed.docker(), project.path())
            .tag("e2e-replaced")
            .build_context(name, value)
            .succeed()
            .unwrap();
        let files = image::files(bed.docker(), "e2e-replaced").unwrap();
        assert!(files.iter().any(|file| file == "usr/local/bin/probe"));
        files.iter().any(|file| file.ends_with("bin/dash"))
    };
    let debian = "docker-image://debian:bookworm-slim";
    assert!(has_shell("base", debian));
    assert!(has_shell("gcr.io/distroless/cc-debian12:nonroot", debian));
    assert!(!has_shell("toolchain", "docker-image://rust:1.95"));
    let run = Run::new(bed.docker(), "e2e-replaced").complete().unwrap();
    assert!(run.stdout.starts_with("data|"), "{}", run.stdout);
}

#[test]
fn files_and_layouts_stand_in_for_the_base() {
    let bed = Bed::ensure().unwrap();
    let project = probe::project(bed);
    project.write("Dockerfile", bed.syntax() + STATIC).unwrap();
    let folder =
        Project::of(&[("etc/motd", "hello"), (".dockerignore", "left-out\n"), ("left-out", "")]).unwrap();
    let build = Build::new(bed.docker(), project.path());
    build
        .clone()
        .tag("e2e-folder-base")
        .build_context("base", &folder.path().display().to_string())
        .succeed()
        .unwrap();
    let files = image::files(bed.docker(), "e2e-folder-base").unwrap();
    let has = |name: &str| files.iter().any(|file| file == name);
    assert!(has("etc/motd") && has("usr/local/bin/probe") && !has("left-out"), "{files:?}");

    let layout = tempfile::tempdir().unwrap();
    let laid_out = Build::new(bed.docker(), folder.path())
        .dockerfile("FROM scratch\nCOPY etc/motd /from-layout\nENV LAID=out\n")
        .output(format!("type=oci,tar=false,dest={},name=motd:latest", layout.path().display()));
    if !bed.has(Feature::Layouts) {
        let refused = laid_out.fail().unwrap();
        return assert!(refused.message().contains("containerd image store"), "{}", refused.message());
    }
    laid_out.succeed().unwrap();
    build
        .clone()
        .tag("e2e-layout-base")
        .build_context("base", &format!("oci-layout://{}:latest", layout.path().display()))
        .succeed()
        .unwrap();
    let files = image::files(bed.docker(), "e2e-layout-base").unwrap();
    assert!(files.iter().any(|file| file == "from-layout"), "{files:?}");
    let config = image::Image::inspect(bed.docker(), "e2e-layout-base").unwrap().config;
    assert!(config.env.contains(&"LAID=out".to_owned()), "{:?}", config.env);
}

#[test]
fn the_sources_may_be_handed_over() {
    let bed = Bed::ensure().unwrap();
    let sources = probe::bare();
    sources.write("data.txt", "from elsewhere").unwrap();
    let definition = Project::of(&[("Dockerfile", &bed.syntax())]).unwrap();
    let build = Build::new(bed.docker(), definition.path());
    let folder = sources.path().display().to_string();
    assert_eq!(data(build.clone().build_context("source", &folder)), "from elsewhere");
    let refused = build.build_context("source", "docker-image://debian:bookworm-slim").fail().unwrap();
    assert!(refused.message().contains("the sources are files"), "{}", refused.message());
}

#[test]
fn a_context_that_stands_in_for_nothing_is_said() {
    let bed = Bed::ensure().unwrap();
    let project = probe::project(bed);
    let log = Build::new(bed.docker(), project.path())
        .build_context("debian", "docker-image://debian:bookworm-slim")
        .succeed()
        .unwrap();
    let warning = log.warnings().iter().find(|warning| warning.short.contains("`debian`")).unwrap();
    assert!(warning.detail.join(" ").contains("`toolchain`"), "{warning:?}");
}

#[test]
fn a_dockerfile_of_ones_own_copies_from_the_result() {
    let bed = Bed::ensure().unwrap();
    let project = Project::example("stage").unwrap();
    project.write("Dockerfile", bed.syntax()).unwrap();
    let bake = bed
        .docker()
        .command([
            "buildx",
            "bake",
            "--progress=plain",
            "--set=*.output=type=docker",
            "--set=image.tags=e2e-stage",
        ])
        .arg("image")
        .current_dir(project.path());
    if !bed.has(Feature::ContextsOfDockerfiles) {
        let said = bake.output().unwrap().stderr;
        return assert!(said.contains("unsupported frontend capability"), "{said}");
    }
    bake.run().unwrap();
    let said = Run::new(bed.docker(), "e2e-stage").complete().unwrap().stdout;
    assert_eq!(said, "Boarding now: gate 7\nBoarding now: gate 12\n");
}

#[test]
fn another_targets_result_may_be_the_sources_and_the_base() {
    let bed = Bed::ensure().unwrap();
    let project = probe::project(bed);
    project.write("made.Dockerfile", "FROM scratch\nCOPY . /\nCOPY made.txt /data.txt\n").unwrap();
    project.write("made.txt", "made by a target").unwrap();
    project.write("ground.Dockerfile", "FROM debian:bookworm-slim\nENV GROUND=1\n").unwrap();
    project
        .write(
            "docker-bake.json",
            r#"{"target": {
                "made": {"dockerfile": "made.Dockerfile"},
                "ground": {"dockerfile": "ground.Dockerfile"},
                "probe": {"contexts": {"source": "target:made", "base": "target:ground"}, "tags": ["e2e-made"],
                          "output": ["type=docker"]}
            }}"#,
        )
        .unwrap();
    bed.docker()
        .command(["buildx", "bake", "--progress=plain", "probe"])
        .current_dir(project.path())
        .run()
        .unwrap();
    let said = Run::new(bed.docker(), "e2e-made").complete().unwrap().stdout;
    assert!(said.starts_with("made by a target|"), "{said}");
    let config = image::Image::inspect(bed.docker(), "e2e-made").unwrap().config;
    assert!(config.env.contains(&"GROUND=1".to_owned()), "{:?}", config.env);
}

#[test]
fn sources_and_base_may_come_from_a_repository_and_from_the_web() {
    let bed = Bed::ensure().unwrap();
    let definition = Project::of(&[("Dockerfile", &(bed.syntax() + STATIC))]).unwrap();
    let served = Project::empty().unwrap();
    let folder = served.path().join("all");
    Cmd::new("cp").arg("-r").arg(probe::bare().path()).arg(&folder).run().unwrap();
    served.write("all/data.txt", "from a repository").unwrap();
    commit(&folder);
    let daemon = GitServer::of(served.path());
    let ground = Project::of(&[("etc/motd", "from the web")]).unwrap();
    let site = Website::of(&[("/ground.tar.gz", tar(&ground))]);
    Build::new(bed.docker(), definition.path())
        .tag("e2e-remote-contexts")
        .build_context("source", &format!("git://127.0.0.1:{}/all#main", daemon.port))
        .build_context("base", &site.url("/ground.tar.gz"))
        .succeed()
        .unwrap();
    let files = image::files(bed.docker(), "e2e-remote-contexts").unwrap();
    let has = |name: &str| files.iter().any(|file| file == name);
    assert!(has("etc/motd") && has("usr/local/bin/probe"), "{files:?}");
    let with_sources = Build::new(bed.docker(), definition.path())
        .build_context("source", &format!("git://127.0.0.1:{}/all#main", daemon.port));
    assert_eq!(data(with_sources), "from a repository");
}

#[test]
fn a_crate_is_replaced_by_files() {
    let bed = Bed::ensure().unwrap();
    let project = Project::of(&[
        ("Dockerfile", &bed.syntax()),
        (
            "Cargo.toml",
            "[package]\nname = \"prints\"\nversion = \"0.1.0\"\nedition = \"2024\"\nrepository = \"https://repository.test/prints\"\n[dependencies]\nitoa = \"=1.0.15\"\nryu = \"=1.0.20\"\n",
        ),
        (
            "src/main.rs",
            "fn main() {\n    println!(\"{}|{}\", itoa::Buffer::new().format(7), ryu::Buffer::new().format(0.5));\n}\n",
        ),
    ])
    .unwrap();
    Cmd::new("cargo").arg("generate-lockfile").current_dir(project.path()).run().unwrap();
    let crate_of_ones_own = Project::of(&[
        (
            "Cargo.toml",
            "[package]\nname = \"itoa\"\nversion = \"1.0.15\"\nedition = \"2021\"\n[dependencies]\nryu = \"1\"\n",
        ),
        (
            "src/lib.rs",
            "pub struct Buffer;\nimpl Buffer {\n    pub fn new() -> Self { Buffer }\n    pub fn format(&mut self, _: u32) -> String { format!(\"mine {}\", ryu::Buffer::new().format(1.5)) }\n}\n",
        ),
    ])
    .unwrap();
    let says = |build: Build| {
        let out = tempfile::tempdir().unwrap();
        let log = build.target("binaries").output_folder(out.path()).succeed().unwrap();
        assert!(log.warnings().is_empty(), "{:?}", log.warnings());
        Cmd::new(out.path().join("prints")).run().unwrap()
    };
    let build = || Build::new(bed.docker(), project.path());
    let folder = crate_of_ones_own.path().display().to_string();
    assert_eq!(says(build()), "7|0.5\n");
    assert_eq!(says(build().build_context("itoa", &folder)), "mine 1.5|0.5\n");
    crate_of_ones_own.edit("src/lib.rs", "mine", "edited").unwrap();
    assert_eq!(says(build().build_context("itoa", &folder)), "edited 1.5|0.5\n");
    assert_eq!(says(build()), "7|0.5\n");

    let image = build().build_context("itoa", "docker-image://debian:bookworm-slim").succeed().unwrap();
    assert!(image.warnings()[0].detail.join(" ").contains("by files"), "{:?}", image.warnings());
    let empty = Project::of(&[("README.md", "")]).unwrap();
    let refused = build().build_context("itoa", &empty.path().display().to_string()).fail().unwrap();
    assert!(refused.message().contains("cannot stand in for the crate"), "{}", refused.message());
}
