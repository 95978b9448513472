//! Where file systems come from: images, the client's directories, git, HTTP, OCI layouts.

mod git;
mod http;
mod image;
mod local;
mod oci_layout;

use std::collections::BTreeMap;

use buildkit_proto::pb;

pub use git::{Git, GitMtime};
pub use http::Http;
pub use image::{Image, ResolveMode};
pub use local::{Differ, Local};
pub use oci_layout::OciLayout;

use crate::error::ProblemKind;
use crate::metadata::Metadata;
use crate::platform::Platform;
use crate::vertex::{Draft, Inputs, Output};

/// A source op under construction: an identifier, attributes, and the capabilities that they need.
struct SourceDraft {
    identifier: String,
    attrs: BTreeMap<String, String>,
    metadata: Metadata,
    problems: Vec<ProblemKind>,
}

impl SourceDraft {
    fn new(identifier: String, cap: &'static str, mut metadata: Metadata) -> Self {
        metadata.caps.insert(cap);
        Self { identifier, attrs: BTreeMap::new(), metadata, problems: Vec::new() }
    }

    /// An attribute that every daemon knows, or may ignore.
    fn attr(&mut self, key: &str, value: impl Into<String>) {
        self.attrs.insert(key.to_owned(), value.into());
    }

    /// An attribute that a daemon must know.
    fn attr_with_cap(&mut self, key: &str, value: impl Into<String>, cap: &'static str) {
        self.attr(key, value);
        self.metadata.caps.insert(cap);
    }

    /// The same, where there is a value.
    fn option_with_cap(&mut self, key: &str, value: Option<impl Into<String>>, cap: &'static str) {
        if let Some(value) = value {
            self.attr_with_cap(key, value, cap);
        }
    }

    fn into_output(self, platform: Option<Platform>) -> Output {
        let draft = Draft {
            kind: "source",
            op: pb::op::Op::Source(pb::SourceOp { identifier: self.identifier, attrs: self.attrs }),
            inputs: Inputs::default(),
            op_platform: platform.clone(),
            platform,
            metadata: self.metadata,
            problems: self.problems,
        };
        draft.into_output()
    }
}
