//! Fetches from a registry of the test's own, which counts what it is asked for.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};

use supercargo_report::{Download, Fetch, Job, Printed, Run, Unpack};
use tempfile::TempDir;

use crate::bed::{Outcome, agent, manifest, outcome};

/// What says where archives are, which is never taken from earlier downloads.
const CONFIG: &str = "/index/config.json";

/// A sparse registry on a port of its own, and what was asked of it so far.
struct Registry {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Registry {
    fn start(crates: &[Archive]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let mut files = BTreeMap::new();
        let config = serde_json::json!({ "dl": format!("{base}/dl/{{crate}}-{{version}}"), "api": null });
        files.insert("/index/config.json".to_owned(), config.to_string().into_bytes());
        for one in crates {
            let line = serde_json::json!({
                "name": one.name, "vers": "1.0.0", "deps": one.dependencies, "cksum": one.checksum, "features": {}, "yanked": false,
            });
            let (first, second) = (&one.name[..2], &one.name[2..4]);
            files.insert(format!("/index/{first}/{second}/{}", one.name), format!("{line}\n").into_bytes());
            files.insert(format!("/dl/{}-1.0.0", one.name), one.bytes.clone());
        }
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
                let Some(request) = lines.next() else { continue };
                lines.find(String::is_empty);
                let path = request.split(' ').nth(1).unwrap().to_owned();
                let (status, body) =
                    files.get(&path).map_or(("404 Not Found", &[][..]), |body| ("200 OK", body.as_slice()));
                log.lock().unwrap().push(path);
                let head = format!(
                    "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                    body.len()
                );
                stream.write_all(&[head.as_bytes(), body].concat()).unwrap();
            }
        });
        Self { url: format!("sparse+{base}/index/"), asked }
    }

    /// What was asked since the last call.
    fn asked(&self) -> Vec<String> {
        let mut asked = std::mem::take(&mut *self.asked.lock().unwrap());
        asked.sort();
        asked
    }
}

/// A packed crate.
struct Archive {
    name: &'static str,
    bytes: Vec<u8>,
    checksum: String,
    /// What the index says of its dependencies.
    dependencies: serde_json::Value,
}

fn pack(directory: &Path, name: &'static str) -> Archive {
    let source = directory.join(name);
    fs::create_dir_all(source.join("src")).unwrap();
    let details = "license = \"MIT\"\ndescription = \"x\"\n[workspace]\n";
    fs::write(source.join("Cargo.toml"), manifest(name, details).replace("0.1.0", "1.0.0")).unwrap();
    fs::write(source.join("src/lib.rs"), format!("pub const NAME: &str = \"{name}\";\n")).unwrap();
    run(&source, &["cargo", "package", "--no-verify", "--offline", "--quiet", "--target-dir", "../packed"]);
    archive(name, &directory.join(format!("packed/package/{name}-1.0.0.crate")), serde_json::json!([]))
}

fn archive(name: &'static str, path: &Path, dependencies: serde_json::Value) -> Archive {
    let sum = Command::new("sha256sum").arg(path).output().unwrap();
    let checksum = String::from_utf8(sum.stdout).unwrap()[..64].to_owned();
    Archive { name, bytes: fs::read(path).unwrap(), checksum, dependencies }
}

/// A crate with a program that depends on `first`, and with a build script that leaves a file at `trace`.
fn pack_program(directory: &Path, trace: &Path) -> Archive {
    let source = directory.join("program-1.0.0");
    fs::create_dir_all(source.join("src")).unwrap();
    let dependency = "[dependencies]\nfirst = \"1\"\n";
    fs::write(source.join("Cargo.toml"), manifest("program", dependency).replace("0.1.0", "1.0.0")).unwrap();
    fs::write(source.join("src/main.rs"), "fn main() { print!(\"{}\", first::NAME) }\n").unwrap();
    let script = format!("fn main() {{ std::fs::write(\"{}\", \"\").unwrap() }}\n", trace.display());
    fs::write(source.join("build.rs"), script).unwrap();
    run(directory, &["tar", "-czf", "program.crate", "program-1.0.0"]);
    let on_first = serde_json::json!([{
        "name": "first", "req": "^1", "features": [], "optional": false, "default_features": true, "target": null,
        "kind": "normal",
    }]);
    archive("program", &directory.join("program.crate"), on_first)
}

fn run(directory: &Path, command: &[&str]) {
    let output = Command::new(command[0]).args(&command[1..]).current_dir(directory).output().unwrap();
    assert!(output.status.success(), "{command:?}: {output:?}");
}

/// A project that depends on `first`, on `second` and on a git repository.
struct Bed {
    directory: TempDir,
    registry: Registry,
}

impl Bed {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path();
        let registry = Registry::start(&[pack(path, "first"), pack(path, "second")]);
        let repository = path.join("forked");
        fs::create_dir_all(repository.join("src")).unwrap();
        fs::write(repository.join("Cargo.toml"), manifest("forked", "[workspace]\n")).unwrap();
        fs::write(repository.join("src/lib.rs"), "").unwrap();
        for git in [
            &["git", "init", "--quiet"][..],
            &["git", "add", "."],
            &["git", "-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "--quiet", "-m", "x"],
        ] {
            run(&repository, git);
        }
        let bed = Self { directory, registry };
        fs::create_dir_all(bed.path("src/.cargo")).unwrap();
        let config = format!("[registries.mine]\nindex = \"{}\"\n", bed.registry.url);
        fs::write(bed.path("src/.cargo/config.toml"), config).unwrap();
        fs::write(bed.path("src/main.rs"), "fn main() {}\n").unwrap();
        let url = format!("file://{}", repository.display());
        bed.depend_on(&format!(
            "first = {{ version = \"1\", registry = \"mine\" }}\nforked = {{ git = \"{url}\" }}\n\
             [target.'cfg(windows)'.dependencies]\nsecond = {{ version = \"1\", registry = \"mine\" }}\n"
        ));
        bed
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn depend_on(&self, dependencies: &str) {
        let bin = "[[bin]]\nname = \"app\"\npath = \"main.rs\"\n[workspace]\n[dependencies]\n";
        fs::write(self.path("src/Cargo.toml"), manifest("app", &format!("{bin}{dependencies}"))).unwrap();
        fs::remove_file(self.path("src/Cargo.lock")).ok();
        // A home of its own, so that the lockfile is all that it leaves.
        let lock = Command::new("cargo")
            .args(["generate-lockfile", "--quiet"])
            .current_dir(self.path("src"))
            .env("CARGO_HOME", self.path("elsewhere"))
            .output();
        let lock = lock.unwrap();
        assert!(lock.status.success(), "{lock:?}");
        self.registry.asked();
    }

    /// Fetches into an empty `CARGO_HOME`, with the downloads of what was fetched before.
    fn fetch(&self, arguments: &[&str]) -> Outcome {
        fs::remove_dir_all(self.path("home")).ok();
        outcome(&self.agent("home", arguments).output().unwrap())
    }

    /// The agent on this project's job, with the directory `home` to fill.
    fn agent(&self, home: &str, arguments: &[&str]) -> Command {
        let text = |name: &str| self.path(name).to_str().unwrap().to_owned();
        let command = ["cargo", "fetch", "--locked"].iter().chain(arguments);
        let job = Fetch {
            command: command.map(|part| (*part).to_owned()).collect(),
            workspace: text("src"),
            cargo_home: text(home),
            downloads: Some(text("downloads")),
            lockfile: text("src/Cargo.lock"),
            output: None,
            access: supercargo_report::Access::default(),
        };
        self.start(&Job::Fetch(job), home)
    }

    fn start(&self, job: &Job, home: &str) -> Command {
        let mut agent = agent(job);
        agent.current_dir(self.path("src")).env("CARGO_HOME", self.path(home));
        agent
    }

    /// What a later step needs is there: cargo resolves and unpacks without a network and without writing.
    fn check_home(&self) {
        let output = Command::new("cargo")
            .args(["build", "--offline", "--locked", "--quiet"])
            .current_dir(self.path("src"))
            .env("CARGO_HOME", self.path("home"))
            .env("CARGO_TARGET_DIR", self.path("target"))
            .output();
        let output = output.unwrap();
        assert!(output.status.success(), "{output:?}");
        for name in fs::read_dir(self.path("home")).unwrap().map(|entry| entry.unwrap().file_name()) {
            // The build above has just left its own.
            let known = ["registry", "git", ".package-cache", ".package-cache-mutate", ".global-cache"];
            assert!(known.contains(&name.to_str().unwrap()), "{}", name.display());
        }
    }

    fn archive(&self, name: &str) -> PathBuf {
        let cache = self.path("downloads/registry/cache");
        let host = fs::read_dir(cache).unwrap().next().unwrap().unwrap().path();
        host.join(format!("{name}-1.0.0.crate"))
    }
}

#[test]
fn what_was_fetched_once_is_not_fetched_again() {
    let bed = Bed::new();
    let outcome = bed.fetch(&[]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(outcome.stdout.ends_with("fetch: 2 crates and 1 git repository\n"), "{outcome:?}");
    assert_eq!(bed.registry.asked().iter().filter(|path| path.starts_with("/dl/")).count(), 2);
    for left in [".package-cache", ".package-cache-mutate", ".global-cache"] {
        assert!(!bed.path("home").join(left).exists(), "{left}");
    }
    bed.check_home();

    let outcome = bed.fetch(&[]);
    let end = "fetch: 2 crates and 1 git repository (3 from the download cache)\n";
    assert!(outcome.stdout.ends_with(end), "{outcome:?}");
    assert_eq!(bed.registry.asked(), [CONFIG]);
    bed.check_home();
}

#[test]
fn no_program_that_the_project_names_is_started() {
    let bed = Bed::new();
    let trap = bed.path("src/trap");
    fs::write(&trap, "#!/bin/sh\necho \"$0 $*\" >> ../sprung\nexec \"$@\"\n").unwrap();
    fs::set_permissions(&trap, fs::Permissions::from_mode(0o755)).unwrap();
    let trap = trap.display();
    let more = format!(
        "[build]\nrustc = \"{trap}\"\nrustc-wrapper = \"{trap}\"\nrustc-workspace-wrapper = \"{trap}\"\nrustdoc = \"{trap}\"\n\
         [registry]\ncredential-provider = \"{trap}\"\nglobal-credential-providers = [\"{trap}\"]\n\
         [credential-alias]\nmine = [\"{trap}\"]\n[target.'cfg(all())']\nlinker = \"{trap}\"\nrunner = \"{trap}\"\n\
         [host]\nlinker = \"{trap}\"\n[env]\nRUSTC = {{ value = \"{trap}\", force = true }}\n\
         [alias]\nfetch = \"!{trap}\"\n"
    );
    fs::write(bed.path("src/.cargo/included.toml"), more).unwrap();
    let config =
        format!("include = [\"included.toml\"]\n[registries.mine]\nindex = \"{}\"\n", bed.registry.url);
    fs::write(bed.path("src/.cargo/config.toml"), config).unwrap();
    for arguments in [&[][..], &["--target", "x86_64-pc-windows-gnu"]] {
        let outcome = bed.fetch(arguments);
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        let sprung = fs::read_to_string(bed.path("sprung")).unwrap_or_default();
        assert_eq!(sprung, "", "{outcome:?}");
    }
}

#[test]
fn a_planted_repository_starts_nothing() {
    let bed = Bed::new();
    assert_eq!(bed.fetch(&[]).code, Some(0));
    let db = fs::read_dir(bed.path("downloads/git/db")).unwrap().next().unwrap().unwrap().path();
    let trap = format!("touch {}", bed.path("sprung").display());
    let config = format!(
        "[core]\n\tbare = true\n\tsshCommand = {trap}\n\tfsmonitor = {trap}\n[protocol]\n\tallow = always\n\
         [url \"ext::sh -c '{trap}' \"]\n\tinsteadOf = file://\n"
    );
    fs::write(db.join("config"), config).unwrap();
    fs::write(bed.path("forked/src/lib.rs"), "pub fn new() {}\n").unwrap();
    run(
        &bed.path("forked"),
        &["git", "-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "--quiet", "-am", "y"],
    );
    let url = format!("file://{}", bed.path("forked").display());
    bed.depend_on(&format!("forked = {{ git = \"{url}\" }}\n"));
    let config = fs::read_to_string(bed.path("src/.cargo/config.toml")).unwrap();
    fs::write(bed.path("src/.cargo/config.toml"), format!("{config}[net]\ngit-fetch-with-cli = true\n"))
        .unwrap();
    let outcome = bed.fetch(&[]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(!bed.path("sprung").exists(), "{outcome:?}");
}

#[test]
fn a_damaged_archive_is_fetched_anew_and_mended() {
    let bed = Bed::new();
    assert_eq!(bed.fetch(&[]).code, Some(0));
    let good = fs::read(bed.archive("first")).unwrap();
    for bad in [&b""[..], &good[..good.len() / 2], b"something else"] {
        fs::write(bed.archive("first"), bad).unwrap();
        bed.registry.asked();
        let outcome = bed.fetch(&[]);
        let end = "fetch: 2 crates and 1 git repository (2 from the download cache)\n";
        assert!(outcome.stdout.ends_with(end), "{outcome:?}");
        assert_eq!(bed.registry.asked(), ["/dl/first-1.0.0", CONFIG]);
        assert_eq!(fs::read(bed.archive("first")).unwrap(), good);
        bed.check_home();
    }
}

#[test]
fn what_the_lockfile_or_the_target_does_not_name_stays_out() {
    let bed = Bed::new();
    assert_eq!(bed.fetch(&[]).code, Some(0));
    // Cargo still asks the index for what other targets need, but needs no archive of it.
    let outcome = bed.fetch(&["--target=x86_64-unknown-linux-gnu"]);
    let end = "fetch: 1 crate and 1 git repository (2 from the download cache)\n";
    assert!(outcome.stdout.ends_with(end), "{outcome:?}");

    bed.depend_on("second = { version = \"1\", registry = \"mine\" }\n");
    let outcome = bed.fetch(&[]);
    assert!(outcome.stdout.ends_with("fetch: 1 crate (1 from the download cache)\n"), "{outcome:?}");
    assert!(!bed.path("home/git/db").exists());
    let mut names = Vec::new();
    crate::bed::for_each(&bed.path("home/registry/index"), &mut |path| names.push(path.to_owned()));
    assert!(names.iter().any(|path| path.ends_with(".cache/se/co/second")), "{names:?}");
    assert!(!names.iter().any(|path| path.ends_with("first")), "{names:?}");
    bed.check_home();
}

#[test]
fn a_cache_that_takes_nothing_is_a_note() {
    let bed = Bed::new();
    // Even root cannot make a directory where a file is.
    fs::write(bed.path("downloads"), "").unwrap();
    let outcome = bed.fetch(&[]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(outcome.stdout.ends_with("fetch: 2 crates and 1 git repository\n"), "{outcome:?}");
    assert!(outcome.stderr.contains("supercargo: note: not everything could be kept"), "{outcome:?}");
    bed.check_home();
}

#[test]
fn a_failed_fetch_passes_cargos_code_and_words_on() {
    let bed = Bed::new();
    fs::write(bed.path("src/Cargo.lock"), "version = 4\n").unwrap();
    let outcome = bed.fetch(&[]);
    assert_eq!(outcome.code, Some(101));
    assert!(outcome.stderr.contains("--locked") && !outcome.stderr.contains("supercargo:"), "{outcome:?}");
    assert_eq!(outcome.stdout, "");
}

#[test]
fn parallel_fetches_share_a_cache() {
    let bed = Bed::new();
    let homes = ["a", "b", "c", "d"];
    let children = homes.map(|home| bed.agent(home, &[]).spawn().unwrap());
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    assert!(!bed.path("downloads/.new").exists());
    bed.registry.asked();
    assert!(bed.fetch(&[]).stdout.ends_with("(3 from the download cache)\n"));
    assert_eq!(bed.registry.asked(), [CONFIG]);
}

#[test]
fn unpacked_crates_are_older_than_what_is_compiled_from_them() {
    let bed = Bed::new();
    assert_eq!(bed.fetch(&[]).code, Some(0));
    let directories = ["home/registry/src", "home/git/checkouts"].map(|name| bed.path(name));
    for directory in &directories {
        fs::remove_dir_all(directory).unwrap();
    }
    bed.registry.asked();
    let job = Job::Unpack(Unpack {
        command: ["cargo", "fetch", "--locked", "--offline"].map(str::to_owned).to_vec(),
        directories: directories.iter().map(|path| path.to_str().unwrap().to_owned()).collect(),
    });
    let outcome = outcome(&bed.start(&job, "home").output().unwrap());
    assert!(outcome.stdout.ends_with("unpack: 3 crates\n"), "{outcome:?}");
    assert_eq!(bed.registry.asked(), Vec::<String>::new());
    let mut seen = 0;
    for directory in &directories {
        crate::bed::for_each(directory, &mut |path| {
            let modified = path.metadata().unwrap().modified().unwrap();
            assert_eq!(modified, crate::bed::at(1_153_704_088), "{}", path.display());
            seen += usize::from(path.ends_with("lib.rs"));
        });
    }
    assert_eq!(seen, 3);
    bed.check_home();
}

#[test]
fn a_home_is_completed_from_the_downloads_without_copies() {
    let bed = Bed::new();
    assert_eq!(bed.fetch(&[]).code, Some(0));
    let home = bed.path("home");
    let entry = |home: &Path, name: &str| {
        let mut found = Vec::new();
        crate::bed::for_each(home, &mut |path| found.extend(path.ends_with(name).then(|| path.to_owned())));
        assert_eq!(found.len(), 1, "{name}: {found:?}");
        found.remove(0)
    };
    // What a project that needs `first` alone has fetched, and what it would be wrong to write again.
    fs::remove_file(entry(&home, "second-1.0.0.crate")).unwrap();
    fs::remove_file(entry(&home, ".cache/se/co/second")).unwrap();
    let kept = [entry(&home, "first-1.0.0.crate"), entry(&home, ".cache/fi/rs/first")];
    for path in &kept {
        crate::bed::set_time(path, crate::bed::at(1));
    }
    let text = |name: &str| bed.path(name).to_str().unwrap().to_owned();
    let job = Job::Fetch(Fetch {
        command: ["cargo", "tree", "--quiet", "--edges", "normal,build", "--depth", "0", "--locked"]
            .map(str::to_owned)
            .to_vec(),
        workspace: text("src"),
        cargo_home: text("home"),
        downloads: Some(text("downloads")),
        lockfile: text("src/Cargo.lock"),
        output: Some(Printed { file: text("tree"), shown: false }),
        access: supercargo_report::Access::default(),
    });
    bed.registry.asked();
    let outcome = outcome(&bed.start(&job, "home").output().unwrap());
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    // What cargo prints is for whoever reads the file.
    assert_eq!(fs::read_to_string(bed.path("tree")).unwrap().lines().count(), 1);
    assert!(outcome.stdout.starts_with("fetch: "), "{outcome:?}");
    assert_eq!(bed.registry.asked(), Vec::<String>::new());
    entry(&home, ".cache/se/co/second");
    entry(&home, "second-1.0.0.crate");
    for path in &kept {
        assert_eq!(path.metadata().unwrap().modified().unwrap(), crate::bed::at(1), "{}", path.display());
    }
}

#[test]
fn what_a_program_needs_is_downloaded_and_nothing_is_compiled() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    let trace = path("trace");
    let registry =
        Registry::start(&[pack(directory.path(), "first"), pack_program(directory.path(), &trace)]);
    let settings = format!(
        "[source.crates-io]\nreplace-with = \"mine\"\n[source.mine]\nregistry = \"{}\"\n",
        registry.url
    );
    fs::create_dir(path(".cargo")).unwrap();
    fs::write(path(".cargo/config.toml"), settings).unwrap();
    let home = path("home");
    let start = |job: &Job| {
        let mut agent = agent(job);
        agent.env("CARGO_HOME", &home).env("CARGO_TARGET_DIR", path("target"));
        outcome(&agent.output().unwrap())
    };
    let install = |program: &str| {
        let root = path("tools");
        let words = ["cargo", "install", "--locked", "--no-track", "--root", root.to_str().unwrap(), program];
        words.map(str::to_owned).to_vec()
    };
    let download = |program: &str| {
        start(&Job::Download(Download {
            command: install(program),
            cargo_home: home.to_str().unwrap().to_owned(),
            access: supercargo_report::Access::default(),
        }))
    };

    let outcome = download("program@1.0.0");
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(outcome.stdout.ends_with("fetch: 2 crates\n"), "{outcome:?}");
    assert!(!outcome.stderr.contains("error") && !outcome.stderr.contains("Compiling"), "{outcome:?}");
    assert!(!trace.exists(), "a build script ran");

    registry.asked();
    let mut command = install("program@1.0.0");
    command.push("--offline".to_owned());
    let outcome = start(&Job::Run(Run { command }));
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(trace.exists() && path("tools/bin/program").exists(), "{outcome:?}");
    assert_eq!(registry.asked(), Vec::<String>::new());

    let outcome = download("program@2.0.0");
    assert_eq!(outcome.code, Some(101), "{outcome:?}");
    assert!(outcome.stderr.contains("error: could not find `program`"), "{outcome:?}");
    assert!(!outcome.stderr.contains("supercargo-downloads-only"), "{outcome:?}");
}
