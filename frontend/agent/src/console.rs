//! What the agent says. A closed pipe must not turn a good build into a failure, so nothing here can fail.

use std::io::Write;

use crate::error::Error;

/// One line of ordinary progress.
pub(crate) fn line(text: &str) {
    raw(format!("{text}\n").as_bytes());
}

/// Bytes of somebody else, as they are.
pub(crate) fn raw(bytes: &[u8]) {
    let mut out = std::io::stdout().lock();
    // A reader that went away has no use for the text; the build goes on.
    drop(out.write_all(bytes).and_then(|()| out.flush()));
}

/// A diagnostic that rustc or cargo rendered, as it is.
pub(crate) fn rendered(text: &str) {
    drop(std::io::stderr().lock().write_all(text.as_bytes()));
}

/// Something that went otherwise than it should; the build goes on.
pub(crate) fn warning(text: &str) {
    rendered(&format!("supercargo: warning: {text}\n"));
}

/// What would help against the failure above it.
pub(crate) fn hint(text: &str) {
    rendered(&format!("supercargo: hint: {text}\n"));
}

/// Something worth knowing that is nobody's fault.
pub(crate) fn note(text: &str) {
    rendered(&format!("supercargo: note: {text}\n"));
}

/// The failure that ends the agent.
pub(crate) fn error(error: &Error) {
    rendered(&format!("supercargo: {error}\n"));
}

/// `names` as a list for people: the first `most`, then how many are left out.
pub(crate) fn list<S: AsRef<str>>(names: &[S], most: usize) -> String {
    let shown = names.iter().take(most).map(AsRef::as_ref).collect::<Vec<_>>().join(", ");
    match names.len().checked_sub(most) {
        None | Some(0) => shown,
        Some(more) => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::list;

    #[test]
    fn long_lists_are_cut() {
        assert_eq!(list(&["a", "b"], 2), "a, b");
        assert_eq!(list(&["a", "b", "c", "d"], 2), "a, b and 2 more");
        assert_eq!(list::<&str>(&[], 2), "");
    }
}
