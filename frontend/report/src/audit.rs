//! What binaries need of the system, and the job that looks whether a base has it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What the last compile's binaries need, as `needs.json` beside them.
///
/// It changes only when that does, so whatever reads nothing else is done again only then.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Needs {
    /// The binaries by name. One that is no ELF file is not among them.
    pub binaries: BTreeMap<String, Linked>,
}

/// What one ELF file needs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Linked {
    /// The number that ELF gives the processor.
    pub machine: u16,
    /// 32 or 64.
    pub bits: u8,
    /// Absolute path of the program that loads it: `/lib64/ld-linux-x86-64.so.2`. A static binary has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loader: Option<String>,
    /// The libraries that it names, in its order: `libc.so.6`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub libraries: Vec<String>,
    /// For each library the versions of symbols that it must define, sorted: `GLIBC_2.34`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub versions: BTreeMap<String, Vec<String>>,
    /// Where it says that its libraries are, besides the usual places.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub directories: Vec<String>,
}

impl Linked {
    /// True for a file that runs without any other.
    #[must_use]
    pub fn is_static(&self) -> bool {
        self.loader.is_none() && self.libraries.is_empty()
    }
}

/// Looks whether a base can run binaries, and takes from the builder, in which it runs, the libraries that the base lacks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Audit {
    /// `audit` and the names of the binaries that the image gets. They travel as the agent's arguments.
    #[serde(skip)]
    pub command: Vec<String>,
    /// Absolute path of a [`Needs`].
    pub needs: String,
    /// Absolute path of the base's file system; the empty image has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
    /// What the base is called, for people.
    pub base_name: String,
    /// Absolute path of the directory that the binaries are in, in the image.
    pub directory: String,
    /// Packages of the builder whose files the image gets whether a binary names them or not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub packages: Vec<String>,
    /// Whether the base must have a shell.
    #[serde(default, skip_serializing_if = "is_false")]
    pub with_shell: bool,
    /// Absolute path of the empty directory that receives what is to be laid over the base.
    pub into: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature is serde's")]
fn is_false(value: &bool) -> bool {
    !value
}
