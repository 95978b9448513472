//! A registry whose connections break in the middle of a transfer: the client says so, and the next build works.

use testbed::bed::{Bed, Ready};
use testbed::build::Build;
use testbed::container::Run;
use testbed::engine::feature::Feature;
use testbed::project::Project;
use testbed::wire::Wire;

use crate::subject::run_id;
use crate::{probe, story};

/// Less than any layer, more than any answer that is not one.
const BYTES: u64 = 100_000;

/// A project that nobody has built before.
fn project(bed: &Ready) -> Project {
    let project = probe::project(bed);
    project.append("src/main.rs", &format!("\n// {}\n", run_id())).unwrap();
    story::prepare(bed, &project);
    project
}

/// A wire to the bed's registry, and the beginning of the names of images behind it.
fn wire(bed: &Ready) -> (Wire, String) {
    let wire = Wire::to(&bed.registry().unwrap()).unwrap();
    let prefix = format!("{}/drops/{}", wire.address(), std::process::id());
    (wire, prefix)
}

/// Bytes that no other run has and that compress to nothing less.
fn noise() -> Vec<u8> {
    let mut state =
        run_id().bytes().fold(7_u64, |state, byte| state.wrapping_mul(31).wrapping_add(byte.into()));
    let next = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    (0..100_000).flat_map(next).collect()
}

#[test]
fn a_push_that_breaks_fails_and_can_be_done_again() {
    let bed = Bed::ensure().unwrap();
    let project = project(bed);
    // The layers of the base may be in the registry already, where one repository can take them from another.
    project.write("noise", noise()).unwrap();
    let files = "[image]\nfiles = [{ from = \"noise\", to = \"/noise\" }]\n";
    project.append("Dockerfile", files).unwrap();
    let (wire, prefix) = wire(bed);
    let image = format!("{prefix}/pushed:latest");
    let push = Build::new(bed.docker(), project.path()).tag(&image).arg("--push");
    wire.cut_after(BYTES);
    let log = push.fail().unwrap();
    assert!(wire.cuts() > 0, "nothing was cut");
    // With the classic store it is the client that pushes, and `EOF` is all that it says.
    let words = ["push", wire.address(), "EOF"];
    assert!(words.iter().any(|words| log.message().contains(words)), "{}", log.message());

    wire.mend();
    let log = push.succeed().unwrap();
    assert!(log.ran().is_empty(), "a push that breaks is no reason to compile again: {:?}", log.ran());
    bed.docker().command(["image", "rm", "--force", &image]).run().unwrap();
    bed.docker().command(["pull", "--quiet", &image]).run().unwrap();
    assert!(Run::new(bed.docker(), &image).complete().unwrap().stdout.starts_with("data|"));
}

#[test]
fn a_cache_that_breaks_costs_time_and_nothing_else() {
    let bed = Bed::ensure().unwrap();
    if !bed.has(Feature::CacheExport) || bed.daemon().is_none() {
        // `cold_runner` asserts what is said there; somebody else's engine has no spare.
        return;
    }
    let project = project(bed);
    let (wire, prefix) = wire(bed);
    let cache = format!("type=registry,ref={prefix}/cache:latest");
    let spare = bed.spare("drops").unwrap();
    let build = Build::new(spare.docker(), project.path()).tag("e2e-drops");

    let export = build.clone().cache_to(&format!("{cache},mode=max"));
    wire.cut_after(BYTES);
    let log = export.fail().unwrap();
    assert!(log.message().contains("cache") || log.message().contains(wire.address()), "{}", log.message());
    // Who would rather have no cache than no image says so.
    build.clone().cache_to(&format!("{cache},mode=max,ignore-error=true")).succeed().unwrap();
    wire.mend();
    export.succeed().unwrap();

    // Nothing of a cache can be had.
    spare.wipe().unwrap();
    wire.cut_after(10);
    let log = build.clone().cache_from(&cache).succeed().unwrap();
    assert!(log.vertex("[build]").unwrap().has_run(), "{}", log.transcript());
    assert!(Run::new(spare.docker(), "e2e-drops").complete().unwrap().stdout.starts_with("data|"));

    // What there is can be had, and nothing that it names.
    spare.wipe().unwrap();
    wire.cut_after(BYTES);
    let cuts = wire.cuts();
    let log = build.clone().cache_from(&cache).run().unwrap();
    assert!(wire.cuts() > cuts, "nothing was cut");
    if !log.is_success() {
        assert!(
            log.message().contains("failed to copy") || log.message().contains("EOF"),
            "{}",
            log.message()
        );
    }
    wire.mend();
    let log = build.cache_from(&cache).succeed().unwrap();
    assert!(!log.vertex("[build]").unwrap().has_run(), "{}", log.transcript());
    assert!(Run::new(spare.docker(), "e2e-drops").complete().unwrap().stdout.starts_with("data|"));
}
