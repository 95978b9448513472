//! Files that change while they are sent: what is built is something that they said, and what they say at last is built
//! at last.

use std::fs::{self, File};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use testbed::bed::Bed;
use testbed::build::Build;

use crate::probe;
use crate::subject::run_id;

/// Long enough that a transfer is in the middle of it.
const LENGTH: usize = 4 << 20;

/// A text of one number, over and over: one that was sent in two halves is seen.
fn text(number: usize) -> String {
    let mut text = format!("{number:08} ").repeat(LENGTH / 9);
    text.push_str(run_id());
    text
}

#[test]
fn a_file_that_is_rewritten_while_it_is_sent_poisons_nothing() {
    let bed = Bed::ensure().unwrap();
    let project = probe::project(bed);
    let out = tempfile::tempdir().unwrap();
    let build = Build::new(bed.docker(), project.path()).target("binaries").output_folder(out.path());
    let said = || probe::says(out.path()).split('|').next().unwrap_or_default().trim().to_owned();
    let data = project.path().join("data.txt");
    let other = project.path().join("new.txt");
    let ballast = project.path().join("ballast.bin");
    let (ends, rounds) = (AtomicBool::new(false), AtomicUsize::new(0));
    // Replaced as an editor does it, from a file that the build does not look at.
    project.write(".dockerignore", "new.txt\n").unwrap();
    let replace = |number: usize| {
        fs::write(&other, text(number)).unwrap();
        fs::rename(&other, &data).unwrap();
    };
    replace(0);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !ends.load(Ordering::SeqCst) {
                let number = rounds.fetch_add(1, Ordering::SeqCst) + 1;
                replace(number);
                // Cut and filled again in place, in the middle of whatever reads it.
                let file = File::create(&ballast).unwrap();
                file.set_len(8 << 20).unwrap();
                file.set_len(0).unwrap();
            }
        });
        let outcomes: Vec<_> =
            (0..4).map(|_| (build.run().unwrap(), said_if_there(out.path(), &said))).collect();
        ends.store(true, Ordering::SeqCst);
        for (log, said) in outcomes {
            if !log.is_success() {
                assert!(
                    !log.message().trim().is_empty() && !log.message().contains("panicked"),
                    "{}",
                    log.message()
                );
                continue;
            }
            let first = said.split(' ').next().unwrap_or_default().to_owned();
            let number: usize = first.parse().unwrap();
            assert!(number <= rounds.load(Ordering::SeqCst));
            assert!(said == text(number), "{} bytes that begin with {first} are of no one time", said.len());
        }
    });
    assert!(rounds.load(Ordering::SeqCst) > 1);

    for number in [77_777_777, 88_888_888] {
        replace(number);
        build.succeed().unwrap();
        assert!(said() == text(number), "the last edit was not built");
    }
}

fn said_if_there(folder: &std::path::Path, said: &impl Fn() -> String) -> String {
    if folder.join("probe").is_file() { said() } else { String::new() }
}
