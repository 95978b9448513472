//! Execs as sketches.

use buildkit_proto::pb;
use pb::{CacheSharingOpt, MountContentCache, MountType, NetMode, SecurityMode};

use super::line::{Line, word, words};
use super::op::edge;
use super::{Places, Sketch, result};

pub(super) fn sketch(exec: &pb::ExecOp, places: &Places<'_>) -> Sketch {
    let nothing = pb::Meta::default();
    let meta = exec.meta.as_ref().unwrap_or(&nothing);
    let mut details = vec![format!("cwd {}", word(&meta.cwd))];
    details.extend(meta.env.iter().map(|variable| format!("env {}", word(variable))));
    details.extend(exec.secretenv.iter().map(secret_env));
    details.extend(settings(exec, meta));
    details.extend(exec.mounts.iter().map(|mount| mount_line(mount, places)));
    let edges = exec.mounts.iter().filter_map(|mount| edge(places, mount.input, edge_label(mount)));
    Sketch { headline: format!("exec {}", words(&meta.args)), details, edges: edges.collect() }
}

/// Everything that is not as it is when nothing is said.
fn settings(exec: &pb::ExecOp, meta: &pb::Meta) -> Vec<String> {
    let mut lines = Vec::new();
    match exec.network() {
        NetMode::Unset => {}
        NetMode::Host => lines.push("network host".to_owned()),
        NetMode::None => lines.push("network none".to_owned()),
    }
    if exec.security() == SecurityMode::Insecure {
        lines.push("security insecure".to_owned());
    }
    for (key, value) in
        [("user", &meta.user), ("hostname", &meta.hostname), ("cgroup-parent", &meta.cgroup_parent)]
    {
        if !value.is_empty() {
            lines.push(format!("{key} {}", word(value)));
        }
    }
    if let Some(proxy) = &meta.proxy_env {
        lines.extend(proxy_lines(proxy));
    }
    lines.extend(meta.extra_hosts.iter().map(|host| format!("host {} {}", word(&host.host), word(&host.ip))));
    lines.extend(
        meta.ulimit.iter().map(|limit| format!("ulimit {} {}:{}", word(&limit.name), limit.soft, limit.hard)),
    );
    lines.extend(exec.cdi_devices.iter().map(|device| format!("device {}", word(&device.name))));
    if !meta.valid_exit_codes.is_empty() {
        lines.push(format!("exit-codes {}", words(meta.valid_exit_codes.iter().map(i32::to_string))));
    }
    lines
}

fn proxy_lines(proxy: &pb::ProxyEnv) -> impl Iterator<Item = String> {
    let all = [
        ("http", &proxy.http_proxy),
        ("https", &proxy.https_proxy),
        ("ftp", &proxy.ftp_proxy),
        ("no", &proxy.no_proxy),
        ("all", &proxy.all_proxy),
    ];
    all.into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(key, value)| format!("proxy {key} {}", word(value)))
}

fn secret_env(secret: &pb::SecretEnv) -> String {
    let mut line = Line::new(format!("env {} from secret {}", word(&secret.name), word(&secret.id)));
    line.flag(secret.optional, "optional");
    line.into_string()
}

fn mount_line(mount: &pb::Mount, places: &Places<'_>) -> String {
    let mut line = Line::new(format!("mount {}", word(&mount.dest)));
    line.add(match mount.mount_type() {
        MountType::Bind => bind(mount, places),
        MountType::Cache => cache(mount, places),
        MountType::Tmpfs => tmpfs(mount),
        MountType::Secret => secret(mount),
        MountType::Ssh => ssh(mount),
    });
    if !mount.selector.is_empty() {
        line.add(format!("path={}", word(&mount.selector)));
    }
    line.flag(mount.content_cache() == MountContentCache::On, "content=on");
    line.flag(mount.content_cache() == MountContentCache::Off, "content=off");
    line.into_string()
}

fn bind(mount: &pb::Mount, places: &Places<'_>) -> String {
    let source = places.name(mount.input);
    if mount.readonly {
        return format!("{source} readonly");
    }
    if mount.output < 0 {
        return format!("{source} discard");
    }
    format!("{source} -> {}", result(places.vertex, mount.output))
}

fn cache(mount: &pb::Mount, places: &Places<'_>) -> String {
    let nothing = pb::CacheOpt::default();
    let cache = mount.cache_opt.as_ref().unwrap_or(&nothing);
    let sharing = match cache.sharing() {
        CacheSharingOpt::Shared => "shared",
        CacheSharingOpt::Private => "private",
        CacheSharingOpt::Locked => "locked",
    };
    let mut line = Line::new(format!("cache {} {sharing}", word(&cache.id)));
    if mount.input >= 0 {
        line.add(format!("seed={}", places.name(mount.input)));
    }
    line.into_string()
}

fn tmpfs(mount: &pb::Mount) -> String {
    match mount.tmpfs_opt {
        Some(pb::TmpfsOpt { size }) if size > 0 => format!("tmpfs {size} B"),
        _ => "tmpfs".to_owned(),
    }
}

fn secret(mount: &pb::Mount) -> String {
    let nothing = pb::SecretOpt::default();
    let secret = mount.secret_opt.as_ref().unwrap_or(&nothing);
    let file = client_file(secret.mode, secret.uid, secret.gid, secret.optional);
    format!("secret {} {file}", word(&secret.id))
}

fn ssh(mount: &pb::Mount) -> String {
    let nothing = pb::SshOpt::default();
    let ssh = mount.ssh_opt.as_ref().unwrap_or(&nothing);
    format!("ssh {} {}", word(&ssh.id), client_file(ssh.mode, ssh.uid, ssh.gid, ssh.optional))
}

fn client_file(mode: u32, uid: u32, gid: u32, optional: bool) -> String {
    let mut line = Line::new(format!("{mode:04o} {uid}:{gid}"));
    line.flag(optional, "optional");
    line.into_string()
}

fn edge_label(mount: &pb::Mount) -> String {
    match mount.mount_type() {
        MountType::Cache => format!("seeds {}", mount.dest),
        _ => mount.dest.clone(),
    }
}
