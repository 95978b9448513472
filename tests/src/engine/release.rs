//! The engines that the bed knows: one row each.

use std::fmt;
use std::str::FromStr;

use anyhow::{Error, Result, bail};

/// Where an engine keeps images.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Store {
    /// containerd's store: multi-platform results, attestations, every exporter and cache backend.
    Containerd,
    /// Docker's own store, the only one of old engines and the default one through Docker 28.
    Graphdriver,
}

/// One version of the engine and where Debian has it.
#[derive(Debug)]
pub struct Release {
    /// What the user calls it.
    pub name: &'static str,
    /// The Debian suites that carry it, the first one that works is taken: suites move on.
    pub suites: &'static [&'static str],
    /// The packages that hold the daemon and what it starts.
    pub packages: &'static [&'static str],
    /// The stores that it can have, its default in the bed first.
    pub stores: &'static [Store],
}

/// Every engine of the bed, the default one first.
pub const RELEASES: &[Release] = &[
    Release {
        name: "28.5",
        suites: &["forky", "sid"],
        packages: &["docker.io", "containerd"],
        stores: &[Store::Containerd, Store::Graphdriver],
    },
    Release {
        name: "26.1",
        suites: &["trixie"],
        packages: &["docker.io", "containerd"],
        stores: &[Store::Graphdriver, Store::Containerd],
    },
    Release {
        name: "20.10",
        suites: &["bookworm"],
        packages: &["docker.io", "containerd"],
        stores: &[Store::Graphdriver],
    },
];

/// An engine as the user chose it: a release and a store.
#[derive(Debug, Clone, Copy)]
pub struct Choice {
    /// The release.
    pub release: &'static Release,
    /// The store.
    pub store: Store,
}

impl Choice {
    /// The choice of these two words; each has a default.
    pub fn of(engine: Option<&str>, store: Option<Store>) -> Result<Self> {
        let known = || RELEASES.iter().map(|release| release.name).collect::<Vec<_>>().join("`, `");
        let wanted = engine.or_else(|| RELEASES.first().map(|release| release.name));
        let Some(release) = RELEASES.iter().find(|release| Some(release.name) == wanted) else {
            bail!("no engine `{}`; there are `{}`", wanted.unwrap_or_default(), known());
        };
        let store = match (store, release.stores) {
            (None, [first, ..]) => *first,
            (Some(store), stores) if stores.contains(&store) => store,
            (store, stores) => {
                let stores: Vec<String> = stores.iter().map(ToString::to_string).collect();
                let store = store.map(|store| store.to_string()).unwrap_or_default();
                bail!("engine `{}` has no store `{store}`; it has `{}`", release.name, stores.join("`, `"));
            }
        };
        Ok(Self { release, store })
    }
}

/// Every engine that the bed can run.
pub fn all() -> impl Iterator<Item = Choice> {
    RELEASES
        .iter()
        .flat_map(|release| release.stores.iter().map(move |store| Choice { release, store: *store }))
}

impl fmt::Display for Choice {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}-{}", self.release.name, self.store)
    }
}

impl fmt::Display for Store {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Containerd => "containerd",
            Self::Graphdriver => "graphdriver",
        })
    }
}

impl FromStr for Store {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "containerd" => Ok(Self::Containerd),
            "graphdriver" => Ok(Self::Graphdriver),
            _ => bail!("no image store `{text}`; there are `containerd` and `graphdriver`"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Choice, Store};

    #[test]
    fn without_words_the_newest_engine_with_containerds_store_is_chosen() {
        let choice = Choice::of(None, None).unwrap();
        assert_eq!(choice.to_string(), "28.5-containerd");
    }

    #[test]
    fn an_old_engine_brings_its_own_store() {
        assert_eq!(Choice::of(Some("20.10"), None).unwrap().to_string(), "20.10-graphdriver");
        let error = Choice::of(Some("20.10"), Some(Store::Containerd)).unwrap_err().to_string();
        assert_eq!(error, "engine `20.10` has no store `containerd`; it has `graphdriver`");
    }

    #[test]
    fn an_unknown_engine_is_answered_with_those_there_are() {
        let error = Choice::of(Some("19"), None).unwrap_err().to_string();
        assert_eq!(error, "no engine `19`; there are `28.5`, `26.1`, `20.10`");
    }
}
