//! Our own questions: what is printed is true, and what is printed to be built builds.

use serde_json::Value;
use testbed::bed::Bed;
use testbed::build::Build;
use testbed::container::Run;
use testbed::engine::feature::Feature;

use crate::subject::{Subject, run_id};

const FILES: &[(&str, &str)] = &[
    (
        "Cargo.toml",
        "[workspace]\nmembers = [\"app\", \"say\"]\nresolver = \"3\"\n\
         [workspace.metadata.supercargo]\npackage = \"ask-app\"\n[workspace.metadata.supercargo.image]\nuser = \"7\"\n",
    ),
    (
        "app/Cargo.toml",
        "[package]\nname = \"ask-app\"\nversion = \"0.1.0\"\nedition = \"2024\"\ndescription = \"It's \\\"$HOME\\\"\"\n\
         default-run = \"ask\"\n[features]\nmore = []\n[[bin]]\nname = \"ask\"\npath = \"src/main.rs\"\n\
         [[bin]]\nname = \"ask-more\"\npath = \"src/main.rs\"\nrequired-features = [\"more\"]\n\
         [dependencies]\nitoa = \"1\"\nsay = { path = \"../say\" }\n",
    ),
    (
        "app/src/main.rs",
        "fn main() {\n    println!(\"{}{}\", say::WORD, itoa::Buffer::new().format(42));\n}\n",
    ),
    ("say/Cargo.toml", "[package]\nname = \"say\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
    ("say/src/lib.rs", "pub const WORD: &str = \"answer \";\n"),
];

/// The project with `body` below the syntax line, and a build of it that says nothing but the answer.
fn subject(image: &str, body: &str) -> (Subject, Build) {
    let bed = Bed::ensure().unwrap();
    let subject = Subject::of(image, FILES);
    subject.project.write("Dockerfile", format!("{}{body}", bed.syntax())).unwrap();
    let build = Build::new(bed.docker(), subject.project.path());
    (subject, build)
}

#[test]
fn the_plan_tells_who_said_what_and_what_comes_of_it() {
    let body = "profile = \"dev\"\nfeatures = \"auto\"\n[image]\nbase = \"debian:bookworm-slim\"\n";
    let (_subject, build) = subject("plan", body);
    let build = build.build_arg("PROFILE", "release").secret("id=unused,env=HOME");
    let text = build.clone().call("plan").succeed().unwrap();
    let said: Vec<&str> = text.stdout().lines().map(str::trim).collect();
    for (start, end) in [
        ("profile = release", "build-arg PROFILE"),
        ("profile = \"dev\"", "Dockerfile:2, but build-arg PROFILE goes before"),
        ("image.user = \"7\"", "Cargo.toml:7"),
        ("binaries", "ask  (default-run)"),
        ("base", "debian:bookworm-slim  (Dockerfile:5)"),
        ("form", "flattened"),
        ("cache /supercargo/downloads", "(shared)"),
    ] {
        let is_there = said.iter().any(|line| line.starts_with(start) && line.ends_with(end));
        assert!(is_there, "no line from `{start}` to `{end}` in:\n{}", text.stdout());
    }
    assert!(
        said.iter().any(|line| line.ends_with("[deps] compile dependencies (release)")),
        "{}",
        text.stdout()
    );

    let json = build.clone().call("plan,format=json").succeed().unwrap();
    let json: Value = serde_json::from_str(json.stdout()).unwrap();
    assert_eq!(json["plan"]["binaries"]["value"][0], "ask");
    let images = json["images"].as_array().unwrap();
    let knows_digests = Bed::ensure().unwrap().has(Feature::LocalDigest);
    let has_rust = images
        .iter()
        .filter_map(Value::as_str)
        .any(|image| image.contains("/rust:") && image.contains("@sha256:") == knows_digests);
    assert!(has_rust, "{images:?}");
    let steps = json["steps"].as_array().unwrap();
    let step = |part: &str| steps.iter().find(|step| step["name"].as_str().unwrap().contains(part)).unwrap();
    assert_eq!((&step("[fetch]")["network"], &step("[build]")["network"]), (&true.into(), &false.into()));
    assert!(!text.transcript().contains("extracting") && !text.transcript().contains("[fetch] download"));

    // What a build then does is what was printed: the vertices have these digests, but for those of the context, which
    // each session has its own of.
    let log = build.succeed().unwrap();
    for part in ["[manifests]", "[deps]"] {
        assert_eq!(step(part)["digest"].as_str().unwrap(), log.vertex(part).unwrap().digest(), "{part}");
    }
}

#[test]
fn every_step_is_explained() {
    let (_subject, build) = subject("explain", "");
    let text = build.clone().call("explain").succeed().unwrap();
    for part in [
        "holds ask (default-run) of package ask-app (Cargo.toml:5)",
        "[manifests] write manifests of the dependencies of ask-app\n  It writes manifests",
        "  Runs again when [source], [fetch] or [deps] changes.",
    ] {
        assert!(text.stdout().contains(part), "no `{part}` in:\n{}", text.stdout());
    }
    let json = build.call("explain,format=json").succeed().unwrap();
    let json: Value = serde_json::from_str(json.stdout()).unwrap();
    let steps = json["steps"].as_array().unwrap();
    assert!(steps.len() > 5 && steps.iter().all(|step| step["does"].is_string()), "{steps:#?}");
}

#[test]
fn the_graph_is_drawn_in_both_languages() {
    let (_subject, build) = subject("graph", "");
    let mermaid = build.clone().call("graph").succeed().unwrap();
    assert!(mermaid.stdout().trim_start().starts_with("flowchart TD"), "{}", mermaid.stdout());
    assert!(mermaid.stdout().contains("[deps] compile dependencies"), "{}", mermaid.stdout());
    let dot = build.clone().call("graph.dot").succeed().unwrap();
    assert!(dot.stdout().trim_start().starts_with("digraph llb {"), "{}", dot.stdout());
    let json = build.call("graph,format=json").succeed().unwrap();
    let json: Value = serde_json::from_str(json.stdout()).unwrap();
    assert_eq!(json["dot"].as_str().unwrap().trim(), dot.stdout().trim());
}

#[test]
fn the_dockerfile_builds_without_us_and_compiles_dependencies_apart() {
    let (subject, build) = subject(
        "dockerfile",
        "[image]\nfiles = [{ from = \"say\", to = \"/etc/say/\", mode = \"0640\" }]\ncmd = [\"a b\"]\nenv = { A = \"x \\\"$y\\\"\" }\n",
    );
    let printed = build.clone().call("dockerfile").succeed().unwrap();
    let bed = Bed::ensure().unwrap();
    if !bed.has(Feature::Heredocs) {
        let line = printed.stdout().lines().next();
        return assert_eq!(line, Some("# syntax=docker/dockerfile:1"), "{}", printed.stdout());
    }
    assert!(!printed.stdout().contains("# syntax"), "{}", printed.stdout());
    let image = "e2e-question-dockerfile";
    let build = build.dockerfile(printed.stdout()).tag(image);
    build.succeed().unwrap();
    let says = || Run::new(bed.docker(), image).complete().unwrap().stdout;
    assert_eq!(says(), "answer 42\n");
    let config = testbed::image::Image::inspect(bed.docker(), image).unwrap().config;
    assert_eq!((config.user.as_str(), config.cmd), ("7", vec!["a b".to_owned()]));
    assert_eq!(config.labels["org.opencontainers.image.description"], "It's \"$HOME\"");
    assert!(config.env.contains(&"A=x \"$y\"".to_owned()), "{:?}", config.env);

    let files = testbed::image::files(bed.docker(), image).unwrap();
    assert!(files.iter().any(|file| file == "etc/say/Cargo.toml"), "{files:?}");

    subject.project.edit("say/src/lib.rs", "answer", "reply").unwrap();
    // An engine that this test ran on before would have built the same edit.
    subject.project.append("say/src/lib.rs", &format!("// {}\n", run_id())).unwrap();
    let edited = build.succeed().unwrap();
    assert_eq!(says(), "reply 42\n");
    assert!(!edited.transcript().contains("Compiling itoa"), "{}", edited.transcript());
    assert!(edited.transcript().contains("Compiling say"), "{}", edited.transcript());
}

#[test]
fn the_dockerfile_has_hooks_health_check_and_arguments() {
    let files = [
        ("Cargo.toml", "[package]\nname = \"leave\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
        (
            "src/main.rs",
            "fn main() {\n    let note = std::fs::read_to_string(\"/srv/note.txt\").unwrap();\n    \
             println!(\"{} {} {}\", include_str!(\"made.txt\").trim(), env!(\"WHO\"), note.trim());\n}\n",
        ),
        ("list.txt", "one\n"),
        ("site/note.txt", "two\n"),
    ];
    let body = "[build]\nenv = { UNUSED = \"1\" }\nargs = [\"WHO\"]\n\
                [[build.hook]]\nrun = \"tr a-z A-Z < list.txt > src/made.txt\"\ninputs = [\"list.txt\"]\noutputs = [\"src/made.txt\"]\n\
                [[build.hook]]\nwhen = \"after-build\"\nrun = [\"strip\", \"bin/leave\"]\n\
                [assets.site]\nrun = [\"mkdir\", \"dist\"]\noutput = \"note.txt\"\nto = \"/srv/note.txt\"\n\
                [image]\ninit = true\nhealthcheck = { tcp = \":1\", interval = \"1m\", retries = 2 }\n";
    let bed = Bed::ensure().unwrap();
    let subject = Subject::of("question-leave", &files);
    subject.project.write("Dockerfile", format!("{}{body}", bed.syntax())).unwrap();
    let build = Build::new(bed.docker(), subject.project.path()).build_arg("WHO", "me");
    let printed = build.clone().call("dockerfile").succeed().unwrap();
    if !bed.has(Feature::Heredocs) {
        return assert!(printed.stdout().contains("ARG WHO"), "{}", printed.stdout());
    }
    let image = "e2e-question-leave";
    build.dockerfile(printed.stdout()).tag(image).succeed().unwrap();
    assert_eq!(Run::new(bed.docker(), image).complete().unwrap().stdout, "ONE me two\n");
    let config = testbed::image::Image::inspect(bed.docker(), image).unwrap().config;
    assert_eq!(config.healthcheck["Interval"], 60_000_000_000_u64, "{}", config.healthcheck);
    assert_eq!(config.healthcheck["Test"][1], "/usr/local/bin/supercargo-health");
    assert_eq!(config.entrypoint[0], "/usr/local/bin/supercargo-init");
}

#[test]
fn the_bake_file_has_the_images_of_the_configuration() {
    let body = "[images.nightly]\nbin = \"ask-more\"\nfeatures = [\"more\"]\n";
    let (_subject, build) = subject("bake-images", body);
    let json = build.clone().call("bake,format=json").succeed().unwrap();
    let json: Value = serde_json::from_str(json.stdout()).unwrap();
    assert_eq!(json["group"]["default"]["targets"], serde_json::json!(["nightly", "ask"]), "{json}");
    assert_eq!(json["target"]["nightly"]["target"], "nightly");
    assert_eq!(json["target"]["debug-nightly"]["tags"][0], "nightly-debug:latest");
    assert!(json["target"].get("ask-more").is_none(), "{json}");
    let printed = build.target("nightly").call("dockerfile").succeed().unwrap();
    assert!(printed.stdout().contains("--features more"), "{}", printed.stdout());
}

#[test]
fn the_bake_file_builds_what_needs_no_feature() {
    let (subject, build) = subject("bake", "");
    let printed = build.clone().call("bake").succeed().unwrap();
    subject.project.write("docker-bake.hcl", printed.stdout()).unwrap();
    let bed = Bed::ensure().unwrap();
    let bake = |arguments: &[&str]| {
        let command = bed.docker().command(["buildx", "bake"]).args(arguments);
        command.current_dir(subject.project.path()).run().unwrap()
    };
    let plan: Value = serde_json::from_str(&bake(&["--print"])).unwrap();
    assert_eq!(plan["group"]["default"]["targets"], serde_json::json!(["ask"]));
    assert_eq!(plan["target"]["ask"]["tags"][0], "ask:latest");
    let other: Value = serde_json::from_str(&bake(&["--print", "ask-more"])).unwrap();
    assert_eq!(other["target"]["ask-more"]["target"], "ask-more");
    bake(&["--load", "--set", "ask.tags=e2e-question-bake", "ask"]);
    assert_eq!(Run::new(bed.docker(), "e2e-question-bake").complete().unwrap().stdout, "answer 42\n");

    let json = build.call("bake,format=json").succeed().unwrap();
    subject.project.remove("docker-bake.hcl").unwrap();
    subject.project.write("docker-bake.json", json.stdout()).unwrap();
    let same: Value = serde_json::from_str(&bake(&["--print"])).unwrap();
    assert_eq!(same["target"], plan["target"]);
}

#[test]
fn the_schema_is_printed_without_a_project() {
    let (subject, build) = subject("schema", "profil = 1\n");
    subject.project.remove("Cargo.toml").unwrap();
    let printed = build.call("schema").succeed().unwrap();
    let schema: Value = serde_json::from_str(printed.stdout()).unwrap();
    assert_eq!(schema["additionalProperties"], false);
    let base = &schema["properties"]["image"]["anyOf"][0]["properties"]["base"];
    assert_eq!((&base["x-build-arg"], &base["x-as"]), (&"IMAGE_BASE".into(), &"`FROM`".into()), "{schema}");
}

#[test]
fn what_stands_in_the_way_of_a_plan_is_the_answer() {
    let (subject, build) = subject("no-plan", "bin = \"nobody\"\n");
    let asked = build.clone().call("plan").fail().unwrap();
    assert!(asked.message().contains("there is no binary `nobody`"), "{}", asked.message());
    let body = "prolife = \"dev\"\n[image]\nuser = 7\n";
    subject.project.write("Dockerfile", format!("{}{body}", Bed::ensure().unwrap().syntax())).unwrap();
    let asked = build.clone().call("plan").fail().unwrap();
    for part in [
        "Dockerfile:2: ",
        "unknown key `prolife`",
        "Did you mean `profile`?",
        "Dockerfile:4: ",
        "`image.user` value `7`",
    ] {
        assert!(asked.message().contains(part), "no `{part}` in {}", asked.message());
    }
    subject.project.write("Dockerfile", Bed::ensure().unwrap().syntax()).unwrap();
    subject.project.remove("Cargo.lock").unwrap();
    let asked = build.call("explain").fail().unwrap();
    assert!(asked.message().contains("needs a `Cargo.lock`"), "{}", asked.message());
}
