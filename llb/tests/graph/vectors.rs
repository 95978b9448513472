//! The same graphs as `BuildKit`'s own client builds, through the public interface, compared byte by byte.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use buildkit_llb::exec::{ContentCache, Network, ProxyEnv, SecretEnv, Security, Sharing, Ulimit};
use buildkit_llb::file::{Copy, MkFile, Mkdir, Owner, Rm, Symlink};
use buildkit_llb::source::{Differ, Git, Http, Image, Local, OciLayout, ResolveMode};
use buildkit_llb::{Definition, Diff, Digest, Exec, FileOp, Merge, Mount, Output};

use crate::{amd64, debian, image, rust};

#[derive(serde::Deserialize)]
struct File {
    vectors: Vec<Vector>,
}

#[derive(serde::Deserialize)]
struct Vector {
    name: String,
    ops: Vec<Op>,
    head: String,
}

#[derive(serde::Deserialize)]
struct Op {
    digest: String,
    bytes_base64: String,
    #[serde(rename = "op")]
    decoded: serde_json::Value,
    caps: BTreeSet<String>,
    #[serde(default)]
    description: BTreeMap<String, String>,
    #[serde(default)]
    ignore_cache: bool,
}

impl Vector {
    /// The ids that Go's client draws at random, in the order of the ops.
    fn unique(&self, index: usize) -> &str {
        let all: Vec<_> =
            self.ops.iter().filter_map(|op| op.decoded["source"]["attrs"]["local.unique"].as_str()).collect();
        all[index]
    }

    fn context(&self) -> Local {
        Local::new("context").unique(self.unique(0))
    }
}

fn vectors() -> Vec<Vector> {
    let file: File = serde_json::from_str(include_str!("../vectors/llb-go.json")).unwrap();
    file.vectors
}

fn aaa() -> Digest {
    format!("sha256:{}", "a".repeat(64)).parse().unwrap()
}

fn mini_redis() -> Git {
    Git::new("https://github.com/tokio-rs/mini-redis.git").reference("master")
}

fn exec<const N: usize>(args: [&str; N]) -> Exec {
    Exec::new(rust(), args)
}

fn build(vector: &Vector) -> Output {
    match vector.name.as_str() {
        "image" => rust(),
        "image-digest" => {
            Image::new("rust:1.95".parse::<buildkit_llb::ImageRef>().unwrap().with_digest(aaa()), amd64())
                .output()
        }
        "image-arm-v7" => {
            Image::new("debian:bookworm-slim".parse().unwrap(), "linux/arm/v7".parse().unwrap()).output()
        }
        "image-resolve-prefer-local" => image("rust:1.95").resolve_mode(ResolveMode::PreferLocal).output(),
        "image-resolve-pull" => image("rust:1.95").resolve_mode(ResolveMode::ForcePull).output(),
        "local-plain" => vector.context().output(),
        "local-full" => Local::new("context")
            .session("s1")
            .include_patterns(["**/Cargo.toml", "Cargo.lock"])
            .exclude_patterns(["target", ".git"])
            .follow_paths(["Cargo.toml"])
            .shared_key_hint("manifests")
            .differ(Differ::None)
            .output(),
        "local-metadata-only" => vector.context().metadata_only_except(["**/Cargo.toml"]).output(),
        "git" => mini_redis().output(),
        "git-keepdir-subdir" => mini_redis().keep_git_dir().subdir("sub").output(),
        "http" => Http::new("https://example.com/a.tar.gz")
            .filename("a.tar.gz")
            .checksum(
                "sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881".parse().unwrap(),
            )
            .mode(0o644)
            .output(),
        "oci-layout" => OciLayout::new("example/store", aaa(), amd64()).store("s1", "st1").output(),
        "mkfile" => FileOp::on_scratch().mkfile(MkFile::new("/a", "hello")).output(),
        "mkfile-timestamp" => {
            FileOp::on_scratch().mkfile(MkFile::new("/a", "hello").timestamp(1_700_000_000)).output()
        }
        "mkfile-chain" => FileOp::on_scratch()
            .mkdir(Mkdir::new("/src").parents())
            .mkfile(MkFile::new("/src/lib.rs", ""))
            .mkfile(MkFile::new("/Cargo.toml", "[package]\n").owner(Owner::ids(1000, 1000)))
            .output(),
        "rm" => FileOp::on(debian()).rm(Rm::new("/tmp/*").allow_not_found().allow_wildcard()).output(),
        "symlink" => FileOp::on_scratch().symlink(Symlink::new("/b", "/a")).output(),
        "copy" => FileOp::on_scratch()
            .copy(Copy::new(vector.context().output(), "/src", "/app/").create_dest_path())
            .output(),
        "copy-full" => {
            let copy = Copy::new(vector.context().output(), "/", "/app/")
                .contents_only()
                .allow_empty_wildcard()
                .follow_symlinks()
                .create_dest_path()
                .owner(Owner::ids(0, 0))
                .mode(0o755)
                .include_patterns(["**/*.rs"])
                .exclude_patterns(["target"])
                .timestamp(1_700_000_000);
            FileOp::on_scratch().copy(copy).output()
        }
        name if name.starts_with("exec-") => build_exec(name, vector),
        "merge" => {
            let layer = FileOp::on_scratch().mkfile(MkFile::new("/a", "a")).output();
            Merge::new([debian(), layer]).output()
        }
        "diff" => {
            let upper = FileOp::on(debian()).mkfile(MkFile::new("/a", "a")).output();
            Diff::new(debian(), upper).output()
        }
        "supercargo-shape" => supercargo_shape(vector),
        name => panic!("no graph for the vector `{name}`"),
    }
}

fn build_exec(name: &str, vector: &Vector) -> Output {
    match name {
        "exec-root" => exec(["cargo", "build", "--release"])
            .cwd("/src")
            .env("CARGO_TARGET_DIR", "/target")
            .env("A", "b")
            .root(),
        "exec-mounts" => {
            let mut exec = exec(["cargo", "build"]).cwd("/src").network(Network::None);
            exec.mount(Mount::bind(vector.context().output(), "/src").readonly());
            exec.mount(Mount::cache("/cargo", "reg"));
            let out = exec.mount(Mount::scratch("/out"));
            exec.mount(Mount::tmpfs("/tmp").size(64 << 20));
            exec.output(&out)
        }
        "exec-seeded-cache" => {
            let mut deps = exec(["cargo", "build"]).cwd("/src");
            let target = deps.mount(Mount::scratch("/target"));
            let seed = deps.output(&target);
            let mut exec = exec(["cargo", "build", "--offline"]).cwd("/src");
            let cache = Mount::cache("/target", "t").sharing(Sharing::Locked).seed(seed);
            exec.mount(cache.content_cache(ContentCache::Off));
            let out = exec.mount(Mount::scratch("/out"));
            exec.output(&out)
        }
        "exec-nooutput" => {
            exec(["true"]).with_mount(Mount::bind(vector.context().output(), "/src").no_output()).root()
        }
        "exec-selector" => exec(["true"])
            .with_mount(Mount::bind(vector.context().output(), "/x").readonly().selector("/a/b"))
            .root(),
        "exec-secret-ssh" => exec(["cargo", "fetch"])
            .with_mount(Mount::secret("/run/secrets/tok", "tok").optional())
            .with_mount(Mount::ssh("/run/ssh.sock"))
            // Go's client sets the variable by itself; here it is said.
            .env("SSH_AUTH_SOCK", "/run/ssh.sock")
            .secret_env(SecretEnv::new("TOKEN", "tok2"))
            .root(),
        "exec-hosts-limits" => exec(["true"])
            .user("1000")
            .hostname("h")
            .extra_host("db", "10.0.0.1".parse().unwrap())
            .ulimit(Ulimit::new("nofile", 1024, 2048))
            .cgroup_parent("cg")
            .proxy_env(ProxyEnv::new().http("http://p:1").no_proxy("n"))
            .security(Security::Insecure)
            .network(Network::Host)
            .root(),
        "exec-valid-exit-codes" => exec(["cargo", "test"]).valid_exit_codes([0, 101]).root(),
        "exec-named-ignore-cache" => exec(["true"]).name("[deps] cargo build").ignore_cache().root(),
        name => panic!("no graph for the vector `{name}`"),
    }
}

fn supercargo_shape(vector: &Vector) -> Output {
    let skeleton = FileOp::on_scratch()
        .mkfile(MkFile::new("/Cargo.toml", "[package]\nname = \"s\"\n"))
        .mkdir(Mkdir::new("/src"))
        .mkfile(MkFile::new("/src/lib.rs", ""))
        .output();
    let cargo = exec(["cargo", "build", "--release", "--offline"])
        .cwd("/src")
        .env("CARGO_TARGET_DIR", "/target")
        .network(Network::None);

    let mut deps = cargo.clone();
    deps.mount(Mount::bind(skeleton, "/src").readonly());
    let target = deps.mount(Mount::scratch("/target"));

    let mut build = cargo;
    let context = vector.context().shared_key_hint("context").output();
    build.mount(Mount::bind(context, "/src").no_output());
    build.mount(Mount::cache("/target", "t").sharing(Sharing::Locked).seed(deps.output(&target)));
    let out = build.mount(Mount::scratch("/out"));

    FileOp::on(debian())
        .copy(Copy::new(build.output(&out), "/app", "/usr/local/bin/app").create_dest_path())
        .name("[image] app")
        .output()
}

/// Capabilities that ours names and Go's does not: vector, capability, and why ours is right.
const MORE_CAPS: &[(&str, &str, &str)] = &[
    (
        "git-keepdir-subdir",
        "source.git.subdir",
        "Go's client names it nowhere; a daemon before 0.9 would check out the whole tree",
    ),
    ("rm", "file.rm.wildcard", "Go's client collects the actions' capabilities before there are actions"),
    ("symlink", "file.symlink.create", "as `rm`; a daemon before 0.19 would drop the action's field"),
    ("copy-full", "file.copy.includeexcludepatterns", "as `rm`; a daemon before 0.9 would copy everything"),
    ("exec-nooutput", "exec.mount.bind.readwrite-nooutput", "Go's client leaves it to its caller"),
    ("supercargo-shape", "exec.mount.bind.readwrite-nooutput", "as `exec-nooutput`"),
    (
        "exec-hosts-limits",
        "exec.meta.cgroup.parent",
        "Go's client does not name it; a daemon before 0.10 would drop the field",
    ),
];

fn check(vector: &Vector) {
    let name = &vector.name;
    let definition = build(vector).marshal().unwrap();
    let (head, _) = definition.head().unwrap();
    let ops: Vec<_> = definition.ops().iter().chain(definition.terminal()).collect();
    assert_eq!(ops.len(), vector.ops.len(), "{name}");
    let mut more_caps = BTreeSet::new();
    for (ours, theirs) in ops.iter().zip(&vector.ops) {
        assert_eq!(
            STANDARD.encode(ours.bytes()),
            theirs.bytes_base64,
            "{name}: {:#?}\n{:#}",
            ours.op(),
            theirs.decoded
        );
        assert_eq!(ours.digest().as_str(), theirs.digest, "{name}");
        assert_eq!(ours.metadata().description, theirs.description, "{name}");
        assert_eq!(ours.metadata().ignore_cache, theirs.ignore_cache, "{name}");
        let caps: BTreeSet<String> = ours.caps().map(str::to_owned).collect();
        assert!(caps.is_superset(&theirs.caps), "{name}: {caps:?} lacks some of {:?}", theirs.caps);
        more_caps.extend(caps.difference(&theirs.caps).cloned());
    }
    let explained =
        MORE_CAPS.iter().filter(|(vector, ..)| vector == name).map(|(_, cap, _)| (*cap).to_owned());
    assert_eq!(more_caps, explained.collect(), "{name}");
    assert_eq!(head.as_str(), vector.head, "{name}");
    assert_eq!(Definition::from_bytes(&definition.to_bytes()).unwrap(), definition, "{name}");
}

#[test]
fn every_graph_has_the_bytes_that_buildkits_own_client_writes() {
    let vectors = vectors();
    assert_eq!(vectors.len(), 31);
    for vector in &vectors {
        check(vector);
    }
}
