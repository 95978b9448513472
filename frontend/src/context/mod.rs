//! Where the project comes from: the client's directory, a git repository, an archive, or another build's result.

mod crates;
mod git;
mod named;

use std::collections::BTreeMap;

use crate::diagnostic::{Checked, Diagnostic, Findings};
use crate::options::Options;

pub use crates::{ReplacedCrate, patch};
pub use git::GitAddress;
pub use named::{BASE, NamedContext, NamedContexts, SOURCE, TOOLCHAIN};

/// Where the user's files are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContextSource {
    /// A directory on the client's side, sent on demand.
    Local {
        /// The name under which the client serves it.
        name: String,
        /// The session that serves it.
        session: String,
    },
    /// A git repository.
    Git(GitAddress),
    /// An archive behind an http or https address, standard input included.
    Http {
        /// The address.
        url: String,
    },
    /// A definition that the client handed over.
    Input {
        /// Its name.
        name: String,
    },
}

impl ContextSource {
    /// The commit that the files are of, if the address names it.
    #[must_use]
    pub fn commit(&self) -> Option<String> {
        let Self::Git(address) = self else { return None };
        let is_commit =
            |text: &&String| text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        address.commit.as_ref().or(address.reference.as_ref()).filter(is_commit).cloned()
    }
}

/// Where the definition file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DefinitionSource {
    /// A directory on the client's side.
    Local {
        /// The name under which the client serves it.
        name: String,
        /// The session that serves it.
        session: String,
    },
    /// A definition that the client handed over.
    Input {
        /// Its name.
        name: String,
    },
    /// The build context itself, because it is remote and nothing else was named.
    Context {
        /// The context.
        source: ContextSource,
        /// The directory of it that is its root.
        subdirectory: Option<String>,
    },
}

/// The sources of one build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContextSpec {
    /// The user's files.
    pub source: ContextSource,
    /// The directory of a remote source that is the context's root.
    pub subdirectory: Option<String>,
    /// Where the definition file is.
    pub definition: DefinitionSource,
    /// The definition file's path within its source.
    pub filename: String,
    /// What stands in for images and for the user's files.
    pub named: NamedContexts,
}

/// The name of the definition file if the client names none.
const DEFAULT_FILENAME: &str = "Dockerfile";

/// The local source of the context, and the input that replaces it.
const CONTEXT: &str = "context";

/// The local source of the definition file, and the input that replaces it.
const DEFINITION: &str = "dockerfile";

/// Decides where files come from.
///
/// `inputs` are the names of the definitions that the client handed over; `session` is the client's session.
pub fn classify(options: &Options, inputs: &[String], session: &str) -> Checked<ContextSpec> {
    let mut findings = Findings::default();
    let has_input = |name: &str| inputs.iter().any(|input| input == name);
    let named = findings.take(named::parse(options, session)).unwrap_or_default();
    let source = match &options.context {
        Some(address) => match remote(address, options.keep_git_dir) {
            Ok(None) => has_input(CONTEXT).then(|| input(CONTEXT)),
            Ok(found) => found,
            Err(diagnostic) => {
                findings.push(diagnostic);
                return findings.fail();
            }
        },
        None if has_input(CONTEXT) => Some(input(CONTEXT)),
        None => Some(ContextSource::Local {
            name: CONTEXT.to_owned(),
            session: session_of(&options.local_sessions, CONTEXT, session),
        }),
    };
    let Some(source) = source else {
        findings.push(
            Diagnostic::error(format!(
                "the build context `{}` is neither a directory, a git repository nor an http address",
                options.context.as_deref().unwrap_or_default()
            ))
            .hint("Give a directory such as `.`, or a repository such as `https://host/owner/name.git#branch:directory`."),
        );
        return findings.fail();
    };

    let local = |name: &str| DefinitionSource::Local {
        name: name.to_owned(),
        session: session_of(&options.local_sessions, name, session),
    };
    let is_local = matches!(source, ContextSource::Local { .. });
    let subdirectory = options.context_subdirectory.clone().filter(|_| !is_local);
    let definition = match (&options.definition_local, &source) {
        (Some(name), _) => local(name),
        (None, _) if has_input(DEFINITION) => DefinitionSource::Input { name: DEFINITION.to_owned() },
        (None, ContextSource::Local { .. }) => local(DEFINITION),
        (None, _) => DefinitionSource::Context { source: source.clone(), subdirectory: subdirectory.clone() },
    };
    let (source, subdirectory) = match named.source() {
        Some(replacement) => (replacement.clone(), None),
        None => (source, subdirectory),
    };
    findings.finish(ContextSpec {
        source,
        subdirectory,
        definition,
        filename: options.filename.clone().unwrap_or_else(|| DEFAULT_FILENAME.to_owned()),
        named,
    })
}

/// The repository that the client builds: what it says of its folder, else the address of a git context, without the
/// user, who may be a token of one run.
#[must_use]
pub fn repository(options: &Options) -> Option<String> {
    if options.vcs_source.is_some() {
        return options.vcs_source.clone();
    }
    let remote = GitAddress::parse(options.context.as_deref()?, false).ok()??.remote;
    let (scheme, rest) = remote.split_once("://").unwrap_or(("ssh", &remote));
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    Some(format!("{scheme}://{host}/{path}"))
}

fn input(name: &str) -> ContextSource {
    ContextSource::Input { name: name.to_owned() }
}

/// Bake lets several targets share one upload, so a source may belong to another session than the build's own.
fn session_of(sessions: &BTreeMap<String, String>, name: &str, default: &str) -> String {
    sessions.get(name).cloned().unwrap_or_else(|| default.to_owned())
}

/// What an address leads to; nothing if it is none.
fn remote(address: &str, keep_git_dir: bool) -> Result<Option<ContextSource>, Diagnostic> {
    if let Some(repository) = GitAddress::parse(address, keep_git_dir)? {
        return Ok(Some(ContextSource::Git(repository)));
    }
    let is_http = address.starts_with("http://") || address.starts_with("https://");
    Ok(is_http.then(|| ContextSource::Http { url: address.to_owned() }))
}

#[cfg(test)]
mod tests {
    use super::{ContextSource, DefinitionSource, classify, repository};
    use crate::options::Options;

    fn source(context: Option<&str>, inputs: &[&str]) -> Option<ContextSource> {
        let options = Options { context: context.map(str::to_owned), ..Options::default() };
        let inputs: Vec<String> = inputs.iter().map(|name| (*name).to_owned()).collect();
        classify(&options, &inputs, "session").ok().map(|warned| warned.value.source)
    }

    #[test]
    fn the_repository_is_told_or_that_of_the_context() {
        for (told, context, expected) in [
            (Some("https://host/a"), Some("https://other/b.git"), Some("https://host/a")),
            (None, Some("https://me:token@host/b.git#main:sub"), Some("https://host/b.git")),
            (None, Some("git@host:b#v1"), Some("ssh://host:b/")),
            (None, Some("https://host/b.tar.gz"), None),
            (None, None, None),
        ] {
            let [vcs_source, context] = [told, context].map(|text| text.map(str::to_owned));
            let options = Options { context, vcs_source, ..Options::default() };
            assert_eq!(repository(&options).as_deref(), expected);
        }
    }

    #[test]
    fn a_directory_is_served_by_the_clients_session() {
        let expected = ContextSource::Local { name: "context".to_owned(), session: "session".to_owned() };
        assert_eq!(source(None, &[]), Some(expected));
    }

    #[test]
    fn a_fragment_names_reference_and_directory() {
        for (address, reference, directory) in [
            ("https://host/a.git", None, None),
            ("https://host/a.git#main", Some("main"), None),
            ("https://host/a.git#:sub", None, Some("sub")),
            ("git@host:a#v1:sub/dir", Some("v1"), Some("sub/dir")),
        ] {
            let Some(ContextSource::Git(git)) = source(Some(address), &[]) else {
                panic!("{address} is git");
            };
            let got = (git.reference.as_deref(), git.subdirectory.as_deref());
            assert_eq!(got, (reference, directory), "{address}");
        }
    }

    #[test]
    fn other_addresses_are_archives_or_inputs_or_errors() {
        assert!(matches!(source(Some("https://host/a.tar.gz"), &[]), Some(ContextSource::Http { .. })));
        assert!(matches!(source(Some("whatever"), &["context"]), Some(ContextSource::Input { .. })));
        assert_eq!(source(Some("whatever"), &[]), None);
    }

    #[test]
    fn sources_may_come_from_elsewhere_than_the_definition() {
        let contexts = [("source".to_owned(), "local:source".to_owned())];
        let options = Options {
            context: Some("https://host/a.git".to_owned()),
            named_contexts: contexts.into(),
            ..Options::default()
        };
        let spec = classify(&options, &[], "s").unwrap().value;
        assert!(matches!(spec.source, ContextSource::Local { name, .. } if name == "source"));
        assert!(matches!(spec.definition, DefinitionSource::Context { source: ContextSource::Git(_), .. }));
    }

    #[test]
    fn a_remote_context_holds_its_own_definition_file() {
        let options = Options { context: Some("https://host/a.git".to_owned()), ..Options::default() };
        let spec = classify(&options, &[], "s").unwrap().value;
        assert!(matches!(spec.definition, DefinitionSource::Context { .. }));
        let options = Options { definition_local: Some("other".to_owned()), ..options };
        let spec = classify(&options, &[], "s").unwrap().value;
        assert_eq!(
            spec.definition,
            DefinitionSource::Local { name: "other".to_owned(), session: "s".to_owned() }
        );
    }
}
