//! Single names, and lists of patterns.

use buildkit_llb::file::Owner;
use buildkit_llb::{Digest, DisplayText, ImageRef, Platform};
use supercargo::ignore::IgnoreFile;
use supercargo::name::RelPath;

/// Each pattern is one line, relative to the context and in its shortest form.
pub(crate) fn ignore(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let file = IgnoreFile::parse(RelPath::default(), &text);
    let patterns = file.patterns();
    for pattern in &patterns {
        assert!(!matches!(pattern.as_str(), "" | "!") && !pattern.contains('\n'), "{pattern:?}");
        assert!(!pattern.starts_with('/'), "{pattern:?}");
        assert!(pattern.split('/').skip(1).all(|part| !matches!(part, "" | ".")), "{pattern:?}");
    }
    assert!(file.patterns_with_debris().ends_with(&patterns));
    for path in text.lines().filter_map(|line| RelPath::new(line).ok()) {
        let line = file.excluded(&path).map(|excluded| excluded.span.start as usize);
        assert!(line.is_none_or(|line| (1..=text.lines().count()).contains(&line)), "{path}: {line:?}");
    }
}

/// A name that can be read is written as it was, or in a form that stays the same.
pub(crate) fn names(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(reference) = text.parse::<ImageRef>() {
        assert_eq!(reference.to_string().parse::<ImageRef>().as_ref(), Ok(&reference));
        assert_eq!(reference.familiar().parse::<ImageRef>().as_ref(), Ok(&reference));
    }
    if let Ok(platform) = text.parse::<Platform>() {
        assert_eq!(platform.to_string().parse::<Platform>().as_ref(), Ok(&platform));
    }
    if let Ok(digest) = text.parse::<Digest>() {
        assert_eq!(digest.as_str(), text);
    }
    if let Ok(owner) = text.parse::<Owner>() {
        assert_eq!(owner.to_string().parse::<Owner>().as_ref(), Ok(&owner));
    }
    if let Ok(path) = RelPath::new(&text) {
        assert!(!path.as_str().starts_with('/'), "{path}");
        assert!(path.parts().all(|part| !matches!(part, "" | "." | "..")), "{path}");
        assert_eq!(RelPath::new(path.as_str()).as_ref(), Ok(&path));
    }
    let shown = DisplayText::from(&*text);
    assert!(!shown.replace('\t', " ").contains(char::is_control), "{shown:?}");
    assert_eq!(DisplayText::from(shown.as_str()), shown);
}
