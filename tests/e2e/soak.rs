//! Many builds on one engine, which afterwards has no more processes, mounts, containers and open files than before.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use testbed::bed::Bed;
use testbed::build::Build;
use testbed::container::Run;
use testbed::machine::processes::{self, Process};
use testbed::project::Project;
use testbed::soak::builds;
use testbed::spare::Spare;

use crate::{probe, story};

/// What builds may leave behind and must not.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Leftovers {
    /// How many processes there are of each program.
    processes: BTreeMap<String, usize>,
    mounts: usize,
    containers: usize,
    /// What is in the folders that the engine has for what is under way, but for folders with nothing in them: Docker 28.5
    /// leaves one for each step of any frontend that mounts a part of a file system.
    temporary: usize,
    open_files: usize,
}

impl Leftovers {
    fn of(spare: &Spare) -> Self {
        let daemon = spare.daemon().process().unwrap();
        let family: Vec<Process> = processes::descendants(daemon.id);
        let mut by_program = BTreeMap::new();
        for process in &family {
            *by_program.entry(process.program().to_owned()).or_default() += 1;
        }
        let table = fs::read_to_string("/proc/self/mountinfo").unwrap();
        let data = spare.daemon().data();
        let mounts = table.lines().filter(|line| line.contains(&*data.to_string_lossy())).count();
        let containers = spare.docker().command(["ps", "--all", "--quiet"]).run().unwrap();
        let temporary = ["root/tmp", "root/buildkit/executor"].map(|folder| entries(&data.join(folder)));
        let engine = family.iter().filter(|process| process.program() == "containerd").chain([&daemon]);
        Self {
            processes: by_program,
            mounts,
            containers: containers.lines().count(),
            temporary: temporary.iter().sum(),
            open_files: engine.map(Process::open_files).sum(),
        }
    }

    /// True if there is no more of anything than there was. Of open files an engine may have a few more: it keeps
    /// connections and databases open. One for every second build would be a leak.
    fn is_no_more_than(&self, before: &Self, builds: usize) -> bool {
        let counts = |all: &Self| Self { open_files: 0, ..all.clone() };
        counts(self) == counts(before) && self.open_files <= before.open_files + builds / 2
    }
}

fn entries(folder: &Path) -> usize {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let is_empty_folder = |path: &Path| fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none());
    entries.flatten().filter(|entry| !is_empty_folder(&entry.path())).count()
}

/// Asserts that the engine comes to have no more than before; some of it goes a while after a build has ended.
fn must_settle(spare: &Spare, before: &Leftovers, builds: usize, when: &str) {
    let until = Instant::now() + Duration::from_mins(1);
    loop {
        let now = Leftovers::of(spare);
        if now.is_no_more_than(before, builds) {
            return eprintln!("{when}: {now:?}");
        }
        assert!(Instant::now() < until, "{when}: {now:?} instead of {before:?}");
        thread::sleep(Duration::from_millis(200));
    }
}

fn build(spare: &Spare, project: &Project, tag: &str, word: &str) {
    project.write("data.txt", word).unwrap();
    Build::new(spare.docker(), project.path()).tag(tag).succeed().unwrap();
    let said = Run::new(spare.docker(), tag).complete().unwrap().stdout;
    assert!(said.starts_with(&format!("{word}|")), "{said} instead of {word}");
}

#[test]
fn many_builds_leave_nothing_behind() {
    let bed = Bed::ensure().unwrap();
    if bed.daemon().is_none() {
        // What somebody else's engine has open is not ours to count.
        return;
    }
    let spare = bed.spare("soak").unwrap();
    let project = probe::project(bed);
    let builds = builds();
    for round in 0..2 {
        build(&spare, &project, "e2e-soak", &format!("warm-{round}"));
    }
    let before = Leftovers::of(&spare);
    for round in 0..builds {
        build(&spare, &project, "e2e-soak", &format!("round-{round}"));
    }
    must_settle(&spare, &before, builds, &format!("after {builds} builds"));

    let projects: Vec<Project> = (0..8).map(|_| Project::copy_of(project.path()).unwrap()).collect();
    for round in 0..builds.div_ceil(8) {
        thread::scope(|scope| {
            for (index, project) in projects.iter().enumerate() {
                let spare = &spare;
                scope.spawn(move || {
                    story::prepare(bed, project);
                    build(spare, project, &format!("e2e-soak-{index}"), &format!("at-once-{index}-{round}"));
                });
            }
        });
    }
    must_settle(&spare, &before, builds, "after eight at once");
}
