//! Git repositories.

use buildkit_proto::{attr, cap};

use super::SourceDraft;
use crate::error::ProblemKind;
use crate::metadata::{Metadata, metadata_methods};
use crate::path;
use crate::vertex::Output;

/// Secret with a token for HTTP remotes, by the name that clients give it.
const AUTH_TOKEN_SECRET: &str = "GIT_AUTH_TOKEN";
/// Secret with an authorization header for HTTP remotes, by the name that clients give it.
const AUTH_HEADER_SECRET: &str = "GIT_AUTH_HEADER";
/// The agent that a remote over SSH uses when none is named.
const DEFAULT_SSH: &str = "default";

/// A checkout of a git repository.
///
/// Shape: the remote is a URL with the scheme `https`, `http`, `ssh` or `git`, or `user@host:path`; without a scheme it is
/// taken for `https`. The vertex is the same whatever scheme leads to one host, path and reference.
///
/// ```
/// use buildkit_llb::source::Git;
///
/// let repository = Git::new("https://github.com/tokio-rs/mini-redis.git").reference("master").output();
/// # let _ = repository;
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Git {
    remote: String,
    reference: Option<String>,
    subdir: Option<String>,
    keep_git_dir: bool,
    auth_token_secret: Option<String>,
    auth_header_secret: Option<String>,
    known_ssh_hosts: Option<String>,
    ssh: Option<String>,
    checksum: Option<String>,
    skip_submodules: bool,
    mtime: Option<GitMtime>,
    metadata: Metadata,
}

/// Which time the files of a checkout carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GitMtime {
    /// That of the checkout.
    Checkout,
    /// That of the commit.
    Commit,
}

metadata_methods!(Git);

impl Git {
    /// The repository at this remote; its default branch unless [`reference`](Git::reference) says otherwise.
    pub fn new(remote: impl Into<String>) -> Self {
        Self {
            remote: remote.into(),
            reference: None,
            subdir: None,
            keep_git_dir: false,
            auth_token_secret: None,
            auth_header_secret: None,
            known_ssh_hosts: None,
            ssh: None,
            checksum: None,
            skip_submodules: false,
            mtime: None,
            metadata: Metadata::default(),
        }
    }

    /// A branch, a tag or a commit.
    pub fn reference(mut self, reference: impl Into<String>) -> Self {
        self.reference = Some(reference.into());
        self
    }

    /// One directory of the repository instead of all of it.
    pub fn subdir(mut self, directory: impl Into<String>) -> Self {
        self.subdir = Some(directory.into());
        self
    }

    /// Keeps the `.git` directory.
    pub fn keep_git_dir(mut self) -> Self {
        self.keep_git_dir = true;
        self
    }

    /// The secret that holds a token for HTTP remotes, instead of `GIT_AUTH_TOKEN`.
    pub fn auth_token_secret(mut self, id: impl Into<String>) -> Self {
        self.auth_token_secret = Some(id.into());
        self
    }

    /// The secret that holds an authorization header for HTTP remotes, instead of `GIT_AUTH_HEADER`.
    pub fn auth_header_secret(mut self, id: impl Into<String>) -> Self {
        self.auth_header_secret = Some(id.into());
        self
    }

    /// Lines of a known-hosts file for remotes over SSH. Nobody is asked for a host's key behind your back.
    pub fn known_ssh_hosts(mut self, lines: impl Into<String>) -> Self {
        self.known_ssh_hosts = Some(lines.into());
        self
    }

    /// The SSH agent for remotes over SSH, instead of `default`.
    pub fn ssh(mut self, id: impl Into<String>) -> Self {
        self.ssh = Some(id.into());
        self
    }

    /// The commit that the reference must resolve to.
    pub fn checksum(mut self, commit: impl Into<String>) -> Self {
        self.checksum = Some(commit.into());
        self
    }

    /// Leaves submodules out.
    pub fn skip_submodules(mut self) -> Self {
        self.skip_submodules = true;
        self
    }

    /// Says which time the files carry.
    pub fn mtime(mut self, mtime: GitMtime) -> Self {
        self.mtime = Some(mtime);
        self
    }

    /// The checkout.
    pub fn output(self) -> Output {
        let remote =
            Remote::parse(&self.remote).or_else(|| Remote::parse(&format!("https://{}", self.remote)));
        let valid = remote.is_some();
        let remote = remote.unwrap_or_else(|| Remote::unknown(&self.remote));
        let subdir = self.subdir.as_deref().map(path::clean);
        let subdir =
            subdir.as_deref().and_then(|cleaned| cleaned.strip_prefix('/')).filter(|rest| !rest.is_empty());

        let mut identifier = format!("git://{}{}", remote.host, remote.path);
        if self.reference.is_some() || subdir.is_some() {
            identifier.push('#');
            identifier.push_str(self.reference.as_deref().unwrap_or_default());
        }
        let mut source = SourceDraft::new(identifier, cap::SOURCE_GIT, self.metadata);
        if let Some(subdir) = subdir {
            source.identifier.push(':');
            source.identifier.push_str(subdir);
            source.metadata.caps.insert(cap::SOURCE_GIT_SUBDIR);
        }
        if !valid {
            let expected = "`https://host/path`, `ssh://user@host/path` or `user@host:path`";
            source.problems.push(ProblemKind::Url { url: self.remote, kind: "git", expected });
        }
        source.attr_with_cap(attr::GIT_FULL_URL, remote.url, cap::SOURCE_GIT_FULL_URL);
        if self.keep_git_dir {
            source.attr_with_cap(attr::GIT_KEEP_DIR, "true", cap::SOURCE_GIT_KEEP_DIR);
        }
        // The default secrets may be absent, so naming them asks nothing of the daemon; naming others does.
        source.attr(attr::GIT_AUTH_TOKEN_SECRET, AUTH_TOKEN_SECRET);
        source.attr(attr::GIT_AUTH_HEADER_SECRET, AUTH_HEADER_SECRET);
        source.option_with_cap(
            attr::GIT_AUTH_TOKEN_SECRET,
            self.auth_token_secret,
            cap::SOURCE_GIT_HTTP_AUTH,
        );
        source.option_with_cap(
            attr::GIT_AUTH_HEADER_SECRET,
            self.auth_header_secret,
            cap::SOURCE_GIT_HTTP_AUTH,
        );
        let hosts = self.known_ssh_hosts.map(|lines| format!("{}\n", lines.trim_end_matches('\n')));
        source.option_with_cap(attr::GIT_KNOWN_SSH_HOSTS, hosts, cap::SOURCE_GIT_KNOWN_SSH_HOSTS);
        let ssh = self.ssh.or_else(|| remote.ssh.then(|| DEFAULT_SSH.to_owned()));
        source.option_with_cap(attr::GIT_MOUNT_SSH_SOCK, ssh, cap::SOURCE_GIT_MOUNT_SSH_SOCK);
        source.option_with_cap(attr::GIT_CHECKSUM, self.checksum, cap::SOURCE_GIT_CHECKSUM);
        if self.skip_submodules {
            source.attr_with_cap(attr::GIT_SKIP_SUBMODULES, "true", cap::SOURCE_GIT_SKIP_SUBMODULES);
        }
        let mtime = self.mtime.map(|mtime| match mtime {
            GitMtime::Checkout => attr::GIT_MTIME_CHECKOUT,
            GitMtime::Commit => attr::GIT_MTIME_COMMIT,
        });
        source.option_with_cap(attr::GIT_MTIME, mtime, cap::SOURCE_GIT_MTIME);
        source.into_output(None)
    }
}

/// What BuildKit wants to know of a remote.
struct Remote {
    url: String,
    host: String,
    /// Absolute.
    path: String,
    ssh: bool,
}

impl Remote {
    fn parse(url: &str) -> Option<Self> {
        let Some((scheme, rest)) = url.split_once("://") else {
            return Self::parse_scp(url);
        };
        if !matches!(scheme, "https" | "http" | "ssh" | "git") || rest.contains('#') {
            return None;
        }
        let (authority, path) = rest.split_once('/')?;
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        Self::new(url, host, path, scheme == "ssh")
    }

    /// `user@host:path`.
    fn parse_scp(url: &str) -> Option<Self> {
        let (user, rest) = url.split_once('@')?;
        let (host, path) = rest.split_once(':')?;
        let user_is_plain = !user.is_empty()
            && user.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        if !user_is_plain || path.contains('#') {
            return None;
        }
        Self::new(url, host, path, true)
    }

    fn new(url: &str, host: &str, path: &str, ssh: bool) -> Option<Self> {
        let host_is_plain = !host.is_empty()
            && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:[]".contains(&byte));
        let path = path::clean(path);
        if !host_is_plain || path == "/" {
            return None;
        }
        Some(Self { url: url.to_owned(), host: host.to_owned(), path, ssh })
    }

    fn unknown(url: &str) -> Self {
        Self { url: url.to_owned(), host: url.to_owned(), path: String::new(), ssh: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remotes_of_every_form_lead_to_host_and_path() {
        for (url, host, path, ssh) in [
            ("https://github.com/tokio-rs/mini-redis.git", "github.com", "/tokio-rs/mini-redis.git", false),
            ("https://user:token@git.example.com:8443/a/b", "git.example.com:8443", "/a/b", false),
            ("ssh://git@github.com/a/b.git", "github.com", "/a/b.git", true),
            ("git@github.com:a/b.git", "github.com", "/a/b.git", true),
            ("git://example.com//a/../b", "example.com", "/b", false),
        ] {
            let remote = Remote::parse(url).unwrap();
            assert_eq!((&*remote.host, &*remote.path, remote.ssh), (host, path, ssh), "{url}");
        }
    }

    #[test]
    fn what_is_no_remote_is_refused() {
        for url in [
            "",
            "github.com/a/b",
            "ftp://h/a",
            "https://",
            "https://h",
            "https://h/",
            "https:///a",
            "git@h",
            "https://h/a#main",
        ] {
            assert!(Remote::parse(url).is_none(), "{url}");
        }
    }
}
