//! Execs: a program run in a file system, and what is mounted into it.

mod mount;
mod op;
mod settings;

pub use mount::{
    Attach, BindMount, CacheMount, ContentCache, InputMount, Mount, MountOutput, SecretMount, Sharing,
    SshMount, TmpfsMount,
};
pub use op::Exec;
pub use settings::{Network, ProxyEnv, SecretEnv, Security, Ulimit};
