//! The credentials of the storage, from the file that is a build secret.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

use supercargo_report::SccacheSecret;

use crate::error::Error;

/// Shorter values are too likely to stand in a text by chance to be taken out of it.
const REDACTED_FROM: usize = 4;

/// Variables with values that nobody may see.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Credentials(BTreeMap<String, String>);

impl fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.0.keys()).finish()
    }
}

impl Credentials {
    /// Reads the secret's file: `NAME=VALUE` lines, blank ones and those that start with `#` left out. No error shows
    /// what stands in it.
    pub(super) fn read(secret: &SccacheSecret) -> Result<Self, Error> {
        let path = Path::new(&secret.path);
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(Error::NoSecret { id: secret.id.clone(), variables: secret.variables.clone() });
            }
            Err(error) => return Err(Error::file("read", path)(error)),
        };
        if let (Some(variable), true) = (&secret.file_variable, text.trim_start().starts_with('{')) {
            return Ok(Self(BTreeMap::from([(variable.clone(), secret.path.clone())])));
        }
        parse(&text, secret).map(Self)
    }

    /// The variables with their values.
    pub(super) fn variables(&self) -> BTreeMap<String, String> {
        self.0.clone()
    }

    /// `text` without the values, nor the password of a value that is an address.
    pub(super) fn redact(&self, text: &str) -> String {
        let passwords = self.0.values().filter_map(|value| {
            let (_, rest) = value.split_once("://")?;
            let (user, _) = rest.rsplit_once('@')?;
            user.split_once(':').map(|(_, password)| password)
        });
        let mut values: Vec<&str> = self.0.values().map(String::as_str).chain(passwords).collect();
        // The longest first, since one may be a part of another.
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        values
            .into_iter()
            .filter(|value| value.len() >= REDACTED_FROM)
            .fold(text.to_owned(), |text, value| text.replace(value, "***"))
    }
}

pub(crate) fn parse(text: &str, secret: &SccacheSecret) -> Result<BTreeMap<String, String>, Error> {
    let mut variables = BTreeMap::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let failed = |name: Option<&str>| Error::SecretLine {
            id: secret.id.clone(),
            line: index + 1,
            name: name.map(str::to_owned),
            variables: secret.variables.clone(),
        };
        let line = line.strip_prefix("export ").unwrap_or(line);
        let (name, value) = line.split_once('=').ok_or_else(|| failed(None))?;
        // A token in base64 may end with `=`: only what looks like the name of a variable is shown.
        let looks_like_name =
            name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
        if !looks_like_name {
            return Err(failed(None));
        }
        if !secret.variables.iter().any(|known| known == name) {
            return Err(failed(Some(name)));
        }
        variables.insert(name.to_owned(), unquoted(value).to_owned());
    }
    Ok(variables)
}

fn unquoted(value: &str) -> &str {
    let inner = |quote| value.strip_prefix(quote).and_then(|rest: &str| rest.strip_suffix(quote));
    inner('"').or_else(|| inner('\'')).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use supercargo_report::SccacheSecret;

    use super::{Credentials, parse};

    fn secret(path: &str) -> SccacheSecret {
        SccacheSecret {
            id: "sccache".to_owned(),
            path: path.to_owned(),
            variables: ["TOKEN", "URL"].map(str::to_owned).to_vec(),
            file_variable: Some("KEY_FILE".to_owned()),
        }
    }

    #[test]
    fn lines_become_variables() {
        let text = "# comment\n\nTOKEN=a=b\r\nexport URL=\"https://h/\"\n";
        let expected = [("TOKEN", "a=b"), ("URL", "https://h/")];
        let expected: BTreeMap<_, _> =
            expected.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        assert_eq!(parse(text, &secret("")).unwrap(), expected);
    }

    #[test]
    fn errors_name_the_line_and_never_a_value() {
        for (text, says) in [
            ("TOKEN=x\nhunter2\n", "line 2 of the secret `sccache` is not `NAME=VALUE`"),
            ("aHVudGVyMg==", "line 1 of the secret `sccache` is not `NAME=VALUE`"),
            ("PATH=hunter2", "line 1 of the secret `sccache` sets `PATH`"),
        ] {
            let error = parse(text, &secret("")).unwrap_err().to_string();
            assert!(error.starts_with(says) && error.contains("`TOKEN`, `URL`"), "{error}");
            assert!(!error.contains("hunter2") && !error.contains("aHVud"), "{error}");
        }
    }

    #[test]
    fn a_secret_that_was_not_passed_says_how_to_pass_it() {
        let error = Credentials::read(&secret("/nowhere/at/all")).unwrap_err().to_string();
        assert!(error.contains("--secret id=sccache,src=FILE") && error.contains("`TOKEN`"), "{error}");
    }

    #[test]
    fn a_file_of_credentials_is_named_and_not_read() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key.json");
        std::fs::write(&path, "{ \"private_key\": \"x\" }").unwrap();
        let path = path.to_str().unwrap();
        let variables = Credentials::read(&secret(path)).unwrap().variables();
        assert_eq!(variables, BTreeMap::from([("KEY_FILE".to_owned(), path.to_owned())]));
    }

    #[test]
    fn values_leave_a_text_and_so_does_the_password_of_an_address() {
        let values = [("A", "long-secret"), ("B", "redis://user:hunter2@host"), ("C", "xyz")];
        let credentials = Credentials(
            values.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        );
        let text = "no answer from redis://user:hunter2@host (password hunter2, token long-secret), xyz";
        assert_eq!(credentials.redact(text), "no answer from *** (password ***, token ***), xyz");
        assert!(!format!("{credentials:?}").contains("hunter2"));
    }
}
