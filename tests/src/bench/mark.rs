//! Marks in the sources that reach the binary: an image tells which edit it was made of.

use std::path::Path;

use anyhow::{Context, Result, bail};

use super::library::Library;
use crate::project::Project;

/// In the binary's `main`.
pub const MAIN: &str = "main";
/// In the library that most packages stand on.
pub const LIBRARY: &str = "library";
/// In a module that was added.
pub const MODULE: &str = "module";

/// What a mark begins with.
const BEGIN: &str = "<bench ";
/// The function that hands out the library's mark.
const FUNCTION: &str = "supercargo_bench";

/// The text of a mark.
#[must_use]
pub fn text(of: &str, number: u32) -> String {
    format!("{BEGIN}{of} {number}>")
}

/// Puts the first marks into a project.
pub fn plant(project: &Project, main: &Path, library: Option<&Library>) -> Result<()> {
    let statement = |value: &str| format!("\n    let _ = std::hint::black_box({value});");
    let mut statements = statement(&format!("\"{}\"", text(MAIN, 0)));
    if let Some(library) = library {
        let file = in_utf8(&library.file)?;
        let function = format!(
            "\n/// Tells which edit the binary was made of.\n#[must_use]\npub fn {FUNCTION}() -> &'static str {{\n    \
             \"{}\"\n}}\n",
            text(LIBRARY, 0)
        );
        project.append(file, &function)?;
        statements += &statement(&format!("{}::{FUNCTION}()", library.name));
    }
    into_main(project, main, &statements)
}

/// Puts statements at the beginning of `main`.
pub fn into_main(project: &Project, main: &Path, statements: &str) -> Result<()> {
    let path = in_utf8(main)?;
    let source = project.read(path)?;
    let body = source
        .find("fn main()")
        .and_then(|at| Some(at + source.get(at..)?.find('{')? + 1))
        .with_context(|| format!("failed to find `fn main()` and its body in `{path}`"))?;
    let (before, after) = source.split_at(body);
    project.write(path, format!("{before}{statements}{after}"))
}

/// Gives a mark another number.
pub fn set(project: &Project, file: &Path, of: &str, number: u32) -> Result<()> {
    let path = in_utf8(file)?;
    let source = project.read(path)?;
    let marks = found(&source);
    let Some(now) = marks.iter().find(|mark| mark.starts_with(&format!("{BEGIN}{of} "))) else {
        bail!("`{path}` has no mark of `{of}`");
    };
    project.write(path, source.replace(now.as_str(), &text(of, number)))
}

/// The marks that are in a text or in a binary.
#[must_use]
pub fn found(text: &str) -> Vec<String> {
    let marks = text.split(BEGIN).skip(1).filter_map(|rest| {
        let (mark, _) = rest.split_once('>')?;
        (mark.len() < 40).then(|| format!("{BEGIN}{mark}>"))
    });
    marks.collect()
}

/// A path that Rust sources and this module can name.
pub fn in_utf8(path: &Path) -> Result<&str> {
    path.to_str().with_context(|| format!("`{}` is no UTF-8", path.display()))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{MAIN, found, plant, set};
    use crate::bench::library::Library;
    use crate::project::Project;

    #[test]
    fn marks_are_planted_once_and_changed_in_place() {
        let main = "async fn main() -> Result<()> {\n    run()\n}\n";
        let project = Project::of(&[("src/main.rs", main), ("src/lib.rs", "")]).unwrap();
        let library =
            Library { package: "p".into(), name: "p".into(), file: "src/lib.rs".into(), dependents: 1 };
        plant(&project, Path::new("src/main.rs"), Some(&library)).unwrap();
        set(&project, Path::new("src/main.rs"), MAIN, 7).unwrap();
        let text = project.read("src/main.rs").unwrap();
        assert_eq!(found(&text), ["<bench main 7>"]);
        assert!(text.contains("black_box(p::supercargo_bench());\n    run()"), "{text}");
        assert_eq!(found(&project.read("src/lib.rs").unwrap()), ["<bench library 0>"]);
        assert!(set(&project, Path::new("src/lib.rs"), MAIN, 1).is_err());
    }
}
