//! What the clock and cargo said.

use std::collections::BTreeSet;

use serde::Serialize;

use super::machine::Machine;
use super::step::Step;

/// One build.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sample {
    /// Who built.
    pub contestant: &'static str,
    /// What was built.
    pub step: Step,
    /// Which time, from one.
    pub round: u32,
    /// From the start of the client to its end.
    pub seconds: f64,
    /// The packages that cargo compiled.
    pub compiled: usize,
    /// What the frontend said of its own time; only Supercargo's does, and only to an engine whose log can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub planning_milliseconds: Option<u64>,
}

/// All builds of one project.
#[derive(Debug, Clone, Serialize)]
pub struct Comparison {
    /// What the tables call the project.
    pub title: String,
    /// The number of packages of its lockfile that are not of the project.
    pub dependencies: usize,
    /// The dependency that was moved, and where to.
    pub bump: Option<String>,
    /// The contestants, in the order of the tables.
    pub contestants: Vec<&'static str>,
    /// Every build, in the order in which they ran.
    pub samples: Vec<Sample>,
}

/// A whole benchmark.
#[derive(Debug, Clone, Serialize)]
pub struct Findings {
    /// Where.
    pub machine: Machine,
    /// How often everything was built from nothing.
    pub cold_rounds: u32,
    /// How often the steps of a round were done.
    pub rounds: u32,
    /// True when the engine's whole build cache was emptied before each cold round.
    pub pruned: bool,
    /// One for each project.
    pub comparisons: Vec<Comparison>,
    /// The projects of which there is nothing to compare.
    pub failures: Vec<Failure>,
}

/// A project that could not be measured to the end.
#[derive(Debug, Clone, Serialize)]
pub struct Failure {
    /// What the tables would have called it.
    pub title: String,
    /// Why.
    pub error: String,
}

/// The smallest, the middle and the largest of some numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// The smallest.
    pub least: f64,
    /// The one in the middle; of an even number, the mean of the two in the middle.
    pub median: f64,
    /// The largest.
    pub most: f64,
}

impl Spread {
    /// Of these numbers; nothing when there are none.
    pub fn of(numbers: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut sorted: Vec<f64> = numbers.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        let upper = *sorted.get(sorted.len() / 2)?;
        let lower = *sorted.get((sorted.len() - 1) / 2)?;
        Some(Self { least: *sorted.first()?, median: f64::midpoint(lower, upper), most: *sorted.last()? })
    }
}

impl Comparison {
    /// The steps that were done, in the order of the tables.
    #[must_use]
    pub fn steps(&self) -> Vec<Step> {
        let steps: BTreeSet<Step> = self.samples.iter().map(|sample| sample.step).collect();
        steps.into_iter().collect()
    }

    /// The seconds that a contestant took for a step.
    #[must_use]
    pub fn seconds(&self, contestant: &str, step: Step) -> Option<Spread> {
        Spread::of(self.of(contestant, step).map(|sample| sample.seconds))
    }

    /// The fewest and the most packages that were compiled for a step.
    #[must_use]
    pub fn compiled(&self, contestant: &str, step: Step) -> Option<(usize, usize)> {
        let counts = || self.of(contestant, step).map(|sample| sample.compiled);
        Some((counts().min()?, counts().max()?))
    }

    /// How often as long as another one a contestant took for a step.
    #[must_use]
    pub fn ratio(&self, contestant: &str, other: &str, step: Step) -> Option<f64> {
        Some(self.seconds(contestant, step)?.median / self.seconds(other, step)?.median)
    }

    /// The milliseconds that the frontend said it took, over all steps, and how often it said so.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of a build are far from 2^52")]
    pub fn planning(&self) -> Option<(Spread, usize)> {
        let times: Vec<u64> = self.samples.iter().filter_map(|sample| sample.planning_milliseconds).collect();
        Some((Spread::of(times.iter().map(|time| *time as f64))?, times.len()))
    }

    fn of(&self, contestant: &str, step: Step) -> impl Iterator<Item = &Sample> {
        self.samples.iter().filter(move |sample| sample.contestant == contestant && sample.step == step)
    }
}

#[cfg(test)]
mod tests {
    use super::Spread;

    #[test]
    fn the_median_is_the_middle() {
        assert_eq!(Spread::of([3.0, 1.0, 2.0]), Some(Spread { least: 1.0, median: 2.0, most: 3.0 }));
        assert_eq!(Spread::of([1.0, 4.0]), Some(Spread { least: 1.0, median: 2.5, most: 4.0 }));
        assert_eq!(Spread::of([]), None);
    }
}
