//! The findings as Markdown.

use std::fmt;

use super::contestant::{CARGO_CHEF, CHEF, CONTESTANTS, OURS};
use super::findings::{Comparison, Findings};
use super::machine::Machine;
use super::step::Step;

/// What a cell holds when nothing was measured.
const NOTHING: &str = "–";

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
             compiler flag that is of this run alone, and so are the mounts of `cache-mounts`; but crates that \
             Supercargo downloaded in an earlier build may have been there."
        };
        writeln!(out, "\n{before}")?;
        let Self { cold_rounds, rounds, .. } = self;
        writeln!(
            out,
            "Cold builds: {cold_rounds} for each contestant; builds of each other step: {rounds}, of the lockfile step \
             1; the contestants in turn.\n\
             Seconds are wall time of the whole `docker buildx build`: the median, and in brackets the least and the \
             most.\nRatios are of medians.\n"
        )?;
        for contestant in CONTESTANTS {
            if self.comparisons.iter().any(|comparison| comparison.contestants.contains(&contestant.name)) {
                let release = if contestant.name == CHEF { format!(" {CARGO_CHEF}") } else { String::new() };
                writeln!(out, "- `{}`{release}: {}", contestant.name, contestant.about)?;
            }
        }
        self.comparisons.iter().try_for_each(|comparison| write!(out, "\n{comparison}"))?;
        for failure in &self.failures {
            let why = failure.error.lines().next().unwrap_or_default();
            writeln!(out, "\n### {}\n\nNot measured: {why}", failure.title)?;
        }
        Ok(())
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cores, memory_gib, processor, load, docker, buildkit, rust, frontend_profile } = self;
        let buildkit =
            buildkit.as_ref().map(|version| format!(" with BuildKit {version}")).unwrap_or_default();
        writeln!(out, "{cores} cores ({processor}), {memory_gib} GiB of memory, load {load} at the start;")?;
        writeln!(
            out,
            "Docker {docker}{buildkit}, Rust {rust}, the frontend built with profile `{frontend_profile}`."
        )
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "### {}\n", self.title)?;
        writeln!(out, "{} packages in the lockfile besides its own.\n", self.dependencies)?;
        let names = &self.contestants;
        let seconds = self.rows(names, |name, step| self.show_seconds(name, step));
        table(out, "seconds", names, &seconds)?;

        let pairs: Vec<(&str, &str)> = [OURS, CHEF]
            .into_iter()
            .filter(|other| names.contains(other))
            .flat_map(|other| names.iter().map(move |name| (*name, other)))
            .filter(|(name, other)| name != other)
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

        if let Some((time, count)) = self.planning() {
            let (least, median, most) = (time.least, time.median, time.most);
            writeln!(
                out,
                "The frontend's own planning: {least:.0} / {median:.0} / {most:.0} ms (least / median / most of \
                 {count} builds)."
            )?;
        }
        Ok(())
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
            step,
            round: 1,
            seconds,
            compiled,
            planning_milliseconds: (contestant == "supercargo").then_some(40),
        };
        let comparison = Comparison {
            title: "api".to_owned(),
            dependencies: 7,
            bump: None,
            contestants: vec!["supercargo", "cargo-chef"],
            samples: vec![
                sample("supercargo", Step::Cold, 50.0, 8),
                sample("cargo-chef", Step::Cold, 60.0, 9),
                sample("supercargo", Step::Edit, 4.0, 1),
                sample("supercargo", Step::Edit, 6.0, 1),
                sample("supercargo", Step::Edit, 5.0, 1),
                sample("cargo-chef", Step::Edit, 10.0, 1),
            ],
        };
        let text = comparison.to_string();
        for line in [
            "| seconds | supercargo | cargo-chef |",
            "| cold: first build, no cache | 50.00 | 60.00 |",
            "| edit: a line added to the binary's `main` | 5.00 (4.00–6.00) | 10.00 |",
            "| ratio | cargo-chef / supercargo | supercargo / cargo-chef |",
            "| cold: first build, no cache | 1.20 | 0.83 |",
            "| edit: a line added to the binary's `main` | 1 | 1 |",
            "The frontend's own planning: 40 / 40 / 40 ms (least / median / most of 4 builds).",
        ] {
            assert!(text.contains(line), "no `{line}` in:\n{text}");
        }
    }
}
