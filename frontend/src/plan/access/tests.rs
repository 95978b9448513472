//! Which secrets can matter.

use super::Access;
use crate::project::{self, Project};
use crate::tree::{Entry, Tree};
use crate::{discover, name::RelPath};

const MANIFEST: &str = "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[dependencies]\n";

fn project(dependencies: &str, config: &str) -> Project {
    let manifest = format!("{MANIFEST}{dependencies}");
    let files = [("Cargo.toml", manifest.as_str()), ("src/main.rs", ""), (".cargo/config.toml", config)];
    let mut tree = Tree::default();
    for (path, text) in files {
        tree.insert(RelPath::new(path).unwrap(), Entry::File { size: text.len() as u64 });
    }
    while let discover::Step::Need(paths) = discover::step(&tree).unwrap().value {
        for path in paths {
            let (_, text) = files.iter().find(|(name, _)| *name == path.as_str()).unwrap();
            tree.insert_contents(path, text.as_bytes().to_vec());
        }
    }
    project::load(&tree).unwrap().value
}

fn locked(sources: &[&str]) -> Vec<u8> {
    let packages = sources.iter().enumerate().map(|(index, source)| {
        format!("\n[[package]]\nname = \"p{index}\"\nversion = \"1.0.0\"\nsource = \"{source}\"\n")
    });
    format!("version = 4\n{}", packages.collect::<String>()).into_bytes()
}

/// The ids of the registries, then the hosts of git repositories.
fn of(config: &str, sources: &[&str]) -> (Vec<String>, Option<Vec<String>>) {
    let access = Access::of_lockfile(&project("", config), &locked(sources));
    let ids = access.registries.iter().map(super::RegistryAccess::secret).collect();
    (ids, access.git.map(|git| git.hosts.into_iter().collect()))
}

const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";
const CORP: &str = "[registries.corp]\nindex = \"sparse+https://crates.corp/index/\"\n";

#[test]
fn crates_io_alone_needs_nothing() {
    let access = Access::of_lockfile(&project("", ""), &locked(&[CRATES_IO]));
    assert!(access.is_empty(), "{access:?}");
    // A registry of the configuration that nothing comes from is not asked.
    assert_eq!(of(CORP, &[CRATES_IO]), (vec![], None));
}

#[test]
fn registries_are_known_by_their_name() {
    let corp = "sparse+https://crates.corp/index/";
    assert_eq!(of(CORP, &[corp]), (vec!["cargo-token-corp".to_owned()], None));
    // Old lockfiles name a sparse registry as any other.
    assert_eq!(of(CORP, &["registry+https://crates.corp/index"]).0, ["cargo-token-corp"]);
    assert_eq!(of("", &[corp]).0, ["cargo-token-crates.corp"]);
    let git = "[registries.old]\nindex = \"https://git.corp/index\"\n";
    let expected = (vec!["cargo-token-old".to_owned()], Some(vec!["git.corp".to_owned()]));
    assert_eq!(of(git, &["registry+https://git.corp/index"]), expected);
}

#[test]
fn tokens_by_host_go_over_secure_connections_only() {
    for (index, address, secret) in [
        ("sparse+https://Crates.corp:8443/index/", "Crates.corp:8443", Some("registry-token-crates.corp")),
        ("https://me:word@git.corp/index", "git.corp", Some("registry-token-git.corp")),
        ("ssh://git@git.corp/index", "git.corp", Some("registry-token-git.corp")),
        ("sparse+https://crates.corp\t@elsewhere/", "sparse+https://crates.corp\t@elsewhere/", None),
        ("sparse+http://crates.corp/index/", "crates.corp", None),
        ("sparse+https://[::1]:80/index/", "[::1]:80", None),
    ] {
        let config = format!("[registries.corp]\nindex = \"{index}\"\n");
        let project = project("", &config);
        let access = Access::of_manifests(&project);
        let found: Vec<_> =
            access.registries.iter().map(|one| (one.address.clone(), one.host_secret())).collect();
        assert_eq!(found, [(address.to_owned(), secret.map(str::to_owned))], "{index}");
        assert_eq!(access.secrets().iter().any(|id| id.starts_with("registry-token-")), secret.is_some());
    }
}

#[test]
fn replacements_are_followed_to_their_end() {
    let mirror = "[source.crates-io]\nreplace-with = \"mirror\"\n[source.mirror]\nregistry = \"sparse+https://m.corp/\"\n";
    assert_eq!(of(mirror, &[CRATES_IO]).0, ["cargo-token-mirror"]);
    let named = format!("[source.crates-io]\nreplace-with = \"corp\"\n{CORP}");
    assert_eq!(of(&named, &[CRATES_IO]).0, ["cargo-token-corp"]);
    let vendored = "[source.crates-io]\nreplace-with = \"v\"\n[source.v]\ndirectory = \"vendor\"\n\
                    [source.\"git+https://git.corp/a\"]\ngit = \"https://git.corp/a\"\nreplace-with = \"v\"\n";
    assert_eq!(of(vendored, &[CRATES_IO, "git+https://git.corp/a#0123"]), (vec![], None));
    let round = "[source.crates-io]\nreplace-with = \"a\"\n[source.a]\nreplace-with = \"crates-io\"\n";
    assert_eq!(of(round, &[CRATES_IO]), (vec![], None));
}

#[test]
fn programs_come_from_where_crates_io_is() {
    let of = |config: &str| {
        let (access, settings) = Access::of_programs(&project("", config));
        (access.registries.iter().map(super::RegistryAccess::secret).collect::<Vec<_>>(), settings)
    };
    let token = "[registries.corp]\nindex = \"sparse+https://crates.corp/index/\"\ntoken = \"hunter2\"\n";
    let (secrets, settings) =
        of(&format!("[source.crates-io]\nreplace-with = \"corp\"\n[build]\njobs = 1\n{token}"));
    let settings = settings.unwrap();
    assert_eq!(secrets, ["cargo-token-corp"]);
    assert!(
        settings.contains("replace-with = \"corp\"") && settings.contains("crates.corp/index"),
        "{settings}"
    );
    assert!(!settings.contains("hunter2") && !settings.contains("jobs"), "{settings}");
    // Nothing of it matters to a program of crates.io, and what is vendored holds none.
    assert_eq!(of(token), (vec![], None));
    let vendored = "[source.crates-io]\nreplace-with = \"v\"\n[source.v]\ndirectory = \"vendor\"\n";
    assert_eq!(of(vendored), (vec![], None));
}

#[test]
fn repositories_are_known_by_their_host() {
    let sources = ["git+https://git.corp:8443/a?rev=1#0123", "git+ssh://git@ssh.corp/b#0123"];
    assert_eq!(of("", &sources), (vec![], Some(vec!["git.corp".to_owned()])));
}

#[test]
fn without_a_lockfile_every_registry_may_be_asked() {
    let project = project("a = { git = \"https://git.corp/a\" }\n", CORP);
    let access = Access::of_manifests(&project);
    assert_eq!(access.registries.len(), 1);
    assert_eq!(access.git.unwrap().hosts.into_iter().collect::<Vec<_>>(), ["git.corp"]);
}

#[test]
fn settings_of_the_network_come_without_logins() {
    let config = "[http]\ntimeout = 7\nproxy = \"p:1\"\ncainfo = \"/etc/ca.pem\"\n[net]\nretry = 9\noffline = true\n\
                  [registry]\ntoken = \"hunter2\"\n[registries.corp]\nindex = \"sparse+https://c/\"\ntoken = \"hunter2\"\n\
                  credential-provider = [\"cargo:libsecret\"]\n";
    let project = project("", config);
    let access = Access::of_lockfile(&project, &locked(&[CRATES_IO]));
    assert_eq!(access.settings.unwrap(), "[http]\ncainfo = \"/etc/ca.pem\"\nproxy = \"p:1\"\n");
    let cleaned = super::settings::cleaned(project.cargo_config.unwrap().table).to_string();
    assert!(
        !cleaned.contains("hunter2") && !cleaned.contains("libsecret") && !cleaned.contains("offline"),
        "{cleaned}"
    );
    assert!(cleaned.contains("index = "), "{cleaned}");
}
