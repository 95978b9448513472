//! The keys of SSH hosts that a fetch accepts: `known_hosts` of the home that git and cargo get.

/// The host whose keys come with the agent.
const HOST: &str = "github.com";

/// The host keys that Cargo has built in (`BUNDLED_KEYS` in its `sources/git/known_hosts.rs`). GitHub publishes them at
/// <https://api.github.com/meta>. They are here because ssh, unlike Cargo, has no keys of its own.
const KEYS: [&str; 3] = [
    "github.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl",
    "github.com ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBEmKSENjQEezOmxkZMy7opKgwFB9nkt5YRrYMjNuG5N87uRgg6CLrbo5wAdT/y6v0mKV0U2w0WZ2YB/++Tpockg=",
    "github.com ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQCj7ndNxQowgcQnjshcLrqPEiiphnt+VTTvDP6mHBL9j1aNUkY4Ue1gvwnGLVlOhGeYrnZaMgRK6+PKCUXaDbC7qtbW8gIkhL7aGCsOr/C56SJMy/BCZfxd1nWzAOxSDPgVsmerOBYfNqltV9/hWCqBywINIR+5dIg6JTJ72pcEpEjcYgXkE2YEFXV1JHnsKgbLWNlhScqb2UmyRkQyytRLtL+38TGxkxCflmO+5Z8CSSNY7GidjMIZ7Q4zMjA2n1nGrlTDkzwDCsw+wqFPGQA179cnfGWOWRVruj16z6XyvxvjJwbz0wQZ75XK5tKSb7FNyeIEs4TT4jk+S4dhPeAUC5y+bDYirYgM4GC7uEnztnZyaVWQ7B381AK4Qdrwt51ZqExKbQpTUNn+EjqoTwvqNj4kqx5QUCI0ThS/YkOxJCXmPUWZbhjpCg56i+2aB6CmK2JGhn57K5mj0MNdBXA4/WnwH6XoPWJzK5Nyu2zB3nAZp+S5hpQs+p1vN1/wsjk=",
];

/// The key that Cargo refuses (`BUNDLED_REVOCATIONS`): GitHub replaced it on 24 March 2023, after its private half was
/// public for a short time.
const REVOKED: &str = "@revoked github.com ssh-rsa AAAAB3NzaC1yc2EAAAABIwAAAQEAq2A7hRGmdnm9tUDbO9IDSwBK6TbQa+PXYPCPy6rbTrTtw7PHkccKrpp0yVhp5HdEIcKr6pLlVDBfOLX9QUsyCOV0wzfjIJNlGEYsdlLJizHhbn2mUjvSAHQqZETYP81eFzLQNnPHt4EVVUh7VfDESU84KezmD5QlWpXLmvU31/yMf+Se8xhHTvKSCZIFImWwoG6mbUoWf9nzpIoaSjB+weqqUUmpaaasXVal72J+UX2B+2RPW3RcT0eOzQgqlJL3RKrTJvdsjE3JEAvGq3lGHSZXy28G3skua2SmVi/w4yCE6gbODqnTWlg7+wC604ydGXA8VJiS5ap43JXiUFFAaQ==";

/// Returns the file's text: `given` lines, and GitHub's keys unless the given lines have some for that host.
///
/// Cargo decides the same way, so that users can replace a key before Cargo and the agent do.
pub(super) fn text<'a>(given: impl Iterator<Item = &'a str> + Clone) -> String {
    let is_replaced = given.clone().flat_map(str::lines).any(names_host);
    let keys = KEYS.into_iter().filter(|_| !is_replaced);
    given.chain(keys).chain([REVOKED]).collect::<Vec<_>>().join("\n") + "\n"
}

/// Returns true for a line with a key of [`HOST`]. A line that starts with a marker, such as `@revoked`, has none.
fn names_host(line: &str) -> bool {
    let names = line.split_whitespace().next().unwrap_or_default();
    names.split(',').any(|name| name.eq_ignore_ascii_case(HOST))
}

#[cfg(test)]
mod tests {
    use super::{KEYS, REVOKED, text};

    fn check(given: &[&str], has_keys: bool) {
        let text = text(given.iter().copied());
        for line in given.iter().chain([&REVOKED]) {
            assert!(text.contains(line), "{given:?}: {text}");
        }
        for key in KEYS {
            assert_eq!(text.lines().any(|line| line == key), has_keys, "{given:?}: {text}");
        }
    }

    #[test]
    fn given_keys_of_github_replace_the_built_in_ones() {
        check(&[], true);
        check(&["git.example.com ssh-ed25519 AAAA\ngithub.com.example.org ssh-ed25519 AAAA\n"], true);
        check(&["@revoked github.com ssh-ed25519 AAAA"], true);
        check(&["# github.com", "[github.com]:443 ssh-ed25519 AAAA"], true);
        check(&["github.com ssh-ed25519 AAAA"], false);
        check(&["git.example.com ssh-ed25519 AAAA", "# mine\n  other,GitHub.com ssh-ed25519 AAAA"], false);
    }
}
