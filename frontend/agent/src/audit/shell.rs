//! Whether a base has a shell.

use std::path::Path;

use super::root::Root;

/// Where shells are; the last but one is that of distroless images.
const SHELLS: [&str; 5] = ["/bin/sh", "/usr/bin/sh", "/bin/bash", "/busybox/sh", "/usr/local/bin/sh"];

/// The path of the shell that somebody would start, if there is one.
pub(super) fn find(base: &Root) -> Option<&'static str> {
    SHELLS.into_iter().find(|path| base.find(Path::new(path)).is_some_and(|found| found.outer.is_file()))
}

/// What is wrong with a base that has none.
pub(super) fn lacking(base: &str) -> String {
    format!(
        "{base} has no shell, which the image is there for. Name a base that has one and the same C library: \
         `debug.base = \"debian:bookworm-slim\"` under `[image]`, or `--build-arg IMAGE_DEBUG_BASE=…`"
    )
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::{Root, find};

    #[test]
    fn a_link_to_a_shell_is_one_and_a_directory_is_none() {
        let directory = tempfile::tempdir().unwrap();
        let root = Root::new(directory.path().to_str());
        assert_eq!(find(&root), None);
        fs::create_dir_all(directory.path().join("bin/sh")).unwrap();
        fs::create_dir_all(directory.path().join("busybox")).unwrap();
        assert_eq!(find(&root), None);
        fs::write(directory.path().join("busybox/busybox"), "").unwrap();
        symlink("/busybox/busybox", directory.path().join("busybox/sh")).unwrap();
        assert_eq!(find(&root), Some("/busybox/sh"));
        assert_eq!(find(&Root::new(None)), None);
    }
}
