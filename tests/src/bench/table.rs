//! The findings as Markdown.

use std::fmt;

use super::contestant::{CHEF, CONTESTANTS, HOST, OURS};
use super::findings::{Comparison, Crowd, Findings, Spread};
use super::goal;
use super::machine::Machine;
use super::step::Step;

/// What a cell holds when nothing was measured.
const NOTHING: &str = "–";

/// A vertex that took less is not worth a word.
const NOTEWORTHY: f64 = 0.15;

/// A row of a table.
struct Row {
    name: String,
    cells: Vec<String>,
}

impl fmt::Display for Findings {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.machine)?;
        let before = if self.pruned {
            "The engine's build cache was emptied before each cold round; the base images were there."
        } else {
            "The engine was warm: its build cache was not emptied. For the cold builds, each copy of the project has a \
             compiler flag that is of this run alone, and so are the mounts of compiled code; but crates that \
             Supercargo downloaded in an earlier build may have been there."
        };
        writeln!(out, "\n{before}")?;
        let Self { cold_rounds, rounds, .. } = self;
        writeln!(
            out,
            "Cold builds: {cold_rounds} for each contestant; builds of each other step: {rounds}, of the steps after the \
             rounds 1; the contestants in turn.\n\
             Seconds are wall time of the whole `docker buildx build`: the median, and in brackets the least and the \
             most.\nRatios are of medians.\n"
        )?;
        for contestant in CONTESTANTS {
            if self.comparisons.iter().any(|comparison| comparison.contestants.contains(&contestant.name)) {
                let release = contestant.tool.map(|tool| format!(" {}", tool.version)).unwrap_or_default();
                writeln!(out, "- `{}`{release}: {}", contestant.name, contestant.about)?;
            }
        }
        self.comparisons.iter().try_for_each(|comparison| write!(out, "\n{comparison}"))?;
        if let Some(crowd) = &self.crowd {
            write!(out, "\n{crowd}")?;
        }
        for failure in &self.failures {
            let why = failure.error.lines().next().unwrap_or_default();
            writeln!(out, "\n### {}\n\nNot measured: {why}", failure.title)?;
        }
        Ok(())
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cores, memory_gib, processor, load, docker, buildkit, rust, frontend } = self;
        let buildkit =
            buildkit.as_ref().map(|version| format!(" with BuildKit {version}")).unwrap_or_default();
        writeln!(out, "{cores} cores ({processor}), {memory_gib} GiB of memory, load {load} at the start;")?;
        writeln!(out, "Docker {docker}{buildkit}, Rust {rust}, the frontend {frontend}.")
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "### {}\n", self.title)?;
        write!(
            out,
            "{} packages in the lockfile besides its own; the binary is made of {} of its own.",
            self.dependencies, self.members
        )?;
        if let Some((library, dependents)) = &self.library {
            write!(out, " `library` edits `{library}`, which {dependents} of them stand on.")?;
        }
        writeln!(out, "\n")?;
        let names = &self.contestants;
        let seconds = self.rows(names, |name, step| self.show_seconds(name, step));
        table(out, "seconds", names, &seconds)?;

        let pairs: Vec<(&str, &str)> = [CHEF, HOST]
            .into_iter()
            .filter(|other| names.contains(other))
            .flat_map(|other| names.iter().map(move |name| (*name, other)))
            .filter(|(name, other)| name != other)
            // How far everybody is from the limit is of less interest than how far we and the best known peer are.
            .filter(|(name, other)| *other != HOST || [OURS, CHEF].contains(name))
            .collect();
        let ratios = self.rows(&pairs, |(name, other), step| {
            self.ratio(name, other, step).map(|ratio| format!("{ratio:.2}"))
        });
        if !pairs.is_empty() {
            let heads: Vec<String> = pairs.iter().map(|(name, other)| format!("{name} / {other}")).collect();
            table(out, "ratio", &heads, &ratios)?;
        }

        let compiled = self.rows(names, |name, step| self.show_compiled(name, step));
        table(out, "packages compiled", names, &compiled)?;

        self.show_bytes(out)?;
        self.show_verdicts(out)?;
        self.show_traces(out)?;
        if let Some((time, count)) = self.planning() {
            let (least, median, most) = (time.least, time.median, time.most);
            writeln!(
                out,
                "The frontend's own planning: {least:.0} / {median:.0} / {most:.0} ms (least / median / most of \
                 {count} builds)."
            )?;
        }
        for sample in self.stale() {
            writeln!(
                out,
                "\nStale: the binary of {} after `{}` (round {}) does not have {}.",
                sample.contestant,
                sample.step,
                sample.round,
                sample.missing_marks.join(", ")
            )?;
        }
        for failure in &self.failures {
            // Its first line says what failed, its last what the program said.
            let mut lines = failure.error.lines().filter(|line| !line.trim().is_empty());
            let (first, last) = (lines.next().unwrap_or_default(), lines.next_back().unwrap_or_default());
            writeln!(out, "\nFailed: {}: {first} {last}", failure.title)?;
        }
        Ok(())
    }
}

impl fmt::Display for Crowd {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of a build are far from 2^52")]
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(Spread { least, median, most }) =
            Spread::of(self.milliseconds.iter().map(|time| *time as f64))
        else {
            return Ok(());
        };
        writeln!(
            out,
            "Planning of a workspace of {} members: {least:.0} / {median:.0} / {most:.0} ms (least / median / most of {} \
             builds), wanted at most 150.",
            self.members,
            self.milliseconds.len()
        )
    }
}

impl Comparison {
    /// One row for each step, one cell for each column.
    fn rows<C>(&self, columns: &[C], cell: impl Fn(&C, Step) -> Option<String>) -> Vec<Row> {
        let mut rows = Vec::new();
        for step in self.steps() {
            let cells = columns.iter().map(|column| cell(column, step).unwrap_or_else(|| NOTHING.to_owned()));
            rows.push(Row { name: self.name_of(step), cells: cells.collect() });
        }
        rows
    }

    fn show_bytes(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exported = self.contestants.iter().filter_map(|name| Some((*name, self.exported_bytes(name)?)));
        let exported: Vec<(&str, u64)> = exported.collect();
        if exported.is_empty() {
            return Ok(());
        }
        let (heads, bytes): (Vec<&str>, Vec<u64>) = exported.into_iter().unzip();
        let cells = bytes.into_iter().map(|bytes| format!("{}.{}", bytes / 1_000_000, bytes / 100_000 % 10));
        let row = Row { name: "`mode=max`, without the base images".to_owned(), cells: cells.collect() };
        table(out, "MB of cache exported", &heads, &[row])
    }

    fn show_verdicts(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows: Vec<Row> = goal::verdicts(self)
            .into_iter()
            .map(|verdict| {
                let met = if verdict.is_met { "yes" } else { "no" };
                let cells = vec![verdict.what, verdict.wanted, verdict.reached, met.to_owned()];
                Row { name: verdict.step.name().to_owned(), cells }
            })
            .collect();
        if rows.is_empty() {
            return Ok(());
        }
        table(out, "goal", &["of", "wanted", "reached", "met"], &rows)
    }

    fn show_traces(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = Vec::new();
        for name in self.contestants.iter().filter(|name| [OURS, CHEF].contains(*name)) {
            for step in self.steps() {
                let shares = self.trace(name, step);
                let parts: Vec<String> = shares
                    .iter()
                    .filter(|share| share.seconds >= NOTEWORTHY)
                    .map(|share| format!("`{}` {:.2}", short(&share.name), share.seconds))
                    .collect();
                if !parts.is_empty() {
                    lines.push(format!("- {name}, {step}: {}\n", parts.join(", ")));
                }
            }
        }
        if lines.is_empty() {
            return Ok(());
        }
        let about = "Where the time went: seconds of the engine's vertices";
        writeln!(out, "<details><summary>{about}</summary>\n\n{}\n</details>\n", lines.concat())
    }

    fn show_compiled(&self, name: &str, step: Step) -> Option<String> {
        Some(match self.compiled(name, step)? {
            (least, most) if least == most => least.to_string(),
            (least, most) => format!("{least}–{most}"),
        })
    }

    fn show_seconds(&self, name: &str, step: Step) -> Option<String> {
        let seconds = self.seconds(name, step)?;
        let (least, median, most) = (seconds.least, seconds.median, seconds.most);
        Some(if least < most {
            format!("{median:.2} ({least:.2}–{most:.2})")
        } else {
            format!("{median:.2}")
        })
    }

    fn name_of(&self, step: Step) -> String {
        match (&self.bump, step) {
            (Some(bump), Step::Lockfile) => format!("{step}: `{bump}`"),
            _ => format!("{step}: {}", step.about()),
        }
    }
}

/// A vertex's name without digests, and not longer than a line.
fn short(name: &str) -> String {
    let name = name.split("@sha256:").next().unwrap_or(name);
    if name.chars().count() <= 64 {
        return name.to_owned();
    }
    name.chars().take(63).chain(['…']).collect()
}

fn table<H: AsRef<str>>(out: &mut fmt::Formatter<'_>, of: &str, heads: &[H], rows: &[Row]) -> fmt::Result {
    let heads: Vec<&str> = heads.iter().map(AsRef::as_ref).collect();
    writeln!(out, "| {of} | {} |", heads.join(" | "))?;
    writeln!(out, "| --- |{}", " ---: |".repeat(heads.len()))?;
    for Row { name, cells } in rows {
        writeln!(out, "| {name} | {} |", cells.join(" | "))?;
    }
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use crate::bench::findings::{Comparison, Sample};
    use crate::bench::step::Step;

    #[test]
    fn medians_ratios_and_planning_are_shown() {
        let sample = |contestant, step, seconds, compiled| Sample {
            contestant,
            seconds,
            compiled,
            planning_milliseconds: (contestant == "supercargo").then_some(40),
            ..Sample::blank(step)
        };
        let stale =
            Sample { missing_marks: vec!["<bench main 1>".into()], ..sample("naive", Step::Edit, 9.0, 1) };
        let comparison = Comparison {
            contestants: vec!["supercargo", "cargo-chef", "naive"],
            samples: vec![
                sample("supercargo", Step::Cold, 50.0, 8),
                sample("cargo-chef", Step::Cold, 60.0, 9),
                sample("supercargo", Step::Edit, 4.0, 1),
                sample("supercargo", Step::Edit, 6.0, 1),
                sample("supercargo", Step::Edit, 5.0, 1),
                sample("cargo-chef", Step::Edit, 10.0, 1),
                stale,
            ],
            ..Comparison::blank("api")
        };
        let text = comparison.to_string();
        for line in [
            "| seconds | supercargo | cargo-chef | naive |",
            "| cold: first build, no cache | 50.00 | 60.00 | – |",
            "| edit: the binary's `main` changed | 5.00 (4.00–6.00) | 10.00 | 9.00 |",
            "| ratio | supercargo / cargo-chef | naive / cargo-chef |",
            "| cold: first build, no cache | 0.83 | – |",
            "| cold | seconds / those of cargo-chef | at most 1.05 | 0.83 | yes |",
            "Stale: the binary of naive after `edit` (round 1) does not have <bench main 1>.",
            "The frontend's own planning: 40 / 40 / 40 ms (least / median / most of 4 builds).",
        ] {
            assert!(text.contains(line), "no `{line}` in:\n{text}");
        }
    }
}
