//! A sparse registry whose crates are made up.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};
use testbed::process::Cmd;
use testbed::project::Project;

use super::http::{Answer, Authority, listener, serve};

/// A registry that answers those who have the token.
pub(crate) struct Registry {
    /// The URL of the index, as Cargo's configuration has it.
    pub(crate) index: String,
    checksums: BTreeMap<String, String>,
    /// What is below `/index/`, by its path there.
    entries: Vec<(String, Vec<u8>)>,
}

impl Registry {
    /// Serves a version 1.0.0 of each crate; its library is the text.
    pub(crate) fn of(crates: &[(&str, &str)], token: &str, authority: Option<&Authority>) -> Self {
        let (listener, port) = listener();
        let scheme = if authority.is_some() { "https" } else { "http" };
        let base = format!("{scheme}://localhost:{port}");
        let config = serde_json::json!({
            "dl": format!("{base}/dl/{{crate}}-{{version}}"), "api": base, "auth-required": true,
        });
        let mut files = BTreeMap::from([("/index/config.json".to_owned(), config.to_string().into_bytes())]);
        let mut checksums = BTreeMap::new();
        for (name, library) in crates {
            let archive = archive(name, library);
            let digest = Sha256::digest(&archive);
            let checksum = digest.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
            let line = serde_json::json!({
                "name": name, "vers": "1.0.0", "deps": [], "cksum": checksum, "features": {}, "yanked": false,
            });
            let (first, second) = (&name[..2], &name[2..4]);
            files.insert(format!("/index/{first}/{second}/{name}"), format!("{line}\n").into_bytes());
            files.insert(format!("/dl/{name}-1.0.0"), archive);
            checksums.insert((*name).to_owned(), checksum);
        }
        let entries = files
            .iter()
            .filter_map(|(path, text)| Some((path.strip_prefix("/index/")?.to_owned(), text.clone())))
            .collect();
        let token = token.to_owned();
        serve(listener, authority, move |request| {
            if request.header("authorization") != token {
                let login = "WWW-Authenticate: Cargo login_url=\"https://localhost/me\"";
                return Answer::of("401 Unauthorized", "who are you?").header(login);
            }
            files
                .get(&request.path)
                .map_or_else(|| Answer::of("404 Not Found", ""), |file| Answer::of("200 OK", file.clone()))
        });
        Self { index: format!("sparse+{base}/index/"), checksums, entries }
    }

    /// Writes the index as registries had it before they had a sparse one: files of a git repository.
    pub(crate) fn write_index(&self, repository: &Project, folder: &str) {
        for (path, text) in &self.entries {
            repository.write(&format!("{folder}/{path}"), text).unwrap();
        }
    }

    /// The entry of a crate in a lockfile that names `source`.
    pub(crate) fn locked(&self, name: &str, source: &str) -> String {
        let checksum = self.checksums.get(name).unwrap();
        format!(
            "\n[[package]]\nname = \"{name}\"\nversion = \"1.0.0\"\nsource = \"{source}\"\nchecksum = \"{checksum}\"\n"
        )
    }
}

/// A `.crate` file.
fn archive(name: &str, library: &str) -> Vec<u8> {
    let folder = Project::empty().unwrap();
    let manifest = format!("[package]\nname = \"{name}\"\nversion = \"1.0.0\"\nedition = \"2024\"\n");
    folder.write(&format!("{name}-1.0.0/Cargo.toml"), manifest).unwrap();
    folder.write(&format!("{name}-1.0.0/src/lib.rs"), library).unwrap();
    let file = folder.path().join("archive");
    Cmd::new("tar")
        .arg("-C")
        .arg(folder.path())
        .arg("-czf")
        .arg(&file)
        .arg(format!("{name}-1.0.0"))
        .run()
        .unwrap();
    std::fs::read(file).unwrap()
}
