//! What has network or a secret does not compile: the code of crates runs in steps that can give nothing away.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that meets the unexpected has failed"
)]

#[path = "examples/mod.rs"]
mod examples;

use std::collections::{BTreeMap, BTreeSet};

use buildkit_llb::Definition;
use buildkit_proto::pb::op::Op;
use buildkit_proto::pb::{ExecOp, MountType, NetMode};
use serde_json::Value;
use supercargo::tree::Tree;

use examples::{CASES, graph, planned, with_files};

/// The steps that may have network and secrets: the agent's job, and how its command begins. None of them compiles.
/// The agent's tests show that its jobs `fetch`, `download` and `lock` start no program of a project or a crate.
const DOWNLOADS: [(&str, &str); 8] = [
    ("fetch", "cargo fetch"),
    ("fetch", "cargo tree"),
    ("fetch", "cargo vendor"),
    ("download", "cargo install"),
    ("lock", "cargo generate-lockfile"),
    ("lock", "cargo update"),
    ("install", "rustup"),
    ("packages", "install"),
];

/// All checks and outputs that an example can be asked for.
const TARGETS: [&str; 9] =
    ["binaries", "check", "clippy", "doc", "fetch", "sbom", "test", "timings", "vendor"];

/// What a step has of the outside.
fn reach(exec: &ExecOp) -> BTreeSet<String> {
    let mounts = exec.mounts.iter().filter_map(|mount| match mount.mount_type() {
        MountType::Secret => Some(format!("secret {}", mount.secret_opt.as_ref()?.id)),
        MountType::Ssh => Some("ssh".to_owned()),
        MountType::Bind | MountType::Cache | MountType::Tmpfs => None,
    });
    let variables = exec.secretenv.iter().map(|secret| format!("secret {}", secret.id));
    let network = (exec.network() != NetMode::None).then(|| "network".to_owned());
    mounts.chain(variables).chain(network).collect()
}

/// True for a step that only downloads.
fn only_downloads(exec: &ExecOp) -> bool {
    let Some(meta) = &exec.meta else { return false };
    let variable = |variable: &String| variable.strip_prefix("SUPERCARGO_JOB=").map(str::to_owned);
    let Some(job) = meta.env.iter().find_map(variable) else { return false };
    let job: Value = serde_json::from_str(&job).unwrap();
    let command = meta.args[1..].join(" ");
    DOWNLOADS.iter().any(|(kind, start)| {
        job["job"] == *kind
            && command.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    })
}

/// The steps with network or a secret that do more than download, by the first word of their names in brackets.
fn exceptions(graph: &Definition) -> BTreeMap<String, BTreeSet<String>> {
    let steps = graph.ops().iter().filter_map(|op| match &op.op().op {
        Some(Op::Exec(exec)) if !only_downloads(exec) => Some((op.name().unwrap().to_owned(), reach(exec))),
        _ => None,
    });
    steps.filter(|(_, reach)| !reach.is_empty()).collect()
}

fn exceptions_of(
    tree: &Tree,
    target: Option<&str>,
    arguments: &[(&str, &str)],
) -> BTreeMap<String, BTreeSet<String>> {
    let (plan, goal) = planned(tree, target, arguments);
    exceptions(&graph(&plan, &goal))
}

/// `minimal` with this configuration, and a registry with a token in the place of crates.io.
fn minimal(body: &str) -> Tree {
    with_files(
        "minimal",
        &[
            ("Dockerfile", &format!("# syntax=supercargo\n{body}")),
            (
                ".cargo/config.toml",
                "[source.crates-io]\nreplace-with = \"corp\"\n\
                 [registries.corp]\nindex = \"sparse+https://crates.corp/index/\"\n",
            ),
            ("web/package.json", "{}"),
            ("web/package-lock.json", "{}"),
        ],
    )
}

const HOOK: &str =
    "[[build.hook]]\nname = \"h\"\nrun = [\"nato\"]\noutputs = [\"made\"]\ntools = [\"nato@0.2.0\"]\n";

#[test]
fn no_step_of_an_example_compiles_with_network_or_a_secret() {
    for (example, target, arguments) in CASES {
        // Each target in the mode that is the default, and each mode for the image.
        let targets = TARGETS.iter().filter(|_| target.is_none()).map(|other| (Some(*other), "auto"));
        let modes = ["auto", "layers", "mounts", "none"].map(|mode| (target, mode));
        for (target, mode) in targets.chain(modes) {
            let arguments = [arguments, &[("CACHE_MODE", mode)]].concat();
            let mut found = exceptions_of(&examples::tree(example, 0), target, &arguments);
            // npm runs code of packages, and has a secret for certificates alone.
            found.retain(|name, reach| {
                !(name.ends_with("] npm ci") && reach.iter().eq(["network", "secret ca"]))
            });
            assert_eq!(found, BTreeMap::new(), "{example} {target:?} {mode}");
        }
    }
}

#[test]
fn tokens_and_tools_are_no_exception() {
    let (plan, goal) = planned(&minimal(HOOK), None, &[]);
    let graph = graph(&plan, &goal);
    assert_eq!(exceptions(&graph), BTreeMap::new());
    let known = plan.asked_secrets();
    let secrets = ["ca", "cargo-credentials", "cargo-token-corp", "registry-token-crates.corp"];
    assert_eq!(known.keys().collect::<Vec<_>>(), secrets);
    let tools = graph.ops().iter().filter_map(|op| match &op.op().op {
        Some(Op::Exec(exec)) if op.name()?.starts_with("[tools]") => {
            Some((op.name()?, reach(exec).into_iter().collect::<Vec<_>>().join(", ")))
        }
        _ => None,
    });
    assert_eq!(
        tools.collect::<Vec<_>>(),
        [
            (
                "[tools] download the crates of nato@0.2.0 (token \"corp\" goes to crates.corp)",
                format!("network, secret {}", secrets.join(", secret "))
            ),
            ("[tools] cargo install nato@0.2.0", String::new()),
        ]
    );
}

/// Each of them is something that the user asks for, and a section of the documentation.
#[test]
fn exceptions_are_those_that_the_documentation_has() {
    let deps = "[deps] compile dependencies (release)";
    let build = "[build] compile minimal (release)";
    let storage = "[cache]\nsccache = { backend = \"s3\", bucket = \"b\", secret = \"sccache\" }\n";
    let hook = format!("{HOOK}network = \"default\"\n");
    let npm = "[assets.web]\npreset = \"npm\"\n";
    let with_cache: &[&str] = &["network", "secret sccache"];
    let with_certificates: &[&str] = &["network", "secret ca"];
    for (page, body, expected) in [
        ("docs/caching.md#a-storage-on-the-network", storage, vec![(build, with_cache), (deps, with_cache)]),
        ("docs/build.md#secrets", "[build]\nsecrets = [\"licence\"]\n", vec![(build, &["secret licence"])]),
        (
            "docs/build.md#network",
            "[build]\nnetwork = \"default\"\n",
            vec![(build, &["network"]), (deps, &["network"])],
        ),
        ("docs/hooks.md#hooks", &hook, vec![("[hook h] nato", with_certificates)]),
        ("docs/hooks.md#assets", npm, vec![("[assets web] npm ci", with_certificates)]),
    ] {
        let expected = expected
            .into_iter()
            .map(|(name, reach)| (name.to_owned(), reach.iter().map(|one| (*one).to_owned()).collect()));
        assert_eq!(exceptions_of(&minimal(body), None, &[]), expected.collect(), "{page}");
    }
    let trunk = with_files(
        "trunk",
        &[("Dockerfile", "# syntax=supercargo\n[assets.web]\npreset = \"trunk\"\nnetwork = \"default\"\n")],
    );
    let found = exceptions_of(&trunk, None, &[]);
    let names: Vec<&str> = found.keys().map(|name| name.split(" --").next().unwrap()).collect();
    assert_eq!(names, ["[assets web] trunk build"], "docs/hooks.md#trunk");
}

/// How the commands of a printed Dockerfile begin that may have network.
const PRINTED: [&str; 6] = [
    "apt-get update && apt-get install ",
    "rustup component add ",
    "rustup toolchain install ",
    "rustup target add ",
    "RUSTC=rustc RUSTC_WRAPPER= RUSTC_WORKSPACE_WRAPPER= cargo fetch",
    "npm_config_cache=/supercargo/npm npm ci",
];

/// The instructions `RUN` of a Dockerfile, each as its options and its command.
fn runs(dockerfile: &str) -> Vec<(Vec<String>, String)> {
    let text = dockerfile.replace("\\\n", "");
    let runs = text.lines().filter_map(|line| line.strip_prefix("RUN ")).map(|run| {
        let words: Vec<&str> = run.split_whitespace().collect();
        let options = words.iter().take_while(|word| word.starts_with("--")).count();
        (words[..options].iter().map(|word| (*word).to_owned()).collect(), words[options..].join(" "))
    });
    runs.collect()
}

#[test]
fn a_printed_dockerfile_compiles_without_network_too() {
    let mut trees =
        CASES.map(|(example, target, arguments)| (examples::tree(example, 0), target, arguments)).to_vec();
    trees.push((minimal(HOOK), None, &[]));
    trees.push((minimal("[build]\nsecrets = [\"licence\"]\n"), None, &[]));
    trees.push((minimal("[assets.web]\npreset = \"npm\"\n"), None, &[]));
    for (tree, target, arguments) in trees {
        for mode in ["auto", "layers", "mounts", "none"] {
            let dockerfile =
                examples::dockerfile(&tree, target, &[arguments, &[("CACHE_MODE", mode)]].concat());
            for (options, command) in runs(&dockerfile) {
                let downloads = PRINTED.iter().any(|start| command.starts_with(start))
                    || command
                        .starts_with("RUSTC=rustc RUSTC_WRAPPER= RUSTC_WORKSPACE_WRAPPER= cargo install ")
                        && command.contains(" --bin none ");
                assert!(
                    downloads || options.iter().any(|option| option == "--network=none"),
                    "{command}\n{dockerfile}"
                );
                for option in options.iter().filter(|option| option.contains("type=cache")) {
                    let own = option.contains("/whole/") && !option.contains("/shared/");
                    let npm = option.contains("/npm/") && command.ends_with(" npm ci");
                    assert!(own || npm, "{option} {command}");
                }
                assert!(
                    !downloads || !options.iter().any(|option| option.contains("type=secret")),
                    "{dockerfile}"
                );
            }
        }
        let alone = examples::dockerfile(&tree, target, &[arguments, &[("CACHE_TRUST", "none")]].concat());
        assert!(!alone.contains("type=cache"), "{alone}");
    }
}
