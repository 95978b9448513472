//! Spare engines: what tests of cold runners and of power cuts rely on.

use std::thread;
use std::time::{Duration, Instant};

use testbed::bed::Bed;
use testbed::build::Build;
use testbed::project::Project;

const DOCKERFILE: &str = "FROM debian:bookworm-slim\nRUN echo once; date +%N > /when\n";

#[test]
fn a_wiped_engine_has_built_nothing_yet() {
    let bed = Bed::ensure().unwrap();
    let project = Project::empty().unwrap();
    let spare = bed.spare("wiped").unwrap();
    let build = Build::new(spare.docker(), project.path()).dockerfile(DOCKERFILE).tag("spare-wiped");
    assert_eq!(build.succeed().unwrap().ran().len(), 1);
    assert!(build.succeed().unwrap().ran().is_empty());
    spare.docker().command(["image", "inspect", "spare-wiped", bed.frontend()]).run().unwrap();

    spare.wipe().unwrap();
    spare.docker().command(["image", "inspect", bed.frontend()]).run().unwrap();
    assert!(!spare.docker().command(["image", "inspect", "spare-wiped"]).succeeds());
    assert_eq!(build.succeed().unwrap().ran().len(), 1);
}

#[test]
fn a_killed_engine_comes_back_with_what_it_had() {
    let bed = Bed::ensure().unwrap();
    let project = Project::empty().unwrap();
    let spare = bed.spare("killed").unwrap();
    let build = Build::new(spare.docker(), project.path()).dockerfile(DOCKERFILE);
    build.succeed().unwrap();

    let endless = Build::new(spare.docker(), project.path())
        .dockerfile("FROM debian:bookworm-slim\nRUN echo begun; sleep 3210\n");
    thread::scope(|scope| {
        let running = scope.spawn(|| endless.run().unwrap());
        let until = Instant::now() + Duration::from_mins(1);
        while spare.running("sleep").unwrap() == 0 {
            assert!(Instant::now() < until && !running.is_finished(), "the build has not begun");
            thread::sleep(Duration::from_millis(50));
        }
        spare.kill().unwrap();
        assert!(!running.join().unwrap().is_success());
    });
    assert!(!spare.daemon().answers());

    spare.start().unwrap();
    assert_eq!(spare.running("sleep").unwrap(), 0);
    assert!(build.succeed().unwrap().ran().is_empty());
}
