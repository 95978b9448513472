//! Directories of the client.

use buildkit_proto::{attr, cap};

use super::SourceDraft;
use crate::error::ProblemKind;
use crate::metadata::{Metadata, metadata_methods};
use crate::vertex::Output;

/// A directory of the client, such as the build context.
///
/// Two local sources with equal attributes are one vertex and one transfer. A shared key hint says which earlier transfer is
/// continued: give different filters different hints, or they throw each other's files out.
///
/// ```
/// use buildkit_llb::source::{Differ, Local};
///
/// let context = Local::new("context")
///     .session("id")
///     .exclude_patterns(["target", ".git"])
///     .shared_key_hint("context")
///     .differ(Differ::Metadata)
///     .name("[internal] load build context")
///     .output();
/// # let _ = context;
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Local {
    name: String,
    session: Option<String>,
    unique: Option<String>,
    include_patterns: Vec<String>,
    exclude_patterns: Vec<String>,
    follow_paths: Vec<String>,
    shared_key_hint: Option<String>,
    differ: Option<Differ>,
    transfer: Transfer,
    metadata: Metadata,
}

/// How the daemon finds out which files changed since the last transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Differ {
    /// By mode, size and time; what a daemon does when nothing is said.
    Metadata,
    /// Not at all: every file is sent again. Right for small files whose edits may keep size and time.
    None,
}

#[derive(Clone, Debug)]
enum Transfer {
    Everything,
    MetadataExcept(Vec<String>),
}

metadata_methods!(Local);

impl Local {
    /// The directory that the client calls by this name, such as `context`.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            session: None,
            unique: None,
            include_patterns: Vec::new(),
            exclude_patterns: Vec::new(),
            follow_paths: Vec::new(),
            shared_key_hint: None,
            differ: None,
            transfer: Transfer::Everything,
            metadata: Metadata::default(),
        }
    }

    /// Reads from this session and no other.
    pub fn session(mut self, id: impl Into<String>) -> Self {
        self.session = Some(id.into());
        self
    }

    /// Keeps this source apart from others of equal attributes.
    pub fn unique(mut self, id: impl Into<String>) -> Self {
        self.unique = Some(id.into());
        self
    }

    /// Sends only what matches one of these patterns.
    pub fn include_patterns<S: Into<String>>(mut self, patterns: impl IntoIterator<Item = S>) -> Self {
        self.include_patterns.extend(patterns.into_iter().map(Into::into));
        self
    }

    /// Does not send what these patterns match, in `.dockerignore` syntax; the last match decides.
    pub fn exclude_patterns<S: Into<String>>(mut self, patterns: impl IntoIterator<Item = S>) -> Self {
        self.exclude_patterns.extend(patterns.into_iter().map(Into::into));
        self
    }

    /// Sends only these paths, which may be globs, and the symlinks on the way.
    pub fn follow_paths<S: Into<String>>(mut self, paths: impl IntoIterator<Item = S>) -> Self {
        self.follow_paths.extend(paths.into_iter().map(Into::into));
        self
    }

    /// Says which earlier transfer this one continues.
    pub fn shared_key_hint(mut self, hint: impl Into<String>) -> Self {
        self.shared_key_hint = Some(hint.into());
        self
    }

    /// Says how changed files are found.
    pub fn differ(mut self, differ: Differ) -> Self {
        self.differ = Some(differ);
        self
    }

    /// Sends names, modes and sizes, but no contents.
    pub fn metadata_only(self) -> Self {
        self.metadata_only_except::<String>([])
    }

    /// Sends names, modes and sizes of all files, and the contents of those that match.
    pub fn metadata_only_except<S: Into<String>>(mut self, patterns: impl IntoIterator<Item = S>) -> Self {
        self.transfer = Transfer::MetadataExcept(patterns.into_iter().map(Into::into).collect());
        self
    }

    /// The directory.
    pub fn output(self) -> Output {
        let identifier = format!("local://{}", self.name);
        let mut source = SourceDraft::new(identifier, cap::SOURCE_LOCAL, self.metadata);
        if self.name.is_empty() {
            source.problems.push(ProblemKind::EmptyLocalName);
        }
        source.option_with_cap(attr::LOCAL_SESSION, self.session, cap::SOURCE_LOCAL_SESSION_ID);
        source.option_with_cap(attr::LOCAL_UNIQUE, self.unique, cap::SOURCE_LOCAL_UNIQUE);
        let hint = self.shared_key_hint;
        source.option_with_cap(attr::LOCAL_SHARED_KEY_HINT, hint, cap::SOURCE_LOCAL_SHARED_KEY_HINT);
        for (key, list, cap) in [
            (attr::LOCAL_INCLUDE_PATTERNS, &self.include_patterns, cap::SOURCE_LOCAL_INCLUDE_PATTERNS),
            (attr::LOCAL_EXCLUDE_PATTERNS, &self.exclude_patterns, cap::SOURCE_LOCAL_EXCLUDE_PATTERNS),
            (attr::LOCAL_FOLLOW_PATHS, &self.follow_paths, cap::SOURCE_LOCAL_FOLLOW_PATHS),
        ] {
            source.option_with_cap(key, json_list(list), cap);
        }
        let differ = self.differ.map(|differ| match differ {
            Differ::Metadata => attr::LOCAL_DIFFER_METADATA,
            Differ::None => attr::LOCAL_DIFFER_NONE,
        });
        source.option_with_cap(attr::LOCAL_DIFFER, differ, cap::SOURCE_LOCAL_DIFFER);
        if let Transfer::MetadataExcept(patterns) = &self.transfer {
            let cap = cap::SOURCE_LOCAL_METADATA_TRANSFER;
            source.attr_with_cap(attr::LOCAL_METADATA_TRANSFER, "true", cap);
            source.option_with_cap(attr::LOCAL_METADATA_TRANSFER_EXCLUDE, json_list(patterns), cap);
        }
        source.into_output(None)
    }
}

/// A JSON array as Go writes it, which escapes what could be markup; nothing for an empty list.
fn json_list(list: &[String]) -> Option<String> {
    if list.is_empty() {
        return None;
    }
    let mut json = serde_json::Value::from(list).to_string();
    for (character, escape) in [
        ("&", "\\u0026"),
        ("<", "\\u003c"),
        (">", "\\u003e"),
        ("\u{2028}", "\\u2028"),
        ("\u{2029}", "\\u2029"),
    ] {
        json = json.replace(character, escape);
    }
    Some(json)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_written_as_go_writes_them() {
        let list = ["a\"b".to_owned(), "<c&d>".to_owned(), "\u{e9}".to_owned()];
        assert_eq!(json_list(&list).unwrap(), "[\"a\\\"b\",\"\\u003cc\\u0026d\\u003e\",\"\u{e9}\"]");
        assert_eq!(json_list(&[]), None);
    }
}
