//! `--no-cache` and `--no-cache-filter`.

/// The steps that `--no-cache-filter` may name, in the order of the graph.
pub const STEPS: [&str; 11] =
    ["toolchain", "packages", "lock", "fetch", "unpack", "deps", "tools", "hook", "assets", "build", "audit"];

/// Which vertices ignore the cache.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum NoCache {
    /// None does.
    #[default]
    Never,
    /// All do: `--no-cache`.
    Always,
    /// Those of the named targets or steps do: `--no-cache-filter`, lower case.
    Named(Vec<String>),
}

impl NoCache {
    /// Reads the option: nothing means everything, otherwise names separated by commas.
    pub(super) fn parse(value: &str) -> Self {
        let names: Vec<String> =
            value.split(',').map(|name| name.trim().to_lowercase()).filter(|name| !name.is_empty()).collect();
        if names.is_empty() { Self::Always } else { Self::Named(names) }
    }

    /// True if the step `name` (`deps`, `build`, …) ignores the cache.
    #[must_use]
    pub fn covers(&self, name: &str) -> bool {
        match self {
            Self::Never => false,
            Self::Always => true,
            Self::Named(names) => names.iter().any(|named| named == name),
        }
    }

    /// The same for a build that ends with `targets`: who names one of them means the step that is its own, the last
    /// compile.
    #[must_use]
    pub fn for_targets<'a>(&self, targets: impl IntoIterator<Item = &'a str>) -> Self {
        let Self::Named(names) = self else { return self.clone() };
        let mut names = names.clone();
        if targets.into_iter().any(|target| names.contains(&target.to_lowercase())) {
            names.push("build".to_owned());
        }
        Self::Named(names)
    }

    /// The names that are none of `targets` and no step.
    pub fn unknown<'a>(&'a self, targets: &'a [String]) -> impl Iterator<Item = &'a str> {
        let names = match self {
            Self::Named(names) => names.as_slice(),
            Self::Never | Self::Always => &[],
        };
        names.iter().map(String::as_str).filter(|name| {
            !STEPS.contains(name) && !targets.iter().any(|target| target.eq_ignore_ascii_case(name))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::NoCache;

    #[test]
    fn a_target_means_its_last_compile() {
        let named = NoCache::parse("Api, deps,nothing");
        assert!(named.covers("deps") && !named.covers("build"));
        assert!(named.for_targets(["api"]).covers("build"));
        assert!(!named.for_targets(["worker"]).covers("build"));
        assert_eq!(named.unknown(&["API".to_owned()]).collect::<Vec<_>>(), ["nothing"]);
        assert_eq!(NoCache::parse(""), NoCache::Always);
    }
}
