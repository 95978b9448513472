//! Cargo's JSON messages: one value a line on its standard output.
//!
//! Cargo is not the only one that writes there. It forwards each line that a procedural macro prints, tests inherit its
//! output, and a build script can open it. Nothing in a line tells who wrote it, and a forged `build-finished` may come at
//! any time, so neither the order of lines nor a line alone is evidence. [`Artifacts`] accepts only messages about files in
//! the target directory, of which the agent never opens one because a message names it: see [`crate::collect`].

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;
use supercargo_report::Unit;

use crate::console;
use crate::package::PackageId;
use crate::unit;

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
    pub(crate) executable: Option<PathBuf>,
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
pub(crate) enum Message {
    #[serde(rename = "compiler-artifact")]
    Artifact(Artifact),
    #[serde(rename = "compiler-message")]
    Diagnostic { message: Diagnostic },
    #[serde(rename = "build-script-executed")]
    Script(Script),
    #[serde(rename = "build-finished")]
    Finished,
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
pub(crate) struct Diagnostic {
    rendered: String,
}

/// Collects the artifacts of one cargo run, in cargo's order.
#[derive(Debug)]
pub(crate) struct Artifacts(pub(crate) Vec<Artifact>, Door);

/// Tells messages that Cargo can have written from everything else.
#[derive(Debug)]
pub(crate) struct Door {
    target_dir: PathBuf,
    /// The last `build-finished`, as long as no message follows it.
    finished: Option<Vec<u8>>,
}

impl Artifacts {
    /// Expects messages of a compile in `target_dir`.
    pub(crate) fn below(target_dir: &Path) -> Self {
        Self(Vec::new(), Door::of(target_dir))
    }

    /// Takes one line of cargo's standard output, and returns the build script that it is about. A line that Cargo cannot
    /// have written as a message goes to our own output.
    ///
    /// A message that contradicts an earlier one does not replace it, since either may be the forged one.
    pub(crate) fn take(&mut self, line: &[u8]) -> Option<Script> {
        let Some(message) = self.1.admit(line) else {
            console::raw(line);
            return None;
        };
        // Cargo ends with it, so what came earlier was not Cargo's.
        if let Some(forged) = self.1.finished.take() {
            console::raw(&forged);
        }
        match message {
            Message::Artifact(artifact) => self.0.push(artifact),
            Message::Script(script) => return Some(script),
            // With `json-render-diagnostics` cargo renders them itself and none comes this way.
            Message::Diagnostic { message } => console::rendered(&message.rendered),
            Message::Finished => self.1.finished = Some(line.to_owned()),
        }
        None
    }
}

impl Door {
    /// Expects messages of a compile in `target_dir`.
    pub(crate) fn of(target_dir: &Path) -> Self {
        Self { target_dir: target_dir.to_owned(), finished: None }
    }

    /// Returns the message in `line`, if Cargo can have written it in a compile in this target directory.
    pub(crate) fn admit(&self, line: &[u8]) -> Option<Message> {
        let message = serde_json::from_slice(line).ok()?;
        let is_possible = match &message {
            Message::Artifact(artifact) => {
                artifact.filenames.iter().chain(&artifact.executable).all(|path| self.is_inside(path))
            }
            // The agent removes the directory around it if the script must run again.
            Message::Script(script) => {
                let out_dir = &script.out_dir;
                self.is_inside(out_dir)
                    && out_dir.file_name() == Some(OsStr::new("out"))
                    && unit::of(&self.target_dir, out_dir).is_some()
            }
            Message::Diagnostic { .. } | Message::Finished => true,
        };
        is_possible.then_some(message)
    }

    /// True for a path below the target directory that no `..` leads out of again.
    fn is_inside(&self, path: &Path) -> bool {
        path.strip_prefix(&self.target_dir)
            .is_ok_and(|rest| rest.components().all(|part| matches!(part, Component::Normal(_))))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Artifacts;

    const API: &str = r#"{"reason":"compiler-artifact","package_id":"path+file:///src/api#0.1.0","manifest_path":"/src/api/Cargo.toml","target":{"kind":["bin"],"crate_types":["bin"],"name":"api-server","src_path":"/src/api/src/main.rs","edition":"2024","doc":true,"doctest":false,"test":true},"profile":{"opt_level":"3","debuginfo":0,"debug_assertions":false,"overflow_checks":false,"test":false},"features":["default"],"filenames":["/target/release/api-server"],"executable":"/target/release/api-server","fresh":false}"#;
    const FINISHED: &str = r#"{"reason":"build-finished","success":true}"#;

    fn taken(lines: &[&str]) -> (Artifacts, Vec<String>) {
        let mut artifacts = Artifacts::below(Path::new("/target"));
        let scripts = lines.iter().filter_map(|line| artifacts.take(line.as_bytes()));
        let scripts = scripts.map(|script| script.out_dir.display().to_string()).collect();
        (artifacts, scripts)
    }

    #[test]
    fn artifacts_are_kept_and_the_rest_is_not() {
        let (mut artifacts, _) = taken(&[
            // Cargo is not done because a line says so.
            FINISHED,
            API,
            r#"{"reason":"a-reason-of-tomorrow","x":[]}"#,
            r#"{"no":"reason"}"#,
            "plain text",
            "",
            FINISHED,
        ]);
        artifacts.take(b"\xff\n");
        let [artifact] = artifacts.0.as_slice() else { panic!("expected one artifact: {artifacts:?}") };
        assert_eq!(artifact.package().name(), "api");
        assert_eq!((artifact.target(), artifact.is("bin"), artifact.is("lib")), ("api-server", true, false));
        assert_eq!(artifact.executable.as_deref(), Some(Path::new("/target/release/api-server")));
        assert_eq!(artifact.features, ["default"]);
        assert!(artifact.unit().local && !artifact.unit().fresh);
    }

    #[test]
    fn an_artifact_lies_in_the_target_directory() {
        for (there, is_accepted) in [
            ("/target/x86/release/api-server", true),
            ("/target/../etc/passwd", false),
            ("/target/release/..", false),
            ("/targets/release/api-server", false),
            ("/etc/passwd", false),
            ("target/release/api-server", false),
            ("", false),
        ] {
            let executable = API.replace(
                r#""executable":"/target/release/api-server""#,
                &format!(r#""executable":"{there}""#),
            );
            let filename =
                API.replace(r#"["/target/release/api-server"]"#, &format!(r#"["/target/x","{there}"]"#));
            for line in [executable, filename] {
                assert_eq!(taken(&[&line]).0.0.len(), usize::from(is_accepted), "{line}");
            }
        }
    }

    #[test]
    fn a_script_has_a_directory_of_its_own() {
        for (out_dir, is_accepted) in [
            ("/target/x86/release/build/api-0123456789abcdef/out", true),
            ("/target/release/build/api/0123456789abcdef/out", true),
            ("/target/release/build/api-0123456789abcdef", false),
            ("/target/release/build/out", false),
            ("/target/out", false),
            ("/target/release/build/api-0123456789abcdef/../../../../src/out", false),
            ("/src/build/api-0123456789abcdef/out", false),
            ("/src/out", false),
        ] {
            let line = format!(
                r#"{{"reason":"build-script-executed","package_id":"path+file:///src/api#0.1.0","out_dir":"{out_dir}"}}"#
            );
            assert_eq!(taken(&[&line]).1.len(), usize::from(is_accepted), "{line}");
        }
    }
}
