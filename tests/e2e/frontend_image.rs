//! The frontend's own image.

use testbed::bed::Bed;
use testbed::frontend;
use testbed::image::{self, Image};
use testbed::place::workspace_root;

const CAPS: &str = "moby.buildkit.frontend.caps";

#[test]
fn the_image_is_a_few_programs_on_nothing() {
    let bed = Bed::ensure().unwrap();
    let files = image::files(bed.docker(), bed.frontend()).unwrap();
    // The engine adds its own mount points to every container that it makes.
    let engines = ["dev/", "etc/", "proc/", "sys/", ".dockerenv"];
    let ours: Vec<&String> =
        files.iter().filter(|file| !engines.iter().any(|start| file.starts_with(start))).collect();
    assert_eq!(ours, ["supercargo", "supercargo-agent", "supercargo-health", "supercargo-init"]);
}

#[test]
fn the_image_tells_the_engine_what_the_frontend_can_do() {
    let bed = Bed::ensure().unwrap();
    let image = Image::inspect(bed.docker(), bed.frontend()).unwrap();
    assert_eq!(image.config.entrypoint, ["/supercargo"]);
    let caps: Vec<&str> = image.config.labels[CAPS].split(',').collect();
    for cap in ["inputs", "subrequests", "contexts", "gitquerystring"] {
        let cap = format!("moby.buildkit.frontend.{cap}");
        assert!(caps.contains(&cap.as_str()), "no `{cap}` in {caps:?}");
    }
    assert_eq!(image.config.labels["moby.buildkit.frontend.network.none"], "true");
}

/// The profile that compiles in the shortest time. Times, paths and the order of work affect all profiles alike.
const QUICK: &str = "dev";

/// The mount that keeps what earlier builds compiled. `--no-cache` does not empty it.
const TARGET: &str = "--mount=type=cache,id=supercargo-self-target,target=/src/target,sharing=locked";

#[test]
fn two_builds_from_scratch_give_the_same_image() {
    let bed = Bed::ensure().unwrap();
    let dockerfile = std::fs::read_to_string(workspace_root().join("Dockerfile")).unwrap();
    let from_nothing = dockerfile.replace(TARGET, "--mount=type=tmpfs,target=/src/target");
    assert_ne!(from_nothing, dockerfile, "the target directory is a cache mount");
    let built = ["one", "two"].map(|name| {
        let tag = format!("e2e-reproducible-{name}");
        let build = frontend::build(bed.docker()).dockerfile(&from_nothing).build_arg("PROFILE", QUICK);
        build.no_cache().tag(&tag).succeed().unwrap();
        Image::inspect(bed.docker(), &tag).unwrap()
    });
    let [one, two] = &built;
    assert_eq!(one.layers.diff_ids, two.layers.diff_ids);
    assert_eq!(one.id, two.id);
}
