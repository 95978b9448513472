//! One secret.

use std::cmp::Reverse;
use std::fs;
use std::io;
use std::path::Path;

use supercargo_report::Secret;

use crate::error::Error;

/// Shorter values are taken for a word that may stand in any line.
const REDACTED_FROM: usize = 6;

/// True if the client passed it.
pub(super) fn is_there(secret: &Secret) -> bool {
    Path::new(&secret.path).exists()
}

/// The text of the file; nothing if the client did not pass it.
///
/// Errors: what is not text, or is empty.
pub(super) fn text(secret: &Secret) -> Result<Option<String>, Error> {
    let path = Path::new(&secret.path);
    let failed = |reason: &'static str| Error::BadSecret { id: secret.id.clone(), reason };
    match fs::read_to_string(path) {
        Ok(text) if text.trim().is_empty() => Err(failed("is empty")),
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => Err(failed("is not text")),
        Err(error) => Err(Error::file("read", path)(error)),
    }
}

/// The one line of the file, without what surrounds it; nothing if the client did not pass it.
///
/// Errors: several lines, which are most often the wrong file, or bytes that cannot stand in a header.
pub(crate) fn token(secret: &Secret) -> Result<Option<String>, Error> {
    let Some(text) = text(secret)? else { return Ok(None) };
    let token = text.trim();
    if token.chars().any(char::is_control) {
        let reason = "holds more than one line, so it is no token";
        return Err(Error::BadSecret { id: secret.id.clone(), reason });
    }
    Ok(Some(token.to_owned()))
}

/// `line` without any of `values`.
pub(crate) fn redact(line: &str, values: &[String]) -> String {
    let mut long: Vec<&String> = values.iter().filter(|value| value.len() >= REDACTED_FROM).collect();
    // The longest first, since one value may be a part of another.
    long.sort_by_key(|value| Reverse(value.len()));
    long.into_iter().fold(line.to_owned(), |line, value| line.replace(value.as_str(), "***"))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use supercargo_report::Secret;

    use super::{redact, token};

    #[test]
    fn a_token_is_one_line_of_text() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("token");
        let secret = Secret { id: "cargo-token-corp".to_owned(), path: path.to_str().unwrap().to_owned() };
        assert_eq!(token(&secret).unwrap(), None, "not passed");
        fs::write(&path, "Bearer abc\r\n").unwrap();
        assert_eq!(token(&secret).unwrap().as_deref(), Some("Bearer abc"));
        for (bytes, says) in [
            (&b"hunter2\nhunter3\n"[..], "more than one line"),
            (b" \n", "is empty"),
            (b"\xff", "is not text"),
        ] {
            fs::write(&path, bytes).unwrap();
            let error = token(&secret).unwrap_err().to_string();
            assert!(error.contains("`cargo-token-corp`") && error.contains(says), "{error}");
            assert!(!error.contains("hunter"), "{error}");
        }
    }

    #[test]
    fn values_leave_a_line() {
        let values = ["long-secret".to_owned(), "x".to_owned()];
        assert_eq!(redact("exit with long-secret", &values), "exit with ***");
        let values = ["secret".to_owned(), "secret-and-longer".to_owned()];
        assert_eq!(redact("secret-and-longer, secret", &values), "***, ***");
    }
}
