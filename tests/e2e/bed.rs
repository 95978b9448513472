//! The bed itself: what other tests rely on, seen with builds of the engine's own Dockerfile frontend.

use std::fs;
use std::path::Path;
use std::time::Duration;

use testbed::bed::Bed;
use testbed::build::Build;
use testbed::container::Run;
use testbed::image::{self, Image};
use testbed::project::Project;

const CARGO_PROJECT: &[(&str, &str)] = &[
    ("Cargo.toml", "[package]\nname = \"hello\"\nedition = \"2024\"\n[dependencies]\nitoa = \"1\"\n"),
    ("src/main.rs", "fn main() { println!(\"{}\", itoa::Buffer::new().format(1234)); }\n"),
    (
        "Dockerfile",
        "FROM rust:1.95-bookworm AS build\nWORKDIR /src\nCOPY . .\nRUN cargo build --release\n\
         FROM gcr.io/distroless/cc-debian12:nonroot\nCOPY --from=build /src/target/release/hello /hello\n\
         ENTRYPOINT [\"/hello\"]\n",
    ),
];

#[test]
fn a_cargo_project_builds_and_runs_on_the_stand_ins() {
    let bed = Bed::ensure().unwrap();
    let project = Project::of(CARGO_PROJECT).unwrap();
    let build = Build::new(bed.docker(), project.path()).tag("testbed-hello");

    let cold = build.clone().no_cache().succeed().unwrap();
    let step = cold.vertex("RUN cargo build").unwrap();
    assert!(!step.is_cached());
    assert_eq!(step.compiled_names(), ["hello", "itoa"]);

    let again = build.succeed().unwrap();
    assert!(again.vertex("RUN cargo build").unwrap().is_cached());
    assert!(again.ran().is_empty(), "{:?}", again.ran());

    let outcome = Run::new(bed.docker(), "testbed-hello").complete().unwrap();
    assert_eq!((outcome.status.code(), outcome.stdout.as_str()), (Some(0), "1234\n"));
    let image = Image::inspect(bed.docker(), "testbed-hello").unwrap();
    assert_eq!(
        (image.config.user.as_str(), image.config.entrypoint.as_slice()),
        ("65532", &["/hello".into()][..])
    );
    assert!(image.config.env.contains(&"SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt".into()));
}

#[test]
fn a_failing_build_says_where_and_why() {
    let bed = Bed::ensure().unwrap();
    let project = Project::empty().unwrap();
    let log = Build::new(bed.docker(), project.path())
        .dockerfile("FROM debian:bookworm-slim\nRUN echo to stdout; echo to stderr >&2; exit 3\n")
        .fail()
        .unwrap();
    let step = log.vertex("RUN echo").unwrap();
    assert!(step.error().unwrap().contains("exit code: 3"), "{:?}", step.error());
    assert!(step.log().contains("to stderr"));
    assert!(log.message().contains("exit code: 3"), "{}", log.message());
}

#[test]
fn a_service_answers_on_the_loopback_interface() {
    let bed = Bed::ensure().unwrap();
    let project = Project::of(&[("answer", "HTTP/1.0 200 OK\r\n\r\nhello")]).unwrap();
    let image = "testbed-service";
    // The builder image has perl, by way of git, and no other HTTP server.
    let serve = "use IO::Socket::INET; my $s = IO::Socket::INET->new(LocalPort => 8080, Listen => 5, ReuseAddr => 1); \
                 while (my $c = $s->accept) { my $l = <$c>; print $c \"HTTP/1.0 200 OK\\r\\n\\r\\nhello\"; close $c }";
    Build::new(bed.docker(), project.path())
        .dockerfile("FROM rust:1.95-bookworm\nENTRYPOINT [\"perl\", \"-e\"]\n")
        .tag(image)
        .succeed()
        .unwrap();
    let container = Run::new(bed.docker(), image).arg(serve).port(8080).start().unwrap();
    let answer = container.answer(8080, "/", Duration::from_secs(20)).unwrap();
    assert_eq!((answer.status, answer.body.as_str()), (200, "hello"));

    let ended =
        Run::new(bed.docker(), image).arg("print STDERR \"no port\\n\"; exit 7").port(8080).start().unwrap();
    let error = ended.answer(8080, "/", Duration::from_secs(20)).unwrap_err().to_string();
    assert!(error.contains("has ended") && error.contains("no port"), "{error}");
}

#[test]
fn the_distroless_stand_in_has_no_shell_and_what_programs_need() {
    let bed = Bed::ensure().unwrap();
    if bed.daemon().is_none() {
        // Somebody else's engine has the real image; what is in that is not ours to test.
        return;
    }
    let files = image::files(bed.docker(), "gcr.io/distroless/cc-debian12:nonroot").unwrap();
    let has = |name: &str| files.iter().any(|file| file.trim_end_matches('/').ends_with(name));
    for name in
        ["libc.so.6", "libgcc_s.so.1", "etc/ssl/certs/ca-certificates.crt", "etc/passwd", "zoneinfo/UTC"]
    {
        assert!(has(name), "no `{name}`");
    }
    assert!(!has("bin/sh") && !has("bin/bash"));
}

#[test]
fn cache_goes_out_to_a_registry_and_comes_back() {
    let bed = Bed::ensure().unwrap();
    let registry = bed.registry().unwrap();
    let project = Project::of(&[("file", "content")]).unwrap();
    let image = format!("{registry}/testbed/pushed:latest");
    Build::new(bed.docker(), project.path())
        .dockerfile("FROM debian:bookworm-slim\nCOPY file /file\n")
        .tag(&image)
        .arg("--push")
        .succeed()
        .unwrap();
    bed.docker().command(["image", "rm", &image]).run().unwrap();
    bed.docker().command(["pull", "--quiet", &image]).run().unwrap();
    assert!(image::files(bed.docker(), &image).unwrap().contains(&"file".into()));
}

#[test]
fn the_network_keeps_its_address_while_containers_come_and_go() {
    let bed = Bed::ensure().unwrap();
    if bed.daemon().is_none() {
        return;
    }
    let name = "{{index .Options \"com.docker.network.bridge.name\"}}";
    let bridge = bed.docker().command(["network", "inspect", "bridge", "--format", name]).run().unwrap();
    let kind = Path::new("/sys/class/net").join(bridge.trim()).join("addr_assign_type");
    // 3 is an address that was set; others change with the ports, and downloads in other containers stand still.
    assert_eq!(fs::read_to_string(kind).unwrap().trim(), "3", "{bridge}");
}
