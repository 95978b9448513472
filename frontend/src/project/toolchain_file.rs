//! `rust-toolchain` and `rust-toolchain.toml`.

use serde::Deserialize;

use crate::diagnostic::Diagnostic;
use crate::discover::Document;
use crate::name::RelPath;

/// What the toolchain file asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToolchainFile {
    /// The file.
    pub file: RelPath,
    /// `channel`: `stable`, `1.95`, `nightly-2026-01-01`, …
    pub channel: Option<String>,
    /// `components`.
    pub components: Vec<String>,
    /// `targets`.
    pub targets: Vec<String>,
    /// `profile`.
    pub profile: Option<String>,
    /// `path`: a toolchain on disk instead of a channel.
    pub path: Option<String>,
    /// 1-based line of the channel or the path.
    pub line: u32,
}

#[derive(Deserialize)]
struct File {
    toolchain: Toolchain,
}

#[derive(Deserialize)]
struct Toolchain {
    channel: Option<String>,
    path: Option<String>,
    profile: Option<String>,
    #[serde(default)]
    components: Vec<String>,
    #[serde(default)]
    targets: Vec<String>,
}

/// Parses the file; one without a suffix may hold just the channel in one line.
pub(super) fn parse(file: &RelPath, bytes: &[u8]) -> Result<ToolchainFile, Diagnostic> {
    if file.file_name() == Some("rust-toolchain")
        && let Some(channel) = one_line(bytes)
    {
        let channel = Some(channel.to_owned());
        return Ok(ToolchainFile { file: file.clone(), channel, line: 1, ..ToolchainFile::default() });
    }
    let document: Document<File> = Document::parse(file, bytes)?;
    let key = if document.value.toolchain.channel.is_some() { "channel" } else { "path" };
    let line = document.span(&["toolchain", key]).start;
    let Toolchain { channel, path, profile, components, targets } = document.value.toolchain;
    Ok(ToolchainFile { file: file.clone(), channel, components, targets, profile, path, line })
}

fn one_line(bytes: &[u8]) -> Option<&str> {
    let mut lines = std::str::from_utf8(bytes).ok()?.lines().filter(|line| !line.trim().is_empty());
    match (lines.next(), lines.next()) {
        (Some(line), None) if !line.contains('[') => Some(line.trim()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::name::RelPath;

    #[test]
    fn both_forms_are_read() {
        let plain = RelPath::new("rust-toolchain").unwrap();
        let toml = RelPath::new("rust-toolchain.toml").unwrap();
        assert_eq!(parse(&plain, b"1.80.0\n").unwrap().channel.as_deref(), Some("1.80.0"));
        for file in [plain, toml] {
            let text = b"# pinned\n[toolchain]\nchannel = \"1.95\"\ncomponents = [\"clippy\"]\n";
            let found = parse(&file, text).unwrap();
            assert_eq!(found.channel.as_deref(), Some("1.95"));
            assert_eq!(found.components, ["clippy"]);
            assert_eq!(found.line, 3);
        }
    }
}
