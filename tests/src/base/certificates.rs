//! Certificate authorities that this machine trusts and Debian does not know, such as those of a company's proxy.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

const BUNDLE: &str = "etc/ssl/certs/ca-certificates.crt";
/// Where Debian's `update-ca-certificates` looks for authorities of the site.
const LOCAL: &str = "usr/local/share/ca-certificates";
const MOZILLA: &str = "usr/share/ca-certificates/mozilla";
const END: &str = "-----END CERTIFICATE-----";

/// The certificates of the machine's bundle.
#[derive(Debug, Clone)]
pub(super) struct Certificates {
    blocks: Vec<String>,
}

impl Certificates {
    /// Reads the bundle that programs of this machine use.
    pub(super) fn of_machine() -> Result<Self> {
        let file =
            std::env::var_os("SSL_CERT_FILE").map_or_else(|| Path::new("/").join(BUNDLE), PathBuf::from);
        if !file.is_file() {
            return Ok(Self { blocks: Vec::new() });
        }
        let text = fs::read_to_string(&file)
            .with_context(|| format!("failed to read the certificates in `{}`", file.display()))?;
        Ok(Self { blocks: blocks(&text) })
    }

    /// What changes when the certificates do.
    pub(super) fn input(&self) -> String {
        self.blocks.join("\n")
    }

    /// Puts those that the image's own `ca-certificates` package does not have where it keeps local ones, and into its
    /// bundle when it has one.
    pub(super) fn install(&self, tree: &Path) -> Result<()> {
        let bundle = tree.join(BUNDLE);
        let mut text = fs::read_to_string(&bundle).unwrap_or_default();
        let known = blocks(&text);
        let local = tree.join(LOCAL);
        fs::create_dir_all(&local).context("failed to create the folder of local certificates")?;
        for (number, block) in self.blocks.iter().filter(|block| !known.contains(block)).enumerate() {
            // A machine without extra authorities has none that Debian lacks, so this is a handful at most there; a
            // slim image without the package gets the whole bundle, which does no harm.
            let file = local.join(format!("machine-{number:03}.crt"));
            fs::write(file, format!("{block}\n")).context("failed to write a certificate")?;
            if !known.is_empty() {
                text.push_str(block);
                text.push('\n');
            }
        }
        if !known.is_empty() {
            fs::write(&bundle, text).context("failed to write the certificate bundle")?;
        }
        Ok(())
    }

    /// Makes the bundle from the files of an unpacked `ca-certificates` package, whose own script has not run.
    pub(super) fn bundle(package: &Path, tree: &Path) -> Result<()> {
        let folder = package.join(MOZILLA);
        let mut files: Vec<PathBuf> = fs::read_dir(&folder)
            .with_context(|| format!("failed to list `{}`", folder.display()))?
            .flatten()
            .map(|entry| entry.path())
            .collect();
        files.sort();
        let mut text = String::new();
        for file in files {
            text.push_str(&fs::read_to_string(&file).context("failed to read a certificate")?);
        }
        let bundle = tree.join(BUNDLE);
        if let Some(folder) = bundle.parent() {
            fs::create_dir_all(folder).context("failed to create the folder of the certificate bundle")?;
        }
        fs::write(&bundle, text).context("failed to write the certificate bundle")
    }
}

/// The certificates of a bundle, each from its first to its last line.
fn blocks(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, begun)) = rest.split_once("-----BEGIN CERTIFICATE-----") {
        let Some((body, after)) = begun.split_once(END) else { break };
        found.push(format!("-----BEGIN CERTIFICATE-----{body}{END}"));
        rest = after;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{BUNDLE, Certificates, LOCAL, blocks};

    fn certificate(body: &str) -> String {
        format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----")
    }

    #[test]
    fn only_what_the_image_does_not_know_is_added() {
        let tree = tempfile::tempdir().unwrap();
        let bundle = tree.path().join(BUNDLE);
        std::fs::create_dir_all(bundle.parent().unwrap()).unwrap();
        std::fs::write(&bundle, certificate("public") + "\n").unwrap();
        let machine = Certificates { blocks: vec![certificate("public"), certificate("company")] };
        machine.install(tree.path()).unwrap();
        let local = std::fs::read_dir(tree.path().join(LOCAL)).unwrap().count();
        assert_eq!(local, 1);
        let text = std::fs::read_to_string(&bundle).unwrap();
        assert_eq!(blocks(&text), [certificate("public"), certificate("company")]);
    }
}
