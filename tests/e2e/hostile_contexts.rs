//! Servers of contexts that break off, never end, or send what reaches out of the context.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use testbed::bed::Bed;
use testbed::build::Build;
use testbed::process::Cmd;
use testbed::project::Project;

use crate::probe;
use crate::robustness::{Leave, go_away};

/// A web server that promises the whole of a file and sends as much of it as it is told to, then hangs up or keeps quiet.
struct Server {
    url: String,
    sends: Arc<AtomicUsize>,
    asked: Arc<AtomicUsize>,
}

impl Server {
    fn of(file: Vec<u8>, hangs_up: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/project.tar.gz", listener.local_addr().unwrap());
        let (sends, asked) = (Arc::new(AtomicUsize::new(usize::MAX)), Arc::new(AtomicUsize::new(0)));
        let (limit, count) = (Arc::clone(&sends), Arc::clone(&asked));
        thread::spawn(move || {
            let mut quiet = Vec::new();
            for mut stream in listener.incoming().flatten() {
                let mut request = [0; 4096];
                let length = stream.read(&mut request).unwrap_or_default();
                let is_head = request.get(..length).is_some_and(|request| request.starts_with(b"HEAD"));
                let head =
                    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", file.len());
                let body = file.get(..limit.load(Ordering::SeqCst)).unwrap_or(&file);
                let answered = stream
                    .write_all(head.as_bytes())
                    .and_then(|()| if is_head { Ok(()) } else { stream.write_all(body) });
                count.fetch_add(1, Ordering::SeqCst);
                if answered.is_ok() && !hangs_up {
                    quiet.push(stream);
                }
            }
        });
        Self { url, sends, asked }
    }
}

fn archive(of: &Path, options: &[&str]) -> Vec<u8> {
    let file = tempfile::NamedTempFile::new().unwrap();
    Cmd::new("tar").args(["-czPf"]).arg(file.path()).arg("-C").arg(of).args(options).arg(".").run().unwrap();
    std::fs::read(file.path()).unwrap()
}

fn data(build: &Build) -> String {
    let out = tempfile::tempdir().unwrap();
    build.clone().target("binaries").output_folder(out.path()).succeed().unwrap();
    probe::says(out.path()).split('|').next().unwrap_or_default().to_owned()
}

#[test]
fn an_archive_that_breaks_off_is_an_error_and_not_a_project() {
    let bed = Bed::ensure().unwrap();
    let project = probe::project(bed);
    project.write("data.txt", "all of it").unwrap();
    let server = Server::of(archive(project.path(), &[]), true);
    let build = Build::new(bed.docker(), &server.url);
    server.sends.store(100, Ordering::SeqCst);
    let log = build.clone().deadline(Duration::from_mins(3)).fail().unwrap();
    assert!(!log.message().trim().is_empty() && !log.message().contains("panicked"), "{}", log.message());
    server.sends.store(usize::MAX, Ordering::SeqCst);
    assert_eq!(data(&build), "all of it");
}

#[test]
fn a_server_that_stops_talking_can_be_left() {
    let bed = Bed::ensure().unwrap();
    let project = probe::project(bed);
    let server = Server::of(archive(project.path(), &[]), false);
    server.sends.store(100, Ordering::SeqCst);
    let tag = "e2e-stops-talking";
    let build = Build::new(bed.docker(), &server.url).tag(tag).deadline(Duration::from_mins(3));
    for how in [Leave::Interrupted, Leave::Killed] {
        let before = server.asked.load(Ordering::SeqCst);
        let log = go_away(&build, tag, how, || server.asked.load(Ordering::SeqCst) > before);
        assert!(!log.is_success());
    }
}

#[test]
fn an_archive_that_reaches_out_of_the_context_reaches_nothing() {
    let bed = Bed::ensure().unwrap();
    let project = probe::project(bed);
    let beside = Project::of(&[("escaped", "")]).unwrap();
    std::os::unix::fs::symlink("/etc", project.path().join("out")).unwrap();
    // Names such as `../../../supercargo-escaped`, and a link that leads to the builder's own files.
    let renames = "--transform=s,^./escaped$,../../../../../../supercargo-escaped,";
    let (beside, own) = (beside.path().display().to_string(), project.path().display().to_string());
    let packed = archive(Path::new("/"), &[renames, "-C", &beside, "./escaped", "-C", &own]);
    let names = Cmd::new("tar").args(["-tzPf", "-"]).input(packed.clone()).run().unwrap();
    assert!(names.lines().any(|name| name == "../../../../../../supercargo-escaped"), "{names}");
    let server = Server::of(packed, true);
    let log =
        Build::new(bed.docker(), &server.url).target("binaries").output("type=cacheonly").run().unwrap();
    assert!(!log.transcript().contains("panicked"), "{}", log.transcript());
    assert!(!Path::new("/supercargo-escaped").exists());
    let data = bed.daemon().map(|daemon| daemon.data().join("supercargo-escaped"));
    assert!(data.is_none_or(|path| !path.exists()));
}

#[test]
fn a_repository_that_nobody_serves_is_an_error() {
    let bed = Bed::ensure().unwrap();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let log = Build::new(bed.docker(), format!("git://{free}/project"))
        .deadline(Duration::from_mins(3))
        .fail()
        .unwrap();
    assert!(log.message().contains("failed to"), "{}", log.message());
}
