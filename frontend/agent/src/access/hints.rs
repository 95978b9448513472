//! What to do about a fetch that was refused.

use std::collections::BTreeSet;

use supercargo_report::{Access, CERTIFICATES, GitAccess, HostAccess, RegistryAccess, Secret};

use super::git::Found;
use super::secret;

/// What cargo, git and ssh say when they are not let in.
const REFUSED: [&str; 13] = [
    "no token found",
    "authenticated registries",
    "token rejected",
    "authentication is required",
    "failed to authenticate",
    "authentication failed",
    "could not read username",
    "could not read password",
    "permission denied",
    "could not read from remote repository",
    "got 401",
    "got 403",
    "returned error: 40",
];

/// What they say of a certificate that nobody vouches for.
const UNTRUSTED: [&str; 6] = [
    "ssl certificate problem",
    "certificate verif",
    "self-signed certificate",
    "self signed certificate",
    "unable to get local issuer",
    "unable to verify the first certificate",
];

/// What ssh and cargo say before and behind the name of a host that has no known key.
const UNKNOWN_HOST: [(&str, &str); 2] =
    [("host key is known for ", " and you have requested"), ("the ssh host key for `", "` is not known")];

/// The same for a host that shows another key than the known one, or a revoked key.
const CHANGED_HOST: [(&str, &str); 4] = [
    ("host key for ", " has changed and you have requested"),
    ("host key for ", " is marked as revoked"),
    ("ssh host key has changed for `", "`"),
    ("key has been revoked for `", "`"),
];

/// What ssh says after either, and alone where it may ask the user and has no terminal.
const UNVERIFIED_HOST: &str = "host key verification failed";

/// What git says of a URL for which its configuration allows no connection.
const PLAIN_HTTP: &str = "transport 'http' not allowed";

/// Reads along with cargo's standard error.
#[derive(Debug)]
pub(super) struct Hints<'a> {
    access: &'a Access,
    found: Found,
    seen: String,
}

impl<'a> Hints<'a> {
    pub(super) fn new(access: &'a Access, found: Found) -> Self {
        Self { access, found, seen: String::new() }
    }

    /// Looks at one line.
    pub(super) fn see(&mut self, line: &str) {
        // What cargo goes through on the way is not at fault.
        if !["Updating", "Downloading"].iter().any(|word| line.trim_start().starts_with(word)) {
            self.seen += &line.to_lowercase();
        }
    }

    /// What would help; nothing if what went wrong is none of this.
    pub(super) fn lines(&self) -> Vec<String> {
        let says = |words: &[&str]| words.iter().any(|word| self.seen.contains(word));
        let mut lines = Vec::new();
        if says(&UNTRUSTED) {
            lines.push(certificates());
        }
        if says(&REFUSED) {
            self.registries(&mut lines);
            self.access.git.iter().for_each(|git| self.git(git, &mut lines));
        }
        self.access.git.iter().for_each(|git| self.ssh_hosts(git, &mut lines));
        if let Some(git) = self.access.git.as_ref().filter(|_| says(&[PLAIN_HTTP])) {
            lines.push(format!(
                "with the secret `{}`, git refuses plain http, which would show its passwords to everybody on the way; \
                 use an `https://` URL for the repository",
                git.netrc.id
            ));
        }
        lines
    }

    fn ssh_hosts(&self, git: &GitAccess, lines: &mut Vec<String>) {
        let id = &git.known_hosts.id;
        let flag = format!("`--secret id={id},src=$HOME/.ssh/known_hosts`");
        let changed = named(&self.seen, &CHANGED_HOST);
        let unknown = named(&self.seen, &UNKNOWN_HOST);
        let is_unnamed = changed.is_empty() && unknown.is_empty();
        lines.extend(changed.into_iter().map(|host| {
            format!(
                "the key of the SSH host `{host}` is not the known one, so somebody else may have answered; if the host \
                 published a new key, pass it with {flag}"
            )
        }));
        lines.extend(unknown.into_iter().map(|host| {
            if secret::is_there(&git.known_hosts) {
                format!(
                    "the secret `{id}` has no key of the SSH host `{host}`; add the line that `{}` prints, if it is \
                     the key that the host publishes",
                    keyscan(host)
                )
            } else {
                format!("the key of the SSH host `{host}` is not known; pass the keys of your SSH hosts with {flag}")
            }
        }));
        if is_unnamed && self.seen.contains(UNVERIFIED_HOST) {
            lines.push(format!("pass the keys of your SSH hosts with {flag}"));
        }
    }

    fn is_named(&self, registry: &RegistryAccess) -> bool {
        let index = registry.index.trim_start_matches("sparse+").trim_end_matches('/').to_lowercase();
        self.seen.contains(&index) || self.seen.contains(&format!("`{}`", registry.name.to_lowercase()))
    }

    fn hosts(&self) -> impl Iterator<Item = &'a HostAccess> {
        self.access.git.iter().flat_map(|git| &git.hosts)
    }

    /// True if the output names nobody, so that any may be meant.
    fn is_anybody(&self) -> bool {
        !self.access.registries.iter().any(|registry| self.is_named(registry))
            && !self.hosts().any(|host| self.seen.contains(&host.host))
    }

    fn registries(&self, lines: &mut Vec<String>) {
        let is_anybody = self.is_anybody();
        for registry in self.access.registries.iter().filter(|one| is_anybody || self.is_named(one)) {
            let mut secrets = registry.host_token.iter().chain([&registry.token]);
            let passed = secrets.clone().find(|secret| secret::is_there(secret));
            if let Some(Secret { id, .. }) = passed {
                lines.push(format!(
                    "the registry `{}` does not accept the token in the secret `{id}`",
                    registry.name
                ));
            } else if let Some(Secret { id, .. }) = secrets.next() {
                lines.push(format!(
                    "if the registry `{}` wants a token, pass it with `--secret id={id},src=FILE` or \
                     `--secret id={id},env=VARIABLE`",
                    registry.name
                ));
            }
        }
    }

    fn git(&self, git: &GitAccess, lines: &mut Vec<String>) {
        let is_anybody = self.is_anybody();
        for host in self.hosts().filter(|one| is_anybody || self.seen.contains(&one.host)) {
            let id = &host.token.id;
            let plain = format!("http://{}", host.host);
            lines.push(if self.seen.contains(&plain) {
                format!("no token is sent to `{plain}`; use an `https://` URL for the repository")
            } else if secret::is_there(&host.token) {
                format!("the host `{}` does not accept the token in the secret `{id}`", host.host)
            } else {
                format!(
                    "for repositories on `{}`, pass a token with `--secret id={id},src=FILE`, or a `.netrc` with \
                     `--secret id={},src=$HOME/.netrc`",
                    host.host, git.netrc.id
                )
            });
        }
        if self.seen.contains("ssh") || self.seen.contains("publickey") {
            lines.push(if self.found.agent {
                "the SSH agent that `--ssh` passed has no key that the host accepts; `ssh-add -l` lists its keys".to_owned()
            } else {
                "for repositories over SSH, pass your SSH agent with `--ssh default`".to_owned()
            });
        }
        if !self.found.programs {
            lines.push(
                "the toolchain image has no `git`, or no `ssh`; cargo alone knows no `.netrc` and fewer kinds of SSH keys"
                    .to_owned(),
            );
        }
    }
}

/// Returns what stands between the texts of a pair, without doubles.
fn named<'a>(seen: &'a str, pairs: &[(&str, &str)]) -> BTreeSet<&'a str> {
    let behind =
        |line: &'a str, (before, after): &(&str, &str)| Some(line.split_once(before)?.1.split_once(after)?.0);
    seen.lines().flat_map(|line| pairs.iter().filter_map(move |pair| behind(line, pair))).collect()
}

/// Returns the command that prints the keys of `host`, which has its port as `known_hosts` has it: `[host]:port`.
fn keyscan(host: &str) -> String {
    match host.strip_prefix('[').and_then(|rest| rest.split_once("]:")) {
        Some((host, port)) => format!("ssh-keyscan -p {port} {host}"),
        None => format!("ssh-keyscan {host}"),
    }
}

fn certificates() -> String {
    if std::path::Path::new(CERTIFICATES).exists() {
        return "the secret `ca` has no certificate that vouches for the server".to_owned();
    }
    "if a proxy or a server of your company has a certificate of its own, pass the company's with `--secret \
     id=ca,src=FILE`, where FILE is PEM"
        .to_owned()
}

#[cfg(test)]
mod tests {
    use supercargo_report::{Access, GitAccess, HostAccess, RegistryAccess, Secret};

    use super::{Found, Hints, keyscan};

    fn secret(id: &str) -> Secret {
        Secret { id: id.to_owned(), path: format!("/nowhere/{id}") }
    }

    fn access() -> Access {
        let registry = |name: &str| RegistryAccess {
            name: name.to_owned(),
            index: format!("sparse+https://{name}.example.com/index/"),
            unnamed: false,
            token: secret(&format!("cargo-token-{name}")),
            host_token: (name == "two").then(|| secret("registry-token-two.example.com")),
        };
        Access {
            registries: vec![registry("one"), registry("two")],
            git: Some(GitAccess {
                hosts: vec![HostAccess {
                    host: "git.example.com".to_owned(),
                    token: secret("git-token-git.example.com"),
                }],
                netrc: secret("netrc"),
                agent: "/nowhere/agent".to_owned(),
                known_hosts: secret("known-hosts"),
                known: Vec::new(),
            }),
            ..Access::default()
        }
    }

    fn said(output: &str) -> String {
        let access = access();
        let mut hints = Hints::new(&access, Found { agent: false, programs: true });
        output.lines().for_each(|line| hints.see(&format!("{line}\n")));
        hints.lines().join("\n")
    }

    #[test]
    fn the_registry_that_refused_is_the_one_that_is_named() {
        let text =
            said("error: failed to download from `https://two.example.com/index/config.json`\ngot 401\n");
        assert!(
            text.contains("--secret id=registry-token-two.example.com,src=FILE")
                && !text.contains("token-one"),
            "{text}"
        );
        let text = said("error: no token found for `one`, please run `cargo login --registry one`\n");
        assert!(
            text.contains("--secret id=cargo-token-one,src=FILE") && !text.contains("token-two"),
            "{text}"
        );
    }

    #[test]
    fn git_and_ssh_have_their_own() {
        let text =
            said("fatal: could not read Username for 'https://git.example.com': terminal prompts disabled\n");
        assert!(text.contains("--secret id=git-token-git.example.com,src=FILE"), "{text}");
        let text = said(
            "unable to update http://git.example.com:3000/x\nfailed to authenticate when downloading repository\n",
        );
        assert!(
            text.contains("no token is sent to `http://git.example.com`; use an `https://` URL"),
            "{text}"
        );
        let text = said("fatal: transport 'http' not allowed\n");
        assert!(text.contains("with the secret `netrc`, git refuses plain http"), "{text}");
        let text = said("git@git.example.com: Permission denied (publickey).\n");
        assert!(text.contains("--ssh default"), "{text}");
    }

    #[test]
    fn a_host_without_a_known_key_is_named() {
        let flag = "`--secret id=known-hosts,src=$HOME/.ssh/known_hosts`";
        let unknown = |host: &str| {
            format!(
                "the key of the SSH host `{host}` is not known; pass the keys of your SSH hosts with {flag}"
            )
        };
        let changed = |host: &str| {
            format!(
                "the key of the SSH host `{host}` is not the known one, so somebody else may have answered; if the host \
                 published a new key, pass it with {flag}"
            )
        };
        for (output, expected) in [
            // OpenSSH.
            (
                "No ED25519 host key is known for [git.corp]:2222 and you have requested strict checking.\n\
                 Host key verification failed.\n",
                unknown("[git.corp]:2222"),
            ),
            (
                "Host key for github.com has changed and you have requested strict checking.\n\
                 Host key verification failed.\n",
                changed("github.com"),
            ),
            ("The RSA host key for github.com is marked as revoked.\n", changed("github.com")),
            // Cargo.
            (
                "error: unknown SSH host key\nThe SSH host key for `git.corp` is not known and cannot be validated.\n",
                unknown("git.corp"),
            ),
            ("error: SSH host key has changed for `github.com`\n", changed("github.com")),
            ("error: Key has been revoked for `github.com`\n", changed("github.com")),
            // A terminal would have been asked.
            ("Host key verification failed.\n", format!("pass the keys of your SSH hosts with {flag}")),
        ] {
            assert_eq!(said(output), expected, "{output}");
        }
        assert_eq!(keyscan("git.corp"), "ssh-keyscan git.corp");
        assert_eq!(keyscan("[git.corp]:2222"), "ssh-keyscan -p 2222 git.corp");
    }

    #[test]
    fn a_certificate_names_its_secret_and_other_failures_none() {
        let text = said(
            "[60] SSL peer certificate (SSL certificate problem: unable to get local issuer certificate)\n",
        );
        assert!(text.contains("id=ca"), "{text}");
        let text = said("npm ERR! request failed, reason: unable to verify the first certificate\n");
        assert!(text.contains("id=ca"), "{text}");
        assert_eq!(said("error: failed to select a version for the requirement `x`\n"), "");
    }
}
