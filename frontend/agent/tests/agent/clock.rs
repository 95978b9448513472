//! Clocks that run backwards cost nothing.

use std::fs;
use std::time::{Duration, SystemTime};

use crate::bed::{Project, for_each, main, set_time};

const HOUR: u64 = 3_600;

/// Makes everything that the builds so far left look as if it had been done an hour later: the same as a clock that
/// is set back by an hour now.
fn set_clock_back(project: &Project) {
    for_each(&project.path("target"), &mut |path| {
        let time = path.metadata().unwrap().modified().unwrap();
        set_time(path, time + Duration::from_secs(HOUR));
    });
}

#[test]
fn a_change_after_the_clock_was_set_back_is_seen() {
    let project = Project::printing("\"one\"", &[]);
    project.build("one", "1 of 1");
    set_clock_back(&project);
    project.write("src/main.rs", &main("\"two\""));
    project.build("two", "1 of 1");
    project.build("two", "0 of 1");
}

#[test]
fn a_clock_that_was_set_back_costs_nothing() {
    let project = Project::printing("\"one\"", &[]);
    project.build("one", "1 of 1");
    set_clock_back(&project);
    project.build("one", "0 of 1");
}

#[test]
fn a_target_directory_from_the_future_is_followed() {
    let project = Project::printing("\"one\"", &[]);
    project.build("one", "1 of 1");
    fs::remove_file(project.ledger()).unwrap();
    for_each(&project.path("target"), &mut |path| {
        set_time(path, SystemTime::now() + Duration::from_secs(HOUR));
    });
    project.write("src/main.rs", &main("\"two\""));
    project.build("two", "1 of 1");
    project.build("two", "0 of 1");
}
