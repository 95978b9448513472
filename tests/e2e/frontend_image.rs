//! The frontend's own image.

use testbed::bed::Bed;
use testbed::image::{self, Image};

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
