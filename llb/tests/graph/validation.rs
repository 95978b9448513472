//! What `BuildKit` would refuse is told before it is asked, with the vertex and the value.

use buildkit_llb::exec::{ContentCache, SecretEnv};
use buildkit_llb::file::{Copy, MkFile, Mkdir, Symlink};
use buildkit_llb::source::{Git, Http, Local};
use buildkit_llb::{Exec, FileOp, Mount, Output};

use crate::{context, debian, rust};

fn check(output: &Output, problems: &[&str]) {
    let error = output.marshal().unwrap_err();
    let found: Vec<String> = error.problems().iter().map(ToString::to_string).collect();
    assert_eq!(found, problems);
    assert_eq!(error.to_string(), format!("marshal the graph: {}", problems.join("; ")));
}

fn exec() -> Exec {
    Exec::new(rust(), ["true"]).name("step")
}

#[test]
fn an_exec_needs_a_program_and_a_platform() {
    let empty = Exec::new(rust(), [""; 0]).root();
    check(&empty, &["vertex `exec`: an exec needs at least one argument, the program"]);
    let homeless = Exec::new(context(), ["true"]).name("[build] run");
    check(
        &homeless.root(),
        &[
            "vertex `[build] run`: the root comes from no image, so it has no platform to run on; give the exec one with `platform`",
        ],
    );
    assert!(homeless.platform(crate::amd64()).root().marshal().is_ok());
}

#[test]
fn variables_have_names_and_secrets_have_ids() {
    let exec = exec().env("", "a").env("A=B", "c").secret_env(SecretEnv::new("TOKEN", ""));
    check(
        &exec.root(),
        &[
            "vertex `step`: `` is no name of an environment variable; it must be non-empty and without `=`",
            "vertex `step`: `A=B` is no name of an environment variable; it must be non-empty and without `=`",
            "vertex `step`: the variable `TOKEN` takes a secret with an empty id",
        ],
    );
}

#[test]
fn mounts_do_not_hide_one_another() {
    let twice = exec().with_mount(Mount::tmpfs("/a/")).with_mount(Mount::cache("/b/../a", "c"));
    let problem = "vertex `step`: two mounts at `/a`; each destination can be used once, and `/` is the root";
    check(&twice.root(), &[problem]);
    let root = exec().with_mount(Mount::tmpfs("/"));
    check(
        &root.root(),
        &["vertex `step`: two mounts at `/`; each destination can be used once, and `/` is the root"],
    );
}

#[test]
fn mounts_have_ids() {
    let exec = exec()
        .with_mount(Mount::cache("/c", ""))
        .with_mount(Mount::secret("/s", ""))
        .with_mount(Mount::ssh("/a").id(""));
    check(
        &exec.root(),
        &[
            "vertex `step`: the mount at `/c` has an empty id",
            "vertex `step`: the mount at `/s` has an empty id",
            "vertex `step`: the mount at `/a` has an empty id",
        ],
    );
}

#[test]
fn content_cannot_be_hashed_under_a_selector_with_an_output() {
    let mut exec = exec();
    let mount = Mount::bind(context(), "/src").selector("/a").content_cache(ContentCache::On);
    let token = exec.mount(mount.clone());
    check(
        &exec.output(&token),
        &[
            "vertex `step`: the mount at `/src` has an output and a selector, so its content cannot be hashed; make it read-only or drop the selector",
        ],
    );
    assert!(self::exec().with_mount(mount.readonly()).root().marshal().is_ok());
}

#[test]
fn a_token_belongs_to_its_exec() {
    let token = exec().mount(Mount::scratch("/out"));
    check(
        &exec().output(&token),
        &["vertex `step`: no mount with an output at `/out`; the token comes from another exec"],
    );
}

#[test]
fn scratch_has_nothing_to_copy_and_no_users() {
    let copy = FileOp::on(debian()).copy(Copy::new(Output::scratch(), "/a", "/b")).output();
    check(&copy, &["vertex `file`: `/a` cannot be copied from scratch, which is empty"]);
    let owner = || "app:app".parse().unwrap();
    let named = |base: Output| {
        FileOp::on(base)
            .mkdir(Mkdir::new("/a").owner(owner()))
            .mkfile(MkFile::new("/b", "").owner(owner()))
            .symlink(Symlink::new("a", "/c").owner(owner()))
            .output()
    };
    let problem = "vertex `file`: the owner `app:app` is a name, and scratch has no `/etc/passwd` to find it in; use numbers";
    check(&named(Output::scratch()), &[problem; 3]);
    assert!(named(debian()).marshal().is_ok());
}

#[test]
fn sources_have_names_and_addresses() {
    check(
        &Local::new("").output(),
        &["vertex `source`: a local source needs the name of a directory of the client, such as `context`"],
    );
    let http = Http::new("ftp://example.com/a").output();
    check(
        &http,
        &["vertex `source`: `ftp://example.com/a` is no HTTP address; expected `http://…` or `https://…`"],
    );
    let git = Git::new("not a remote").output();
    check(
        &git,
        &[
            "vertex `source`: `not a remote` is no git address; expected `https://host/path`, `ssh://user@host/path` or `user@host:path`",
        ],
    );
}

#[test]
fn all_problems_of_a_graph_are_told_at_once_inputs_first() {
    let bad_source = Local::new("").name("load").output();
    let bad_exec =
        Exec::new(rust(), [""; 0]).name("run").with_mount(Mount::bind(bad_source, "/src").readonly());
    check(
        &FileOp::on(bad_exec.root()).mkfile(MkFile::new("/a", "")).output(),
        &[
            "vertex `load`: a local source needs the name of a directory of the client, such as `context`",
            "vertex `run`: an exec needs at least one argument, the program",
        ],
    );
}
