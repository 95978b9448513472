//! `tools`: crates whose programs a command of the user's needs.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::access::Access;
use super::paths;
use crate::project::Project;

/// A crate of a registry at one version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Program {
    /// The crate.
    pub package: String,
    /// Its version.
    pub version: semver::Version,
}

impl Program {
    /// Reads `name@1.2.3`; nothing if it is none. The text becomes an argument of cargo's and a part of a path.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (package, version) = text.split_once('@')?;
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let is_name = package.starts_with(|first: char| first.is_ascii_alphanumeric());
        let version = version.parse().ok()?;
        (is_name && package.bytes().all(is_plain)).then(|| Self { package: package.to_owned(), version })
    }

    /// Where it is for a command that needs it; its programs are in `bin` below.
    #[must_use]
    pub fn directory(&self) -> String {
        format!("{}/{}", paths::TOOLS, self.package)
    }
}

impl std::fmt::Display for Program {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}@{}", self.package, self.version)
    }
}

impl Serialize for Program {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The programs of one command.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Programs {
    /// By crate, with why each is there.
    #[serde(flatten)]
    pub wanted: BTreeMap<String, Wanted>,
    /// Credentials that downloading them may need.
    #[serde(skip)]
    pub access: Access,
    /// Cargo's settings that say where crates come from, in TOML.
    #[serde(skip)]
    pub settings: Option<String>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Wanted {
    /// The program.
    pub program: Program,
    /// Who asked for it.
    pub because: String,
}

impl Programs {
    /// Those that `list` names, `name@1.2.3` each, with the reason for all of them; the second list holds what is none, or
    /// names a crate for the second time.
    pub(super) fn choose(list: &[(String, String)], project: &Project) -> (Self, Vec<String>) {
        let mut programs = Self::default();
        let mut wrong = Vec::new();
        for (text, because) in list {
            match Program::parse(text) {
                Some(program) if !programs.wanted.contains_key(&program.package) => {
                    let wanted = Wanted { program: program.clone(), because: because.clone() };
                    programs.wanted.insert(program.package, wanted);
                }
                _ => wrong.push(text.clone()),
            }
        }
        if !programs.is_empty() {
            (programs.access, programs.settings) = Access::of_programs(project);
        }
        (programs, wrong)
    }

    /// True if the command needs none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.wanted.is_empty()
    }

    /// The programs.
    pub fn iter(&self) -> impl Iterator<Item = &Program> {
        self.wanted.values().map(|wanted| &wanted.program)
    }
}

#[cfg(test)]
mod tests {
    use super::Program;

    #[test]
    fn a_program_is_a_crate_with_a_whole_version() {
        for (text, is_one) in [
            ("trunk@0.21.14", true),
            ("wasm-bindgen-cli@0.2.100", true),
            ("a_b@1.0.0-rc.1", true),
            ("trunk", false),
            ("trunk@0.21", false),
            ("trunk@latest", false),
            ("--git=x@1.0.0", false),
            ("../x@1.0.0", false),
            ("@1.0.0", false),
        ] {
            assert_eq!(Program::parse(text).is_some(), is_one, "{text}");
        }
    }
}
