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
    /// Where the time went: the engine's vertices that took some.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub trace: Vec<Share>,
    /// What the sources say and the binary does not: it was made of older sources.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing_marks: Vec<String>,
    /// The compressed bytes that the build exported as cache, without those of the base images.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exported_bytes: Option<u64>,
    /// What the frontend said of its own time; only Supercargo's does, and only to an engine whose log can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub planning_milliseconds: Option<u64>,
}

/// A vertex's part of a build.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Share {
    /// The vertex.
    pub name: String,
    /// How long it took.
    pub seconds: f64,
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
    /// The number of packages of the project itself that the binary is made of.
    pub members: usize,
    /// The package that `library` edits, and how many packages stand on it.
    pub library: Option<(String, usize)>,
    /// Every build, in the order in which they ran.
    pub samples: Vec<Sample>,
    /// The contestants that did not come to the end.
    pub failures: Vec<Failure>,
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
    /// What the frontend takes to plan a workspace of very many members.
    pub crowd: Option<Crowd>,
    /// The projects of which there is nothing to compare.
    pub failures: Vec<Failure>,
}

/// The frontend's own time for a large workspace.
#[derive(Debug, Clone, Serialize)]
pub struct Crowd {
    /// The number of members.
    pub members: usize,
    /// The milliseconds of every build.
    pub milliseconds: Vec<u64>,
}

/// A project or a contestant that could not be measured to the end.
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

    /// The vertices of a step of a contestant with the medians of their seconds, in the order of the builds.
    #[must_use]
    pub fn trace(&self, contestant: &str, step: Step) -> Vec<Share> {
        let mut seconds: Vec<(&str, Vec<f64>)> = Vec::new();
        for share in self.of(contestant, step).flat_map(|sample| &sample.trace) {
            match seconds.iter_mut().find(|(name, _)| *name == share.name) {
                Some((_, all)) => all.push(share.seconds),
                None => seconds.push((&share.name, vec![share.seconds])),
            }
        }
        let medians = seconds.into_iter().filter_map(|(name, all)| {
            Some(Share { name: name.to_owned(), seconds: Spread::of(all)?.median })
        });
        medians.collect()
    }

    /// The bytes that a contestant exported.
    #[must_use]
    pub fn exported_bytes(&self, contestant: &str) -> Option<u64> {
        self.samples
            .iter()
            .filter(|sample| sample.contestant == contestant)
            .find_map(|sample| sample.exported_bytes)
    }

    /// The builds whose binary was made of older sources than it should have been.
    pub fn stale(&self) -> impl Iterator<Item = &Sample> {
        self.samples.iter().filter(|sample| !sample.missing_marks.is_empty())
    }

    fn of(&self, contestant: &str, step: Step) -> impl Iterator<Item = &Sample> {
        self.samples.iter().filter(move |sample| sample.contestant == contestant && sample.step == step)
    }
}

#[cfg(test)]
impl Sample {
    /// A build of which nothing is known.
    pub(super) fn blank(step: Step) -> Self {
        Self {
            contestant: "supercargo",
            step,
            round: 1,
            seconds: 0.0,
            compiled: 0,
            trace: Vec::new(),
            missing_marks: Vec::new(),
            exported_bytes: None,
            planning_milliseconds: None,
        }
    }
}

#[cfg(test)]
impl Comparison {
    /// A project of which nothing was measured.
    pub(super) fn blank(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            dependencies: 7,
            bump: None,
            contestants: Vec::new(),
            members: 1,
            library: None,
            samples: Vec::new(),
            failures: Vec::new(),
        }
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
