//! Native libraries: what of the system the crates need, when they are compiled and when the program runs.

mod packages;

use serde::Serialize;

use super::Chosen;
use crate::config::{Config, Setting};
use crate::diagnostic::{Checked, Diagnostic, Findings};

pub use packages::{Names, SystemPackages};

/// What stands in a list for the items that are inferred.
const INFERRED: &str = "...";

/// The packages that are installed for a build.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Native {
    /// In the toolchain image, before anything is compiled.
    #[serde(skip_serializing_if = "SystemPackages::is_empty")]
    pub build: SystemPackages,
    /// In the runtime base.
    #[serde(skip_serializing_if = "SystemPackages::is_empty")]
    pub image: SystemPackages,
}

impl Native {
    /// True if nothing is installed anywhere.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.build.is_empty() && self.image.is_empty()
    }
}

/// Decides which packages are installed.
///
/// Errors: a name that no package can have.
pub fn choose(config: &Config) -> Checked<Native> {
    let mut findings = Findings::default();
    let inferred = SystemPackages::default();
    let build = listed("build.packages", config.build_packages.as_ref(), inferred, &mut findings);
    let none = SystemPackages::default();
    let image = listed("image.packages", config.image_packages.as_ref(), none, &mut findings);
    findings.finish(Native { build, image })
}

/// What the setting `key` makes of what was inferred.
fn listed(
    key: &str,
    setting: Option<&Setting<Vec<String>>>,
    inferred: SystemPackages,
    findings: &mut Findings,
) -> SystemPackages {
    let Some(setting) = setting else { return inferred };
    let mut packages = SystemPackages::default();
    let mut names = Vec::new();
    for name in &setting.value {
        if name == INFERRED {
            packages = inferred.clone();
        } else if packages::is_name(name) {
            names.push(name.clone());
        } else {
            let error = Diagnostic::error(format!("`{key}` names `{name}`, which can be the name of no package"))
                .hint("A name is letters, digits and `+.-_`, then perhaps `:arm64` for an architecture and `=1.2-3` for a version.");
            findings.push(match setting.origin.span() {
                Some(span) => error.at(span.clone()),
                None => error,
            });
        }
    }
    if !names.is_empty() {
        packages.0.push(Chosen::set(Names::everywhere(names), &setting.origin));
    }
    packages
}

#[cfg(test)]
mod tests {
    use super::choose;
    use crate::config::{Config, Origin, Setting};

    fn asked(names: &[&str]) -> Config {
        let value = names.iter().map(|name| (*name).to_owned()).collect();
        let origin = Origin::BuildArg("BUILD_PACKAGES".to_owned());
        Config { build_packages: Some(Setting { value, origin }), ..Config::default() }
    }

    #[test]
    fn names_that_could_be_options_are_refused() {
        for name in ["-y", "a b", "", "a;b", "../x", "a:", "=1"] {
            let errors = choose(&asked(&[name])).unwrap_err();
            assert!(errors.iter().any(|error| error.message.contains("`build.packages` names")), "{name}");
        }
        let chosen = choose(&asked(&["libpq-dev", "libssl-dev:arm64", "g++=4:12.2-3"])).unwrap().value;
        assert_eq!(chosen.build.apt(), ["g++=4:12.2-3", "libpq-dev", "libssl-dev:arm64"]);
        assert!(choose(&asked(&[])).unwrap().value.is_empty());
    }
}
