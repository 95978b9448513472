//! Where in the user's files a vertex comes from.

use std::fmt;
use std::sync::Arc;

use buildkit_proto::pb;

use crate::definition::Definition;
use crate::display::DisplayText;

/// A file whose lines are shown when a vertex that comes from it fails.
///
/// Shape: the whole content goes into the definition, once per file; keep it to definition files. Cheap to clone.
///
/// ```
/// use buildkit_llb::source_map::{Location, Range, SourceFile};
///
/// let file = SourceFile::new("Cargo.toml", "[package]\nname = \"api\"\n").language("TOML");
/// let line = Location::new(&file, [Range::lines(2, 2)]);
/// # let _ = line;
/// ```
#[derive(Clone, PartialEq)]
pub struct SourceFile(Arc<pb::SourceInfo>);

impl SourceFile {
    /// A file by the name that people know it by, and its content, of which lines are printed as [`DisplayText`].
    #[must_use]
    pub fn new(filename: impl Into<DisplayText>, data: impl AsRef<[u8]>) -> Self {
        Self(Arc::new(pb::SourceInfo {
            filename: filename.into().into(),
            data: excerpt(data.as_ref()),
            definition: None,
            language: String::new(),
        }))
    }

    /// The language of the file, such as `TOML` or `Dockerfile`.
    #[must_use]
    pub fn language(mut self, language: impl Into<String>) -> Self {
        Arc::make_mut(&mut self.0).language = language.into();
        self
    }

    /// The graph that the file was read from, by which a viewer can tell that two files are the same one.
    #[must_use]
    pub fn loaded_by(mut self, definition: &Definition) -> Self {
        Arc::make_mut(&mut self.0).definition = Some(definition.to_pb());
        self
    }

    /// The file's name.
    #[must_use]
    pub fn filename(&self) -> &str {
        &self.0.filename
    }

    pub(crate) fn info(&self) -> &pb::SourceInfo {
        &self.0
    }
}

/// The content of a file as its lines may be printed.
#[must_use]
pub fn excerpt(data: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(data);
    let lines =
        text.split('\n').map(|line| DisplayText::from(line.strip_suffix('\r').unwrap_or(line)).into());
    lines.collect::<Vec<String>>().join("\n").into_bytes()
}

impl fmt::Debug for SourceFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SourceFile({:?}, {} B)", self.0.filename, self.0.data.len())
    }
}

/// One place in a file.
///
/// Units: lines count from 1, characters from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The line, from 1.
    pub line: u32,
    /// The character within the line, from 0.
    pub character: u32,
}

/// A stretch of a file, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// Where it starts.
    pub start: Position,
    /// Where it ends.
    pub end: Position,
}

impl Range {
    /// Whole lines, from the first to the last, counted from 1.
    #[must_use]
    pub fn lines(first: u32, last: u32) -> Self {
        Self { start: Position { line: first, character: 0 }, end: Position { line: last, character: 0 } }
    }

    fn to_pb(self) -> pb::Range {
        let position = |position: Position| pb::Position {
            line: i32::try_from(position.line).unwrap_or(i32::MAX),
            character: i32::try_from(position.character).unwrap_or(i32::MAX),
        };
        pb::Range { start: Some(position(self.start)), end: Some(position(self.end)) }
    }

    fn from_pb(range: &pb::Range) -> Self {
        let position = |position: Option<pb::Position>| Position {
            line: position.map_or(0, |position| u32::try_from(position.line).unwrap_or_default()),
            character: position.map_or(0, |position| u32::try_from(position.character).unwrap_or_default()),
        };
        Self { start: position(range.start), end: position(range.end) }
    }
}

/// Some stretches of one file.
#[derive(Clone, Debug, PartialEq)]
pub struct Location {
    file: SourceFile,
    ranges: Vec<Range>,
}

impl Location {
    /// These stretches of this file.
    #[must_use]
    pub fn new(file: &SourceFile, ranges: impl IntoIterator<Item = Range>) -> Self {
        Self { file: file.clone(), ranges: ranges.into_iter().collect() }
    }
}

/// The places that a definition's source map knows for one op.
pub(crate) fn locations_of(digest: &str, source: Option<&pb::Source>) -> Vec<Location> {
    let Some(source) = source else {
        return Vec::new();
    };
    let locations =
        source.locations.get(digest).map(|locations| locations.locations.iter()).into_iter().flatten();
    let location = |location: &pb::Location| {
        let info = source.infos.get(usize::try_from(location.source_index).ok()?)?;
        let file = SourceFile(Arc::new(info.clone()));
        Some(Location { file, ranges: location.ranges.iter().map(Range::from_pb).collect() })
    };
    locations.filter_map(location).collect()
}

/// Collects the files and places of a graph while it is walked. A file is listed once, in the order of first use.
#[derive(Default)]
pub(crate) struct SourceMap {
    files: Vec<SourceFile>,
    source: pb::Source,
}

impl SourceMap {
    pub(crate) fn add(&mut self, digest: &str, locations: &[Location]) {
        for location in locations {
            let known = self.files.iter().position(|file| *file == location.file);
            let index = known.unwrap_or_else(|| {
                self.files.push(location.file.clone());
                self.files.len() - 1
            });
            let location = pb::Location {
                source_index: i32::try_from(index).unwrap_or(i32::MAX),
                ranges: location.ranges.iter().map(|range| range.to_pb()).collect(),
            };
            let locations = &mut self.source.locations.entry(digest.to_owned()).or_default().locations;
            if !locations.contains(&location) {
                locations.push(location);
            }
        }
    }

    pub(crate) fn into_pb(mut self) -> Option<pb::Source> {
        if self.files.is_empty() {
            return None;
        }
        self.source.infos = self.files.iter().map(|file| file.info().clone()).collect();
        Some(self.source)
    }
}
