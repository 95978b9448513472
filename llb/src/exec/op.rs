//! The exec op.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use buildkit_proto::{cap, pb};

use super::mount::{Attach, Bind, Mount, MountKind, MountOutput};
use super::settings::{Network, ProxyEnv, SecretEnv, Security, Ulimit};
use crate::error::ProblemKind;
use crate::metadata::{Metadata, metadata_methods};
use crate::path;
use crate::platform::Platform;
use crate::vertex::{Draft, Inputs, Output, output};

/// A program run in a file system.
///
/// The arguments are a list; no shell is involved unless one is the program. What runs before the first output is taken is
/// plain description: an exec can be cloned and varied, and every output is of the exec as it stood when it was taken.
/// Environment variables keep their order, which is part of the exec's identity; mounts are sorted.
///
/// ```
/// use buildkit_llb::exec::{ContentCache, Exec, Mount, Network, Sharing};
/// use buildkit_llb::{ImageRef, Platform, source::{Image, Local}};
///
/// let rust: ImageRef = "rust:1.95".parse().unwrap();
/// let root = Image::new(rust, Platform::new("linux", "amd64")).output();
/// let context = Local::new("context").session("id").output();
///
/// let mut exec = Exec::new(root, ["cargo", "build", "--release"])
///     .cwd("/workspace")
///     .env("CARGO_TARGET_DIR", "/target")
///     .network(Network::None)
///     .name("[build] compile");
/// let target = exec.mount(Mount::scratch("/target"));
/// exec.mount(Mount::bind(context, "/workspace").readonly().content_cache(ContentCache::On));
/// exec.mount(Mount::cache("/cargo", "cargo").sharing(Sharing::Locked));
///
/// let compiled = exec.output(&target);
/// assert_eq!(compiled.vertex(), exec.root().vertex());
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Exec {
    root: Output,
    root_is_readonly: bool,
    args: Vec<String>,
    env: Vec<(String, String)>,
    cwd: String,
    user: String,
    hostname: String,
    cgroup_parent: String,
    network: Network,
    security: Security,
    extra_hosts: Vec<(String, IpAddr)>,
    ulimits: Vec<Ulimit>,
    proxy_env: Option<ProxyEnv>,
    secret_env: Vec<SecretEnv>,
    valid_exit_codes: BTreeSet<i32>,
    mounts: Vec<Mount>,
    platform: Option<Platform>,
    metadata: Metadata,
}

metadata_methods!(Exec);

impl Exec {
    /// A program with its arguments, in this root file system, on the platform of the image below it.
    pub fn new<S: Into<String>>(root: Output, args: impl IntoIterator<Item = S>) -> Self {
        Self {
            platform: root.platform().cloned(),
            root,
            root_is_readonly: false,
            args: args.into_iter().map(Into::into).collect(),
            env: Vec::new(),
            cwd: "/".to_owned(),
            user: String::new(),
            hostname: String::new(),
            cgroup_parent: String::new(),
            network: Network::default(),
            security: Security::default(),
            extra_hosts: Vec::new(),
            ulimits: Vec::new(),
            proxy_env: None,
            secret_env: Vec::new(),
            valid_exit_codes: BTreeSet::new(),
            mounts: Vec::new(),
            metadata: Metadata::default(),
        }
    }

    /// One more argument.
    pub fn arg(mut self, arg: impl Into<String>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Sets an environment variable. Setting one again moves it to the end.
    pub fn env(mut self, name: impl AsRef<str>, value: impl Into<String>) -> Self {
        let name = name.as_ref();
        self.env.retain(|(known, _)| known != name);
        self.env.push((name.to_owned(), value.into()));
        self
    }

    /// Sets several environment variables, in their order.
    pub fn envs<N: AsRef<str>, V: Into<String>>(self, variables: impl IntoIterator<Item = (N, V)>) -> Self {
        variables.into_iter().fold(self, |exec, (name, value)| exec.env(name, value))
    }

    /// The working directory, `/` unless said otherwise. It is made if it does not exist.
    pub fn cwd(mut self, directory: impl AsRef<str>) -> Self {
        self.cwd = path::clean(directory.as_ref());
        self
    }

    /// The user: `name`, `uid`, `uid:gid` or `name:group`; root unless said otherwise.
    pub fn user(mut self, user: impl Into<String>) -> Self {
        self.user = user.into();
        self
    }

    /// The host name that the program sees.
    pub fn hostname(mut self, name: impl Into<String>) -> Self {
        self.hostname = name.into();
        self
    }

    /// The cgroup that the container is put under.
    pub fn cgroup_parent(mut self, parent: impl Into<String>) -> Self {
        self.cgroup_parent = parent.into();
        self
    }

    /// What the program reaches.
    pub fn network(mut self, network: Network) -> Self {
        self.network = network;
        self
    }

    /// How the program is confined.
    pub fn security(mut self, security: Security) -> Self {
        self.security = security;
        self
    }

    /// One more line of `/etc/hosts`.
    pub fn extra_host(mut self, host: impl Into<String>, address: IpAddr) -> Self {
        self.extra_hosts.push((host.into(), address.to_canonical()));
        self
    }

    /// One more resource limit.
    pub fn ulimit(mut self, ulimit: Ulimit) -> Self {
        self.ulimits.push(ulimit);
        self
    }

    /// Proxy variables, which do not count for the cache.
    pub fn proxy_env(mut self, proxy: ProxyEnv) -> Self {
        self.proxy_env = Some(proxy);
        self
    }

    /// One more secret as an environment variable.
    pub fn secret_env(mut self, secret: SecretEnv) -> Self {
        self.secret_env.push(secret);
        self
    }

    /// The exit codes with which the step succeeds, instead of 0 alone.
    pub fn valid_exit_codes(mut self, codes: impl IntoIterator<Item = i32>) -> Self {
        self.valid_exit_codes.extend(codes);
        self
    }

    /// Runs on this platform instead of the root's.
    pub fn platform(mut self, platform: Platform) -> Self {
        self.platform = Some(platform);
        self
    }

    /// Forbids writing to the root, which then is no output of its own.
    pub fn readonly_root(mut self) -> Self {
        self.root_is_readonly = true;
        self
    }

    /// Adds a mount. One with an output gives the token that [`output`](Exec::output) takes.
    pub fn mount<M: Attach>(&mut self, mount: M) -> M::Token {
        let (mount, token) = mount.attach();
        self.mounts.push(mount);
        token
    }

    /// Adds a mount that has no output, within a chain.
    pub fn with_mount(mut self, mount: impl Into<Mount>) -> Self {
        self.mounts.push(mount.into());
        self
    }

    /// The root file system after the program ran; with a read-only root, the root as it was.
    pub fn root(&self) -> Output {
        if self.root_is_readonly { self.root.clone() } else { self.output_at("/") }
    }

    /// What the program left in a mount.
    pub fn output(&self, mount: &MountOutput) -> Output {
        self.output_at(&mount.dest)
    }

    fn output_at(&self, dest: &str) -> Output {
        let mut lowered = self.lower_mounts();
        let index = lowered.outputs.get(dest).copied();
        if index.is_none() {
            lowered.problems.push(ProblemKind::UnknownMount(dest.to_owned()));
        }
        lowered.problems.extend(self.problems());
        let mut metadata = self.metadata.clone();
        metadata.caps.extend(self.caps());
        metadata.caps.extend(lowered.caps);
        let draft = Draft {
            kind: "exec",
            op: pb::op::Op::Exec(pb::ExecOp {
                meta: Some(self.meta()),
                mounts: lowered.mounts,
                network: pb::NetMode::from(self.network).into(),
                security: pb::SecurityMode::from(self.security).into(),
                secretenv: self.secret_env.iter().map(SecretEnv::to_pb).collect(),
                cdi_devices: Vec::new(),
            }),
            inputs: lowered.inputs,
            op_platform: self.platform.clone(),
            platform: self.platform.clone(),
            metadata,
            problems: lowered.problems,
        };
        output(&draft.finish(), index.unwrap_or_default())
    }

    fn meta(&self) -> pb::Meta {
        let host = |(host, ip): &(String, IpAddr)| pb::HostIp { host: host.clone(), ip: ip.to_string() };
        pb::Meta {
            args: self.args.clone(),
            env: self.env.iter().map(|(name, value)| format!("{name}={value}")).collect(),
            cwd: self.cwd.clone(),
            user: self.user.clone(),
            proxy_env: self.proxy_env.as_ref().map(ProxyEnv::to_pb),
            extra_hosts: self.extra_hosts.iter().map(host).collect(),
            hostname: self.hostname.clone(),
            ulimit: self.ulimits.iter().map(Ulimit::to_pb).collect(),
            cgroup_parent: self.cgroup_parent.clone(),
            // Without it, directories that were made only to mount something stay behind in the output.
            remove_mount_stubs_recursive: true,
            valid_exit_codes: self.valid_exit_codes.iter().copied().collect(),
        }
    }

    fn caps(&self) -> impl Iterator<Item = &'static str> {
        [
            (true, cap::EXEC_META_BASE),
            (self.network != Network::Sandbox, cap::EXEC_META_NETWORK),
            (self.security != Security::Sandbox, cap::EXEC_META_SECURITY),
            (self.proxy_env.is_some(), cap::EXEC_META_PROXY_ENV),
            (!self.ulimits.is_empty(), cap::EXEC_META_ULIMIT),
            (!self.cgroup_parent.is_empty(), cap::EXEC_META_CGROUP_PARENT),
            (!self.secret_env.is_empty(), cap::EXEC_SECRET_ENV),
            (!self.valid_exit_codes.is_empty(), cap::EXEC_VALID_EXIT_CODE),
        ]
        .into_iter()
        .filter_map(|(used, cap)| used.then_some(cap))
    }

    fn problems(&self) -> impl Iterator<Item = ProblemKind> {
        let names =
            self.env.iter().map(|(name, _)| name).chain(self.secret_env.iter().map(|secret| &secret.name));
        let bad_names =
            names.filter(|name| name.is_empty() || name.contains('=')).cloned().map(ProblemKind::EnvName);
        let without_id = self.secret_env.iter().filter(|secret| secret.id.is_empty());
        let no_arguments = self.args.is_empty().then_some(ProblemKind::NoArguments);
        let no_platform = self.platform.is_none().then_some(ProblemKind::NoPlatform);
        no_arguments
            .into_iter()
            .chain(no_platform)
            .chain(bad_names)
            .chain(without_id.map(|secret| ProblemKind::EmptySecretId(secret.name.clone())))
    }

    fn lower_mounts(&self) -> LoweredMounts {
        let root = if self.root_is_readonly { Bind::readonly } else { Bind::writable };
        let root = Mount { dest: "/".to_owned(), kind: MountKind::Bind(root(self.root.clone())) };
        let mut mounts: Vec<&Mount> = self.mounts.iter().chain([&root]).collect();
        mounts.sort_by_key(|mount| mount.order());
        let mut lowered = LoweredMounts::default();
        let mut dests = BTreeSet::new();
        for mount in mounts {
            if !dests.insert(&*mount.dest) {
                lowered.problems.push(ProblemKind::DuplicateMount(mount.dest.clone()));
            }
            lowered.add(mount);
        }
        lowered
    }
}

/// An exec's mounts on the wire, with what follows from them.
#[derive(Default)]
struct LoweredMounts {
    mounts: Vec<pb::Mount>,
    inputs: Inputs,
    /// The index of the output at each destination that has one.
    outputs: BTreeMap<String, u32>,
    next_output: u32,
    caps: BTreeSet<&'static str>,
    problems: Vec<ProblemKind>,
}

impl LoweredMounts {
    fn add(&mut self, mount: &Mount) {
        let mut on_wire = mount.to_pb(&mut self.inputs);
        if mount.has_output() {
            on_wire.output = i64::from(self.next_output);
            self.outputs.insert(mount.dest.clone(), self.next_output);
            self.next_output += 1;
        }
        self.mounts.push(on_wire);
        self.caps.extend(mount.caps());
        self.problems.extend(mount.problem());
    }
}
