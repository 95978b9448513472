//! The projects under `examples/`, as their READMEs build and run them.

use std::time::Duration;

use testbed::bed::Bed;
use testbed::build::Build;
use testbed::container::Run;
use testbed::image;
use testbed::project::Project;

use crate::story;

const PATIENCE: Duration = Duration::from_secs(30);

#[test]
fn the_smallest_project_builds_runs_and_is_built_again_in_part() {
    let bed = Bed::ensure().unwrap();
    let project = Project::example("minimal").unwrap();
    story::prepare(bed, &project);
    let build = Build::new(bed.docker(), project.path()).tag("e2e-minimal");
    let says = || Run::new(bed.docker(), "e2e-minimal").complete().unwrap().stdout;

    let edit = || project.edit("src/main.rs", "counts to", "goes on to").unwrap();
    let before = {
        build.succeed().unwrap();
        says()
    };
    assert_eq!(before, "minimal 0.1.0 counts to 18446744073709551615\n");
    story::tell(&build, edit, &["minimal"]);
    assert_eq!(says(), "minimal 0.1.0 goes on to 18446744073709551615\n");
}

#[test]
fn a_service_with_hundreds_of_crates_answers() {
    let bed = Bed::ensure().unwrap();
    let project = Project::example("axum-service").unwrap();
    story::prepare(bed, &project);
    let build = Build::new(bed.docker(), project.path()).tag("e2e-axum-service");
    let answer = || {
        let container = Run::new(bed.docker(), "e2e-axum-service").port(8080).start().unwrap();
        let answer = container.answer(8080, "/", PATIENCE).unwrap().body;
        assert_eq!(container.answer(8080, "/healthz", PATIENCE).unwrap().status, 200);
        assert_eq!(container.stop(Duration::from_secs(10)).unwrap(), 0, "SIGTERM ends it in order");
        answer
    };

    build.succeed().unwrap();
    assert_eq!(answer().trim(), "Hello from axum-service 0.1.0");
    let edit = || project.edit("src/routes.rs", "Hello from", "Greetings from").unwrap();
    story::tell(&build, edit, &["axum-service"]);
    assert_eq!(answer().trim(), "Greetings from axum-service 0.1.0");
}

#[test]
fn a_command_line_tool_reads_its_arguments() {
    let bed = Bed::ensure().unwrap();
    let project = Project::example("cli").unwrap();
    story::prepare(bed, &project);
    let build = Build::new(bed.docker(), project.path()).tag("e2e-cli");
    story::tell(&build, || project.append("src/lib.rs", &story::edit()).unwrap(), &["tally"]);

    let counts =
        Run::new(bed.docker(), "e2e-cli").arg("[a-z]+").arg("to be or not to be").complete().unwrap();
    assert_eq!(counts.stdout.lines().next().map(str::trim), Some("2 be"), "{}", counts.stdout);
    let bad = Run::new(bed.docker(), "e2e-cli").arg("[").arg("x").complete().unwrap();
    assert_eq!(bad.status.code(), Some(2));
}

#[test]
fn features_profile_configuration_and_toolchain_file_are_honoured() {
    let bed = Bed::ensure().unwrap();
    let project = Project::example("features").unwrap();
    story::prepare(bed, &project);
    let build = Build::new(bed.docker(), project.path()).tag("e2e-features");
    story::tell(&build, || project.append("src/lib.rs", &story::edit()).unwrap(), &["greeter"]);
    let greeting = Run::new(bed.docker(), "e2e-features").arg("Zoë").complete().unwrap();
    // The words come from `[env]` by way of the build script, the `!` from a flag in Cargo's configuration.
    assert!(greeting.stdout.contains("Bonan tagon, Zoë!"), "{}", greeting.stdout);

    let other = build.clone().tag("e2e-features-json").target("greet-json").build_arg("FEATURES", "json");
    other.succeed().unwrap();
    let greeting = Run::new(bed.docker(), "e2e-features-json").arg("Zoë").complete().unwrap();
    assert!(greeting.stdout.starts_with("{\"language\":\"eo\""), "{}", greeting.stdout);
}

#[test]
fn a_static_binary_runs_without_a_library() {
    let bed = Bed::ensure().unwrap();
    let project = Project::example("static").unwrap();
    story::prepare(bed, &project);
    let build = Build::new(bed.docker(), project.path()).tag("e2e-static");
    story::tell(&build, || project.append("src/main.rs", &story::edit()).unwrap(), &["alone"]);
    let says = |image: &str| Run::new(bed.docker(), image).complete().unwrap().stdout;
    assert_eq!(says("e2e-static"), "no shared library\n");
    let files = image::files(bed.docker(), "e2e-static").unwrap();
    assert!(files.iter().any(|file| file == "usr/local/bin/alone"), "{files:?}");
    assert!(!files.iter().any(|file| file.contains("libc.so")), "the base has a libc");

    // Without the flag it is linked as usual, and gets the base that it needs.
    project.remove(".cargo/config.toml").unwrap();
    build.tag("e2e-dynamic").succeed().unwrap();
    assert!(says("e2e-dynamic").contains("libc.so.6"), "{}", says("e2e-dynamic"));
}

#[test]
fn a_workspace_gives_one_image_for_each_binary() {
    let bed = Bed::ensure().unwrap();
    let project = Project::example("workspace").unwrap();
    story::prepare(bed, &project);
    let build = Build::new(bed.docker(), project.path());

    let ambiguous = build.fail().unwrap();
    let message = ambiguous.message();
    for word in ["`api` of package `api`", "`worker` of package `worker`", "bin = \"api\"", "--target"] {
        assert!(message.contains(word), "no {word} in:\n{message}");
    }

    let worker = build.clone().target("worker").tag("e2e-worker");
    let edit = || project.append("crates/worker/src/main.rs", &story::edit()).unwrap();
    let api = build.target("api").tag("e2e-api");
    api.succeed().unwrap();
    story::tell(&worker, edit, &["worker"]);
    let unconcerned = api.succeed().unwrap();
    assert!(unconcerned.ran().is_empty(), "an edit of worker ran {:?} for api", unconcerned.ran());

    project.append("crates/db/src/lib.rs", &story::edit()).unwrap();
    let shared = worker.succeed().unwrap();
    story::assert_dependencies_reused(&shared);
    assert_eq!(shared.vertex("[build]").unwrap().compiled_names(), ["db", "types", "worker"]);

    let said = Run::new(bed.docker(), "e2e-worker").arg("--up-to").arg("1000").complete().unwrap();
    assert!(
        said.stdout.starts_with("INSERT INTO parcels (id, recipient, grams) VALUES (?, ?, ?)"),
        "{}",
        said.stdout
    );
    let container = Run::new(bed.docker(), "e2e-api").port(8080).start().unwrap();
    assert_eq!(container.answer(8080, "/", PATIENCE).unwrap().body.trim(), "api 0.3.0");
}

#[test]
fn several_images_share_a_compile_and_have_what_is_their_own() {
    let bed = Bed::ensure().unwrap();
    let project = Project::example("several-images").unwrap();
    story::prepare(bed, &project);
    let build = Build::new(bed.docker(), project.path());
    build.clone().target("web").tag("e2e-several-web").succeed().unwrap();
    let worker = build.target("worker").tag("e2e-several-worker").succeed().unwrap();
    assert!(!worker.vertex("[build]").unwrap().has_run(), "{:?}", worker.ran());
    let said = Run::new(bed.docker(), "e2e-several-worker").complete().unwrap();
    assert_eq!(said.stdout, "Good evening\n");
    let web = Run::new(bed.docker(), "e2e-several-web").port(8080).start().unwrap();
    assert_eq!(web.answer(8080, "/", PATIENCE).unwrap().body, "Good morning\n");
}

#[test]
fn a_service_has_files_of_its_own_and_says_that_it_is_well() {
    let bed = Bed::ensure().unwrap();
    let project = Project::example("health-and-files").unwrap();
    story::prepare(bed, &project);
    Build::new(bed.docker(), project.path()).tag("e2e-health-and-files").succeed().unwrap();
    let files = image::files(bed.docker(), "e2e-health-and-files").unwrap();
    assert!(!files.iter().any(|file| file.ends_with("notes.md") || file.ends_with("bin/sh")), "{files:?}");
    let container = Run::new(bed.docker(), "e2e-health-and-files").port(8080).start().unwrap();
    assert_eq!(container.answer(8080, "/morning", PATIENCE).unwrap().body, "Good morning (1)\n");
    assert_eq!(container.answer(8080, "/morning", PATIENCE).unwrap().body, "Good morning (2)\n");
    container.becomes("healthy", PATIENCE).unwrap();
    assert_eq!(container.stop(Duration::from_secs(10)).unwrap(), 143, "the init passes SIGTERM on");
}
