//! What `cargo vendor` is given: every manifest of the workspace, the whole lockfile, and where crates really are.

use super::access::Access;
use super::parts::Parts;
use super::{Dependencies, Request, resolution};
use crate::diagnostic::{Checked, Diagnostic, Findings, Span};
use crate::name::RelPath;
use crate::project::Project;
use crate::skeleton::SourceView;

/// The directory that it makes, in the project.
pub const DIRECTORY: &str = "vendor";

/// The parts of a project that is to be vendored.
///
/// Errors: a package of the project where vendored crates are to be, which Cargo would delete.
pub(super) fn parts(project: &Project, request: Request<'_>) -> Checked<Parts> {
    let mut findings = Findings::default();
    findings.extend(in_the_way(project));
    let view = SourceView::of_everything(project, request.generated_lockfile);
    let because = "`cargo vendor` compiles nothing";
    let project = &before(project);
    let lockfile = project.lockfile.as_ref();
    findings.finish(Parts {
        dependencies: lockfile.map(|_| Dependencies {
            files: resolution::files(project, &view),
            ..Dependencies::none(because)
        }),
        access: lockfile
            .map(|lockfile| Access::of_lockfile(project, lockfile.text.as_bytes()))
            .unwrap_or_default(),
        view,
        without_layer: None,
    })
}

/// Whether Cargo has to go where the configuration says that crates are: a mirror.
pub(super) fn has_mirror(project: &Project) -> bool {
    let sources = project.cargo_config.as_ref().and_then(|config| config.get(&["source"])?.as_table());
    sources.is_some_and(|sources| {
        undone(sources.clone()).values().any(|source| source.get("replace-with").is_some())
    })
}

/// The project before its crates were vendored.
fn before(project: &Project) -> Project {
    let mut project = project.clone();
    if let Some(config) = &mut project.cargo_config
        && let Some(toml::Value::Table(sources)) = config.table.remove("source")
    {
        let left = undone(sources);
        if !left.is_empty() {
            config.table.insert("source".to_owned(), toml::Value::Table(left));
        }
    }
    project
}

/// `[source]` without replacements that end in a directory of the project: those are what is made anew.
fn undone(mut sources: toml::Table) -> toml::Table {
    let is_local =
        |source: &toml::Value| ["directory", "local-registry"].iter().any(|key| source.get(key).is_some());
    let mut gone: Vec<String> =
        sources.iter().filter(|(_, source)| is_local(source)).map(|(name, _)| name.clone()).collect();
    // One more round for each link of a chain; what is gone leads nowhere a second time.
    while let Some(to) = gone.pop() {
        sources.remove(&to);
        let leads = |source: &toml::Value| {
            source.get("replace-with").and_then(toml::Value::as_str) == Some(to.as_str())
        };
        gone.extend(sources.iter().filter(|(_, source)| leads(source)).map(|(name, _)| name.clone()));
    }
    sources
}

fn in_the_way(project: &Project) -> Option<Diagnostic> {
    let directory = RelPath::new(DIRECTORY).ok()?;
    let package = project.packages.values().find(|package| package.dir.is_within(&directory))?;
    Some(
        Diagnostic::error(format!("the package `{}` is in `{DIRECTORY}`", package.name))
            .at(Span::line(package.manifest.clone(), 1))
            .hint(format!(
                "`cargo vendor` takes all of `{DIRECTORY}` for its own and would delete the package: move it elsewhere."
            )),
    )
}

#[cfg(test)]
mod tests {
    use super::{before, has_mirror, in_the_way};
    use crate::name::RelPath;
    use crate::project::{self, Project};
    use crate::tree::Tree;

    fn project(files: &[(&str, &str)]) -> Project {
        let mut tree = Tree::default();
        let own = [("Cargo.toml", "[package]\nname = \"a\"\nversion = \"0.1.0\"\n"), ("src/main.rs", "")];
        for (path, text) in own.iter().chain(files) {
            tree.insert_file(RelPath::new(path).unwrap(), text.as_bytes().to_vec());
        }
        project::load(&tree).unwrap().value
    }

    #[test]
    fn a_mirror_counts_and_what_was_vendored_does_not() {
        let vendored = "[source.crates-io]\nreplace-with = \"v\"\n[source.v]\ndirectory = \"vendor\"\n";
        let mirror =
            "[source.crates-io]\nreplace-with = \"m\"\n[source.m]\nregistry = \"sparse+https://m.org/\"\n";
        let both = "[source.crates-io]\nreplace-with = \"m\"\n[source.m]\nreplace-with = \"v\"\n[source.v]\ndirectory = \"vendor\"\n\
                    [source.other]\nregistry = \"sparse+https://o.org/\"\n";
        for (config, expected, left) in
            [("", false, None), (vendored, false, None), (mirror, true, Some(2)), (both, false, Some(1))]
        {
            let project = project(&[(".cargo/config.toml", config)]);
            assert_eq!(has_mirror(&project), expected, "{config}");
            let sources = before(&project)
                .cargo_config
                .and_then(|config| Some(config.get(&["source"])?.as_table()?.len()));
            assert_eq!(sources, left, "{config}");
        }
    }

    #[test]
    fn a_package_of_the_project_is_not_deleted() {
        assert!(in_the_way(&project(&[])).is_none());
        let manifest =
            "[package]\nname = \"a\"\nversion = \"0.1.0\"\n[dependencies]\nb = { path = \"vendor/b\" }\n";
        let with = project(&[
            ("Cargo.toml", manifest),
            ("vendor/b/Cargo.toml", "[package]\nname = \"b\"\nversion = \"0.1.0\"\n"),
            ("vendor/b/src/lib.rs", ""),
        ]);
        assert!(in_the_way(&with).unwrap().message.contains("`b` is in `vendor`"));
    }
}
