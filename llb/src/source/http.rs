//! Files from the web.

use std::collections::BTreeMap;

use buildkit_proto::{attr, cap};

use super::SourceDraft;
use crate::digest::Digest;
use crate::error::ProblemKind;
use crate::metadata::{Metadata, metadata_methods};
use crate::vertex::Output;

/// A file system with one file, downloaded.
///
/// Units: the mode is permission bits.
///
/// ```
/// use buildkit_llb::{Digest, source::Http};
///
/// let archive = Http::new("https://example.com/a.tar.gz").checksum(Digest::of(b"")).filename("a.tar.gz").output();
/// # let _ = archive;
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Http {
    url: String,
    checksum: Option<Digest>,
    filename: Option<String>,
    mode: Option<u32>,
    owner: Option<(u32, u32)>,
    auth_header_secret: Option<String>,
    headers: BTreeMap<String, String>,
    metadata: Metadata,
}

metadata_methods!(Http);

impl Http {
    /// The file behind an `http` or `https` address.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            checksum: None,
            filename: None,
            mode: None,
            owner: None,
            auth_header_secret: None,
            headers: BTreeMap::new(),
            metadata: Metadata::default(),
        }
    }

    /// The digest that the file must have.
    pub fn checksum(mut self, digest: Digest) -> Self {
        self.checksum = Some(digest);
        self
    }

    /// The file's name; otherwise the server or the address decides.
    pub fn filename(mut self, name: impl Into<String>) -> Self {
        self.filename = Some(name.into());
        self
    }

    /// The file's permission bits; otherwise `0600`.
    pub fn mode(mut self, mode: u32) -> Self {
        self.mode = Some(mode);
        self
    }

    /// The file's numeric owner and group; otherwise root.
    pub fn owner(mut self, uid: u32, gid: u32) -> Self {
        self.owner = Some((uid, gid));
        self
    }

    /// The secret that holds the authorization header to send.
    pub fn auth_header_secret(mut self, id: impl Into<String>) -> Self {
        self.auth_header_secret = Some(id.into());
        self
    }

    /// A request header; its name is written in lower case.
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.insert(name.to_ascii_lowercase(), value.into());
        self
    }

    /// The file system with the file.
    pub fn output(self) -> Output {
        let mut source = SourceDraft::new(self.url.clone(), cap::SOURCE_HTTP, self.metadata);
        let address = self.url.strip_prefix("https://").or_else(|| self.url.strip_prefix("http://"));
        if address.is_none_or(str::is_empty) {
            let expected = "`http://…` or `https://…`";
            source.problems.push(ProblemKind::Url { url: self.url, kind: "HTTP", expected });
        }
        let checksum = self.checksum.as_ref().map(Digest::as_str);
        source.option_with_cap(attr::HTTP_CHECKSUM, checksum, cap::SOURCE_HTTP_CHECKSUM);
        if let Some(filename) = self.filename {
            source.attr(attr::HTTP_FILENAME, filename);
        }
        let perm = self.mode.map(|mode| format!("0{mode:o}"));
        source.option_with_cap(attr::HTTP_PERM, perm, cap::SOURCE_HTTP_PERM);
        if let Some((uid, gid)) = self.owner {
            source.attr_with_cap(attr::HTTP_UID, uid.to_string(), cap::SOURCE_HTTP_UID_GID);
            source.attr_with_cap(attr::HTTP_GID, gid.to_string(), cap::SOURCE_HTTP_UID_GID);
        }
        source.option_with_cap(attr::HTTP_AUTH_HEADER_SECRET, self.auth_header_secret, cap::SOURCE_HTTP_AUTH);
        for (name, value) in self.headers {
            source.attr_with_cap(
                &format!("{}{name}", attr::HTTP_HEADER_PREFIX),
                value,
                cap::SOURCE_HTTP_HEADER,
            );
        }
        source.into_output(None)
    }
}
