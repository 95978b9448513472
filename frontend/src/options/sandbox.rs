//! What the client gives every container of a build: hosts, limits, names, the network.

use std::net::IpAddr;

use buildkit_llb::exec::{Network, Ulimit};
use buildkit_proto::cap;

use super::{RawOptions, key};
use crate::diagnostic::{Diagnostic, Findings};

/// The limits that Linux knows, as Docker spells them.
const LIMITS: [&str; 15] = [
    "core",
    "cpu",
    "data",
    "fsize",
    "locks",
    "memlock",
    "msgqueue",
    "nice",
    "nofile",
    "nproc",
    "rss",
    "rtprio",
    "rttime",
    "sigpending",
    "stack",
];

/// What containers are given beside their programs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sandbox {
    /// `--add-host`: names and addresses for `/etc/hosts`.
    pub hosts: Vec<(String, IpAddr)>,
    /// `--network`: what the steps with network reach.
    pub network: Network,
    /// `BUILDKIT_SANDBOX_HOSTNAME`.
    pub hostname: Option<String>,
    /// `--shm-size`, in bytes.
    pub shm_size: Option<u64>,
    /// `--ulimit`.
    pub ulimits: Vec<Ulimit>,
    /// `--cgroup-parent`.
    pub cgroup_parent: Option<String>,
}

impl Sandbox {
    /// Leaves out what an engine cannot do, with a warning for each; `can` says whether graphs may use a capability.
    ///
    /// A build that runs without a limit is more use than none, and that is what `docker build` does there.
    pub fn restrict(&mut self, can: impl Fn(&str) -> bool) -> Vec<Diagnostic> {
        let mut lost = Vec::new();
        if !self.ulimits.is_empty() && !can(cap::EXEC_META_ULIMIT) {
            self.ulimits.clear();
            lost.push("--ulimit");
        }
        if self.shm_size.is_some() && !can(cap::EXEC_MOUNT_TMPFS_SIZE) {
            self.shm_size = None;
            lost.push("--shm-size");
        }
        if self.cgroup_parent.is_some() && !can(cap::EXEC_META_CGROUP_PARENT) {
            self.cgroup_parent = None;
            lost.push("--cgroup-parent");
        }
        let warning = |flag| {
            Diagnostic::warning(format!("this engine cannot do `{flag}`; the build goes on without"))
                .hint("Docker 23.0 (BuildKit 0.10) and later can.")
        };
        lost.into_iter().map(warning).collect()
    }
}

/// Reads the options; a bad one is reported and left out.
pub(super) fn parse(raw: &RawOptions, findings: &mut Findings) -> Sandbox {
    let mut keep = |diagnostic| findings.push(diagnostic);
    let list = |key| raw.get(key).unwrap_or_default().split(',').map(str::trim).filter(|one| !one.is_empty());
    let mut sandbox = Sandbox {
        hostname: raw
            .text("build-arg:BUILDKIT_SANDBOX_HOSTNAME")
            .or(raw.text(key::HOSTNAME))
            .map(str::to_owned),
        cgroup_parent: raw.text(key::CGROUP_PARENT).map(str::to_owned),
        ..Sandbox::default()
    };
    for entry in list(key::ADD_HOSTS) {
        match host(entry) {
            Ok(host) => sandbox.hosts.push(host),
            Err(diagnostic) => keep(diagnostic),
        }
    }
    for entry in list(key::ULIMIT) {
        match ulimit(entry) {
            Ok(ulimit) => sandbox.ulimits.push(ulimit),
            Err(diagnostic) => keep(diagnostic),
        }
    }
    match raw.text(key::SHM_SIZE).map(|bytes| (bytes, bytes.parse::<u64>())) {
        // Docker takes nothing and zero for the engine's own size.
        None | Some((_, Ok(0))) => {}
        Some((_, Ok(bytes))) => sandbox.shm_size = Some(bytes),
        Some((value, Err(_))) => keep(
            Diagnostic::error(format!("failed to parse `--shm-size` value `{value}`"))
                .hint("Write a size such as `256m`."),
        ),
    }
    match raw.get(key::NETWORK).unwrap_or_default() {
        "" | "default" | "sandbox" => {}
        "none" => sandbox.network = Network::None,
        "host" => sandbox.network = Network::Host,
        other => keep(
            Diagnostic::error(format!("failed to parse `--network` value `{other}`"))
                .hint("A build knows `default`, `none` and `host`; networks made with `docker network create` are for containers."),
        ),
    }
    sandbox
}

/// `name=address`; the client has turned `name:address` and `host-gateway` into that.
fn host(entry: &str) -> Result<(String, IpAddr), Diagnostic> {
    let parsed = entry.split_once('=').and_then(|(name, address)| {
        let address = address.trim_start_matches('[').trim_end_matches(']').parse().ok()?;
        (!name.is_empty()).then(|| (name.to_lowercase(), address))
    });
    parsed.ok_or_else(|| {
        Diagnostic::error(format!("failed to parse `--add-host` value `{entry}`"))
            .hint("Write it as `name:address`, such as `db:10.0.0.5` or `db:[fd00::5]`.")
    })
}

/// `name=soft` or `name=soft:hard`; -1 is unlimited.
fn ulimit(entry: &str) -> Result<Ulimit, Diagnostic> {
    let wrong = |why: &str| {
        Diagnostic::error(format!("failed to parse `--ulimit` value `{entry}`: {why}"))
            .hint("Write it as `name=soft` or `name=soft:hard`, such as `nofile=1024:4096`; -1 is unlimited.")
    };
    let (name, values) = entry.split_once('=').ok_or_else(|| wrong("it has no `=`"))?;
    if !LIMITS.contains(&name) {
        return Err(wrong(&format!("there is no limit `{name}`"))
            .hint(format!("There is `{}`.", LIMITS.join("`, `"))));
    }
    let (soft, hard) = values.split_once(':').unwrap_or((values, values));
    let number = |text: &str| text.parse::<i64>().ok().filter(|value| *value >= -1);
    let (soft, hard) = number(soft).zip(number(hard)).ok_or_else(|| wrong("a limit is a number"))?;
    if hard != -1 && (soft == -1 || soft > hard) {
        return Err(wrong("the soft limit is above the hard one"));
    }
    Ok(Ulimit::new(name, soft, hard))
}

#[cfg(test)]
mod tests {
    use buildkit_llb::exec::{Network, Ulimit};

    use super::{Sandbox, parse};
    use crate::diagnostic::Findings;
    use crate::options::RawOptions;

    fn sandbox(pairs: &[(&str, &str)]) -> Result<Sandbox, Vec<String>> {
        let raw: RawOptions =
            pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let mut findings = Findings::default();
        let sandbox = parse(&raw, &mut findings);
        findings
            .finish(sandbox)
            .map(|warned| warned.value)
            .map_err(|errors| errors.into_iter().map(|error| error.message.into()).collect::<Vec<String>>())
    }

    #[test]
    fn values_are_read_as_clients_send_them() {
        let read = sandbox(&[
            ("add-hosts", "DB=10.0.0.5,six=fd00::5"),
            ("ulimit", "nofile=1024:4096,core=-1"),
            ("shm-size", "67108864"),
            ("force-network-mode", "host"),
            ("hostname", "a"),
            ("build-arg:BUILDKIT_SANDBOX_HOSTNAME", "b"),
            ("cgroup-parent", "/builds"),
        ])
        .unwrap();
        let expected = Sandbox {
            hosts: vec![
                ("db".to_owned(), "10.0.0.5".parse().unwrap()),
                ("six".to_owned(), "fd00::5".parse().unwrap()),
            ],
            network: Network::Host,
            hostname: Some("b".to_owned()),
            shm_size: Some(64 << 20),
            ulimits: vec![Ulimit::new("nofile", 1024, 4096), Ulimit::new("core", -1, -1)],
            cgroup_parent: Some("/builds".to_owned()),
        };
        assert_eq!(read, expected);
        assert_eq!(
            sandbox(&[("shm-size", "0"), ("force-network-mode", "default")]).unwrap(),
            Sandbox::default()
        );
    }

    #[test]
    fn an_old_engine_loses_what_it_cannot_do_and_says_so() {
        let mut old =
            sandbox(&[("ulimit", "nofile=1"), ("shm-size", "4096"), ("add-hosts", "a=1.1.1.1")]).unwrap();
        let warnings = old.restrict(|cap| cap == buildkit_proto::cap::EXEC_META_ULIMIT);
        assert_eq!((old.ulimits.len(), old.shm_size, old.hosts.len()), (1, None, 1));
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        assert!(warnings[0].message.contains("--shm-size"), "{warnings:?}");
    }

    #[test]
    fn what_cannot_be_is_refused_with_its_value() {
        for (key, value, flag) in [
            ("add-hosts", "db", "--add-host"),
            ("add-hosts", "db=nowhere", "--add-host"),
            ("ulimit", "nofile", "--ulimit"),
            ("ulimit", "files=1", "--ulimit"),
            ("ulimit", "nofile=5:4", "--ulimit"),
            ("ulimit", "nofile=-1:4", "--ulimit"),
            ("ulimit", "nofile=many", "--ulimit"),
            ("shm-size", "1g", "--shm-size"),
            ("force-network-mode", "bridge", "--network"),
        ] {
            let errors = sandbox(&[(key, value)]).unwrap_err();
            assert_eq!(errors.len(), 1, "{errors:?}");
            assert!(errors[0].contains(flag) && errors[0].contains(value), "{errors:?}");
        }
    }
}
