//! What is said about a vertex beside what it does. Nothing here is part of its digest.

use std::collections::{BTreeMap, BTreeSet};

use buildkit_proto::pb;

use crate::display::DisplayText;
use crate::source_map::Location;

/// Key of a vertex's name in its description.
pub(crate) const CUSTOM_NAME: &str = "llb.customname";

/// Several vertices that progress output shows as one.
///
/// Shape: groups are the same when their ids are; choose the id by what the group is, not at random.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgressGroup {
    id: String,
    name: DisplayText,
    weak: bool,
}

impl ProgressGroup {
    /// A group of this id, shown under this name.
    #[must_use]
    pub fn new(id: impl Into<String>, name: &str) -> Self {
        Self { id: id.into(), name: name.into(), weak: false }
    }

    /// A group that gives way when one of its vertices is in another group too.
    #[must_use]
    pub fn weak(mut self) -> Self {
        self.weak = true;
        self
    }
}

/// Name, cache flags, capabilities and source positions of one vertex.
#[derive(Clone, Debug, Default)]
pub(crate) struct Metadata {
    pub(crate) description: BTreeMap<String, DisplayText>,
    pub(crate) ignore_cache: bool,
    pub(crate) export_cache: Option<bool>,
    pub(crate) progress_group: Option<ProgressGroup>,
    pub(crate) caps: BTreeSet<&'static str>,
    pub(crate) locations: Vec<Location>,
}

impl Metadata {
    pub(crate) fn name(&self) -> Option<&str> {
        self.description.get(CUSTOM_NAME).map(DisplayText::as_str)
    }

    pub(crate) fn to_pb(&self) -> pb::OpMetadata {
        pb::OpMetadata {
            ignore_cache: self.ignore_cache,
            description: self.description.iter().map(|(key, text)| (key.clone(), text.to_string())).collect(),
            export_cache: self.export_cache.map(|value| pb::ExportCache { value }),
            caps: self.caps.iter().map(|cap| ((*cap).to_owned(), true)).collect(),
            progress_group: self.progress_group.as_ref().map(|group| pb::ProgressGroup {
                id: group.id.clone(),
                name: group.name.to_string(),
                weak: group.weak,
            }),
        }
    }
}

/// The name that progress output shows.
pub(crate) fn name(metadata: &pb::OpMetadata) -> Option<&str> {
    metadata.description.get(CUSTOM_NAME).map(String::as_str)
}

/// Joins what two vertices of the same content say. The first one's words stay; flags and capabilities add up.
pub(crate) fn merge(into: &mut pb::OpMetadata, other: pb::OpMetadata) {
    into.ignore_cache |= other.ignore_cache;
    for (key, value) in other.description {
        into.description.entry(key).or_insert(value);
    }
    into.caps.extend(other.caps);
    into.export_cache = into.export_cache.take().or(other.export_cache);
    into.progress_group = into.progress_group.take().or(other.progress_group);
}

/// Gives a builder with a field `metadata: Metadata` the methods that every vertex has.
macro_rules! metadata_methods {
    ($builder:ty) => {
        /// What is said about the vertex; none of it changes its digest or its place in the cache.
        impl $builder {
            /// The name that progress output shows, such as `[deps] compile dependencies`.
            pub fn name(self, name: impl Into<$crate::DisplayText>) -> Self {
                self.describe($crate::metadata::CUSTOM_NAME, name)
            }

            /// Another entry of the vertex's description, such as `com.docker.dockerfile.v1.command`.
            pub fn describe(mut self, key: &str, value: impl Into<$crate::DisplayText>) -> Self {
                self.metadata.description.insert(key.to_owned(), value.into());
                self
            }

            /// Shows the vertex as part of a group.
            pub fn progress_group(mut self, group: $crate::ProgressGroup) -> Self {
                self.metadata.progress_group = Some(group);
                self
            }

            /// Runs the vertex even if its result is in the cache. On an exec this empties its cache mounts too.
            pub fn ignore_cache(mut self) -> Self {
                self.metadata.ignore_cache = true;
                self
            }

            /// Says whether the result goes into an exported cache, whatever the export's mode.
            pub fn export_cache(mut self, export: bool) -> Self {
                self.metadata.export_cache = Some(export);
                self
            }

            /// A place in a file of the user's that this vertex comes from; BuildKit shows it when the vertex fails.
            pub fn location(mut self, location: $crate::source_map::Location) -> Self {
                self.metadata.locations.push(location);
                self
            }

            /// A capability that the vertex needs beyond those that its own features ask for.
            pub fn require(mut self, cap: &'static str) -> Self {
                self.metadata.caps.insert(cap);
                self
            }
        }
    };
}
pub(crate) use metadata_methods;
