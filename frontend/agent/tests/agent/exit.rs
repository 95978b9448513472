//! How the agent ends, and what it says when it fails itself.

use std::fs;
use std::process::Command;

use supercargo_report::JOB;

use crate::bed::{Project, main, manifest, outcome};

#[test]
fn a_job_that_cannot_be_read_is_an_error_of_the_agent() {
    let fetch = r#"{"job":"fetch","workspace":"/w","cargo-home":"/h","downloads":"/d","lockfile":"/l"}"#;
    for (job, said) in [
        (None, "expected a job as JSON"),
        (Some("{}"), "missing field `job`"),
        (Some("{\"job\":\"brew\"}"), "unknown variant `brew`"),
        (Some(fetch), "expected a command"),
    ] {
        let mut agent = Command::new(env!("CARGO_BIN_EXE_supercargo-agent"));
        agent.env_remove(JOB).envs(job.map(|job| (JOB, job)));
        let outcome = outcome(&agent.output().unwrap());
        assert_eq!(outcome.code, Some(70));
        assert!(outcome.stderr.starts_with("supercargo: ") && outcome.stderr.contains(said), "{outcome:?}");
    }
}

#[test]
fn a_missing_program_and_a_missing_directory_are_named() {
    let mut project = Project::printing("\"x\"", &[]);
    project.job.command[0] = "no-such-cargo".to_owned();
    let outcome = project.try_build();
    assert_eq!(outcome.code, Some(70));
    assert!(outcome.stderr.starts_with("supercargo: cannot run `no-such-cargo`: "), "{outcome:?}");

    project.job.freshness.as_mut().unwrap().directory = "/no/such/directory".to_owned();
    let outcome = project.try_build();
    assert_eq!(outcome.code, Some(70));
    assert!(outcome.stderr.contains("`/no/such/directory`"), "{outcome:?}");
}

#[test]
fn a_binary_that_cargo_did_not_build_is_named_with_those_it_did() {
    let mut project = Project::printing("\"x\"", &[("src/bin/other.rs", "fn main() {}")]);
    // One that nothing makes any more, as an earlier build would have left it.
    fs::create_dir_all(project.path("target/debug")).unwrap();
    fs::write(project.path("target/debug/gone"), "").unwrap();
    project.job.collect.as_mut().unwrap().binaries = vec!["app".to_owned(), "gone".to_owned()];
    let outcome = project.try_build();
    assert_eq!(outcome.code, Some(70));
    assert!(outcome.stderr.contains("cargo built no binary `gone`; it built "), "{outcome:?}");
    assert!(outcome.stderr.contains("`app`") && outcome.stderr.contains("`other`"), "{outcome:?}");
}

#[test]
fn lines_that_are_no_messages_and_diagnostics_come_through_once() {
    let mut project = Project::printing("\"x\"", &[]);
    project.write("src/main.rs", &format!("fn unused() {{}}\n{}", main("\"x\"")));
    for format in ["json-render-diagnostics", "json"] {
        project.job.command[3] = format!("--message-format={format}");
        fs::remove_file(project.ledger()).ok();
        let outcome = project.build("x", "1 of 1");
        assert_eq!(
            outcome.stderr.matches("function `unused` is never used").count(),
            1,
            "{format}: {outcome:?}"
        );
    }
    project.job.command = ["printf", "plain\\n{\"no\": 1}\\nlast"].map(str::to_owned).to_vec();
    project.job.collect = None;
    let outcome = project.try_build();
    assert!(outcome.stdout.starts_with("plain\n{\"no\": 1}\nlast"), "{outcome:?}");
}

#[test]
fn the_default_toolchain_wins_over_a_toolchain_file() {
    let mut project = Project::printing("\"x\"", &[]);
    project.write("rust-toolchain.toml", "[toolchain]\nchannel = \"1.0.0\"\n");
    let home = project.path("rustup");
    fs::create_dir(&home).unwrap();
    fs::write(home.join("settings.toml"), "default_toolchain = \"the-default\"\n").unwrap();
    project.environment = vec![("RUSTUP_HOME", home.to_str().unwrap().to_owned())];
    project.job.command = ["printenv", "RUSTUP_TOOLCHAIN"].map(str::to_owned).to_vec();
    project.job.collect = None;
    let printed = |project: &Project, set: Option<&str>| {
        let mut agent = project.agent();
        agent.env_remove("RUSTUP_TOOLCHAIN").envs(set.map(|set| ("RUSTUP_TOOLCHAIN", set)));
        outcome(&agent.output().unwrap())
    };
    assert!(printed(&project, None).stdout.starts_with("the-default\n"));
    assert!(printed(&project, Some("chosen")).stdout.starts_with("chosen\n"));
    fs::remove_file(home.join("settings.toml")).unwrap();
    assert_eq!(printed(&project, None).code, Some(1), "nothing is set where there is no rustup");
}

#[test]
fn binaries_are_executable_and_the_report_names_every_unit() {
    use std::os::unix::fs::PermissionsExt;
    let project = Project::printing("lib::X", &[("lib/src/lib.rs", "pub const X: u8 = 1;")]);
    project.write("lib/Cargo.toml", &manifest("lib", ""));
    project.write("Cargo.toml", &manifest("app", "[dependencies]\nlib = { path = \"lib\" }\n[workspace]\n"));
    project.build("1", "2 of 2");
    let mode = fs::metadata(project.path("out/bin/app")).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o755);
    let report = project.report();
    let units: Vec<_> =
        report.units.iter().map(|unit| (unit.target.as_str(), unit.local, unit.fresh)).collect();
    assert_eq!(units, [("lib", true, false), ("app", true, false)]);
}
