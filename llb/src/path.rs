//! Paths inside a file system of the graph: slashes, always absolute, in the one spelling that Go's `path.Clean` gives.

/// An absolute path without `.`, `..`, doubled slashes or a slash at its end. Relative paths start at `/`.
pub(crate) fn clean(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

/// The same for the destination of a copy, where a slash or `/.` at the end means "into this directory".
pub(crate) fn clean_destination(path: &str) -> String {
    let mut cleaned = clean(path);
    let slash = if cleaned == "/" { "" } else { "/" };
    if path.ends_with('/') {
        cleaned.push_str(slash);
    } else if path.ends_with("/.") {
        cleaned.push_str(slash);
        cleaned.push('.');
    }
    cleaned
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_have_one_spelling() {
        for (path, cleaned, destination) in [
            ("", "/", "/"),
            ("/", "/", "/"),
            (".", "/", "/"),
            ("/.", "/", "/."),
            ("a", "/a", "/a"),
            ("/a/", "/a", "/a/"),
            ("/a/.", "/a", "/a/."),
            ("//a//b", "/a/b", "/a/b"),
            ("/a/../b/./c", "/b/c", "/b/c"),
            ("../../a", "/a", "/a"),
        ] {
            assert_eq!((&*clean(path), &*clean_destination(path)), (cleaned, destination), "{path}");
        }
    }
}
