//! One vertex of a build, and what became of it.

use std::collections::BTreeSet;
use std::fmt;

use super::cargo::{self, Compiled};
use super::wire::VertexUpdate;

/// Beginnings of the names that the engine and the client give to work of their own.
const BOOKKEEPING: &[&str] = &[
    "[internal]",
    "[auth]",
    "docker-image://",
    "oci-layout://",
    "local://",
    "exporting ",
    "importing cache manifest",
    "inferred cache manifest",
    "preparing build cache for export",
    "resolve image config for",
    "resolving provenance",
    "generating attestation",
    "sending tarball",
    "copying files",
    "load metadata for",
    "pushing ",
    super::NOTICE,
];

/// A vertex: a step of the graph that the engine runs or finds in its cache.
#[derive(Debug, Clone)]
pub struct Vertex {
    digest: String,
    name: String,
    inputs: Vec<String>,
    started: bool,
    completed: bool,
    cached: bool,
    error: Option<String>,
    log: Vec<u8>,
    /// The times between which work was done; the engine may look at a vertex more than once.
    work: BTreeSet<(String, String)>,
}

impl Vertex {
    pub(super) fn new(update: &VertexUpdate) -> Self {
        Self {
            digest: update.digest.clone(),
            name: update.name.clone(),
            inputs: update.inputs.clone(),
            started: false,
            completed: false,
            cached: false,
            error: None,
            log: Vec::new(),
            work: BTreeSet::new(),
        }
    }

    pub(super) fn update(&mut self, update: VertexUpdate) {
        if let (Some(started), Some(completed)) = (&update.started, &update.completed) {
            self.work.insert((started.clone(), completed.clone()));
        }
        self.started |= update.started.is_some();
        self.completed |= update.completed.is_some();
        // The engine first says that it looks at a vertex, and later that it found the result in its cache.
        self.cached |= update.cached;
        if !update.error.is_empty() {
            self.error = Some(update.error);
        }
    }

    pub(super) fn append(&mut self, chunk: &[u8]) {
        self.log.extend_from_slice(chunk);
    }

    /// The digest of the vertex's definition.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The name that a person reads.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The digests of the vertices that it stands on.
    #[must_use]
    pub fn inputs(&self) -> &[String] {
        &self.inputs
    }

    /// True when the result was found in the cache.
    #[must_use]
    pub fn is_cached(&self) -> bool {
        self.cached
    }

    /// True when it came to its end.
    #[must_use]
    pub fn is_completed(&self) -> bool {
        self.completed
    }

    /// The seconds that it took; none for a result that was found in the cache.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        if self.cached {
            return 0.0;
        }
        let took = |(from, to): &(String, String)| Some((of_day(to)? - of_day(from)?).rem_euclid(86_400.0));
        self.work.iter().filter_map(took).sum()
    }

    /// The time when its work began, as the engine wrote it.
    pub(super) fn began(&self) -> Option<&str> {
        self.work.first().map(|(from, _)| from.trim_end_matches('Z'))
    }

    /// True if all its work ended before `time`.
    pub(super) fn ended_before(&self, time: &str) -> bool {
        !self.work.is_empty() && self.work.iter().all(|(_, to)| to.trim_end_matches('Z') < time)
    }

    /// True when a program ran in it and was not the engine's own bookkeeping.
    ///
    /// That a vertex is not marked as cached says little: the engine leaves the mark out where it never needed the
    /// result, because it found a later one. A program that ran has said something; every step of ours does.
    #[must_use]
    pub fn has_run(&self) -> bool {
        self.started && !self.cached && !self.log.is_empty() && !self.is_bookkeeping()
    }

    fn is_bookkeeping(&self) -> bool {
        // The engine's own Dockerfile frontend names the loading of a base image after its stage.
        BOOKKEEPING.iter().any(|start| self.name.starts_with(start)) || self.name.contains("] FROM ")
    }

    /// What went wrong in it.
    #[must_use]
    pub fn error(&self) -> Option<&str> {
        self.error.as_deref()
    }

    /// All that it wrote.
    #[must_use]
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&self.log).into_owned()
    }

    /// The packages that cargo compiled in it, in order.
    #[must_use]
    pub fn compiled(&self) -> Vec<Compiled> {
        cargo::compiled(&self.log())
    }

    /// The names of those packages, sorted and each once.
    #[must_use]
    pub fn compiled_names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.compiled().into_iter().map(|package| package.name).collect();
        names.sort();
        names.dedup();
        names
    }
}

impl fmt::Display for Vertex {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match (&self.error, self.cached, self.started) {
            (Some(_), _, _) => "FAILED",
            (None, true, _) => "CACHED",
            (None, false, true) => "DONE",
            (None, false, false) => "NOT STARTED",
        };
        write!(out, "{state} {}", self.name)?;
        if let Some(error) = &self.error {
            write!(out, ": {error}")?;
        }
        Ok(())
    }
}

/// The second of the day of a time such as `2026-01-01T00:00:01.5Z`.
fn of_day(time: &str) -> Option<f64> {
    let (_, clock) = time.trim_end_matches('Z').split_once('T')?;
    let mut parts = clock.split(':').map(str::parse::<f64>);
    let (hours, minutes, seconds) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
    Some((hours * 60.0 + minutes) * 60.0 + seconds)
}

#[cfg(test)]
mod tests {
    use super::of_day;

    #[test]
    fn a_time_of_the_engines_is_read_to_the_fraction() {
        assert_eq!(of_day("2026-01-01T01:02:03.25Z"), Some(3723.25));
        assert_eq!(of_day("1"), None);
    }
}
