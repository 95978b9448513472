//! The secrets that the last compile reads, and all that a build looks for.

use std::collections::{BTreeMap, BTreeSet};

use super::BuildPlan;
use super::access::{Access, CERTIFICATES};
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

impl BuildPlan {
    /// The ids of all secrets that its steps look for, each with whether the build needs it.
    #[must_use]
    pub fn asked_secrets(&self) -> BTreeMap<String, bool> {
        let mut asked: BTreeMap<String, bool> = self
            .accesses()
            .flat_map(Access::secrets)
            .chain(std::iter::once(CERTIFICATES.to_owned()))
            .map(|id| (id, false))
            .collect();
        let storage = self.sccache.iter().filter_map(|sccache| sccache.value.secret.as_ref());
        asked.extend(storage.map(|secret| (secret.id.clone(), false)));
        asked.extend(self.secrets.iter().map(|id| (id.clone(), true)));
        asked
    }

    /// Whether a step looks for the client's SSH agent.
    #[must_use]
    pub fn asks_for_ssh(&self) -> bool {
        self.accesses().any(|access| access.git.is_some())
    }

    /// The credentials that each of its downloads may need.
    fn accesses(&self) -> impl Iterator<Item = &Access> {
        let of_tasks = self.tasks.iter().flat_map(|task| {
            let tools = (!task.tools.is_empty()).then_some(&task.tools.access);
            tools.into_iter().chain(task.front_end.as_ref().map(|front_end| &front_end.access))
        });
        [&self.access, &self.dependencies.index_access].into_iter().chain(of_tasks)
    }
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
            .map_err(|errors| errors.into_iter().map(|error| String::from(error.message)).collect())
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
