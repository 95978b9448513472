//! What a build did, read from buildx's `rawjson` progress.

mod cargo;
mod vertex;
mod wire;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context, Result};

pub use self::cargo::Compiled;
pub use self::vertex::Vertex;
use crate::process::{Outcome, tail};

/// How a step begins that is a warning.
const NOTICE: &str = "WARNING: ";

/// The vertices of a build with their logs, its warnings, and what the client said besides.
#[derive(Debug, Clone)]
pub struct BuildLog {
    vertices: Vec<Vertex>,
    warnings: Vec<Warning>,
    success: bool,
    exit_code: Option<i32>,
    stdout: String,
    message: String,
}

/// A warning that a frontend attached to a vertex.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The name of the vertex.
    pub vertex: String,
    /// The line that is always shown.
    pub short: String,
    /// The lines shown on demand.
    pub detail: Vec<String>,
    /// Where one can read more; may be empty.
    pub url: String,
}

impl BuildLog {
    /// Reads the output of a client that ran with `--progress=rawjson`.
    #[must_use]
    pub fn parse(outcome: &Outcome) -> Self {
        let mut vertices: Vec<Vertex> = Vec::new();
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        let mut warnings = Vec::new();
        let mut message = String::new();
        for line in outcome.stderr.lines() {
            // What is not progress is for the person: the excerpt of the definition and the error.
            let Some(status) = wire::Status::parse(line) else {
                let _infallible = writeln!(message, "{line}");
                continue;
            };
            for update in status.vertexes {
                let place = *places.entry(update.digest.clone()).or_insert_with(|| {
                    vertices.push(Vertex::new(&update));
                    vertices.len() - 1
                });
                if let Some(vertex) = vertices.get_mut(place) {
                    vertex.update(update);
                }
            }
            for log in status.logs {
                if let Some(vertex) = places.get(&log.vertex).and_then(|place| vertices.get_mut(*place)) {
                    vertex.append(&log.text());
                }
            }
            warnings.extend(status.warnings);
        }
        let name_of = |digest: &str| {
            let vertex = places.get(digest).and_then(|place| vertices.get(*place));
            vertex.map(|vertex| vertex.name().to_owned()).unwrap_or_default()
        };
        let warnings = warnings.into_iter().map(|warning| warning.into_warning(name_of));
        // An engine without a call for warnings shows them as steps: `WARNING: what is wrong;  hint: what would be right`.
        let notices = vertices.iter().filter_map(|vertex| {
            let mut parts = vertex.name().strip_prefix(NOTICE)?.split(";  hint: ").map(str::to_owned);
            let short = parts.next().unwrap_or_default();
            Some(Warning {
                vertex: vertex.name().to_owned(),
                short,
                detail: parts.collect(),
                url: String::new(),
            })
        });
        let warnings = warnings.chain(notices).collect();
        Self {
            vertices,
            warnings,
            success: outcome.status.success(),
            exit_code: outcome.status.code(),
            stdout: outcome.stdout.clone(),
            message,
        }
    }

    /// True when the client ended well.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.success
    }

    /// The client's exit code.
    #[must_use]
    pub fn exit_code(&self) -> Option<i32> {
        self.exit_code
    }

    /// The client's standard output: the answer to a `--call`.
    #[must_use]
    pub fn stdout(&self) -> &str {
        &self.stdout
    }

    /// What the client said on stderr besides progress: the excerpt of the definition and the error.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Every vertex, in the order in which the engine first named them.
    #[must_use]
    pub fn vertices(&self) -> &[Vertex] {
        &self.vertices
    }

    /// Every warning.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// The first vertex whose name contains `part`, such as `[deps]`. An error lists the vertices that there are.
    pub fn vertex(&self, part: &str) -> Result<&Vertex> {
        self.vertices.iter().find(|vertex| vertex.name().contains(part)).with_context(|| {
            let names: Vec<&str> = self.vertices.iter().map(Vertex::name).collect();
            format!("no vertex is called `{part}`; there are:\n  {}", names.join("\n  "))
        })
    }

    /// The names of the vertices whose work was done anew.
    ///
    /// The engine's own bookkeeping, which no build goes without, does not count: reading the definition and the
    /// context, resolving and loading images, exporting.
    #[must_use]
    pub fn ran(&self) -> Vec<&str> {
        // The definition is read first, by a vertex that no other build shares. What ended before that is the work of an
        // earlier build that the engine has not let go of yet, and shows again with all that it wrote.
        let reads = self
            .vertices
            .iter()
            .filter(|vertex| vertex.name().starts_with("[internal] load build definition"));
        let began = reads.filter_map(Vertex::began).min().unwrap_or_default();
        let ran = self.vertices.iter().filter(|vertex| vertex.has_run() && !vertex.ended_before(began));
        ran.map(Vertex::name).collect()
    }

    /// The names of the vertices whose result was found in the cache.
    #[must_use]
    pub fn cached(&self) -> Vec<&str> {
        self.vertices.iter().filter(|vertex| vertex.is_cached()).map(Vertex::name).collect()
    }

    /// The packages that cargo compiled, in all vertices.
    #[must_use]
    pub fn compiled(&self) -> Vec<Compiled> {
        self.vertices.iter().flat_map(Vertex::compiled).collect()
    }

    /// Why the build failed: the ends of the logs of the vertices that did, and the client's last words.
    #[must_use]
    pub fn failure(&self) -> String {
        let mut text = String::new();
        for vertex in self.vertices.iter().filter(|vertex| vertex.error().is_some()) {
            let _infallible = writeln!(text, "{vertex}\n{}", tail(&vertex.log()));
        }
        text + &self.message
    }

    /// The whole build as text: each vertex with its state and its log, the warnings, the client's last words.
    #[must_use]
    pub fn transcript(&self) -> String {
        let mut text = String::new();
        for vertex in &self.vertices {
            let _infallible = writeln!(text, "{vertex}");
            for line in vertex.log().lines() {
                let _infallible = writeln!(text, "    {line}");
            }
        }
        for warning in &self.warnings {
            let _infallible = writeln!(text, "WARNING: {}: {}", warning.vertex, warning.short);
            for line in &warning.detail {
                let _infallible = writeln!(text, "    {line}");
            }
        }
        text + &self.message
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::process::ExitStatus;

    use super::BuildLog;
    use crate::process::Outcome;

    fn log(lines: &[&str]) -> BuildLog {
        BuildLog::parse(&Outcome {
            status: ExitStatus::from_raw(0),
            stdout: String::new(),
            stderr: lines.join("\n"),
        })
    }

    #[test]
    fn a_vertex_is_put_together_from_its_updates() {
        let log = log(&[
            r#"{"vertexes":[{"digest":"sha256:a","name":"[deps] compile"}]}"#,
            r#"{"vertexes":[{"digest":"sha256:a","name":"[deps] compile","started":"2026-01-01T00:00:00Z"}]}"#,
            r#"{"logs":[{"vertex":"sha256:a","stream":2,"data":"ICAgQ29tcGls","timestamp":"2026-01-01T00:00:00Z"}]}"#,
            r#"{"logs":[{"vertex":"sha256:a","stream":2,"data":"aW5nIGl0b2EgdjEuMC4xOAo=","timestamp":"2026-01-01T00:00:00Z"}]}"#,
            r#"{"vertexes":[{"digest":"sha256:a","name":"[deps] compile","completed":"2026-01-01T00:00:01Z"}]}"#,
        ]);
        assert_eq!(log.ran(), ["[deps] compile"]);
        let compiled: Vec<String> = log.compiled().into_iter().map(|package| package.name).collect();
        assert_eq!(compiled, ["itoa"]);
    }

    #[test]
    fn a_cached_vertex_and_the_engines_own_work_did_not_run() {
        let log = log(&[
            r#"{"vertexes":[{"digest":"sha256:a","name":"[build] link","started":"1","completed":"2","cached":true}]}"#,
            r#"{"vertexes":[{"digest":"sha256:b","name":"[internal] load build context","started":"1","completed":"2"}]}"#,
            r#"{"vertexes":[{"digest":"sha256:c","name":"exporting to image","started":"1","completed":"2"}]}"#,
        ]);
        assert!(log.ran().is_empty());
        assert_eq!(log.cached(), ["[build] link"]);
    }

    #[test]
    fn work_of_an_earlier_build_did_not_run() {
        let step = |digest: &str, from: &str, to: &str| {
            [
                format!(
                    r#"{{"vertexes":[{{"digest":"{digest}","name":"[{digest}]","started":"{from}","completed":"{to}"}}]}}"#
                ),
                format!(
                    r#"{{"logs":[{{"vertex":"{digest}","stream":2,"data":"eAo=","timestamp":"{to}"}}]}}"#
                ),
            ]
        };
        let definition = r#"{"vertexes":[{"digest":"d","name":"[internal] load build definition from Dockerfile","started":"2026-01-01T00:00:05Z","completed":"2026-01-01T00:00:05.1Z"}]}"#;
        let lines: Vec<String> = [
            vec![definition.to_owned()],
            step("before", "2026-01-01T00:00:01.5Z", "2026-01-01T00:00:04.999999Z").into(),
            step("meanwhile", "2026-01-01T00:00:04Z", "2026-01-01T00:00:06Z").into(),
            step("after", "2026-01-01T00:00:05.5Z", "2026-01-01T00:00:06.25Z").into(),
        ]
        .concat();
        let log = log(&lines.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(log.ran(), ["[meanwhile]", "[after]"]);
    }

    #[test]
    fn what_is_not_progress_is_the_message() {
        let log = log(&["D:1", "ERROR: failed to solve: no `Cargo.toml`"]);
        assert_eq!(log.message(), "D:1\nERROR: failed to solve: no `Cargo.toml`\n");
    }

    #[test]
    fn a_warning_names_its_vertex() {
        let log = log(&[
            r#"{"vertexes":[{"digest":"sha256:a","name":"[build] link"}]}"#,
            r#"{"warnings":[{"vertex":"sha256:a","level":1,"short":"aGVsbG8=","detail":["d29ybGQ="]}]}"#,
        ]);
        let warning = &log.warnings()[0];
        assert_eq!((warning.vertex.as_str(), warning.short.as_str()), ("[build] link", "hello"));
        assert_eq!(warning.detail, ["world"]);
    }
}
