//! Each feature asks for its capability, and for no other.

use std::collections::BTreeSet;

use buildkit_llb::exec::{ContentCache, Network, ProxyEnv, SecretEnv, Security, Ulimit};
use buildkit_llb::file::{Copy, MkFile, Rm, Symlink};
use buildkit_llb::source::{Differ, Git, GitMtime, Http, Image, Local, OciLayout, ResolveMode};
use buildkit_llb::{Diff, Digest, Exec, FileOp, Merge, Mount, Output};

use crate::{amd64, context, debian, image, rust};

/// The capabilities that the output's own vertex adds to those that come with every vertex of its kind.
fn check(output: &Output, base: &[&str], more: &[&str]) {
    let found: BTreeSet<&str> = output.vertex().unwrap().metadata().caps.keys().map(String::as_str).collect();
    let expected: BTreeSet<&str> = base.iter().chain(more).copied().collect();
    assert_eq!(found, expected);
    // Two ids that no daemon advertises, so that naming them fails every build.
    assert!(
        !found.contains("file.copy.modestring") && !found.contains("exec.meta.removemountstubs.recursive")
    );
}

fn image_with(change: impl Fn(Image) -> Image, more: &[&str]) {
    check(&change(image("rust:1.95")).output(), &["source.image"], more);
}

fn local_with(change: impl Fn(Local) -> Local, more: &[&str]) {
    check(&change(Local::new("context")).output(), &["source.local"], more);
}

fn git_with(change: impl Fn(Git) -> Git, more: &[&str]) {
    check(&change(Git::new("https://h/a")).output(), &["source.git", "source.git.fullurl"], more);
}

fn http_with(change: impl Fn(Http) -> Http, more: &[&str]) {
    check(&change(Http::new("https://h/a")).output(), &["source.http"], more);
}

fn exec_with(change: impl Fn(Exec) -> Exec, more: &[&str]) {
    check(&change(Exec::new(rust(), ["true"])).root(), &["exec.meta.base", "exec.mount.bind"], more);
}

fn file_with(change: impl Fn(FileOp) -> FileOp, more: &[&str]) {
    check(&change(FileOp::on(debian())).output(), &["file.base"], more);
}

fn copy_with(change: impl Fn(Copy) -> Copy, more: &[&str]) {
    file_with(|file| file.copy(change(Copy::new(context(), "/a", "/b"))), more);
}

#[test]
fn images() {
    image_with(Image::internal, &[]);
    image_with(|image| image.resolve_mode(ResolveMode::Default), &[]);
    image_with(|image| image.resolve_mode(ResolveMode::ForcePull), &["source.image.resolvemode"]);
    image_with(|image| image.layer_limit(1), &["source.image.layerlimit"]);
    image_with(|image| image.checksum(Digest::of(b"")), &["source.image.checksum"]);
    check(&OciLayout::new("a", Digest::of(b""), amd64()).layer_limit(1).output(), &["source.ocilayout"], &[]);
}

#[test]
fn locals() {
    local_with(|local| local.session("s"), &["source.local.sessionid"]);
    local_with(|local| local.unique("u"), &["source.local.unique"]);
    local_with(|local| local.shared_key_hint("h"), &["source.local.sharedkeyhint"]);
    local_with(|local| local.include_patterns(["a"]), &["source.local.includepatterns"]);
    local_with(|local| local.include_patterns::<String>([]), &[]);
    local_with(|local| local.exclude_patterns(["a"]), &["source.local.excludepatterns"]);
    local_with(|local| local.follow_paths(["a"]), &["source.local.followpaths"]);
    local_with(|local| local.differ(Differ::Metadata), &["source.local.differ"]);
    local_with(Local::metadata_only, &["source.local.metadatatransfer"]);
}

#[test]
fn gits() {
    git_with(|git| git.reference("main"), &[]);
    git_with(|git| git.subdir("a"), &["source.git.subdir"]);
    git_with(|git| git.subdir("/"), &[]);
    git_with(Git::keep_git_dir, &["source.git.keepgitdir"]);
    git_with(|git| git.auth_token_secret("t"), &["source.git.httpauth"]);
    git_with(|git| git.auth_header_secret("h"), &["source.git.httpauth"]);
    git_with(|git| git.known_ssh_hosts("h k"), &["source.git.knownsshhosts"]);
    git_with(|git| git.ssh("a"), &["source.git.mountsshsock"]);
    git_with(|git| git.checksum("0123"), &["source.git.checksum"]);
    git_with(Git::skip_submodules, &["source.git.skipsubmodules"]);
    git_with(|git| git.mtime(GitMtime::Commit), &["source.git.mtime"]);
    let ssh = Git::new("git@h:a").output();
    check(&ssh, &["source.git", "source.git.fullurl"], &["source.git.mountsshsock"]);
}

#[test]
fn https() {
    http_with(|http| http.filename("a"), &[]);
    http_with(|http| http.checksum(Digest::of(b"")), &["source.http.checksum"]);
    http_with(|http| http.mode(0o644), &["source.http.perm"]);
    // The misspelling is the id's own.
    http_with(|http| http.owner(1, 2), &["soruce.http.uidgid"]);
    http_with(|http| http.auth_header_secret("s"), &["source.http.auth"]);
    http_with(|http| http.header("Accept", "*/*"), &["source.http.header"]);
}

#[test]
fn execs() {
    exec_with(|exec| exec.env("A", "b").cwd("/a").user("1").hostname("h"), &[]);
    exec_with(|exec| exec.network(Network::None), &["exec.meta.network"]);
    exec_with(|exec| exec.security(Security::Insecure), &["exec.meta.security"]);
    exec_with(|exec| exec.proxy_env(ProxyEnv::new().all("p")), &["exec.meta.proxyenv"]);
    exec_with(|exec| exec.ulimit(Ulimit::new("nofile", 1, 2)), &["exec.meta.ulimit"]);
    exec_with(|exec| exec.cgroup_parent("c"), &["exec.meta.cgroup.parent"]);
    exec_with(|exec| exec.secret_env(SecretEnv::new("A", "a")), &["exec.secretenv"]);
    exec_with(|exec| exec.valid_exit_codes([1]), &["exec.validexitcode"]);
}

#[test]
fn mounts() {
    let bind = || Mount::bind(context(), "/a");
    exec_with(|exec| exec.with_mount(bind().readonly()), &[]);
    exec_with(|exec| exec.with_mount(bind().readonly().selector("/b")), &["exec.mount.selector"]);
    exec_with(|exec| exec.with_mount(bind().readonly().selector("/")), &[]);
    exec_with(|exec| exec.with_mount(bind().no_output()), &["exec.mount.bind.readwrite-nooutput"]);
    exec_with(
        |exec| exec.with_mount(bind().readonly().content_cache(ContentCache::Off)),
        &["exec.mount.cache.content"],
    );
    let cache = ["exec.mount.cache", "exec.mount.cache.sharing"];
    exec_with(|exec| exec.with_mount(Mount::cache("/a", "c").seed(debian())), &cache);
    exec_with(|exec| exec.with_mount(Mount::tmpfs("/a")), &["exec.mount.tmpfs"]);
    exec_with(
        |exec| exec.with_mount(Mount::tmpfs("/a").size(1)),
        &["exec.mount.tmpfs", "exec.mount.tmpfs.size"],
    );
    exec_with(|exec| exec.with_mount(Mount::secret("/a", "s")), &["exec.mount.secret"]);
    exec_with(|exec| exec.with_mount(Mount::ssh("/a")), &["exec.mount.ssh"]);
}

#[test]
fn files_merges_and_diffs() {
    file_with(|file| file.mkfile(MkFile::new("/a", "")), &[]);
    file_with(|file| file.rm(Rm::new("/a").allow_not_found()), &[]);
    file_with(|file| file.rm(Rm::new("/a*").allow_wildcard()), &["file.rm.wildcard"]);
    file_with(|file| file.symlink(Symlink::new("a", "/b")), &["file.symlink.create"]);
    copy_with(|copy| copy.mode(0o755).unpack().contents_only(), &[]);
    copy_with(|copy| copy.include_patterns(["a"]), &["file.copy.includeexcludepatterns"]);
    copy_with(|copy| copy.exclude_patterns(["a"]), &["file.copy.includeexcludepatterns"]);
    copy_with(Copy::replace_existing, &["file.copy.alwaysreplaceexistingdestpaths"]);
    copy_with(|copy| copy.required_paths(["a"]), &["file.copy.requiredpaths"]);
    check(&Merge::new([debian(), context()]).output(), &["mergeop"], &[]);
    check(&Diff::new(debian(), context()).output(), &["diffop"], &[]);
}

#[test]
fn a_definition_lists_what_all_its_vertices_need_and_who_needs_it() {
    let exec = Exec::new(rust(), ["true"]).network(Network::None).root();
    let definition = exec.marshal().unwrap();
    let caps: Vec<&str> = definition.caps().into_iter().collect();
    assert_eq!(
        caps,
        ["constraints", "exec.meta.base", "exec.meta.network", "exec.mount.bind", "platform", "source.image"]
    );
    let users = definition.caps_by_op();
    assert_eq!(users["exec.meta.network"], [exec.vertex().unwrap().digest()]);
    assert_eq!(users["source.image"], [rust().vertex().unwrap().digest()]);
}
