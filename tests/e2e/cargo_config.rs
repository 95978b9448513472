//! `.cargo/config.toml` means in every step what it means on the desk.

use testbed::bed::Bed;
use testbed::build::Build;
use testbed::container::Run;
use testbed::project::Project;

use crate::dist::host;
use crate::story;

const MAIN: &str = r#"fn main() {
    let flags = (cfg!(plain), cfg!(of_the_platform), cfg!(of_another));
    println!("{flags:?}|{}|{}|{}", include_str!(env!("WORDS")), env!("RUST_VERSION"), env!("INCLUDED"));
    println!("{}", itoa::Buffer::new().format(option_env!("KEPT").map_or(0, str::len)));
}
"#;

fn project(name: &str, config: &[(&str, &str)]) -> Project {
    let project = Project::of(&[
        (
            "Cargo.toml",
            &format!(
                "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[dependencies]\nitoa = \"=1.0.15\"\n\
                 [lints.rust]\nunexpected_cfgs = \"allow\"\n"
            ),
        ),
        (
            "Cargo.lock",
            &format!(
                "version = 4\n\n[[package]]\nname = \"itoa\"\nversion = \"1.0.15\"\n\
                 source = \"registry+https://github.com/rust-lang/crates.io-index\"\n\
                 checksum = \"4a5f13b858c8d314ee3e8f639011f7ccefe71f97f96e50151fb991f267928e2c\"\n\n\
                 [[package]]\nname = \"{name}\"\nversion = \"0.1.0\"\ndependencies = [\n \"itoa\",\n]\n"
            ),
        ),
        ("words.txt", "words"),
        ("src/main.rs", MAIN),
    ])
    .unwrap();
    for (path, text) in config {
        project.write(path, text).unwrap();
    }
    story::prepare(Bed::ensure().unwrap(), &project);
    project
}

#[test]
fn a_step_with_network_runs_no_program_of_the_project() {
    let bed = Bed::ensure().unwrap();
    let project = project("config-trap", &[]);
    project.write("src/main.rs", "fn main() { println!(\"{}\", itoa::Buffer::new().format(7)); }\n").unwrap();
    project.append("Cargo.toml", "[dev-dependencies]\nryu = \"=1.0.20\"\n").unwrap();
    project.remove("Cargo.lock").unwrap();
    testbed::process::Cmd::new("cargo")
        .args(["generate-lockfile", "--quiet"])
        .current_dir(project.path())
        .run()
        .unwrap();
    project.write(".cargo/config.toml", "[build]\nrustc-wrapper = \"tools/trap\"\n").unwrap();
    project.write("tools/trap", "#!/bin/sh\ntouch \"$CARGO_HOME/sprung\"\nexec \"$@\"\n").unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(project.path().join("tools/trap"), mode).unwrap();
    let build = || Build::new(bed.docker(), project.path());
    build().tag("e2e-config-trap").succeed().unwrap();
    assert_eq!(Run::new(bed.docker(), "e2e-config-trap").complete().unwrap().stdout.trim_end(), "7");
    let out = Project::empty().unwrap();
    for target in ["fetch", "sbom", "vendor"] {
        build().target(target).output(out.path().join(target).to_str().unwrap()).succeed().unwrap();
    }
    assert!(out.path().join("fetch/registry").exists());
    assert!(!out.path().join("fetch/sprung").exists(), "a step with network started the wrapper");
}

#[test]
fn every_table_counts_as_cargo_counts_it() {
    let bed = Bed::ensure().unwrap();
    let config = format!(
        "include = [\"more.toml\", {{ path = \"absent.toml\", optional = true }}]\n\
         [build]\nrustflags = [\"--cfg\", \"plain\"]\ntarget = [\"{host}\"]\nincremental = true\njobs = 1\n\
         target-dir = \"elsewhere\"\nbuild-dir = \"{{workspace-root}}/between\"\n\
         [target.'cfg(unix)']\nrustflags = [\"--cfg\", \"of_the_platform\"]\nrunner = \"no-such-runner\"\n\
         [target.x86_64-pc-windows-gnu]\nlinker = \"no-such-linker\"\nrustflags = [\"--cfg\", \"of_another\"]\n\
         [alias]\nb = \"test\"\nship = \"run --release\"\n\
         [env]\nWORDS = {{ value = \"words.txt\", relative = true }}\nRUST_VERSION = {{ value = \"forced\", force = true }}\n\
         CARGO_INCREMENTAL = \"1\"\n\
         [profile.release]\nopt-level = 1\n[profile.release.package.itoa]\nopt-level = 3\n\
         [term]\nverbose = true\n",
        host = host()
    );
    // Cargo takes the old name where both are there.
    let project = project(
        "configured",
        &[
            (".cargo/config", &config),
            (".cargo/config.toml", "[build]\nrustflags = [\"--no-such-flag\"]\n"),
            (".cargo/more.toml", "[env]\nINCLUDED = \"more\"\nKEPT = \"four\"\n"),
        ],
    );
    let build = Build::new(bed.docker(), project.path()).tag("e2e-configured");
    let edit = || project.append("src/main.rs", &story::edit()).unwrap();
    story::tell(&build, edit, &["configured"]);
    let says = || Run::new(bed.docker(), "e2e-configured").complete().unwrap().stdout;
    assert_eq!(says(), "(false, true, false)|words|forced|more\n4\n");

    // A variable of an included file is an input of every step.
    project.edit(".cargo/more.toml", "four", "seven").unwrap();
    build.succeed().unwrap();
    assert_eq!(says().lines().nth(1), Some("5"));
}

#[test]
fn a_target_that_no_image_runs_is_said() {
    let bed = Bed::ensure().unwrap();
    let project = project(
        "elsewhere",
        &[(
            ".cargo/config.toml",
            "[build]\ntarget = \"wasm32-unknown-unknown\"\n[env]\nWORDS = { value = \"words.txt\", relative = true }\nINCLUDED = \"\"\n",
        )],
    );
    let build = Build::new(bed.docker(), project.path()).tag("e2e-elsewhere");
    let log = build.succeed().unwrap();
    let warned = log.warnings().iter().any(|warning| warning.short.contains("wasm32-unknown-unknown"));
    assert!(warned, "{}", log.transcript());
    // The desk's own word for it is an error, with its line.
    project.append("Dockerfile", "\ntarget = \"wasm32-unknown-unknown\"\n").unwrap();
    let log = build.clone().fail().unwrap();
    for part in ["wasm32-unknown-unknown", "Dockerfile:3", "`musl`"] {
        assert!(log.message().contains(part), "no {part} in {}", log.message());
    }
    // A build-arg goes before it.
    let log = build.build_arg("TARGET", "gnu").succeed().unwrap();
    assert!(log.warnings().iter().all(|warning| !warning.short.contains("wasm32")), "{}", log.transcript());
}
