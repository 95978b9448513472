//! The secrets that the last compile reads.

use std::collections::BTreeSet;

use crate::config::{Setting, with_rest};
use crate::diagnostic::{Checked, Diagnostic, Findings};

/// The ids that were asked for, each a file of that name below `/run/secrets`.
///
/// Errors: an id that is no plain file name.
pub(super) fn choose(setting: Option<&Setting<Vec<String>>>) -> Checked<BTreeSet<String>> {
    let mut findings = Findings::default();
    let Some(setting) = setting else { return findings.finish(BTreeSet::new()) };
    // Nothing is inferred here, so the rest of a list is empty.
    let ids = with_rest(&setting.value, &[]);
    for id in ids.iter().filter(|id| !is_id(id)) {
        let error = Diagnostic::error(format!("`{id}` cannot be the id of a secret in `build.secrets`"))
            .hint("An id has letters, digits, `.`, `-` and `_`, because it names the file below `/run/secrets`.");
        findings.push(match setting.origin.span() {
            Some(span) => error.at(span.clone()),
            None => error,
        });
    }
    findings.finish(ids.into_iter().collect())
}

fn is_id(id: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
    !id.is_empty() && !id.starts_with('.') && id.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::choose;
    use crate::config::{Origin, Setting};

    fn chosen(ids: &[&str]) -> Result<Vec<String>, String> {
        let value = ids.iter().map(|id| (*id).to_owned()).collect();
        let setting = Setting { value, origin: Origin::BuildArg("X".to_owned()) };
        choose(Some(&setting))
            .map(|chosen| chosen.value.into_iter().collect())
            .map_err(|errors| errors.into_iter().map(|error| error.message).collect())
    }

    #[test]
    fn ids_are_plain_names() {
        assert_eq!(chosen(&["npm", "license.key", "npm", "..."]).unwrap(), ["license.key", "npm"]);
        assert!(choose(None).unwrap().value.is_empty());
        for id in ["", "..", "../x", "a/b", "a,b", ".hidden"] {
            let error = chosen(&["fine", id]).unwrap_err();
            assert!(error.contains(&format!("`{id}`")), "{error}");
        }
    }
}
