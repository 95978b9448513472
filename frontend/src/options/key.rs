//! The option keys, each once, and what becomes of those that this frontend does not act on.

pub(super) const ADD_HOSTS: &str = "add-hosts";
pub(super) const BUILD_ARG: &str = "build-arg:";
pub(super) const CACHE_FROM: &str = "cache-from";
pub(super) const CACHE_IMPORTS: &str = "cache-imports";
pub(super) const CGROUP_PARENT: &str = "cgroup-parent";
pub(super) const CONTEXT: &str = "context";
pub(super) const CONTEXT_KEY: &str = "contextkey";
pub(super) const CONTEXT_SUBDIRECTORY: &str = "contextsubdir";
pub(super) const DEFINITION_LOCAL: &str = "dockerfilekey";
pub(super) const FILENAME: &str = "filename";
pub(super) const HOSTNAME: &str = "hostname";
pub(super) const INPUT_METADATA: &str = "input-metadata:";
pub(super) const LABEL: &str = "label:";
pub(super) const LOCAL_SESSION: &str = "local-sessionid:";
pub(super) const MULTI_PLATFORM: &str = "multi-platform";
pub(super) const NAMED_CONTEXT: &str = "context:";
pub(super) const NETWORK: &str = "force-network-mode";
pub(super) const NO_CACHE: &str = "no-cache";
pub(super) const PLATFORM: &str = "platform";
pub(super) const REQUEST: &str = "requestid";
pub(super) const RESOLVE_MODE: &str = "image-resolve-mode";
pub(super) const SHM_SIZE: &str = "shm-size";
pub(super) const SOURCE: &str = "source";
pub(super) const TARGET: &str = "target";
pub(super) const ULIMIT: &str = "ulimit";
pub(super) const VCS_REVISION: &str = "vcs:revision";
pub(super) const VCS_SOURCE: &str = "vcs:source";

/// What is done about a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is read here, or it is meant for the engine or the client, which act on it by themselves.
    Known,
    /// It would change a build of instructions but changes none of ours: the flag behind it.
    NoEffect(&'static str),
    /// Nobody here knows it.
    Unknown,
}

/// Keys that are read, and keys that are none of a frontend's business.
const KNOWN: [&str; 28] = [
    ADD_HOSTS,
    CACHE_FROM,
    CACHE_IMPORTS,
    CGROUP_PARENT,
    CONTEXT,
    CONTEXT_KEY,
    CONTEXT_SUBDIRECTORY,
    DEFINITION_LOCAL,
    FILENAME,
    HOSTNAME,
    MULTI_PLATFORM,
    NETWORK,
    NO_CACHE,
    PLATFORM,
    REQUEST,
    RESOLVE_MODE,
    SHM_SIZE,
    SOURCE,
    TARGET,
    ULIMIT,
    // The whole syntax line, of which `source` is the first word.
    "cmdline",
    // Already compared with the image's label by the engine.
    "frontend.caps",
    // Older clients name the frontend and where its image is built from.
    "gateway-devel",
    "gateway-dev-image",
    "frontend.override",
    "build-keep-git-dir",
    "session",
    "shared-key",
];

/// Families of keys of that kind.
const KNOWN_PREFIXES: [&str; 9] = [
    BUILD_ARG,
    INPUT_METADATA,
    LABEL,
    LOCAL_SESSION,
    NAMED_CONTEXT,
    // The engine makes attestations by itself.
    "attest:",
    "annotation",
    "sharedkey:localdir:",
    "vcs:",
];

/// The flags that an engine may offer and this version does nothing about.
const NO_EFFECT: [(&str, &str); 7] = [
    ("memory", "--memory"),
    ("memswap", "--memory-swap"),
    ("cpushares", "--cpu-shares"),
    ("cpuperiod", "--cpu-period"),
    ("cpuquota", "--cpu-quota"),
    ("cpusetcpus", "--cpuset-cpus"),
    ("cpusetmems", "--cpuset-mems"),
];

/// What becomes of `key`.
pub(super) fn fate(key: &str) -> Fate {
    if let Some((_, flag)) = NO_EFFECT.iter().find(|(name, _)| *name == key) {
        return Fate::NoEffect(flag);
    }
    let is_known = KNOWN.contains(&key) || KNOWN_PREFIXES.iter().any(|prefix| key.starts_with(prefix));
    if is_known { Fate::Known } else { Fate::Unknown }
}
