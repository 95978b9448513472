//! Sources that want to know who asks: each works with what the documentation says to pass, and says so without it.

use std::fs;

use testbed::bed::{Bed, Ready};
use testbed::container::Run;
use testbed::log::BuildLog;
use testbed::process::Cmd;
use testbed::project::Project;

use crate::guarded::asking::{Passed, assert_found, build, library, project, repository};
use crate::guarded::{Authority, GitSite, Registry, SshSite};
use crate::served::commit;
use crate::story;
use crate::subject::run_id;

const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

fn assert_says(log: &BuildLog, step: &str, words: &[&str]) {
    let said = log.vertex(step).unwrap().log();
    for word in words {
        assert!(said.contains(word), "no {word:?} in {said}");
    }
}

#[test]
fn a_registry_gets_its_token_in_fetch_and_nowhere_else() {
    let bed = Bed::ensure().unwrap();
    let token = format!("token-{}", run_id());
    let registry = Registry::of(&[("hidden", &library()), ("tests-only", "")], &token, None);
    let dependencies = "hidden = { version = \"1\", registry = \"our-corp\" }\n\
                        [dev-dependencies]\ntests-only = { version = \"1\", registry = \"our-corp\" }\n";
    let locked = ["hidden", "tests-only"].map(|name| registry.locked(name, &registry.index)).concat();
    let project = project(bed, dependencies, &["hidden", "tests-only"], &locked);
    // A provider of the user's machine must not be looked for.
    let config = format!(
        "[registries.our-corp]\nindex = \"{}\"\ncredential-provider = [\"cargo:libsecret\"]\n[net]\nretry = 1\n",
        registry.index
    );
    project.write(".cargo/config.toml", config).unwrap();
    let build = build(bed, &project, "e2e-private-registry");

    let log = build.fail().unwrap();
    let said = ["--secret id=cargo-token-our-corp,src=FILE", "the registry `our-corp`"];
    assert_says(&log, "[fetch] download", &said);
    let wrong = Passed::of("cargo-token-our-corp", "somebody-elses-token");
    let log = wrong.to(&build).fail().unwrap();
    assert_says(
        &log,
        "[fetch] download",
        &["does not accept the token in the secret `cargo-token-our-corp`"],
    );
    assert!(!log.transcript().contains("somebody-elses-token"), "{}", log.transcript());

    let right = Passed::of("cargo-token-our-corp", &format!("{token}\n"));
    let log = right.to(&build).succeed().unwrap();
    assert!(!log.transcript().contains("could not be reused"), "{}", log.transcript());
    assert_found(bed, "e2e-private-registry");
    // Once fetched, nobody needs it: a token is no part of any key.
    let again = build.succeed().unwrap();
    assert!(again.ran().is_empty(), "{:?}", again.ran());
}

#[test]
fn a_token_for_a_host_goes_to_no_other() {
    let bed = Bed::ensure().unwrap();
    let authority = Authority::new();
    let token = format!("token-{}", run_id());
    let crates = [("hidden", library())];
    let crates: Vec<(&str, &str)> = crates.iter().map(|(name, library)| (*name, library.as_str())).collect();
    let registry = Registry::of(&crates, &token, Some(&authority));
    let project_of = |registry: &Registry, index: &str| {
        let dependencies = "hidden = { version = \"1\", registry = \"corp\" }\n";
        let project = project(bed, dependencies, &["hidden"], &registry.locked("hidden", index));
        project.write(".cargo/config.toml", format!("[registries.corp]\nindex = \"{index}\"\n")).unwrap();
        project
    };
    let by_host = Passed::of("registry-token-localhost", &token);
    let ca = Passed::of("ca", &authority.pem());

    // The same registry by another name of the host, and another one that would take the token over plain http.
    let elsewhere = project_of(&registry, &registry.index.replace("localhost", "127.0.0.1"));
    let said = ["--secret id=registry-token-127.0.0.1,src=FILE", "no token found"];
    let log = by_host.to(&ca.to(&build(bed, &elsewhere, "e2e-private-elsewhere"))).fail().unwrap();
    assert_says(&log, "[fetch] download", &said);
    let plain = Registry::of(&crates, &token, None);
    let log = by_host.to(&build(bed, &project_of(&plain, &plain.index), "e2e-private-elsewhere")).fail();
    assert_says(&log.unwrap(), "[fetch] download", &["--secret id=cargo-token-corp,src=FILE"]);

    let project = project_of(&registry, &registry.index);
    let build = by_host.to(&ca.to(&build(bed, &project, "e2e-private-host")));
    let log = Passed::of("cargo-token-corp", "somebody-elses-token").to(&build).succeed().unwrap();
    let host = registry.index.trim_start_matches("sparse+https://").trim_end_matches("/index/");
    let step = format!("[fetch] download crates (token \"corp\" goes to {host})");
    assert!(log.transcript().contains(&step), "no {step:?} in {}", log.transcript());
    assert_found(bed, "e2e-private-host");
}

#[test]
fn a_lockfile_is_made_with_the_token() {
    let bed = Bed::ensure().unwrap();
    let token = format!("token-{}", run_id());
    let registry = Registry::of(&[("hidden", &library())], &token, None);
    let dependencies = "hidden = { version = \"1\", registry = \"corp\" }\n";
    let project = project(bed, dependencies, &[], "");
    project.remove("Cargo.lock").unwrap();
    let config = format!("[registries.corp]\nindex = \"{}\"\n", registry.index);
    project.write(".cargo/config.toml", config).unwrap();
    let build = build(bed, &project, "e2e-private-lock");
    assert_says(&build.fail().unwrap(), "[lock] resolve", &["--secret id=cargo-token-corp,src=FILE"]);
    Passed::of("cargo-token-corp", &token).to(&build).succeed().unwrap();
    assert_found(bed, "e2e-private-lock");
}

#[test]
fn a_mirror_of_crates_io_takes_a_file_of_credentials() {
    let bed = Bed::ensure().unwrap();
    let token = format!("token-{}", run_id());
    let mirror = Registry::of(&[("hidden", &library())], &token, None);
    let project = project(bed, "hidden = \"1\"\n", &["hidden"], &mirror.locked("hidden", CRATES_IO));
    let config = format!(
        "[source.crates-io]\nreplace-with = \"mirror\"\n[source.mirror]\nregistry = \"{}\"\n",
        mirror.index
    );
    project.write(".cargo/config.toml", config).unwrap();
    let build = build(bed, &project, "e2e-private-mirror");
    assert_says(&build.fail().unwrap(), "[fetch] download", &["--secret id=cargo-token-mirror,src=FILE"]);
    let credentials = format!("[registries.mirror]\ntoken = \"{token}\"\n");
    Passed::of("cargo-credentials", &credentials).to(&build).succeed().unwrap();
    assert_found(bed, "e2e-private-mirror");
}

#[test]
fn an_index_in_a_repository_takes_the_token_of_git_and_the_one_of_the_registry() {
    let bed = Bed::ensure().unwrap();
    let token = format!("token-{}", run_id());
    let password = format!("password-{}", run_id());
    let registry = Registry::of(&[("hidden", &library())], &token, None);
    let repositories = Project::empty().unwrap();
    registry.write_index(&repositories, "index");
    commit(&repositories.path().join("index"));
    let site = GitSite::of(repositories.path(), &password);
    let index = site.url("index");
    let dependencies = "hidden = { version = \"1\", registry = \"corp\" }\n";
    let locked = registry.locked("hidden", &format!("registry+{index}"));
    let project = project(bed, dependencies, &["hidden"], &locked);
    project.write(".cargo/config.toml", format!("[registries.corp]\nindex = \"{index}\"\n")).unwrap();
    let build = site.trusted(&build(bed, &project, "e2e-private-index"));
    assert_says(&build.fail().unwrap(), "[fetch] download", &["--secret id=git-token-localhost,src=FILE"]);
    let password = Passed::of("git-token-localhost", &password);
    let build = password.to(&build);
    let hint = ["--secret id=registry-token-localhost,src=FILE"];
    assert_says(&build.fail().unwrap(), "[fetch] download", &hint);
    Passed::of("cargo-token-corp", &token).to(&build).succeed().unwrap();
    assert_found(bed, "e2e-private-index");
}

#[test]
fn a_company_vouches_for_its_servers() {
    let bed = Bed::ensure().unwrap();
    let authority = Authority::new();
    let token = format!("token-{}", run_id());
    let registry = Registry::of(&[("hidden", &library())], &token, Some(&authority));
    let dependencies = "hidden = { version = \"1\", registry = \"corp\" }\n";
    let project = project(bed, dependencies, &["hidden"], &registry.locked("hidden", &registry.index));
    let registries = format!("[registries.corp]\nindex = \"{}\"\n", registry.index);
    project.write(".cargo/config.toml", &registries).unwrap();
    let token = Passed::of("cargo-token-corp", &token);
    let build = token.to(&build(bed, &project, "e2e-private-ca"));

    assert_says(&build.fail().unwrap(), "[fetch] download", &["--secret id=ca,src=FILE"]);
    let wrong = Passed::of("ca", "no certificate");
    assert_says(
        &wrong.to(&build).fail().unwrap(),
        "[fetch]",
        &["the secret `ca` holds no certificate in PEM"],
    );
    Passed::of("ca", &authority.pem()).to(&build).succeed().unwrap();
    assert_found(bed, "e2e-private-ca");

    // The same by Cargo's own configuration, with a file of the project.
    project.write("certificates/company.pem", authority.pem()).unwrap();
    let config = format!("{registries}[http]\ncainfo = \"certificates/company.pem\"\n");
    project.write(".cargo/config.toml", config).unwrap();
    build.succeed().unwrap();
    assert_found(bed, "e2e-private-ca");
}

fn project_of_git(bed: &Ready, url: &str, revision: &str) -> Project {
    let locked =
        format!("\n[[package]]\nname = \"hidden\"\nversion = \"1.0.0\"\nsource = \"git+{url}#{revision}\"\n");
    project(bed, &format!("hidden = {{ git = \"{url}\" }}\n"), &["hidden"], &locked)
}

#[test]
fn a_repository_over_http_takes_a_token_or_a_netrc() {
    let bed = Bed::ensure().unwrap();
    let token = format!("token-{}", run_id());
    for (name, id, text) in [
        ("by-token", "git-token-localhost", token.clone()),
        ("by-netrc", "netrc", format!("machine localhost\n  login me\n  password {token}\n")),
    ] {
        let (repositories, revision) = repository(name);
        let site = GitSite::of(repositories.path(), &token);
        let project = project_of_git(bed, &site.url(name), &revision);
        let image = format!("e2e-private-{name}");
        let build = site.trusted(&build(bed, &project, &image));
        let hints = ["--secret id=git-token-localhost,src=FILE", "--secret id=netrc,src=$HOME/.netrc"];
        assert_says(&build.fail().unwrap(), "[fetch] download", &hints);
        Passed::of(id, &text).to(&build).succeed().unwrap();
        assert_found(bed, &image);
    }
}

#[test]
fn a_token_is_not_sent_over_plain_http() {
    let bed = Bed::ensure().unwrap();
    let token = format!("token-{}", run_id());
    let (repositories, revision) = repository("plain");
    let site = GitSite::plain(repositories.path(), &token);
    let project = project_of_git(bed, &site.url("plain"), &revision);
    let build = build(bed, &project, "e2e-private-plain");
    let log = Passed::of("git-token-localhost", &token).to(&build).fail().unwrap();
    let said = ["`git-token-localhost` is not sent to `http://localhost`", "use an `https://` URL"];
    assert_says(&log, "[fetch] download", &said);
    assert!(!log.transcript().contains("does not accept the token"), "{}", log.transcript());
    let netrc = Passed::of("netrc", &format!("machine localhost\n  login me\n  password {token}\n"));
    let said = ["with the secret `netrc`, git refuses plain http", "use an `https://` URL"];
    assert_says(&netrc.to(&build).fail().unwrap(), "[fetch] download", &said);
}

#[test]
fn a_submodule_of_a_repository_takes_its_token() {
    let bed = Bed::ensure().unwrap();
    let token = format!("token-{}", run_id());
    let (repositories, _) = repository("whole");
    repositories.write("part/word.txt", format!("found {}", run_id())).unwrap();
    let part = commit(&repositories.path().join("part"));
    let whole = repositories.path().join("whole");
    let module = "[submodule \"part\"]\npath = part\nurl = ../part\n";
    repositories.write("whole/.gitmodules", module).unwrap();
    let library = "pub const WORD: &str = include_str!(\"../part/word.txt\");\n";
    repositories.write("whole/src/lib.rs", library).unwrap();
    // An empty folder is a submodule that was not asked for; none would be one that was deleted.
    fs::create_dir(whole.join("part")).unwrap();
    let entry = format!("160000,{part},part");
    Cmd::new("git").args(["update-index", "--add", "--cacheinfo", &entry]).current_dir(&whole).run().unwrap();
    let revision = commit(&whole);
    let site = GitSite::of(repositories.path(), &token);
    let project = project_of_git(bed, &site.url("whole"), &revision);
    let build = site.trusted(&build(bed, &project, "e2e-private-submodule"));
    Passed::of("git-token-localhost", &token).to(&build).succeed().unwrap();
    assert_found(bed, "e2e-private-submodule");
}

#[test]
fn a_repository_over_ssh_takes_the_agent_of_the_client() {
    let bed = Bed::ensure().unwrap();
    let site = SshSite::new();
    let (repositories, revision) = repository("by-ssh");
    let project = project_of_git(bed, &site.url(&repositories.path().join("by-ssh")), &revision);
    let build = build(bed, &project, "e2e-private-ssh");
    let known = Passed::of("known-hosts", &site.known_hosts(true));
    assert_says(&known.to(&build).fail().unwrap(), "[fetch] download", &["--ssh default"]);
    let build = build.arg("--ssh").arg(site.flag());
    known.to(&build).succeed().unwrap();
    assert_found(bed, "e2e-private-ssh");
}

#[test]
fn an_ssh_host_is_refused_unless_its_key_is_known() {
    let bed = Bed::ensure().unwrap();
    let site = SshSite::new();
    let (repositories, revision) = repository("by-known-key");
    let project = project_of_git(bed, &site.url(&repositories.path().join("by-known-key")), &revision);
    let build = build(bed, &project, "e2e-private-known").arg("--ssh").arg(site.flag());
    let flag = "--secret id=known-hosts,src=$HOME/.ssh/known_hosts";
    let host = site.host();
    let unknown = format!("the key of the SSH host `{host}` is not known");
    assert_says(&build.fail().unwrap(), "[fetch] download", &[&unknown, flag]);
    let others = Passed::of("known-hosts", "git.example.com ssh-ed25519 AAAA\n");
    let missing = format!("the secret `known-hosts` has no key of the SSH host `{host}`");
    assert_says(&others.to(&build).fail().unwrap(), "[fetch] download", &[&missing, "ssh-keyscan -p"]);
    let before = Passed::of("known-hosts", &site.known_hosts(false));
    let changed = format!("the key of the SSH host `{host}` is not the known one");
    assert_says(&before.to(&build).fail().unwrap(), "[fetch] download", &[&changed, flag]);

    // A project can bring the key of a host that its crates come from.
    let key = site.known_hosts(true);
    project
        .write(".cargo/config.toml", format!("[net.ssh]\nknown-hosts = [\"{}\"]\n", key.trim_end()))
        .unwrap();
    build.succeed().unwrap();
    assert_found(bed, "e2e-private-known");
}

#[test]
fn the_example_builds_with_its_token() {
    let bed = Bed::ensure().unwrap();
    let token = format!("token-{}", run_id());
    let library = "pub const TEXT: &str = \"Hello from a private registry\";\n";
    let registry = Registry::of(&[("corp-greeting", library)], &token, None);
    let project = Project::example("private-registry").unwrap();
    story::prepare(bed, &project);
    let index = "sparse+https://crates.example.com/index/";
    project.edit(".cargo/config.toml", index, &registry.index).unwrap();
    let own = "\n[[package]]\nname = \"private-registry\"\nversion = \"0.1.0\"\ndependencies = [\n \"corp-greeting\",\n]\n";
    let locked = registry.locked("corp-greeting", &registry.index);
    project.write("Cargo.lock", format!("version = 4\n{locked}{own}")).unwrap();
    let build = build(bed, &project, "e2e-private-example");
    Passed::of("cargo-token-corp", &token).to(&build).succeed().unwrap();
    let said = Run::new(bed.docker(), "e2e-private-example").complete().unwrap().stdout;
    assert_eq!(said, "Hello from a private registry\n");
}
