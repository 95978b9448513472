//! The page that says what was seen on which engine.

use std::collections::BTreeMap;
use std::fmt;

use crate::engine::feature::ROWS;
use crate::engine::release::{self, Choice};

/// The BuildKit in each release of an engine, which old ones do not tell.
const BUILDKITS: &[(&str, &str)] = &[("28.5", "0.25"), ("26.1", "0.13"), ("20.10", "0.8")];

/// What the end-to-end tests said on one engine.
#[derive(Debug)]
pub struct Column {
    choice: Choice,
    version: String,
    /// The names of the tests that passed.
    pub passed: Vec<String>,
    /// The names of those that did not.
    pub failed: Vec<String>,
    /// The names of those that passed only when they were run a second time, one after another.
    pub again: Vec<String>,
}

impl Column {
    /// Reads what the test program printed: a line `test NAME ... ok` or `… FAILED` for each.
    #[must_use]
    pub fn of(choice: Choice, version: &str, printed: &str) -> Self {
        let named = |ending: &str| {
            let name = |line: &str| Some(line.strip_prefix("test ")?.strip_suffix(ending)?.trim().to_owned());
            printed.lines().filter_map(name).collect()
        };
        let (passed, failed) = (named("... ok"), named("... FAILED"));
        Self { choice, version: version.to_owned(), passed, failed, again: Vec::new() }
    }

    /// The same after those that failed were run a second time.
    #[must_use]
    pub fn after(mut self, second: &Self) -> Self {
        let mended: Vec<String> =
            self.failed.iter().filter(|name| second.passed.contains(name)).cloned().collect();
        self.failed.retain(|name| !mended.contains(name));
        self.passed.extend(mended.iter().cloned());
        self.again.extend(mended);
        self
    }

    /// How many tests ran.
    #[must_use]
    pub fn total(&self) -> usize {
        self.passed.len() + self.failed.len()
    }

    fn cells(&self) -> String {
        let names = |names: &[String]| {
            if names.is_empty() { "–".to_owned() } else { format!("`{}`", names.join("`, `")) }
        };
        let (passed, again, failed) = (self.passed.len(), names(&self.again), names(&self.failed));
        format!("{} | {passed} of {} | {again} | {failed}", self.version, self.total())
    }
}

/// `docs/compatibility.md`: written anew from what is known, but for the engines that did not run this time.
#[derive(Debug)]
pub struct Page {
    /// The cells of each engine, by the beginning of its row.
    rows: BTreeMap<String, String>,
}

impl Page {
    /// What an earlier page says of the engines.
    #[must_use]
    pub fn of(old: &str) -> Self {
        let kept = release::all().filter_map(|choice| {
            let key = key(choice);
            let line = old.lines().find_map(|line| line.strip_prefix(&key)?.strip_suffix(" |"))?;
            Some((key, line.to_owned()))
        });
        Self { rows: kept.collect() }
    }

    /// The page with what this engine said.
    #[must_use]
    pub fn with(mut self, column: &Column) -> Self {
        self.rows.insert(key(column.choice), column.cells());
        self
    }
}

fn key(choice: Choice) -> String {
    let buildkit =
        BUILDKITS.iter().find(|(name, _)| *name == choice.release.name).map_or("", |(_, version)| *version);
    format!("| {} | {buildkit} | {} | ", choice.release.name, choice.store)
}

impl fmt::Display for Page {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            out,
            "# Engines\n\n`cargo bed matrix` wrote this page: it runs the end-to-end tests on each engine. The client is \
             buildx 0.29 everywhere.\n\n| Docker | BuildKit | image store | version | tests passed | of them only when run alone | failed |\n| --- | --- | --- | --- | --- | --- | --- |"
        )?;
        for choice in release::all() {
            let key = key(choice);
            let cells = self.rows.get(&key).map_or("| not run | | ", String::as_str);
            writeln!(out, "{key}{cells} |")?;
        }
        writeln!(
            out,
            "\nThe same tests run everywhere. Where an engine lacks something, the test asserts what the user is told instead: \
             a warning if the image is the same without it, an error if it is not. A graph never asks an engine for what it has not announced, and an error names the \
             versions that can.\n\n## What an engine lacks\n\n| what | missing in | instead | shown by |\n| --- | --- | --- | --- |"
        )?;
        for row in ROWS {
            let missing: Vec<String> = release::all()
                .filter(|choice| !row.is_in(*choice))
                .map(|choice| format!("{} ({})", choice.release.name, choice.store))
                .collect();
            let tests = row.tests.join("`, `");
            writeln!(out, "| {} | {} | {} | `{tests}` |", row.title, missing.join(", "), row.instead)?;
        }
        write!(out, "{NOTES}")
    }
}

/// What no single test shows.
const NOTES: &str = "
## What differs without being missing

- **Errors on Docker 20.10.** The engine passes on the text of an error and nothing else, so the lines at fault are part of the text there. The exit codes are the client's.
- **Warnings on Docker 20.10.** BuildKit has had a call for them since 0.10. Before, each warning is a step whose name begins with `WARNING:`.
- **Keys of steps before BuildKit 0.13.** The engine hashes mounts by content unless they have a result, so large mounts have one there that nobody uses.
  The identifiers of cache mounts are part of the keys; they do not change from one build to the next.
- **Members that a binary does not need** are left out while the sources are copied; before BuildKit 0.9 they are removed after the copy. Either way an edit of one compiles nothing.
- **The definition file on Docker 20.10.** The engine finds changed files by size and time. An edit of the Dockerfile that keeps both is seen only by BuildKit 0.9 and later.
- **Builds at once on Docker 20.10.** When one with `--no-cache` and one without share steps, the engine may crash (`panic: failed to get edge`,
  [moby/buildkit#2303](https://github.com/moby/buildkit/issues/2303)), with any frontend. The tests run one at a time there.
- **The classic image store** runs everything but what the table names. A builder of `docker buildx create` has no image store of the engine's and none of these limits.
";

#[cfg(test)]
mod tests {
    use super::{Column, Page};
    use crate::engine::release::Choice;
    use crate::place::workspace_root;

    /// `UPDATE_GOLDENS=1` writes the page anew, with what it says of the engines.
    #[test]
    fn the_page_has_the_rows_that_tests_go_by() {
        let file = workspace_root().join("docs/compatibility.md");
        let old = std::fs::read_to_string(&file).unwrap();
        let new = Page::of(&old).to_string();
        if std::env::var_os("UPDATE_GOLDENS").is_some() {
            std::fs::write(&file, &new).unwrap();
        } else {
            assert!(old == new, "docs/compatibility.md is not what `cargo bed matrix` would write");
        }
    }

    #[test]
    fn a_page_keeps_what_it_knows_of_other_engines() {
        let of = |engine: &str, printed: &str| {
            Column::of(Choice::of(Some(engine), None).unwrap(), "1.2.3", printed)
        };
        let first =
            Page::of("").with(&of("20.10", "test a::b ... ok\ntest c ... FAILED\nelse\n")).to_string();
        assert!(first.contains("| 20.10 | 0.8 | graphdriver | 1.2.3 | 1 of 2 | – | `c` |"), "{first}");
        let second = Page::of(&first).with(&of("26.1", "test a::b ... ok\n")).to_string();
        assert!(
            second.contains("1 of 2 | – | `c` |") && second.contains("| 1.2.3 | 1 of 1 | – | – |"),
            "{second}"
        );
        let again = of("20.10", "test c ... FAILED\n").after(&of("20.10", "test c ... ok\n"));
        let third = Page::of(&second).with(&again).to_string();
        assert!(third.contains("1.2.3 | 1 of 1 | `c` | – |"), "{third}");
        assert!(second.contains("| 28.5 | 0.25 | containerd | | not run | |  |"), "{second}");
    }
}
