//! What Supercargo wants to reach, and whether it did.

use super::contestant::{CHEF, HOST, OURS};
use super::findings::Comparison;
use super::step::Step;

/// The smallest number of local packages of a project that counts as a workspace here.
const WORKSPACE: usize = 10;

/// One wish, and what came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// What was built.
    pub step: Step,
    /// What is compared with what.
    pub what: String,
    /// What is wanted.
    pub wanted: String,
    /// What was measured.
    pub reached: String,
    /// Whether that is enough.
    pub is_met: bool,
}

/// The wishes for a project of which something was measured.
#[must_use]
pub fn verdicts(of: &Comparison) -> Vec<Verdict> {
    let workspace = of.members >= WORKSPACE;
    let edit = if workspace { 0.5 } else { 0.9 };
    let spare = if workspace { 0.0 } else { 1.5 };
    let found = [
        ratio(of, Step::Cold, CHEF, 1.05, 0.0),
        more(of, Step::Unchanged, CHEF, 0.2),
        ratio(of, Step::Edit, CHEF, edit, 0.0),
        ratio(of, Step::Edit, HOST, 1.3, spare),
        ratio(of, Step::Library, HOST, 1.3, spare),
        ratio(of, Step::Lockfile, CHEF, 0.35, 0.0),
        ratio(of, Step::Fresh, CHEF, 0.7, 0.0),
        bytes(of),
        recompiled(of, Step::Version),
        recompiled(of, Step::DevDependency),
    ];
    found.into_iter().flatten().collect()
}

fn median(of: &Comparison, contestant: &str, step: Step) -> Option<f64> {
    Some(of.seconds(contestant, step)?.median)
}

/// At most so many times what another one took, and so many seconds.
fn ratio(of: &Comparison, step: Step, other: &str, times: f64, plus: f64) -> Option<Verdict> {
    let (ours, theirs) = (median(of, OURS, step)?, median(of, other, step)?);
    let extra = if plus > 0.0 { format!(" plus {plus:.1} s") } else { String::new() };
    Some(Verdict {
        step,
        what: format!("seconds / those of {other}"),
        wanted: format!("at most {times:.2}{extra}"),
        reached: format!("{:.2}", ours / theirs),
        is_met: ours <= theirs * times + plus,
    })
}

/// At most so many seconds more than another one.
fn more(of: &Comparison, step: Step, other: &str, seconds: f64) -> Option<Verdict> {
    let difference = median(of, OURS, step)? - median(of, other, step)?;
    Some(Verdict {
        step,
        what: format!("seconds more than {other}"),
        wanted: format!("at most +{seconds:.2}"),
        reached: format!("{difference:+.2}"),
        is_met: difference <= seconds,
    })
}

#[expect(clippy::cast_precision_loss, reason = "bytes of a cache are far from 2^52")]
fn bytes(of: &Comparison) -> Option<Verdict> {
    let (ours, theirs) = (of.exported_bytes(OURS)? as f64, of.exported_bytes(CHEF)? as f64);
    Some(Verdict {
        step: Step::Export,
        what: format!("bytes / those of {CHEF}"),
        wanted: "at most 0.60".to_owned(),
        reached: format!("{:.2}", ours / theirs),
        is_met: ours <= theirs * 0.6,
    })
}

/// No dependency may be compiled again: what is compiled is of the project.
fn recompiled(of: &Comparison, step: Step) -> Option<Verdict> {
    let (_, most) = of.compiled(OURS, step)?;
    Some(Verdict {
        step,
        what: "packages compiled".to_owned(),
        wanted: format!("at most the {} of the project", of.members),
        reached: most.to_string(),
        is_met: most <= of.members,
    })
}

#[cfg(test)]
mod tests {
    use super::verdicts;
    use crate::bench::findings::{Comparison, Sample};
    use crate::bench::step::Step;

    #[test]
    fn a_wish_is_met_or_missed_by_the_medians() {
        let sample = |contestant, step, seconds| Sample { contestant, seconds, ..Sample::blank(step) };
        let of = Comparison {
            samples: vec![
                sample("supercargo", Step::Edit, 5.0),
                sample("cargo-chef", Step::Edit, 5.5),
                sample("host", Step::Edit, 2.8),
                sample("supercargo", Step::Cold, 10.0),
                sample("cargo-chef", Step::Cold, 10.0),
                sample("supercargo", Step::Unchanged, 0.9),
                sample("cargo-chef", Step::Unchanged, 0.6),
            ],
            ..Comparison::blank("one")
        };
        let said = |of: &Comparison| -> Vec<(Step, bool)> {
            verdicts(of).into_iter().map(|verdict| (verdict.step, verdict.is_met)).collect()
        };
        let single = [(Step::Cold, true), (Step::Unchanged, false), (Step::Edit, false), (Step::Edit, true)];
        assert_eq!(said(&of), single);
        // A workspace has no seconds to spare, and more to win.
        let workspace = Comparison { members: 10, ..of };
        assert!(said(&workspace).iter().filter(|(step, _)| *step == Step::Edit).all(|(_, met)| !met));
    }
}
