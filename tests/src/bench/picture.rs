//! The findings as a picture: one group of bars for each step, one bar for each contestant.
//!
//! It has no background of its own and takes the reader's colour scheme, so that it can be read on a light and on a
//! dark page.

use std::fmt::Write as _;

use super::contestant::{CHEF, OURS};
use super::findings::{Comparison, Findings};
use super::step::Step;

const WIDTH: f64 = 860.0;
const LEFT: f64 = 250.0;
/// The room right of the longest bar, for its label.
const RIGHT: f64 = 200.0;
const BAR: f64 = 15.0;
const GAP: f64 = 14.0;
const HEAD: f64 = 46.0;
/// Colours that can be told apart on white and on black, also by those who see red and green alike.
const COLOURS: &[&str] =
    &["#e8590c", "#4c78a8", "#9c755f", "#b07aa1", "#76b7b2", "#bab0ac", "#edc948", "#59a14f"];

const STYLE: &str = "text{font:12px system-ui,sans-serif;fill:#24292f}.h{font-weight:600;font-size:15px}\
    .s{font-weight:600}.d{fill:#6e7781}\
    @media(prefers-color-scheme:dark){text{fill:#e6edf3}.d{fill:#9da7b1}}";

/// Draws them. Each step has a scale of its own: its longest bar is as long as there is room.
#[must_use]
pub fn draw(findings: &Findings) -> String {
    let mut body = String::new();
    let mut y = 8.0;
    for comparison in &findings.comparisons {
        y = project(&mut body, comparison, y);
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH:.0} {y:.0}\" width=\"{WIDTH:.0}\" \
         height=\"{y:.0}\" role=\"img\" aria-label=\"Seconds of each step for each contestant\">\n\
         <style>{STYLE}</style>\n{body}</svg>\n"
    )
}

fn project(out: &mut String, comparison: &Comparison, top: f64) -> f64 {
    let mut y = top + 20.0;
    text(out, 8.0, y, "h", &comparison.title);
    y += HEAD - 30.0;
    let about = format!(
        "median seconds of `docker buildx build`; in brackets the ratio to {CHEF}; shorter is better; {} local packages, {} others",
        comparison.members, comparison.dependencies
    );
    text(out, 8.0, y, "d", &about);
    y += GAP;
    for step in comparison.steps() {
        y = group(out, comparison, step, y);
    }
    y + GAP
}

fn group(out: &mut String, comparison: &Comparison, step: Step, top: f64) -> f64 {
    let rows: Vec<(usize, &str, f64)> = comparison
        .contestants
        .iter()
        .enumerate()
        .filter_map(|(place, name)| Some((place, *name, comparison.seconds(name, step)?.median)))
        .collect();
    let longest = rows.iter().map(|(_, _, seconds)| *seconds).fold(0.0, f64::max);
    let mut y = top;
    for (number, (place, name, seconds)) in rows.iter().enumerate() {
        if number == 0 {
            text(out, 8.0, y + BAR - 3.0, "s", step.name());
        }
        let class = if *name == OURS { "s" } else { "d" };
        let _infallible = writeln!(
            out,
            "<text x=\"{:.0}\" y=\"{:.1}\" class=\"{class}\" text-anchor=\"end\">{}</text>",
            LEFT - 8.0,
            y + BAR - 3.0,
            escaped(name)
        );
        let length = if longest > 0.0 { (seconds / longest * (WIDTH - LEFT - RIGHT)).max(1.0) } else { 1.0 };
        let colour = COLOURS.get(place % COLOURS.len()).copied().unwrap_or("#888888");
        let _infallible = writeln!(
            out,
            "<rect x=\"{LEFT:.0}\" y=\"{y:.1}\" width=\"{length:.1}\" height=\"{:.1}\" rx=\"2\" fill=\"{colour}\"/>",
            BAR - 2.0
        );
        text(out, LEFT + length + 6.0, y + BAR - 3.0, class, &label(comparison, step, name, *seconds));
        y += BAR;
    }
    y + GAP
}

fn label(comparison: &Comparison, step: Step, name: &str, seconds: f64) -> String {
    let ratio = comparison.ratio(name, CHEF, step).filter(|_| name != CHEF);
    let ratio = ratio.map(|ratio| format!(" ({ratio:.2})")).unwrap_or_default();
    let stale = comparison.stale().any(|sample| sample.contestant == name && sample.step == step);
    format!("{seconds:.2} s{ratio}{}", if stale { ", stale binary" } else { "" })
}

fn text(out: &mut String, x: f64, y: f64, class: &str, words: &str) {
    let _infallible =
        writeln!(out, "<text x=\"{x:.1}\" y=\"{y:.1}\" class=\"{class}\">{}</text>", escaped(words));
}

fn escaped(words: &str) -> String {
    words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::{escaped, project};
    use crate::bench::findings::{Comparison, Sample};
    use crate::bench::step::Step;

    #[test]
    fn the_longest_bar_fills_the_room_and_ratios_are_written() {
        let sample = |contestant, seconds| Sample { contestant, seconds, ..Sample::blank(Step::Edit) };
        let comparison = Comparison {
            contestants: vec!["supercargo", "cargo-chef"],
            samples: vec![sample("supercargo", 2.0), sample("cargo-chef", 8.0)],
            ..Comparison::blank("a < b")
        };
        let mut out = String::new();
        project(&mut out, &comparison, 0.0);
        assert!(out.contains("width=\"410.0\"") && out.contains("width=\"102.5\""), "{out}");
        assert!(
            out.contains("2.00 s (0.25)") && out.contains(">8.00 s<") && out.contains("a &lt; b"),
            "{out}"
        );
        assert_eq!(escaped("<&>"), "&lt;&amp;&gt;");
    }
}
