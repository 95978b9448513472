//! The bill of materials: it names what is compiled, and nothing is compiled for it.

use testbed::bed::Bed;
use testbed::build::Build;

use crate::subject::Subject;

const MANIFEST: &str = "[package]\nname = \"listed\"\nversion = \"0.1.0\"\nedition = \"2024\"\nlicense = \"MIT\"\n\
    [features]\nsearch = [\"dep:memchr\"]\n[dependencies]\nrand_core = { version = \"0.6\", features = [\"getrandom\"] }\nmemchr = { version = \"2\", optional = true }\n\
    [target.'cfg(windows)'.dependencies]\nryu = \"1\"\n[build-dependencies]\nautocfg = \"1\"\n";

/// What `--target sbom` hands out.
fn bill(build: &Build) -> String {
    let folder = tempfile::tempdir().unwrap();
    let log = build.clone().output_folder(folder.path()).succeed().unwrap();
    for step in ["[packages]", "[deps]", "[source]", "[build]"] {
        assert!(log.vertex(step).is_err(), "{step}:\n{}", log.transcript());
    }
    // Hundreds of lines that nobody asked to read.
    let asked: Vec<_> =
        log.vertices().iter().filter(|vertex| vertex.name().starts_with("[sbom] ask")).collect();
    assert!(!asked.is_empty(), "{}", log.transcript());
    for step in asked {
        assert!(!step.log().contains("libc v0"), "{}", log.transcript());
    }
    let names: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|one| one.unwrap().file_name()).collect();
    assert_eq!(names, ["sbom.cdx.json"]);
    std::fs::read_to_string(folder.path().join("sbom.cdx.json")).unwrap()
}

#[test]
fn it_names_what_is_compiled_for_this_platform_and_these_features() {
    let bed = Bed::ensure().unwrap();
    let project = Subject::of(
        "listed",
        &[("Cargo.toml", MANIFEST), ("src/main.rs", "fn main() {}\n"), ("build.rs", "fn main() {}\n")],
    );
    let build = Build::new(bed.docker(), project.project.path()).target("sbom");
    let text = bill(&build);
    let lockfile = std::fs::read_to_string(project.project.path().join("Cargo.lock")).unwrap();
    let libc = lockfile.split("[[package]]").find(|entry| entry.contains("name = \"libc\"")).unwrap();
    let checksum = libc.split("checksum = \"").nth(1).unwrap().split('"').next().unwrap();
    for words in
        ["\"bomFormat\": \"CycloneDX\"", "\"pkg:cargo/libc@0.2.", checksum, "\"expression\": \"MIT\""]
    {
        assert!(text.contains(words), "no `{words}`:\n{text}");
    }
    // `wasi` is in the lockfile because of what a dependency wants elsewhere, the others because of the project itself.
    for left_out in ["memchr", "\"ryu\"", "\"wasi\""] {
        assert!(lockfile.contains(left_out), "{lockfile}");
        assert!(!text.contains(left_out), "`{left_out}`:\n{text}");
    }
    let entry = |name: &str| {
        let entries: Vec<&str> = text.split("\"bom-ref\"").collect();
        entries.into_iter().find(|entry| entry.contains(&format!("\"name\": \"{name}\""))).unwrap().to_owned()
    };
    assert!(entry("autocfg").contains("\"scope\": \"excluded\""), "{text}");
    assert!(!entry("libc").contains("scope") && entry("libc").contains("MIT OR Apache-2.0"), "{text}");
    assert_eq!(bill(&build.clone().no_cache_filter("sbom")), text);
    assert!(bill(&build.clone().build_arg("FEATURES", "search")).contains("pkg:cargo/memchr@2."));

    // What it is of must be as clear as for an image, and no image has its name.
    project.project.write("src/bin/other.rs", "fn main() {}\n").unwrap();
    for target in ["sbom", "timings"] {
        let refused = build.clone().target(target).output("type=cacheonly").fail().unwrap();
        assert!(refused.message().contains("several binaries"), "{}", refused.message());
    }
    for name in ["sbom", "timings", "vendor", "fmt"] {
        project
            .project
            .write("Dockerfile", format!("{}[images.{name}]\nbin = \"other\"\n", bed.syntax()))
            .unwrap();
        let refused = build.clone().output("type=cacheonly").fail().unwrap();
        let clash = format!("`images.{name}` has the name of a target");
        assert!(refused.message().contains(&clash), "{}", refused.message());
    }
}
