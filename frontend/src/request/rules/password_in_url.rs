//! `PasswordInUrl`.

use super::Rule;
use crate::diagnostic::Diagnostic;
use crate::request::Facts;

pub(super) const RULE: Rule = Rule {
    name: "PasswordInUrl",
    description: "Keep passwords out of the URLs of proxies and other build-args, which provenance records",
    check,
};

fn check(facts: &Facts<'_>) -> Vec<Diagnostic> {
    let found = facts.options.build_args.iter().filter(|(_, value)| holds_password(value));
    found
        .map(|(name, _)| {
            let warning = Diagnostic::warning(format!(
                "the build-arg `{name}` has a password in a URL, and provenance records build-args"
            ));
            // Never with the value, which is the password.
            if name.to_ascii_lowercase().ends_with("_proxy") {
                warning.hint("Use a proxy that needs no password, such as one on the builder that adds it.")
            } else {
                warning.hint("Remove the password from the URL and pass it with `--secret`.")
            }
        })
        .collect()
}

/// True if any URL in `value` has the form `SCHEME://USER:PASSWORD@HOST`.
fn holds_password(value: &str) -> bool {
    value.split("://").skip(1).any(|rest| {
        let authority = rest.split(|end: char| "/?#".contains(end) || end.is_whitespace()).next();
        let user = authority.and_then(|authority| authority.rsplit_once('@'));
        user.and_then(|(user, _)| user.split_once(':')).is_some_and(|(_, password)| !password.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::holds_password;

    #[test]
    fn only_a_password_before_the_host_counts() {
        for value in [
            "http://me:hunter2@proxy:3128",
            "socks5h://me:hunter2@proxy",
            "http://:hunter2@proxy/",
            "http://me:a@b@proxy",
            "sparse+https://me:hunter2@crates.corp/index/",
            "no http://a then https://me:hunter2@b/x",
        ] {
            assert!(holds_password(value), "{value}");
        }
        for value in [
            "",
            "http://proxy:3128",
            "http://me@proxy:3128",
            "http://me:@proxy:3128",
            "me:hunter2@proxy",
            "http://proxy/a:b@c",
            "http://proxy?q=a:b@c",
            "ssh://git@host/a:b",
            "http://proxy:3128 me:b@c",
        ] {
            assert!(!holds_password(value), "{value}");
        }
    }
}
