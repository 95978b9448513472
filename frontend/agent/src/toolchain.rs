//! Which toolchain rustup gives to cargo.

use std::path::{Path, PathBuf};

/// What cargo's environment needs beside ours: `RUSTUP_TOOLCHAIN`, where rustup is in use and nobody set it.
///
/// The image was chosen by the project's own rust-toolchain file already. Left alone, rustup would read that file
/// again and download the toolchain it names, in a step that has no network.
pub(crate) fn environment() -> Option<(&'static str, String)> {
    if std::env::var_os("RUSTUP_TOOLCHAIN").is_some() {
        return None;
    }
    let settings = rustup_home()?.join("settings.toml");
    Some(("RUSTUP_TOOLCHAIN", default_of(&settings)?))
}

fn rustup_home() -> Option<PathBuf> {
    let named = std::env::var_os("RUSTUP_HOME").filter(|home| !home.is_empty()).map(PathBuf::from);
    named.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".rustup")))
}

/// The `default_toolchain` of rustup's settings, which rustup writes itself, one key a line. Without the file or the
/// key there is no rustup to hold back.
fn default_of(settings: &Path) -> Option<String> {
    let text = std::fs::read_to_string(settings).ok()?;
    text.lines().take_while(|line| !line.starts_with('[')).find_map(|line| {
        let value = line.strip_prefix("default_toolchain")?.trim_start().strip_prefix('=')?.trim();
        let name = value.strip_prefix(['"', '\''])?.strip_suffix(['"', '\''])?;
        (!name.is_empty()).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::default_of;

    #[test]
    fn the_default_is_read_from_the_top_table_only() {
        let directory = tempfile::tempdir().unwrap();
        let settings = directory.path().join("settings.toml");
        for (text, expected) in [
            (
                "default_toolchain = \"1.95.0-x86_64-unknown-linux-gnu\"\nversion = \"12\"\n\n[overrides]\n",
                Some("1.95.0-x86_64-unknown-linux-gnu"),
            ),
            ("version = \"12\"\r\ndefault_toolchain = \"stable\"\r\n", Some("stable")),
            ("version = \"12\"\n[overrides]\ndefault_toolchain = \"x\"\n", None),
            ("default_toolchain_of_mine = \"x\"\n", None),
            ("", None),
        ] {
            std::fs::write(&settings, text).unwrap();
            assert_eq!(default_of(&settings).as_deref(), expected, "{text}");
        }
        std::fs::remove_file(&settings).unwrap();
        assert_eq!(default_of(&settings), None, "no file");
    }
}
