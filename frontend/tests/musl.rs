//! What `target = "musl"` plans.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that meets the unexpected has failed")]

#[path = "fixture/mod.rs"]
mod fixture;

use supercargo::config::Layers;
use supercargo::options::Options;
use supercargo::plan::target;
use supercargo::plan::{self, BuildPlan, Planned, Request};

const SOURCE: &str = "source = \"registry+https://github.com/rust-lang/crates.io-index\"\n\
                      checksum = \"0000000000000000000000000000000000000000000000000000000000000000\"\n";

/// The plan of a project that depends on the C compiler crate `cc`, or on nothing.
fn plan(platform: &str, has_c: bool, settings: &str, cargo: &str) -> BuildPlan {
    plan_with(platform, if has_c { &["cc"] } else { &[] }, settings, cargo)
}

/// The plan of a project that depends on `crates`, with `settings` of the build and a `.cargo/config.toml`.
fn plan_with(platform: &str, crates: &[&str], settings: &str, cargo: &str) -> BuildPlan {
    let join = |text: &dyn Fn(&str) -> String| crates.iter().map(|one| text(one)).collect::<String>();
    let dependency = format!("[build-dependencies]\n{}", join(&|one| format!("{one} = \"1\"\n")));
    let listed = join(&|one| format!("\"{one}\", "));
    let listed = if crates.is_empty() { String::new() } else { format!("dependencies = [{listed}]\n") };
    let locked = join(&|one| format!("\n[[package]]\nname = \"{one}\"\nversion = \"1.2.0\"\n{SOURCE}"));
    let files = fixture::files(&format!(
        "//- Cargo.toml\n[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n{dependency}\
         [package.metadata.supercargo]\n{settings}\n\
         //- build.rs\nfn main() {{}}\n//- src/main.rs\nfn main() {{}}\n//- .cargo/config.toml\n{cargo}\n\
         //- Cargo.lock\nversion = 4\n\n[[package]]\nname = \"app\"\nversion = \"0.1.0\"\n{listed}{locked}"
    ));
    let project = fixture::project(&files).unwrap().value;
    let options = Options::default();
    let root = fixture::path("Cargo.toml");
    let layers = Layers::read(&options.build_args, None, (&root, &project.workspace.text)).unwrap().value;
    let goal = target::route(&project, None).unwrap();
    let platform = platform.parse().unwrap();
    let names = fixture::names(&files);
    let request = Request {
        options: &options,
        layers: &layers,
        goal: &goal,
        platform: &platform,
        builder: &platform,
        generated_lockfile: None,
        outdated_lockfile: None,
        names: &names,
    };
    match plan::plan(&project, request) {
        Ok(planned) => match planned.value {
            Planned::Ready(plan) => *plan,
            Planned::NeedsLockfile { .. } => panic!("there is a lockfile"),
        },
        Err(errors) => panic!("{}", fixture::messages(&errors)),
    }
}

#[test]
fn c_code_brings_debians_compiler_for_musl() {
    let installed =
        |has_c, settings: &str, cargo: &str| plan("linux/amd64", has_c, settings, cargo).native.build.apt();
    assert_eq!(installed(true, "target = \"musl\"", ""), ["musl-tools"]);
    assert!(installed(false, "target = \"musl\"", "").is_empty());
    assert!(installed(true, "", "").is_empty());
    assert!(installed(true, "target = \"musl\"", "[env]\nTARGET_CC = \"zigcc\"\n").is_empty());
    let alpine = plan("linux/amd64", true, "toolchain.image = \"rust:1.95-alpine\"", "");
    assert_eq!(alpine.cargo.triple, "x86_64-unknown-linux-musl");
    assert!(alpine.native.is_empty());
    assert!(installed(true, "target = \"musl\"\nbuild.packages = []", "").is_empty());
    let because = plan("linux/arm64", true, "target = \"musl\"", "").native.build.0.remove(0).because;
    assert_eq!(because, "cc 1.2.0 in Cargo.lock compiles C for musl");
}

#[test]
fn libraries_for_glibc_are_not_installed_for_musl() {
    let installed = |settings: &str| {
        plan_with("linux/amd64", &["openssl-sys", "protobuf-src", "prost-build"], settings, "")
            .native
            .build
            .apt()
    };
    let for_glibc = installed("");
    assert!(for_glibc.contains(&"libssl-dev".to_owned()), "{for_glibc:?}");
    let for_musl = installed("target = \"musl\"");
    assert!(!for_musl.iter().any(|name| name == "libssl-dev" || name == "pkg-config"), "{for_musl:?}");
    assert!(for_musl.contains(&"protobuf-compiler".to_owned()), "programs of the build are: {for_musl:?}");
}

#[test]
fn musl_is_static_on_every_cpu_unless_flags_say_otherwise() {
    for (platform, flag, base) in [
        ("linux/amd64", "", "static"),
        ("linux/riscv64", "", "static"),
        ("linux/loong64", "", "static"),
        ("linux/riscv64", "[build]\nrustflags = [\"-Ctarget-feature=-crt-static\"]", "cc"),
    ] {
        let plan = plan(platform, false, "target = \"musl\"", flag);
        let expected = format!("gcr.io/distroless/{base}-debian12:nonroot");
        assert_eq!(plan.runtime.base.value, expected, "{platform}");
        let added = plan.cargo.config.iter().any(|config| config.contains("+crt-static"));
        assert_eq!(
            added,
            base == "static" && platform != "linux/amd64",
            "{platform}: {:?}",
            plan.cargo.config
        );
    }
    assert!(plan("linux/riscv64", false, "", "").cargo.config.is_empty());
}
