//! Addresses of git repositories, as Docker writes them.

use crate::diagnostic::Diagnostic;

/// A checkout of a repository.
///
/// Source: `util/gitutil` and `client/llb/git.go` of BuildKit, for the fragment `#reference:directory` and for the
/// query, which says the same in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GitAddress {
    /// The remote, without fragment and query.
    pub remote: String,
    /// Branch, tag or commit; `None` for the remote's default branch.
    pub reference: Option<String>,
    /// The directory within the repository; `None` for its root.
    pub subdirectory: Option<String>,
    /// The commit that the reference must be at.
    pub commit: Option<String>,
    /// Whether the checkout has `.git`.
    pub keep_git_dir: bool,
    /// Whether submodules stay out.
    pub skip_submodules: bool,
}

/// The words of a query.
const WORDS: [&str; 8] =
    ["ref", "tag", "branch", "subdir", "checksum", "commit", "keep-git-dir", "submodules"];

impl GitAddress {
    /// Reads an address; nothing if it is not a repository's.
    pub(super) fn parse(address: &str, keep_git_dir: bool) -> Result<Option<Self>, Diagnostic> {
        let (base, fragment) = split(address, '#');
        let (remote, query) = split(base, '?');
        let is_http = remote.starts_with("http://") || remote.starts_with("https://");
        let is_git = remote.starts_with("git://")
            || remote.starts_with("ssh://")
            || (remote.starts_with("git@") && remote.contains(':'))
            || remote.starts_with("github.com/")
            || (is_http && remote.strip_suffix(".git").is_some());
        if !is_git {
            return Ok(None);
        }
        let (reference, subdirectory) = fragment.map_or((None, None), |fragment| {
            let (reference, directory) = split(fragment, ':');
            (some(reference), directory.and_then(some))
        });
        let mut parsed =
            Self { remote: remote.to_owned(), reference, subdirectory, keep_git_dir, ..Self::default() };
        for pair in query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
            parsed.apply(pair)?;
        }
        Ok(Some(parsed))
    }

    /// One `word=value` of the query.
    fn apply(&mut self, pair: &str) -> Result<(), Diagnostic> {
        let (word, value) = split(pair, '=');
        let value = decoded(value.unwrap_or_default());
        match word {
            "ref" => self.refer(pair, value)?,
            "tag" => self.refer(pair, format!("refs/tags/{value}"))?,
            "branch" => self.refer(pair, format!("refs/heads/{value}"))?,
            "subdir" => self.subdirectory = some(&value),
            "checksum" | "commit" => self.commit = some(&value),
            "keep-git-dir" => self.keep_git_dir = flag(pair, &value)?,
            "submodules" => self.skip_submodules = !flag(pair, &value)?,
            _ => {
                return Err(Diagnostic::error(format!(
                    "the git context has the unknown word `{word}` in `?{pair}`"
                ))
                .hint(format!("It may be `{}`.", WORDS.join("`, `"))));
            }
        }
        Ok(())
    }

    fn refer(&mut self, pair: &str, reference: String) -> Result<(), Diagnostic> {
        if let Some(other) = self.reference.replace(reference) {
            return Err(Diagnostic::error(format!(
                "the git context names two references: `{other}` and the one of `{pair}`"
            ))
            .hint("Name a branch, a tag or a commit, once."));
        }
        Ok(())
    }
}

fn split(text: &str, at: char) -> (&str, Option<&str>) {
    text.split_once(at).map_or((text, None), |(before, after)| (before, Some(after)))
}

fn some(text: &str) -> Option<String> {
    Some(text).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// A word without a value means yes.
fn flag(pair: &str, value: &str) -> Result<bool, Diagnostic> {
    match value {
        "" | "1" | "true" => Ok(true),
        "0" | "false" => Ok(false),
        _ => Err(Diagnostic::error(format!("failed to parse `{pair}` of the git context"))
            .hint("Write `true` or `false`.")),
    }
}

/// The text with `%20` and its like resolved.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escaped = after
            .split_at_checked(2)
            .filter(|_| *first == b'%')
            .and_then(|(digits, after)| Some((std::str::from_utf8(digits).ok()?, after)))
            .and_then(|(digits, after)| Some((u8::from_str_radix(digits, 16).ok()?, after)));
        let (byte, after) = escaped.unwrap_or((*first, after));
        bytes.push(byte);
        rest = after;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::GitAddress;

    fn parsed(address: &str) -> GitAddress {
        GitAddress::parse(address, false).unwrap().unwrap()
    }

    #[test]
    fn a_query_says_what_a_fragment_says() {
        let fragment = parsed("https://host/a.git#v1:sub/dir");
        assert_eq!(parsed("https://host/a.git?ref=v1&subdir=sub%2Fdir"), fragment);
        let named = parsed("https://host/a.git?branch=main&commit=abc&keep-git-dir&submodules=false");
        assert_eq!(named.reference.as_deref(), Some("refs/heads/main"));
        assert_eq!(named.commit.as_deref(), Some("abc"));
        assert!(named.keep_git_dir && named.skip_submodules);
    }

    #[test]
    fn what_a_query_cannot_mean_is_refused() {
        for address in [
            "https://host/a.git?depth=1",
            "https://host/a.git?ref=a&tag=b",
            "https://host/a.git?submodules=maybe",
        ] {
            assert!(GitAddress::parse(address, false).is_err(), "{address}");
        }
        assert_eq!(GitAddress::parse("https://host/a.tar.gz?ref=a", false).unwrap(), None);
    }
}
