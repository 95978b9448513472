//! Builds that end before they are done: the frontend dies, the client goes away, a server never answers. What was begun
//! ends with them, and the next build is right.

use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant};

use testbed::bed::Bed;
use testbed::build::Build;
use testbed::log::BuildLog;
use testbed::machine::processes::{self, Process};
use testbed::spare::Spare;

use crate::{crash, probe, story};

/// How long to wait for what must happen sooner or later.
const PATIENCE: Duration = Duration::from_mins(3);

/// How a client goes away.
#[derive(Clone, Copy, Debug)]
enum Leave {
    /// Ctrl-C.
    Interrupted,
    /// A closed laptop.
    Killed,
}

/// The client's processes of the build with this tag.
fn clients(tag: &str) -> Vec<Process> {
    let own = std::process::id().cast_signed();
    let is_ours = |process: &Process| process.arguments.iter().any(|argument| argument == tag);
    processes::descendants(own).into_iter().filter(is_ours).collect()
}

/// The processes of this engine's build steps and frontends.
fn at_work(spare: &Spare) -> Vec<Process> {
    let engine = spare.daemon().process().unwrap();
    let works =
        |process: &Process| ["cargo", "rustc", "supercargo", "supercargo-agent"].contains(&process.program());
    processes::descendants(engine.id).into_iter().filter(works).collect()
}

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let until = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < until, "{what}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// Starts the build, does something when the time has come, and gives what the client said.
fn meanwhile(build: &Build, time_has_come: impl Fn() -> bool, act: impl FnOnce()) -> BuildLog {
    thread::scope(|scope| {
        let running = scope.spawn(|| build.run().unwrap());
        wait_until("the build never came that far", || {
            assert!(!running.is_finished(), "the build has ended too early");
            time_has_come()
        });
        act();
        running.join().unwrap()
    })
}

/// Has the client go away when the time has come, and waits until the engine has nothing left to do.
fn leave(spare: &Spare, build: &Build, tag: &str, how: Leave, time_has_come: impl Fn() -> bool) {
    let log = meanwhile(build, time_has_come, || {
        for client in clients(tag) {
            match how {
                Leave::Interrupted => client.interrupt().unwrap(),
                Leave::Killed => client.kill().unwrap(),
            }
        }
    });
    assert!(!log.is_success(), "the client was {how:?}");
    wait_until("what the client asked for goes on without it", || at_work(spare).is_empty());
    let containers = spare.docker().command(["ps", "--all", "--quiet"]).run().unwrap();
    assert_eq!(containers, "");
}

#[test]
fn a_client_that_goes_away_leaves_nothing_behind() {
    let bed = Bed::ensure().unwrap();
    let project = crash::project();
    story::prepare(bed, &project);
    let spare = bed.spare("left").unwrap();
    let tag = "e2e-crash";
    let build = Build::new(spare.docker(), project.path()).tag(tag);
    let both = [Leave::Killed, Leave::Interrupted];

    // `docker` leaves signals to the plugin, which is there a moment later.
    let has_begun = || clients(tag).iter().any(|client| client.program() == "docker-buildx");
    for how in both {
        leave(&spare, &build, tag, how, has_begun);
    }
    for how in both {
        leave(&spare, &build, tag, how, || {
            at_work(&spare).iter().any(|process| process.arguments.iter().any(|word| word == "fetch"))
        });
    }
    for how in both {
        leave(&spare, &build, tag, how, || crash::compiles(&spare, "regex_syntax"));
    }
    for how in both {
        leave(&spare, &build, tag, how, || crash::compiles(&spare, "slow"));
    }
    crash::must_say(spare.docker(), &build, "after a client that went away", "app-1", "slow-1");

    // What was half compiled when it went is not what the next edit is built from.
    project.write("slow/src/word.rs", crash::word("slow-2")).unwrap();
    leave(&spare, &build, tag, Leave::Killed, || crash::compiles(&spare, "slow"));
    project.write("src/word.rs", crash::word("app-2")).unwrap();
    let log = crash::must_say(spare.docker(), &build, "after an edit and another one", "app-2", "slow-2");
    assert!(!log.ran().iter().any(|step| step.starts_with("[deps]")), "{}", log.transcript());
}

/// A server on the loopback interface that takes connections and never says a word.
fn silent_server() -> TcpListener {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let connections = listener.try_clone().unwrap();
    thread::spawn(move || connections.incoming().flatten().collect::<Vec<_>>());
    listener
}

#[test]
fn a_frontend_that_is_killed_is_an_error_and_a_silent_registry_can_be_left() {
    let bed = Bed::ensure().unwrap();
    let project = probe::project(bed);
    let spare = bed.spare("frontend").unwrap();
    let tag = "e2e-silent";
    let build = Build::new(spare.docker(), project.path()).tag(tag);
    let silent = silent_server().local_addr().unwrap();
    let waiting = build.clone().build_arg("TOOLCHAIN_IMAGE", &format!("{silent}/rust:1"));
    let frontend = || at_work(&spare).into_iter().find(|process| process.program() == "supercargo");

    // The frontend waits for the engine, and the engine for the registry.
    let log = meanwhile(&waiting, || frontend().is_some(), || frontend().unwrap().kill().unwrap());
    assert!(!log.is_success());
    let says_so = ["exit code: 137", "closed unexpectedly", "signal: killed"];
    assert!(says_so.iter().any(|words| log.message().contains(words)), "{}", log.message());

    for how in [Leave::Interrupted, Leave::Killed] {
        leave(&spare, &waiting, tag, how, || frontend().is_some());
    }
    build.succeed().unwrap();
}
