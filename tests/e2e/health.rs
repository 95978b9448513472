//! `image.healthcheck` and `image.init`: what runs beside the program in a container.

use std::thread;
use std::time::{Duration, Instant};

use testbed::bed::{Bed, Ready};
use testbed::build::Build;
use testbed::container::Run;
use testbed::image::{self, Image};
use testbed::project::Project;

const PATIENCE: Duration = Duration::from_mins(1);

/// A server that is well until it is asked for `/break`; with `orphan` it leaves a child of a child behind and waits, with `sleep` it only waits.
const SERVER: &str = r#"use std::io::{Read, Write};

fn main() {
    let mode = std::env::args().nth(1).unwrap_or_default();
    match mode.as_str() {
        "orphan" => {
            let own = std::env::current_exe().unwrap();
            std::process::Command::new(own).arg("parent").status().unwrap();
            println!("left behind");
        }
        "parent" => {
            std::process::Command::new(std::env::current_exe().unwrap()).arg("child").spawn().unwrap();
            return;
        }
        "child" => return std::thread::sleep(std::time::Duration::from_millis(200)),
        "code" => std::process::exit(42),
        _ => {}
    }
    let listener = std::net::TcpListener::bind("0.0.0.0:8080").unwrap();
    println!("listening as {}", std::process::id());
    let mut status = "200 OK";
    for stream in listener.incoming() {
        let mut stream = stream.unwrap();
        let mut request = [0; 1024];
        let count = stream.read(&mut request).unwrap();
        if request[..count].starts_with(b"GET /break") {
            status = "500 Broken";
        }
        let zombies = std::fs::read_dir("/proc").unwrap().flatten().filter(|entry| {
            let stat = std::fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
            stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('Z'))
        });
        let body = format!("zombies {}", zombies.count());
        let _ = write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    }
}
"#;

fn built(bed: &Ready, image: &str, configuration: &str) {
    let project = Project::of(&[
        ("Cargo.toml", "[package]\nname = \"server\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
        ("Cargo.lock", "version = 4\n\n[[package]]\nname = \"server\"\nversion = \"0.1.0\"\n"),
        ("src/main.rs", SERVER),
    ]);
    let project = project.unwrap();
    project.write("Dockerfile", format!("{}[image]\n{configuration}", bed.syntax())).unwrap();
    Build::new(bed.docker(), project.path()).tag(image).succeed().unwrap();
}

#[test]
fn a_service_is_well_until_it_says_otherwise() {
    let bed = Bed::ensure().unwrap();
    let check = "healthcheck = { http = \":8080/healthz\", interval = \"1s\", timeout = \"5s\", start-period = \"2s\", retries = 2 }\n";
    built(bed, "e2e-health", check);
    let config = Image::inspect(bed.docker(), "e2e-health").unwrap().config;
    assert_eq!(config.healthcheck["Interval"], 1_000_000_000_u64, "{}", config.healthcheck);
    assert_eq!(config.healthcheck["Retries"], 2, "{}", config.healthcheck);
    let files = image::files(bed.docker(), "e2e-health").unwrap();
    assert!(!files.iter().any(|file| file.starts_with("bin/sh") || file.ends_with("supercargo-init")));

    let container = Run::new(bed.docker(), "e2e-health").port(8080).start().unwrap();
    container.becomes("healthy", PATIENCE).unwrap();
    container.answer(8080, "/break", PATIENCE).unwrap();
    container.becomes("unhealthy", PATIENCE).unwrap();
    let log = container.inspect("{{json .State.Health.Log}}").unwrap();
    assert!(log.contains(":8080/healthz: HTTP/1.1 500 Broken"), "{log}");
}

#[test]
fn an_init_reaps_passes_signals_on_and_keeps_the_exit_code() {
    let bed = Bed::ensure().unwrap();
    built(bed, "e2e-init", "init = true\nhealthcheck = { tcp = \":8080\", interval = \"1s\" }\n");
    built(bed, "e2e-no-init", "");
    let entrypoint = Image::inspect(bed.docker(), "e2e-init").unwrap().config.entrypoint;
    assert_eq!(entrypoint, ["/usr/local/bin/supercargo-init", "--", "/usr/local/bin/server"]);

    let zombies = |image: &str, expected: &str| {
        let container = Run::new(bed.docker(), image).arg("orphan").port(8080).start().unwrap();
        let until = Instant::now() + PATIENCE;
        loop {
            let answer = container.answer(8080, "/", PATIENCE).unwrap().body;
            if answer.trim() == expected {
                break container;
            }
            assert!(Instant::now() < until, "{image}: {answer}");
            thread::sleep(Duration::from_millis(100));
        }
    };
    // What the init is for: without it the orphan stays for ever.
    zombies("e2e-no-init", "zombies 1");
    let container = zombies("e2e-init", "zombies 0");
    container.becomes("healthy", PATIENCE).unwrap();
    assert!(!container.logs().unwrap().contains("listening as 1\n"), "the program is not the first process");
    let begun = Instant::now();
    assert_eq!(container.stop(Duration::from_secs(100)).unwrap(), 143, "the program ended by SIGTERM");
    assert!(begun.elapsed() < Duration::from_secs(90), "it was killed, not asked to stop");

    let code = Run::new(bed.docker(), "e2e-init").arg("code").complete().unwrap();
    assert_eq!(code.status.code(), Some(42));
}

#[test]
fn a_check_that_cannot_be_is_said_with_its_line() {
    let bed = Bed::ensure().unwrap();
    let project = Project::of(&[
        ("Cargo.toml", "[package]\nname = \"a\"\nedition = \"2024\"\n"),
        ("src/main.rs", "fn main() {}\n"),
    ])
    .unwrap();
    let body = "[image.healthcheck]\nhttp = \"example.org:80/\"\ninterval = \"fast\"\n";
    project.write("Dockerfile", format!("{}{body}", bed.syntax())).unwrap();
    project.write("Cargo.lock", "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"0.0.0\"\n").unwrap();
    let message = Build::new(bed.docker(), project.path()).fail().unwrap().message().to_owned();
    for words in ["Dockerfile:3", "value `example.org:80/` names another host", "value `fast` is no duration"]
    {
        assert!(message.contains(words), "no {words} in:\n{message}");
    }
}
