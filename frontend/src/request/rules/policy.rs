//! Which rules are asked, and how bad it is to break one.

use std::collections::BTreeMap;

/// What `--build-arg BUILDKIT_DOCKERFILE_CHECK=skip=Rule,Rule;error=true` says, or else the directive `# check=` of the
/// definition file.
///
/// Source: `frontend/dockerfile/linter` of BuildKit, whose spelling it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    skipped: Vec<String>,
    /// Whether a broken rule stops a build.
    pub is_error: bool,
}

impl Policy {
    /// Reads the build-arg or the directive, whose parts are separated by semicolons.
    #[must_use]
    pub fn read(arguments: &BTreeMap<String, String>, directive: Option<&str>) -> Self {
        let argument = arguments.get("BUILDKIT_DOCKERFILE_CHECK").map(String::as_str);
        let text = argument.or(directive).unwrap_or_default();
        let mut policy = Self::default();
        for part in text.split(';') {
            match part.trim().split_once('=') {
                Some(("skip", names)) => {
                    policy.skipped.extend(names.split(',').map(|name| name.trim().to_owned()));
                }
                Some(("error", value)) => policy.is_error = matches!(value.trim(), "true" | "1"),
                // `experimental` has no rules here; what a later client says besides is its own.
                _ => {}
            }
        }
        policy
    }

    /// Whether the rule of this name is not asked.
    #[must_use]
    pub fn skips(&self, rule: &str) -> bool {
        self.skipped.iter().any(|name| name == "all" || name.eq_ignore_ascii_case(rule))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::Policy;

    #[test]
    fn rules_are_skipped_by_name_and_may_be_errors() {
        let policy = |value: &str| {
            Policy::read(
                &[("BUILDKIT_DOCKERFILE_CHECK".to_owned(), value.to_owned())].into(),
                Some("skip=all"),
            )
        };
        let some = policy("skip=NativeCpu, debugprofile;error=true");
        assert!(some.skips("DebugProfile") && !some.skips("RunsAsRoot") && some.is_error);
        assert!(!policy("error=false").is_error && !policy("error=true").skips("DebugProfile"));
        assert!(policy("skip=all").skips("NativeCpu"));
        let directive = Policy::read(&BTreeMap::new(), Some("skip=NativeCpu;error=true"));
        assert!(directive.skips("NativeCpu") && !directive.skips("RunsAsRoot") && directive.is_error);
    }
}
