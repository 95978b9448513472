//! What the user is told: one finding, where it is, and what would be right.

use buildkit_llb::DisplayText;

use crate::name::RelPath;

/// Lines of one file, 1-based and inclusive.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// The file the lines are in.
    pub file: RelPath,
    /// First line, 1-based.
    pub start: u32,
    /// Last line, 1-based, not before `start`.
    pub end: u32,
}

impl Span {
    /// The one line `line` (1-based) of `file`.
    #[must_use]
    pub fn line(file: RelPath, line: u32) -> Self {
        Self { file, start: line, end: line }
    }

    /// The lines that the byte range `bytes` of `text` touches.
    #[must_use]
    pub fn of_bytes(file: RelPath, text: &str, bytes: std::ops::Range<usize>) -> Self {
        let line_at = |offset: usize| {
            let before = text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count();
            u32::try_from(before).unwrap_or(u32::MAX - 1) + 1
        };
        let start = line_at(bytes.start);
        Self { file, start, end: line_at(bytes.end.saturating_sub(1).max(bytes.start)) }
    }
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The build goes on; the user is told.
    Warning,
    /// There is nothing right to build.
    Error,
}

/// One finding.
///
/// Shape: `message` is a lowercase fragment without full stop, literals in backticks, with the offending value;
/// `hints` say what would be right, one sentence each, ready to copy where that is possible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub message: DisplayText,
    /// The lines at fault, if the fault is in a file.
    pub span: Option<Span>,
    /// What would be right.
    pub hints: Vec<DisplayText>,
}

impl Diagnostic {
    /// A finding that stops the build.
    #[must_use]
    pub fn error(message: impl Into<DisplayText>) -> Self {
        Self { severity: Severity::Error, message: message.into(), span: None, hints: Vec::new() }
    }

    /// A finding that does not.
    #[must_use]
    pub fn warning(message: impl Into<DisplayText>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(message) }
    }

    /// Points at the lines at fault.
    #[must_use]
    pub fn at(mut self, span: Span) -> Self {
        self.span = Some(span);
        self
    }

    /// Adds a sentence that says what would be right.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<DisplayText>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Adds every one of several such sentences.
    #[must_use]
    pub fn hints<T: Into<DisplayText>>(mut self, hints: impl IntoIterator<Item = T>) -> Self {
        self.hints.extend(hints.into_iter().map(Into::into));
        self
    }
}

/// A value together with the warnings met on the way to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warned<T> {
    /// The value.
    pub value: T,
    /// What the user should know about it, in order of discovery.
    pub warnings: Vec<Diagnostic>,
}

/// A value with its warnings, or every error that stands in its way.
///
/// Stages collect errors and go on where they can, so that a user mends a file once and not once per error.
pub type Checked<T> = Result<Warned<T>, Vec<Diagnostic>>;

/// Collects findings while a stage works, and decides at its end.
#[derive(Debug, Default)]
pub struct Findings(Vec<Diagnostic>);

impl Findings {
    /// Takes one finding.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Takes the findings of a look at something, if there are any.
    pub fn extend(&mut self, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        self.0.extend(diagnostics);
    }

    /// Takes the warnings of `checked` and returns its value, or takes its errors and returns nothing.
    pub fn take<T>(&mut self, checked: Checked<T>) -> Option<T> {
        match checked {
            Ok(Warned { value, warnings }) => {
                self.0.extend(warnings);
                Some(value)
            }
            Err(errors) => {
                self.0.extend(errors);
                None
            }
        }
    }

    /// True once an error was taken.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// `value` with the warnings, or all findings if one of them is an error.
    pub fn finish<T>(self, value: T) -> Checked<T> {
        if self.has_errors() { Err(self.0) } else { Ok(Warned { value, warnings: self.0 }) }
    }

    /// All findings as a failure, for a stage that has no value to give.
    pub fn fail<T>(self) -> Checked<T> {
        Err(self.0)
    }
}
