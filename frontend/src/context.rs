//! Where the project comes from: the client's directory, a git repository, an archive, or another build's result.

use std::collections::BTreeMap;

use crate::diagnostic::{Checked, Diagnostic, Findings};
use crate::options::Options;

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
    Git {
        /// The remote, without fragment.
        remote: String,
        /// Branch, tag or commit; `None` for the remote's default branch.
        reference: Option<String>,
        /// The directory within the repository; `None` for its root.
        subdirectory: Option<String>,
    },
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
    Context,
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
    let source = match &options.context {
        Some(address) => remote(address).or_else(|| has_input(CONTEXT).then(|| input(CONTEXT))),
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
    let definition = match (&options.definition_local, &source) {
        (Some(name), _) => local(name),
        (None, _) if has_input(DEFINITION) => DefinitionSource::Input { name: DEFINITION.to_owned() },
        (None, ContextSource::Local { .. }) => local(DEFINITION),
        (None, _) => DefinitionSource::Context,
    };
    let is_local = matches!(source, ContextSource::Local { .. });
    findings.finish(ContextSpec {
        source,
        subdirectory: options.context_subdirectory.clone().filter(|_| !is_local),
        definition,
        filename: options.filename.clone().unwrap_or_else(|| DEFAULT_FILENAME.to_owned()),
    })
}

fn input(name: &str) -> ContextSource {
    ContextSource::Input { name: name.to_owned() }
}

/// Bake lets several targets share one upload, so a source may belong to another session than the build's own.
fn session_of(sessions: &BTreeMap<String, String>, name: &str, default: &str) -> String {
    sessions.get(name).cloned().unwrap_or_else(|| default.to_owned())
}

fn remote(address: &str) -> Option<ContextSource> {
    let (base, fragment) = address.split_once('#').map_or((address, None), |(base, rest)| (base, Some(rest)));
    let is_http = base.starts_with("http://") || base.starts_with("https://");
    let is_git = base.starts_with("git://")
        || base.starts_with("ssh://")
        || (base.starts_with("git@") && base.contains(':'))
        || base.starts_with("github.com/")
        || (is_http && base.strip_suffix(".git").is_some());
    if is_git {
        let (reference, subdirectory) = fragment.map_or((None, None), |fragment| {
            let (reference, directory) = fragment
                .split_once(':')
                .map_or((fragment, None), |(reference, directory)| (reference, Some(directory)));
            (Some(reference).filter(|text| !text.is_empty()), directory.filter(|text| !text.is_empty()))
        });
        return Some(ContextSource::Git {
            remote: base.to_owned(),
            reference: reference.map(str::to_owned),
            subdirectory: subdirectory.map(str::to_owned),
        });
    }
    is_http.then(|| ContextSource::Http { url: address.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::{ContextSource, DefinitionSource, classify};
    use crate::options::Options;

    fn source(context: Option<&str>, inputs: &[&str]) -> Option<ContextSource> {
        let options = Options { context: context.map(str::to_owned), ..Options::default() };
        let inputs: Vec<String> = inputs.iter().map(|name| (*name).to_owned()).collect();
        classify(&options, &inputs, "session").ok().map(|warned| warned.value.source)
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
            let Some(ContextSource::Git { reference: got, subdirectory, .. }) = source(Some(address), &[])
            else {
                panic!("{address} is git");
            };
            assert_eq!((got.as_deref(), subdirectory.as_deref()), (reference, directory), "{address}");
        }
    }

    #[test]
    fn other_addresses_are_archives_or_inputs_or_errors() {
        assert!(matches!(source(Some("https://host/a.tar.gz"), &[]), Some(ContextSource::Http { .. })));
        assert!(matches!(source(Some("whatever"), &["context"]), Some(ContextSource::Input { .. })));
        assert_eq!(source(Some("whatever"), &[]), None);
    }

    #[test]
    fn a_remote_context_holds_its_own_definition_file() {
        let options = Options { context: Some("https://host/a.git".to_owned()), ..Options::default() };
        let spec = classify(&options, &[], "s").unwrap().value;
        assert_eq!(spec.definition, DefinitionSource::Context);
        let options = Options { definition_local: Some("other".to_owned()), ..options };
        let spec = classify(&options, &[], "s").unwrap().value;
        assert_eq!(
            spec.definition,
            DefinitionSource::Local { name: "other".to_owned(), session: "s".to_owned() }
        );
    }
}
