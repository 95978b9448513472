//! Paths, references, platforms, digests, ignore files and definitions.

use buildkit_llb::{Definition, Digest, ImageRef, Platform};
use proptest::collection::vec;
use proptest::prelude::{any, proptest};
use supercargo::ignore::IgnoreFile;
use supercargo::name::RelPath;

proptest! {
    #[test]
    fn no_path_leaves_the_context(parts in vec("[a.]{0,3}|\\.\\.|/|~|\\PC{0,4}", 0..8)) {
        if let Ok(path) = RelPath::new(&parts.join("/")) {
            assert!(!path.as_str().starts_with('/'), "{path}");
            assert!(path.parts().all(|part| part != ".." && part != "." && !part.is_empty()), "{path}");
            assert!(path.join("../x").is_err() || !path.is_root());
        }
    }

    #[test]
    fn what_is_read_is_written_the_same(text in "[a-z0-9:/@._-]{0,60}|\\PC{0,40}") {
        if let Ok(reference) = text.parse::<ImageRef>() {
            assert_eq!(reference.to_string().parse::<ImageRef>().ok().as_ref(), Some(&reference));
        }
        if let Ok(platform) = text.parse::<Platform>() {
            assert_eq!(platform.to_string().parse::<Platform>().ok().as_ref(), Some(&platform));
        }
        if let Ok(digest) = text.parse::<Digest>() {
            assert_eq!(digest.as_str(), text);
        }
    }

    #[test]
    fn ignore_files_give_patterns(text in "(!?[a*?\\[\\]/\\\\#. ]{0,8}\n?){0,8}|\\PC{0,60}") {
        let path = RelPath::new(".dockerignore").unwrap();
        let patterns = IgnoreFile::parse(path, &text).patterns_with_debris();
        assert!(patterns.iter().all(|pattern| !pattern.is_empty() && !pattern.contains('\n')), "{patterns:?}");
    }

    #[test]
    fn a_definition_of_any_bytes_is_read_or_refused(bytes in vec(any::<u8>(), 0..200)) {
        if let Ok(definition) = Definition::from_bytes(&bytes) {
            drop((definition.to_text(), definition.to_output()));
        }
    }
}
