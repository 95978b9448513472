//! Clocks that run backwards cost a compile at most, and only one.

use std::fs;
use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::bed::{Project, for_each, main, set_time};

const HOUR: u64 = 3_600;

/// Makes everything that the builds so far left look as if it had been done an hour later: the same as a clock that
/// is set back by an hour now.
fn set_clock_back(project: &Project) {
    let file = project.ledger();
    let mut ledger: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    let later = |stamp: &mut Value| stamp[0] = (stamp[0].as_u64().unwrap() + HOUR).into();
    later(&mut ledger["clock"]);
    for entry in ledger["entries"].as_object_mut().unwrap().values_mut() {
        later(&mut entry["stamp"]);
    }
    fs::write(&file, ledger.to_string()).unwrap();
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
fn a_clock_that_was_set_back_costs_one_compile() {
    let project = Project::printing("\"one\"", &[]);
    project.build("one", "1 of 1");
    set_clock_back(&project);
    let outcome = project.try_build();
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
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
