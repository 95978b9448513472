//! A failed build, and what the engine is told of it.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use buildkit_llb::DisplayText;
use buildkit_llb::source_map::excerpt;
use buildkit_proto::any::Any;
use buildkit_proto::rpc;
use prost::Message as _;
use serde_json::json;
use tonic::{Code, Status};

use crate::diagnostic::{Diagnostic, Severity, Span};
use crate::name::RelPath;

/// The user's files by path, to show lines of.
pub(super) type Files = BTreeMap<RelPath, Vec<u8>>;

/// Why there is no result.
#[derive(Debug)]
pub(super) enum Failure {
    /// The user's input is at fault.
    Findings {
        /// What is wrong.
        diagnostics: Vec<Diagnostic>,
        /// The files that the findings point into.
        files: Files,
    },
    /// The engine said no; what it said is passed on untouched.
    Engine(Status),
    /// What to return is settled: the engine's word with the reason why it was asked, or the user's faults.
    Explained(rpc::Status),
    /// This program is at fault.
    Internal(String),
}

impl From<Status> for Failure {
    fn from(status: Status) -> Self {
        Self::Engine(status)
    }
}

/// Type of the detail by which clients show lines of a file. Its value is JSON although it travels in protobuf.
const SOURCE_DETAIL: &str = "github.com/moby/buildkit/errdefs.Source+json";

impl Failure {
    /// Says below the engine's own words what would be right.
    pub(super) fn hint(mut self, hint: Option<String>) -> Self {
        if let (Self::Explained(status), Some(hint)) = (&mut self, hint) {
            status.message.push_str("\n  hint: ");
            status.message.push_str(&DisplayText::from(hint));
        }
        self
    }

    /// Writes the lines at fault into the messages, for clients that get to see nothing else.
    pub(super) fn with_lines(self) -> Self {
        let Self::Findings { diagnostics, files } = self else { return self };
        Self::Explained(findings(&diagnostics, &files, |span| lines(span, &files)))
    }

    /// The status to return. Never `Internal`: clients map that to an exit code of its own.
    pub(super) fn into_status(self) -> rpc::Status {
        match self {
            Self::Findings { diagnostics, files } => findings(&diagnostics, &files, |_| String::new()),
            Self::Engine(status) => rpc::Status::decode(status.details())
                .ok()
                .filter(|decoded| decoded.code != 0)
                .unwrap_or_else(|| rpc::Status {
                    code: status.code() as i32,
                    message: status.message().to_owned(),
                    details: Vec::new(),
                }),
            Self::Explained(status) => status,
            Self::Internal(message) => rpc::Status {
                code: Code::Unknown as i32,
                message: DisplayText::from(message).into(),
                details: Vec::new(),
            },
        }
    }
}

/// `excerpt_of` gives the lines that are written below a message.
fn findings(diagnostics: &[Diagnostic], files: &Files, excerpt_of: impl Fn(&Span) -> String) -> rpc::Status {
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
    let more = errors.clone().count().saturating_sub(ERROR_LIMIT);
    let errors: Vec<&Diagnostic> = errors.take(ERROR_LIMIT).collect();
    let mut texts: Vec<String> = errors.iter().map(|error| text(error, &excerpt_of)).collect();
    if more > 0 {
        texts.push(format!("{more} more errors are not shown"));
    }
    let mut room = ALL_EXCERPTS_LIMIT;
    let mut details = Vec::new();
    for span in errors.iter().filter_map(|error| error.span.as_ref()) {
        let contents = files.get(&span.file).filter(|contents| contents.len() <= room.min(EXCERPT_LIMIT));
        if let Some(contents) = contents {
            room -= contents.len();
            details.push(source_detail(span, contents));
        }
    }
    if details.is_empty() {
        details.push(no_excerpt());
    }
    rpc::Status { code: Code::InvalidArgument as i32, message: texts.join("\n"), details }
}

/// `file:line: message` with the hints below. The place stands in the text too, because old clients do not read the
/// detail that carries it.
pub(super) fn text(diagnostic: &Diagnostic, excerpt_of: impl Fn(&Span) -> String) -> String {
    let mut text = match &diagnostic.span {
        Some(span) => {
            let message = format!("{}:{}: {}", span.file, span.start, diagnostic.message);
            DisplayText::from(message).to_string() + &excerpt_of(span)
        }
        None => diagnostic.message.to_string(),
    };
    for hint in &diagnostic.hints {
        text.push_str("\n  hint: ");
        text.push_str(hint);
    }
    text
}

/// How many errors are told at once.
const ERROR_LIMIT: usize = 50;

/// How many bytes of one file go along with an error, and how many of all files. The status stream has a message limit
/// of its own.
const EXCERPT_LIMIT: usize = 256 << 10;
const ALL_EXCERPTS_LIMIT: usize = 1 << 20;

/// How many lines of a file are written into a message.
const LINE_LIMIT: usize = 8;

/// The lines of a span as clients show them, each on a line of its own.
fn lines(span: &Span, files: &Files) -> String {
    let Some(contents) = files.get(&span.file) else { return String::new() };
    let text = String::from_utf8_lossy(contents);
    let numbered = (1_u32..).zip(text.lines()).filter(|(number, _)| (span.start..=span.end).contains(number));
    numbered.take(LINE_LIMIT).fold(String::new(), |shown, (number, line)| {
        shown + &format!("\n{number:4} | >>> {}", DisplayText::from(line))
    })
}

fn source_detail(span: &Span, contents: &[u8]) -> Any {
    let position = |line: u32| json!({"line": line, "character": 0});
    let detail = json!({
        "info": {
            "filename": DisplayText::from(span.file.to_string()).as_str(),
            "data": STANDARD.encode(excerpt(contents)),
            "language": "TOML",
        },
        "ranges": [{"start": position(span.start), "end": position(span.end)}],
    });
    Any { type_url: SOURCE_DETAIL.to_owned(), value: detail.to_string().into_bytes() }
}

/// An excerpt of nothing. Without any the engine would point at the syntax line, which is not at fault.
fn no_excerpt() -> Any {
    let detail = json!({"info": {"filename": "", "data": ""}, "ranges": []});
    Any { type_url: SOURCE_DETAIL.to_owned(), value: detail.to_string().into_bytes() }
}

/// Puts what failed before the engine's own words, and keeps its details.
pub(super) fn explain(status: Status, what: &str) -> Failure {
    let mut explained = Failure::Engine(status).into_status();
    explained.message = format!("{}: {}", DisplayText::from(what), explained.message);
    if !explained.details.iter().any(|detail| detail.type_url == SOURCE_DETAIL) {
        explained.details.push(no_excerpt());
    }
    Failure::Explained(explained)
}

#[cfg(test)]
mod tests {
    use prost::Message as _;
    use tonic::{Code, Status};

    use super::{Failure, Files, SOURCE_DETAIL};
    use crate::diagnostic::{Diagnostic, Span};
    use crate::name::RelPath;

    #[test]
    fn a_finding_carries_its_lines_and_says_them_in_the_text() {
        let file = RelPath::new("Cargo.toml").unwrap();
        let diagnostic = Diagnostic::error("bad").at(Span::line(file.clone(), 2)).hint("Do good.");
        let files = Files::from([(file, b"a\nb\n".to_vec())]);
        let status = Failure::Findings { diagnostics: vec![diagnostic], files }.into_status();
        assert_eq!(status.message, "Cargo.toml:2: bad\n  hint: Do good.");
        assert_eq!(status.code, Code::InvalidArgument as i32);
        assert_eq!(status.details[0].type_url, SOURCE_DETAIL);
        let detail: serde_json::Value = serde_json::from_slice(&status.details[0].value).unwrap();
        assert_eq!(detail["ranges"][0]["start"]["line"], 2);
        assert_eq!(detail["info"]["data"], "YQpiCg==");
    }

    #[test]
    fn so_many_errors_and_excerpts_are_told_and_no_more() {
        let file = RelPath::new("Cargo.toml").unwrap();
        let error = Diagnostic::error("bad\n::error::\u{1b}").at(Span::line(file.clone(), 1));
        let files = Files::from([(file, vec![b'a'; 100_000])]);
        let status = Failure::Findings { diagnostics: vec![error; 60], files }.into_status();
        assert_eq!(status.message.lines().count(), 51);
        assert!(status.message.starts_with("Cargo.toml:1: bad\\n::error::\\u{1b}\n"), "{}", status.message);
        assert!(status.message.ends_with("\n10 more errors are not shown"), "{}", status.message);
        assert_eq!(status.details.len(), 10);
    }

    #[test]
    fn the_lines_can_be_part_of_the_text() {
        let file = RelPath::new("Cargo.toml").unwrap();
        let diagnostic = Diagnostic::error("bad").at(Span::line(file.clone(), 2)).hint("Do good.");
        let files = Files::from([(file, b"a\nb\n".to_vec())]);
        let failure = Failure::Findings { diagnostics: vec![diagnostic], files };
        assert_eq!(
            failure.with_lines().into_status().message,
            "Cargo.toml:2: bad\n   2 | >>> b\n  hint: Do good."
        );
    }

    #[test]
    fn what_the_engine_says_is_passed_on_with_its_details() {
        let inner = buildkit_proto::rpc::Status {
            code: 3,
            message: "inner".to_owned(),
            details: vec![buildkit_proto::any::Any { type_url: "t".to_owned(), value: vec![1] }],
        };
        let status = Status::with_details(Code::InvalidArgument, "outer", inner.encode_to_vec().into());
        assert_eq!(Failure::from(status).into_status(), inner);
        let plain = Failure::from(Status::not_found("gone")).into_status();
        assert_eq!((plain.code, plain.message.as_str()), (5, "gone"));
    }
}
