//! Pictures of a graph that uses everything.

use buildkit_llb::exec::{ContentCache, Network, ProxyEnv, SecretEnv, Security, Sharing, Ulimit};
use buildkit_llb::file::{Copy, MkFile, Mkdir, Owner, Rm, Symlink};
use buildkit_llb::source::Local;
use buildkit_llb::source_map::{Location, Range, SourceFile};
use buildkit_llb::{Definition, Diff, Exec, FileOp, Merge, Mount, Output, ProgressGroup};

use crate::{debian, rust};

fn product() -> Definition {
    let file = SourceFile::new("Cargo.toml", "[package]\nname = \"api\"\n");
    let context = Local::new("context")
        .session("s1")
        .exclude_patterns(["target"])
        .name("[internal] load build context");
    let skeleton = FileOp::on_scratch()
        .mkdir(Mkdir::new("/src").parents())
        .mkfile(MkFile::new("/src/lib.rs", "x".repeat(100)).mode(0o600).owner(Owner::ids(1, 2)).timestamp(0))
        .mkfile(MkFile::new("/Cargo.toml", "[package]\nname = \"s\"\n"))
        .name("[manifests] write the skeleton")
        .output();

    let mut deps = Exec::new(rust(), ["cargo", "build", "--config", "a = \"b c\""])
        .cwd("/src")
        .env("CARGO_TARGET_DIR", "/target")
        .network(Network::None)
        .name("[deps] compile \"dependencies\"")
        .location(Location::new(&file, [Range::lines(1, 2)]))
        .ignore_cache();
    deps.mount(Mount::bind(skeleton, "/src").readonly().selector("/src").content_cache(ContentCache::Off));
    let target = deps.mount(Mount::scratch("/target"));

    let mut build = Exec::new(rust(), ["cargo", "build"])
        .export_cache(false)
        .progress_group(ProgressGroup::new("b", "b"));
    build.mount(Mount::bind(context.output(), "/src").no_output());
    build.mount(Mount::cache("/target", "api").sharing(Sharing::Locked).seed(deps.output(&target)));
    let out = build.mount(Mount::scratch("/out"));

    let copy = Copy::new(build.output(&out), "/app", "/usr/bin/")
        .mode(0o755)
        .create_dest_path()
        .owner("app".parse().unwrap());
    FileOp::on(debian()).copy(copy).name("[image] app").output().marshal().unwrap()
}

#[test]
fn text() {
    let text = r#"v1 source docker-image://docker.io/library/debian:bookworm-slim linux/amd64
v2 source docker-image://docker.io/library/rust:1.95 linux/amd64
v3 source local://context "[internal] load build context"
   local.excludepatterns ["target"]
   local.session s1
v4 file on scratch "[manifests] write the skeleton"
   mkdir /src 0755 parents
   mkfile /src/lib.rs 0600 owner=1:2 time=0 100 B 09ecb6ebc8bc
   mkfile /Cargo.toml 0644 "[package]\nname = \"s\"\n"
v5 exec cargo build --config "a = \"b c\"" linux/amd64 ignore-cache "[deps] compile \"dependencies\""
   cwd /src
   env CARGO_TARGET_DIR=/target
   network none
   mount / v2 -> v5
   mount /src v4 readonly path=/src content=off
   mount /target scratch -> v5.1
   from Cargo.toml:1-2
v6 exec cargo build linux/amd64 export-cache=false group=b
   cwd /
   mount / v2 -> v6
   mount /out scratch -> v6.1
   mount /src v3 discard
   mount /target cache api locked seed=v5.1
v7 file on v1 "[image] app"
   copy v6.1 /app -> /usr/bin/ 0755 owner=app parents
result v7
"#;
    let needs = "needs constraints exec.meta.base exec.meta.network exec.mount.bind exec.mount.bind.readwrite-nooutput \
        exec.mount.cache exec.mount.cache.content exec.mount.cache.sharing exec.mount.selector file.base \
        meta.description meta.exportcache meta.ignorecache platform source.image source.local \
        source.local.excludepatterns source.local.sessionid\n";
    assert_eq!(product().to_text(), format!("{text}{needs}"));
}

#[test]
fn dot() {
    let dot = r#"digraph llb {
  node [shape=box];
  v1 [label="v1\nsource docker-image://docker.io/library/debian:bookworm-slim linux/amd64"];
  v2 [label="v2\nsource docker-image://docker.io/library/rust:1.95 linux/amd64"];
  v3 [label="v3\n[internal] load build context\nsource local://context"];
  v4 [label="v4\n[manifests] write the skeleton\nfile on scratch"];
  v5 [label="v5\n[deps] compile \"dependencies\"\nexec cargo build --config \"a = \\\"b c\\\"\" linux/amd64"];
  v2 -> v5 [label="/"];
  v4 -> v5 [label="/src"];
  v6 [label="v6\nexec cargo build linux/amd64"];
  v2 -> v6 [label="/"];
  v3 -> v6 [label="/src"];
  v5 -> v6 [label="seeds /target"];
  v7 [label="v7\n[image] app\nfile on v1"];
  v1 -> v7 [label="base"];
  v6 -> v7 [label="/app -> /usr/bin/"];
  result [shape=oval];
  v7 -> result;
}
"#;
    assert_eq!(product().to_dot(), dot);
}

#[test]
fn mermaid() {
    let mermaid = r#"flowchart TD
  v1["v1<br/>source docker-image://docker.io/library/debian:bookworm-slim linux/amd64"]
  v2["v2<br/>source docker-image://docker.io/library/rust:1.95 linux/amd64"]
  v3["v3<br/>[internal] load build context<br/>source local://context"]
  v4["v4<br/>[manifests] write the skeleton<br/>file on scratch"]
  v5["v5<br/>[deps] compile #quot;dependencies#quot;<br/>exec cargo build --config #quot;a = \#quot;b c\#quot;#quot; linux/amd64"]
  v2 -->|"/"| v5
  v4 -->|"/src"| v5
  v6["v6<br/>exec cargo build linux/amd64"]
  v2 -->|"/"| v6
  v3 -->|"/src"| v6
  v5 -->|"seeds /target"| v6
  v7["v7<br/>[image] app<br/>file on v1"]
  v1 -->|"base"| v7
  v6 -->|"/app -#gt; /usr/bin/"| v7
  result(["result"])
  v7 --> result
"#;
    assert_eq!(product().to_mermaid(), mermaid);
}

#[test]
fn every_setting_of_an_exec_has_a_line() {
    let exec = Exec::new(rust(), ["true"])
        .user("1000:1000")
        .hostname("h")
        .cgroup_parent("cg")
        .network(Network::Host)
        .security(Security::Insecure)
        .extra_host("db", "10.0.0.1".parse().unwrap())
        .ulimit(Ulimit::new("nofile", 1024, -1))
        .proxy_env(ProxyEnv::new().http("http://p:1").no_proxy("a,b"))
        .secret_env(SecretEnv::new("TOKEN", "token").optional())
        .valid_exit_codes([101, 0])
        .readonly_root()
        .with_mount(Mount::tmpfs("/tmp").size(64))
        .with_mount(Mount::tmpfs("/run"))
        .with_mount(Mount::secret("/s", "id").owner(1, 2).mode(0o440))
        .with_mount(Mount::ssh("/agent").id("github").optional())
        .with_mount(Mount::cache("/c", "c").sharing(Sharing::Private).selector("a"));
    let mut exec = exec;
    let out = exec.mount(Mount::scratch("/out"));
    let text = exec.output(&out).marshal().unwrap().to_text();
    let exec: String =
        text.split_inclusive('\n').skip(1).take_while(|line| !line.starts_with("result")).collect();
    assert_eq!(
        exec,
        "v2 exec true linux/amd64
   cwd /
   env TOKEN from secret token optional
   network host
   security insecure
   user 1000:1000
   hostname h
   cgroup-parent cg
   proxy http http://p:1
   proxy no a,b
   host db 10.0.0.1
   ulimit nofile 1024:-1
   exit-codes 0 101
   mount / v1 readonly
   mount /c cache c private path=/a
   mount /out scratch -> v2
   mount /run tmpfs
   mount /tmp tmpfs 64 B
   mount /s secret id 0440 1:2
   mount /agent ssh github 0600 0:0 optional
"
    );
}

#[test]
fn every_action_and_every_flag_has_a_word() {
    let copy = Copy::new(rust(), "/a b", "/c/.")
        .contents_only()
        .follow_symlinks()
        .allow_empty_wildcard()
        .unpack()
        .replace_existing()
        .include_patterns(["*.rs"])
        .exclude_patterns(["a", "b c"])
        .required_paths(["d"])
        .timestamp(5);
    let file = FileOp::on(debian())
        .copy(copy)
        .rm(Rm::new("/tmp/*").allow_wildcard().allow_not_found())
        .symlink(Symlink::new("../x", "/y").timestamp(7))
        .output();
    let merged = Merge::new([debian(), Diff::new(debian(), file).output()]).output();
    let text = merged.marshal().unwrap().to_text();
    let ops: String =
        text.split_inclusive('\n').skip(2).take_while(|line| !line.starts_with("needs")).collect();
    assert_eq!(
        ops,
        r#"v3 file on v1
   copy v2 "/a b" -> /c/. time=5 contents follow wildcard allow-empty unpack replace include=[*.rs] exclude=[a "b c"] require=[d]
   rm /tmp/* wildcard allow-not-found
   symlink /y -> ../x time=7
v4 diff v1 v3
v5 merge v1 v4
result v5
"#
    );
}

#[test]
fn scratch_is_one_line() {
    let scratch = Output::scratch().marshal().unwrap();
    assert_eq!(scratch.to_text(), "result scratch\n");
}
