//! Cargo's JSON messages: one value a line on its standard output.

use std::path::PathBuf;

use serde::Deserialize;
use serde_json::Value;
use supercargo_report::Unit;

use crate::console;
use crate::package::PackageId;

/// One artifact, as cargo reports it once it is made or found fresh.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Artifact {
    package_id: String,
    target: Target,
    /// Kept as it is: it is only ever compared and shown.
    pub(crate) profile: Value,
    /// Sorted by cargo.
    pub(crate) features: Vec<String>,
    /// Absolute paths of everything that it is.
    #[serde(default)]
    pub(crate) filenames: Vec<PathBuf>,
    /// Absolute path of the binary, for a target that is one.
    pub(crate) executable: Option<String>,
    pub(crate) fresh: bool,
}

#[derive(Clone, Debug, Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

impl Artifact {
    pub(crate) fn package(&self) -> PackageId<'_> {
        PackageId(&self.package_id)
    }

    /// The target's name, as the manifest spells it.
    pub(crate) fn target(&self) -> &str {
        &self.target.name
    }

    /// True for a target of that kind: `lib`, `bin`, `custom-build` and so on.
    pub(crate) fn is(&self, kind: &str) -> bool {
        self.target.kind.iter().any(|own| own == kind)
    }

    /// The artifact as the report shows it.
    pub(crate) fn unit(&self) -> Unit {
        Unit {
            package: self.package_id.clone(),
            target: self.target.name.clone(),
            local: self.package().is_local(),
            fresh: self.fresh,
        }
    }
}

#[derive(Deserialize)]
#[serde(tag = "reason")]
enum Message {
    #[serde(rename = "compiler-artifact")]
    Artifact(Artifact),
    #[serde(rename = "compiler-message")]
    Diagnostic { message: Diagnostic },
    #[serde(rename = "build-script-executed")]
    Script(Script),
    #[serde(rename = "build-finished")]
    Finished,
    #[serde(other)]
    Other,
}

/// A build script that ran now, or that ran earlier and need not run again.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Script {
    package_id: String,
    /// Its `OUT_DIR`.
    pub(crate) out_dir: PathBuf,
}

impl Script {
    pub(crate) fn package(&self) -> PackageId<'_> {
        PackageId(&self.package_id)
    }
}

#[derive(Deserialize)]
struct Diagnostic {
    rendered: Option<String>,
}

/// Collects the artifacts of one cargo run, in cargo's order.
#[derive(Debug, Default)]
pub(crate) struct Artifacts(pub(crate) Vec<Artifact>, Phase);

/// What cargo's standard output is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    /// The compile: messages, a line each.
    #[default]
    Compiling,
    /// What was compiled: tests write what they like.
    Running,
}

impl Artifacts {
    /// Takes one line of cargo's standard output, and returns the build script that it is about. A line that is no
    /// message of cargo's goes to our own output.
    pub(crate) fn take(&mut self, line: &[u8]) -> Option<Script> {
        if self.1 == Phase::Running {
            console::raw(line);
            return None;
        }
        match serde_json::from_slice(line) {
            Ok(Message::Artifact(artifact)) => self.0.push(artifact),
            Ok(Message::Finished) => self.1 = Phase::Running,
            Ok(Message::Script(script)) => return Some(script),
            // With `json-render-diagnostics` cargo renders them itself and none comes this way.
            Ok(Message::Diagnostic { message }) => {
                if let Some(text) = message.rendered {
                    console::rendered(&text);
                }
            }
            Ok(Message::Other) => {}
            Err(_) => console::raw(line),
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::Artifacts;

    #[test]
    fn artifacts_are_kept_and_the_rest_is_not() {
        let mut artifacts = Artifacts::default();
        for line in [
            r#"{"reason":"compiler-artifact","package_id":"path+file:///src/api#0.1.0","manifest_path":"/src/api/Cargo.toml","target":{"kind":["bin"],"crate_types":["bin"],"name":"api-server","src_path":"/src/api/src/main.rs","edition":"2024","doc":true,"doctest":false,"test":true},"profile":{"opt_level":"3","debuginfo":0,"debug_assertions":false,"overflow_checks":false,"test":false},"features":["default"],"filenames":["/target/release/api-server"],"executable":"/target/release/api-server","fresh":false}"#,
            r#"{"reason":"build-finished","success":true}"#,
            r#"{"reason":"a-reason-of-tomorrow","x":[]}"#,
            r#"{"no":"reason"}"#,
            "plain text",
            "",
        ] {
            artifacts.take(line.as_bytes());
        }
        artifacts.take(b"\xff\n");
        // A test may print what looks like a message of cargo's; it runs once everything is compiled.
        let script =
            br#"{"reason":"build-script-executed","package_id":"path+file:///x#0.1.0","out_dir":"/x"}"#;
        assert!(artifacts.take(script).is_none());
        let [artifact] = artifacts.0.as_slice() else { panic!("expected one artifact: {artifacts:?}") };
        assert_eq!(artifact.package().name(), "api");
        assert_eq!((artifact.target(), artifact.is("bin"), artifact.is("lib")), ("api-server", true, false));
        assert_eq!(artifact.executable.as_deref(), Some("/target/release/api-server"));
        assert_eq!(artifact.features, ["default"]);
        assert!(artifact.unit().local && !artifact.unit().fresh);
    }
}
