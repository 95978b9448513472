//! Questions: `--call` as people and programs read it.

use serde_json::Value;
use testbed::bed::Bed;
use testbed::build::Build;
use testbed::project::Project;

use crate::probe;

#[test]
fn targets_and_outline_are_what_the_client_prints() {
    let bed = Bed::ensure().unwrap();
    let project = probe::project(bed);
    let build = Build::new(bed.docker(), project.path());
    let targets = build.clone().call("targets").succeed().unwrap();
    assert!(targets.stdout().contains("probe (default)"), "{}", targets.stdout());
    let targets = build.clone().call("targets,format=json").succeed().unwrap();
    let json: Value = serde_json::from_str(targets.stdout()).unwrap();
    let names: Vec<&str> =
        json["targets"].as_array().unwrap().iter().map(|target| target["name"].as_str().unwrap()).collect();
    assert_eq!(names[..3], ["probe", "debug", "binaries"]);

    let outline = build.clone().build_arg("PROFILE", "dev").call("outline").succeed().unwrap();
    let line = outline.stdout().lines().find(|line| line.starts_with("PROFILE")).unwrap();
    assert!(line.contains("dev") && line.contains("Cargo profile"), "{line}");
    let outline = build.call("outline,format=json").succeed().unwrap();
    let json: Value = serde_json::from_str(outline.stdout()).unwrap();
    let base = json["args"].as_array().unwrap().iter().find(|arg| arg["name"] == "IMAGE_BASE").unwrap();
    assert_eq!(base["value"], "gcr.io/distroless/cc-debian12:nonroot");
    assert_eq!(json["cache"].as_array().unwrap().len(), 2);
    assert_eq!(json["secrets"], serde_json::json!([{"name": "ca", "required": false}]));

    let apart = Build::new(bed.docker(), project.path()).build_arg("BUILDKIT_CACHE_MOUNT_NS", "team-a");
    let outline = apart.call("outline,format=json").succeed().unwrap();
    let apart: Value = serde_json::from_str(outline.stdout()).unwrap();
    for (mine, plain) in apart["cache"].as_array().unwrap().iter().zip(json["cache"].as_array().unwrap()) {
        assert_eq!(mine["ID"], format!("team-a/{}", plain["ID"].as_str().unwrap()), "{apart}");
    }
}

#[test]
fn the_questions_are_described_and_others_refused() {
    let bed = Bed::ensure().unwrap();
    let project = probe::project(bed);
    let build = Build::new(bed.docker(), project.path());
    let described = build.clone().call("subrequests.describe").succeed().unwrap();
    for name in ["outline", "targets", "lint", "plan", "graph.dot", "dockerfile", "schema"] {
        assert!(described.stdout().contains(name), "{}", described.stdout());
    }
    let refused = build.call("weather").fail().unwrap();
    assert!(refused.message().contains("does not answer `--call=weather`"), "{}", refused.message());
}

#[test]
fn a_clean_project_passes_the_check_and_each_fault_has_its_line() {
    let bed = Bed::ensure().unwrap();
    let project = probe::project(bed);
    let build = Build::new(bed.docker(), project.path());
    let clean = build.clone().call("check").succeed().unwrap();
    assert!(clean.stdout().contains("no warnings found"), "{}", clean.stdout());
    project.edit("Cargo.toml", "repository = ", "homepage = ").unwrap();
    let unnamed = build.clone().call("check").fail().unwrap();
    assert!(unnamed.stdout().contains("WARNING: SharedNamespace"), "{}", unnamed.stdout());

    project
        .write(
            "Dockerfile",
            format!("{}profile = \"dev\"\n[image]\nbase = \"debian\"\nuser = \"root\"\n", bed.syntax()),
        )
        .unwrap();
    project.write(".cargo/config.toml", "[build]\nrustflags = [\"-Ctarget-cpu=native\"]\n").unwrap();
    project
        .write(
            "src/main.rs",
            "fn main() {\n    let _ = std::net::TcpListener::bind(\"127.0.0.1:8080\");\n}\n",
        )
        .unwrap();
    project.remove("Cargo.lock").unwrap();
    let build = build.build_arg("API_TOKEN", "x").build_arg("FTP_PROXY", "http://me:hunter2@proxy.invalid");
    let faulty = build.clone().call("check,format=json").fail().unwrap();
    assert_eq!(faulty.exit_code(), Some(1));
    let json: Value = serde_json::from_str(faulty.stdout()).unwrap();
    let mut found: Vec<(String, u64)> = json["warnings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|warning| {
            let line = &warning["location"]["ranges"][0]["start"]["line"];
            (warning["ruleName"].as_str().unwrap().to_owned(), line.as_u64().unwrap_or(0))
        })
        .collect();
    found.sort();
    let expected = [
        ("DebugProfile", 2),
        ("FloatingImage", 4),
        ("LoopbackBind", 2),
        ("MissingLockfile", 1),
        ("NativeCpu", 2),
        ("PasswordInUrl", 0),
        ("RunsAsRoot", 5),
        ("SecretInEnv", 0),
    ];
    assert_eq!(found, expected.map(|(rule, line)| (rule.to_owned(), line)));

    let text = build.clone().call("check").fail().unwrap();
    assert!(!text.stdout().contains("hunter2"), "{}", text.stdout());
    assert!(text.stdout().contains("WARNING: RunsAsRoot"), "{}", text.stdout());
    assert!(text.stdout().contains(">>> user = \"root\""), "{}", text.stdout());
    build.build_arg("BUILDKIT_DOCKERFILE_CHECK", "skip=all").call("check").succeed().unwrap();
}

#[test]
fn checks_see_what_cargo_passes_over_in_silence() {
    let bed = Bed::ensure().unwrap();
    let dockerfile = |more: &str| format!("{}{more}package = \"api\"\n", bed.syntax());
    let project = Project::of(&[
        ("Dockerfile", dockerfile("").as_str()),
        (".dockerignore", "# a white list\n*\n!api\n!rocket\n!Cargo.*\n"),
        ("Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"api\", \"rocket\"]\n"),
        (
            "Cargo.lock",
            "version = 4\n\n[[package]]\nname = \"api\"\nversion = \"0.0.0\"\ndependencies = [\"rocket\"]\n\n\
             [[package]]\nname = \"rocket\"\nversion = \"0.0.0\"\n",
        ),
        (
            "api/Cargo.toml",
            "[package]\nname = \"api\"\nedition = \"2024\"\nrepository = \"https://example.com/api\"\n[dependencies]\n\
             rocket = { path = \"../rocket\" }\n",
        ),
        ("api/src/main.rs", "fn main() {}\n"),
        ("api/.cargo/config.toml", "[build]\nrustflags = [\"--cfg=fast\"]\n"),
        ("rocket/Cargo.toml", "[package]\nname = \"rocket\"\nedition = \"2024\"\n"),
        ("rocket/src/lib.rs", ""),
    ])
    .unwrap();
    let build = Build::new(bed.docker(), project.path());
    let found = |build: &Build| {
        let answer = build.clone().call("check,format=json").fail().unwrap();
        let json: Value = serde_json::from_str(answer.stdout()).unwrap();
        let warnings = json["warnings"].as_array().unwrap();
        let mut rules: Vec<String> =
            warnings.iter().map(|one| one["ruleName"].as_str().unwrap().to_owned()).collect();
        rules.sort();
        (rules, answer.stdout().to_owned())
    };
    let (rules, said) = found(&build);
    assert_eq!(rules, ["IgnoredInput", "LoopbackBind", "NestedConfig"], "{said}");
    for words in [
        "`*` excludes `.cargo/config.toml`, `rust-toolchain.toml`",
        "`!.cargo/config.toml`",
        "ROCKET_ADDRESS",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    project.write("Dockerfile", dockerfile("# check=skip=NestedConfig,LoopbackBind\n# escape=`\n")).unwrap();
    let (rules, said) = found(&build);
    assert_eq!(rules, ["IgnoredInput"], "{said}");
    let (rules, said) = found(&build.clone().build_arg("BUILDKIT_DOCKERFILE_CHECK", "skip=IgnoredInput"));
    assert_eq!(rules, ["LoopbackBind", "NestedConfig"], "the build-arg overrides the directive: {said}");
    let warned = build.target("manifests").output("type=cacheonly").succeed().unwrap();
    let said: Vec<&str> = warned.warnings().iter().map(|warning| warning.short.as_str()).collect();
    assert!(said.iter().any(|warning| warning.contains("`escape` has no effect")), "{said:?}");
    assert!(!said.iter().any(|warning| warning.contains("NestedConfig")), "{said:?}");
}

#[test]
fn a_build_warns_of_broken_rules_and_fails_if_they_are_errors() {
    let bed = Bed::ensure().unwrap();
    let project = probe::project(bed);
    project.write("Dockerfile", format!("{}[image]\nuser = \"root\"\n", bed.syntax())).unwrap();
    let build = Build::new(bed.docker(), project.path()).target("manifests").output("type=cacheonly");
    let warned = build.clone().succeed().unwrap();
    let said: Vec<&str> = warned.warnings().iter().map(|warning| warning.short.as_str()).collect();
    assert!(said.iter().any(|warning| warning.contains("RunsAsRoot: ")), "{said:?}");

    let strict = build.clone().build_arg("BUILDKIT_DOCKERFILE_CHECK", "error=true").fail().unwrap();
    assert!(strict.message().contains("RunsAsRoot: "), "{}", strict.message());
    assert!(strict.message().contains(">>> user = \"root\""), "{}", strict.message());

    let skipped =
        build.build_arg("BUILDKIT_DOCKERFILE_CHECK", "skip=RunsAsRoot;error=true").succeed().unwrap();
    assert!(skipped.warnings().is_empty(), "{:?}", skipped.warnings());
}
