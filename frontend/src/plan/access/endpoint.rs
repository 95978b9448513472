//! Where Cargo goes for a source of the lockfile, once replacements are followed.

use crate::project::Project;

use super::RegistryAccess;

/// How lockfiles name crates.io.
pub(super) const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// The other name of it.
const CRATES_IO_SPARSE: &str = "sparse+https://index.crates.io/";

/// Longer chains of replacements are none that Cargo follows.
const MAX_REPLACEMENTS: usize = 16;

/// Where a source really is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Endpoint<'a> {
    /// crates.io, which everybody may read.
    CratesIo,
    /// In the build context.
    Local,
    /// A git repository, by its URL.
    Git(&'a str),
    /// Another registry, by the URL of its index; `sparse+` stands before one that is asked over HTTP.
    Registry(&'a str),
}

/// The tables of Cargo's configuration that say where sources are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Endpoints<'a> {
    project: &'a Project,
    sources: Option<&'a toml::Table>,
}

/// The registries of the configuration: name and URL.
pub(super) fn registries(project: &Project) -> impl Iterator<Item = (&str, &str)> {
    let table = project.cargo_config.as_ref().and_then(|config| config.get(&["registries"])?.as_table());
    table
        .into_iter()
        .flatten()
        .filter_map(|(name, value)| Some((name.as_str(), value.get("index")?.as_str()?)))
}

impl<'a> Endpoints<'a> {
    pub(super) fn new(project: &'a Project) -> Self {
        let config = project.cargo_config.as_ref();
        Self { project, sources: config.and_then(|config| config.get(&["source"])?.as_table()) }
    }

    /// Follows the replacements of `source`, as the lockfile spells it.
    pub(super) fn of(&self, source: &'a str) -> Endpoint<'a> {
        let mut endpoint = match source.strip_prefix("git+") {
            Some(_) => Endpoint::Git(crate::project::git_url(source)),
            None if source == CRATES_IO || source == CRATES_IO_SPARSE => Endpoint::CratesIo,
            None => Endpoint::Registry(self.spelled(source.strip_prefix("registry+").unwrap_or(source))),
        };
        let mut name = self.name_of(endpoint);
        for _ in 0..MAX_REPLACEMENTS {
            let Some(wanted) = name else { break };
            let table = self.sources.and_then(|sources| sources.get(wanted)?.as_table());
            let text = |key: &str| table.and_then(|table| table.get(key)?.as_str());
            if let Some(url) = text("registry") {
                endpoint = Endpoint::Registry(url);
            } else if let Some(url) = text("git") {
                endpoint = Endpoint::Git(url);
            } else if text("directory").is_some() || text("local-registry").is_some() {
                endpoint = Endpoint::Local;
            } else if let Some((_, index)) = registries(self.project).find(|(name, _)| *name == wanted) {
                endpoint = Endpoint::Registry(index);
            }
            name = text("replace-with");
        }
        endpoint
    }

    /// The entry of `[source]`, or of `[registries]`, that is about `endpoint`.
    fn name_of(&self, endpoint: Endpoint<'a>) -> Option<&'a str> {
        let sources = || self.sources.into_iter().flatten();
        let with = |key: &'static str, url: &str| {
            sources().find(|(_, table)| is_url(table, key, url)).map(|(name, _)| name.as_str())
        };
        match endpoint {
            Endpoint::CratesIo => Some("crates-io"),
            Endpoint::Git(url) => with("git", url),
            Endpoint::Registry(url) => with("registry", url).or_else(|| {
                registries(self.project).find(|(_, index)| plain(index) == plain(url)).map(|(name, _)| name)
            }),
            Endpoint::Local => None,
        }
    }

    /// The spelling of the configuration, which tells how the registry is asked.
    fn spelled(&self, url: &'a str) -> &'a str {
        let found = registries(self.project).find(|(_, index)| plain(index) == plain(url));
        found.map_or(url, |(_, index)| index)
    }

    /// The registry at `index` with the name that users know it by; nothing if it has none that can be part of an id.
    pub(super) fn named(&self, index: &str) -> Option<RegistryAccess> {
        let found = registries(self.project).find(|(_, known)| plain(known) == plain(index));
        let (name, unnamed) = match found {
            Some((name, _)) => (name.to_owned(), false),
            None => {
                let mut sources = self.sources.into_iter().flatten();
                let source = sources.find(|(_, table)| is_url(table, "registry", index));
                (source.map_or_else(|| host(index), |(name, _)| Some(name.clone()))?, true)
            }
        };
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        let is_id = !name.is_empty() && name.bytes().all(is_plain);
        is_id.then(|| RegistryAccess {
            name,
            index: index.to_owned(),
            address: authority(index).unwrap_or(index).to_owned(),
            host: secure_host(index),
            unnamed,
        })
    }
}

fn is_url(table: &toml::Value, key: &str, url: &str) -> bool {
    table.get(key).and_then(toml::Value::as_str).is_some_and(|known| plain(known) == plain(url))
}

/// An index URL without what tells its protocol.
fn plain(url: &str) -> &str {
    url.strip_prefix("sparse+").unwrap_or(url).trim_end_matches('/')
}

/// The host of `url` if it is asked over HTTP.
pub(super) fn http_host(url: &str) -> Option<String> {
    let url = url.strip_prefix("sparse+").unwrap_or(url);
    (url.starts_with("https://") || url.starts_with("http://")).then(|| host(url))?
}

/// Returns the host of an index that is reached over an encrypted connection.
fn secure_host(index: &str) -> Option<String> {
    let url = index.strip_prefix("sparse+").unwrap_or(index);
    (url.starts_with("https://") || url.starts_with("ssh://")).then(|| host(url))?
}

/// Returns the host of `url` in lower case, if it is one that can be part of an id.
fn host(url: &str) -> Option<String> {
    let host = authority(url)?.split(':').next()?.to_ascii_lowercase();
    let is_host = !host.is_empty()
        && !host.starts_with(['.', '-'])
        && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-');
    is_host.then_some(host)
}

/// Returns the host of `url` as it is spelled there, with the port.
///
/// Parsers of URLs disagree about backslashes and blanks, so a URL with either has no host.
fn authority(url: &str) -> Option<&str> {
    let authority = url.split_once("://")?.1.split(['/', '?', '#']).next()?;
    let is_plain = |byte: u8| byte.is_ascii_graphic() && byte != b'\\';
    authority.bytes().all(is_plain).then(|| authority.rsplit('@').next())?
}

#[cfg(test)]
mod tests {
    use super::http_host;

    #[test]
    fn hosts_are_plain_or_nothing() {
        for (url, expected) in [
            ("https://Git.example.com/a/b", Some("git.example.com")),
            ("https://user:word@git.example.com:8443/a", Some("git.example.com")),
            ("http://127.0.0.1:3000/a", Some("127.0.0.1")),
            ("ssh://git@git.example.com/a", None),
            ("https://../../etc/passwd", None),
            ("https://[::1]/a", None),
            ("https://a,b/x", None),
            ("https://git.example.com\\@elsewhere/a", None),
            ("https://git.example\t.com/a", None),
            ("https://", None),
        ] {
            assert_eq!(http_host(url).as_deref(), expected, "{url}");
        }
    }
}
