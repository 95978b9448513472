//! `SecretInEnv`.

use super::Rule;
use crate::diagnostic::Diagnostic;
use crate::request::Facts;

pub(super) const RULE: Rule = Rule {
    name: "SecretInEnv",
    description: "Keep secrets out of build-args and variables, which everybody who has the image can read",
    check,
};

/// Words of a name that mean a secret.
const WORDS: [&str; 11] = [
    "apikey",
    "auth",
    "credential",
    "credentials",
    "key",
    "passwd",
    "password",
    "pword",
    "secret",
    "secrets",
    "token",
];

fn check(facts: &Facts<'_>) -> Vec<Diagnostic> {
    let arguments = facts.options.build_args.keys().filter(|name| is_secret(name)).map(|name| {
        Diagnostic::warning(format!(
            "the build-arg `{name}` looks like a secret, and is kept in provenance and history"
        ))
        .hint("Give it with `--secret`.")
    });
    let variables =
        facts.selected.and_then(|(_, config)| config.env.as_ref()).into_iter().flat_map(|setting| {
            setting.value.keys().filter(|name| is_secret(name)).map(|name| {
                let warning = Diagnostic::warning(format!(
                    "`image.env` has `{name}`, which looks like a secret, in the image"
                ))
                .hint("Give it to the container when it starts.");
                match setting.origin.span() {
                    Some(span) => warning.at(span.clone()),
                    None => warning,
                }
            })
        });
    arguments.chain(variables).collect()
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let mut words = name.split('_');
    words.any(|word| WORDS.contains(&word)) && !name.split('_').any(|word| word == "public")
}

#[cfg(test)]
mod tests {
    use super::is_secret;

    #[test]
    fn whole_words_count() {
        for name in ["API_TOKEN", "PASSWORD", "aws_secret_access_key"] {
            assert!(is_secret(name), "{name}");
        }
        for name in ["TOKENIZER", "PUBLIC_KEY", "MONKEY", "PROFILE"] {
            assert!(!is_secret(name), "{name}");
        }
    }
}
