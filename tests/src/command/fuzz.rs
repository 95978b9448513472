//! `cargo bed fuzz`.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Args;
use testbed::machine::apt::{self, Tool};
use testbed::place::workspace_root;
use testbed::process::{Cmd, tail};
use testbed::progress::{say, step};

use super::test::cargo;

const PACKAGE: &str = "supercargo-fuzz";

/// The variable that tells the program its target.
const TARGET: &str = "SUPERCARGO_FUZZ_TARGET";

/// Makes rustc count which code an input reaches. cargo-fuzz passes the same flags, and stable rustc takes them.
const COVERAGE: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
     -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
     -Cllvm-args=-sanitizer-coverage-trace-compares";

/// The options of libFuzzer: seconds and bytes for one input, MiB for the program.
const LIMITS: [&str; 3] = ["-timeout=20", "-max_len=65536", "-rss_limit_mb=2048"];

/// Time beyond the fuzzing itself, for the start and for a slow last input.
const GRACE: Duration = Duration::from_mins(5);

/// What to fuzz, and for how long.
#[derive(Debug, Args)]
pub(super) struct FuzzArgs {
    /// The targets, by the names of the directories in tests/fuzz/corpus. Without a name, all of them.
    targets: Vec<String>,
    /// Seconds for each target.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
}

pub(super) fn run(args: &FuzzArgs) -> Result<()> {
    let known = targets()?;
    if let Some(unknown) = args.targets.iter().find(|name| !known.contains(name)) {
        bail!("unknown fuzz target `{unknown}`; available targets: `{}`", known.join("`, `"));
    }
    let chosen = if args.targets.is_empty() { &known } else { &args.targets };
    let program = build()?;
    // A target that fails does not hide what the others find.
    let failed: Vec<&str> = chosen
        .iter()
        .filter_map(|target| {
            let error = fuzz_one(&program, target, args.seconds).err()?;
            say(format!("{target}: {error:#}"));
            Some(target.as_str())
        })
        .collect();
    if failed.is_empty() {
        return Ok(());
    }
    bail!("fuzz targets failed: `{}`", failed.join("`, `"))
}

/// Everything that fuzzing makes: the program, inputs that reach new code, and inputs that fail.
fn folder() -> PathBuf {
    workspace_root().join("target/fuzz")
}

fn corpus() -> PathBuf {
    workspace_root().join("tests/fuzz/corpus")
}

fn targets() -> Result<Vec<String>> {
    let entries = fs::read_dir(corpus()).context("failed to list the corpus")?;
    let mut names: Vec<String> =
        entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    Ok(names)
}

fn build() -> Result<PathBuf> {
    apt::install(&[Tool { program: "c++", package: "g++" }])?;
    let about = Cmd::new("rustc").arg("-vV").run()?;
    let host = about.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.context("`rustc -vV` does not name the host")?;
    let doing = step("building the fuzz targets");
    // With `--target`, the flags do not reach build scripts and procedural macros.
    cargo(&[
        "build",
        "--locked",
        "--quiet",
        "--package",
        PACKAGE,
        "--features",
        "libfuzzer",
        "--target",
        host,
    ])
    .arg("--target-dir")
    .arg(folder())
    .env("RUSTFLAGS", COVERAGE)
    // Checks for overflow stay, and inputs take half the time.
    .env("CARGO_PROFILE_DEV_OPT_LEVEL", "1")
    .env("CARGO_PROFILE_DEV_DEBUG", "line-tables-only")
    .show()?;
    doing.done();
    Ok(folder().join(host).join("debug").join(PACKAGE))
}

fn fuzz_one(program: &Path, target: &str, seconds: u64) -> Result<()> {
    let place = |name: &str| {
        let folder = folder().join(name).join(target);
        fs::create_dir_all(&folder).with_context(|| format!("failed to create `{}`", folder.display()))?;
        Ok::<PathBuf, anyhow::Error>(folder)
    };
    let (found, failures) = (place("corpus")?, place("failures")?);
    let outcome = Cmd::new(program)
        .env(TARGET, target)
        // libFuzzer writes to the first folder and reads both.
        .args([&found, &corpus().join(target)])
        .args(LIMITS)
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-artifact_prefix={}/", failures.display()))
        .arg("-print_final_stats=1")
        .deadline(Duration::from_secs(seconds) + GRACE)
        .output()?;
    if outcome.status.success() {
        say(format!("{target}: {}", summary(&outcome.stderr)));
        return Ok(());
    }
    bail!(
        "{}\nThe input is in `{}`. Copy it to `tests/fuzz/corpus/{target}/` together with the fix.",
        tail(&outcome.stderr),
        failures.display()
    )
}

/// What libFuzzer says at the end, in a few words.
fn summary(log: &str) -> String {
    let number = |key: &str| {
        let line = log.lines().rev().find_map(|line| line.split_once(key));
        line.and_then(|(_, rest)| rest.split_whitespace().next()).unwrap_or("?").to_owned()
    };
    format!("{} executions, {} places of code reached", number("number_of_executed_units:"), number(" cov: "))
}

#[cfg(test)]
mod tests {
    use super::summary;

    #[test]
    fn the_summary_has_executions_and_coverage() {
        let log = "#2\tINITED cov: 10 ft: 11\n#900\tDONE   cov: 1234 ft: 5678 corp: 9/9b\n\
                   stat::number_of_executed_units: 900\nstat::average_exec_per_sec: 9\n";
        assert_eq!(summary(log), "900 executions, 1234 places of code reached");
    }
}
