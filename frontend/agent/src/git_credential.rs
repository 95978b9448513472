//! This program as one of git's credential helpers: `supercargo-agent git-credential HOST FILE get`.
//!
//! Git asks on standard input and reads the answer on standard output, so a token is never in an argument, a variable
//! or a file of git's.

use std::io::{BufRead, Write};

use supercargo_report::Secret;

use crate::access;
use crate::error::Error;

/// The word that asks for it.
pub(crate) const WORD: &str = "git-credential";

/// The name for a token that stands alone; every forge takes any name with a token, and this is the one Docker sends.
const NAME: &str = "x-access-token";

/// Answers a request; `arguments` are what follows [`WORD`].
///
/// Errors: git asks for the token of a host over plain http.
pub(crate) fn answer(arguments: &[String]) -> Result<u8, Error> {
    let [host, path, operation] = arguments else { return Ok(0) };
    if operation != "get" {
        return Ok(0);
    }
    let lines: Vec<String> = std::io::stdin().lock().lines().map_while(Result::ok).collect();
    let secret = Secret { id: format!("git-token-{host}"), path: path.clone() };
    let is_plain = match value(&lines, "protocol") {
        Some("https") => false,
        Some("http") => true,
        _ => return Ok(0),
    };
    if !is_asked(&lines, host) {
        return Ok(0);
    }
    let Some(token) = access::token(&secret)? else { return Ok(0) };
    // After `quit=1`, git runs no other helper.
    let text = if is_plain { "quit=1\n".to_owned() } else { credentials(&lines, &token) };
    // Git went away, which is not ours to mend.
    drop(std::io::stdout().lock().write_all(text.as_bytes()));
    if is_plain { Err(Error::PlainHttp { id: secret.id, host: host.clone() }) } else { Ok(0) }
}

fn value<'a>(lines: &'a [String], key: &str) -> Option<&'a str> {
    lines
        .iter()
        .filter_map(|line| line.split_once('='))
        .find(|(name, _)| *name == key)
        .map(|(_, value)| value)
}

/// True if the question is about `host`, whatever its port.
fn is_asked(lines: &[String], host: &str) -> bool {
    let asked = value(lines, "host").unwrap_or_default();
    let asked = asked.split(':').next().unwrap_or(asked);
    asked.eq_ignore_ascii_case(host)
}

/// The name that the URL has wins over that of the secret.
fn credentials(lines: &[String], token: &str) -> String {
    let (name, password) = token.split_once(':').unwrap_or((NAME, token));
    let name = value(lines, "username").filter(|name| !name.is_empty()).unwrap_or(name);
    format!("username={name}\npassword={password}\n")
}

#[cfg(test)]
mod tests {
    use super::{credentials, is_asked};

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn only_the_named_host_is_answered() {
        for (text, expected) in [
            ("protocol=https\nhost=git.example.com\n", true),
            ("protocol=https\nhost=GIT.example.com:3000\n", true),
            ("protocol=https\nhost=git.example.com.evil.org\n", false),
            ("", false),
        ] {
            assert_eq!(is_asked(&lines(text), "git.example.com"), expected, "{text}");
        }
    }

    #[test]
    fn a_token_may_bring_its_name() {
        for (text, token, expected) in [
            ("host=h", "abc", "username=x-access-token\npassword=abc\n"),
            ("host=h", "me:abc", "username=me\npassword=abc\n"),
            ("username=deploy", "abc", "username=deploy\npassword=abc\n"),
        ] {
            assert_eq!(credentials(&lines(text), token), expected);
        }
    }
}
