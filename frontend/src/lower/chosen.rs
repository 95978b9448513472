//! Copies of what patterns name in the context, also for an engine that copies whole paths only.

use buildkit_llb::Output;
use buildkit_llb::file::{Copy, FileOp};

use super::Materials;

/// `operation` with what `patterns` name in the context, at the same paths; nothing where there is none.
pub(super) fn copy_named(operation: FileOp, materials: &Materials, patterns: &[String]) -> FileOp {
    if patterns.is_empty() {
        return operation;
    }
    if materials.abilities.copy_patterns {
        let copy = Copy::new(materials.context.clone(), "/", "/").contents_only().timestamp(0);
        return operation.copy(copy.include_patterns(patterns.to_vec()));
    }
    copy_each(operation, &materials.context, patterns)
}

/// `operation` with what `patterns` name in `context`, at the same paths.
///
/// Of a pattern with a star in a directory's name, or with `**`, everything below the directories before it is copied: too much makes
/// a step run too often, and too little would make it wrong.
pub(super) fn copy_each(operation: FileOp, context: &Output, patterns: &[String]) -> FileOp {
    patterns.iter().fold(operation, |operation, pattern| operation.copy(copy(context, pattern)))
}

fn copy(context: &Output, pattern: &str) -> Copy {
    let (parent, name) = pattern.rsplit_once('/').unwrap_or(("", pattern));
    let at = |path: &str| format!("/{path}");
    let copy = if has_star(parent) || name == "**" {
        let fixed = fixed(parent);
        Copy::new(context.clone(), at(&fixed), &at(&fixed))
    } else if has_star(name) {
        let into = format!("{}/", at(parent).trim_end_matches('/'));
        Copy::new(context.clone(), at(pattern), &into).allow_wildcard().allow_empty_wildcard()
    } else {
        Copy::new(context.clone(), at(pattern), &at(pattern))
    };
    copy.contents_only().create_dest_path().timestamp(0)
}

fn has_star(text: &str) -> bool {
    text.contains(['*', '?', '[', '\\'])
}

/// The directories before the first that is a pattern.
fn fixed(path: &str) -> String {
    path.split('/').take_while(|part| !has_star(part)).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use buildkit_llb::file::FileOp;
    use buildkit_llb::source::Local;

    use super::copy_each;

    fn copies(pattern: &str) -> String {
        let context = Local::new("context").output();
        let copied = copy_each(FileOp::on_scratch(), &context, &[pattern.to_owned()]).output();
        let text = copied.marshal().unwrap().to_text();
        text.lines().find_map(|line| line.trim().strip_prefix("copy v1 ")).unwrap_or_default().to_owned()
    }

    #[test]
    fn a_pattern_becomes_the_path_that_holds_what_it_matches() {
        for (pattern, expected) in [
            ("web/package.json", "/web/package.json -> /web/package.json"),
            ("web/**", "/web -> /web"),
            ("api/*.txt", "/api/*.txt -> /api/"),
            ("*.txt", "/*.txt -> /"),
            ("proto/**/*.proto", "/proto -> /proto"),
            ("a/b-*/c", "/a -> /a"),
            ("**", "/ -> /"),
        ] {
            let copied = copies(pattern);
            assert!(copied.starts_with(&format!("{expected} ")), "{pattern}: {copied}");
        }
    }
}
