//! Passes every file of the corpus to its target, without libFuzzer.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use supercargo_fuzz::{TARGETS, target};

/// The longest time for one input, in a build without optimisation on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

#[test]
fn every_input_of_the_corpus_is_read() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    for target in TARGETS {
        let mut inputs = 0;
        for entry in fs::read_dir(corpus.join(target.name)).expect(target.name) {
            let file = entry.unwrap().path();
            // A panic names the input in the line above it.
            println!("{}", file.display());
            let start = Instant::now();
            (target.run)(&fs::read(&file).unwrap());
            assert!(start.elapsed() < PATIENCE, "`{}` took {:?}", file.display(), start.elapsed());
            inputs += 1;
        }
        assert!(inputs > 1, "`{}` has a corpus", target.name);
    }
}

#[test]
fn every_directory_of_the_corpus_has_a_target() {
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(target(&name).is_some(), "`{name}` is not a target");
    }
}
