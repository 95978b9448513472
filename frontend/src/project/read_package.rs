//! From a manifest to a [`Package`].

use cargo_util_schemas::manifest::{TomlPackage, VecStringOrBool};

use super::inherit::Heir;
use super::package::{Metadata, Package};
use super::target_discovery::{self, Place};
use crate::absence;
use crate::diagnostic::{Diagnostic, Findings, Span};
use crate::discover::{Manifest, dependencies};
use crate::tree::Tree;

/// Editions this release knows, oldest first.
const EDITIONS: [&str; 4] = ["2015", "2018", "2021", "2024"];

/// The package of `heir`, or `None` if its faults leave nothing to go on with.
pub(super) fn read(tree: &Tree, heir: &Heir<'_>, findings: &mut Findings) -> Option<Package> {
    let manifest = heir.manifest;
    let toml = manifest.value.package()?;
    let Some(name) = toml.name.as_ref().map(ToString::to_string) else {
        findings.push(
            Diagnostic::error(format!("`{}` has no `package.name`", manifest.file))
                .at(manifest.span(&["package"])),
        );
        return None;
    };
    let edition = edition(heir, toml, findings);
    let version = heir.field("version", toml.version.as_ref(), |from| from.version.clone(), findings);
    let place = Place { tree, manifest, dir: heir.dir, name: &name, edition: &edition };
    let targets = target_discovery::targets(&place, findings);
    if targets.iter().all(|target| target.kind == super::target::CargoTargetKind::BuildScript)
        && !findings.has_errors()
    {
        findings.push(no_targets(tree, heir));
    }
    let entries = dependencies(&manifest.value);
    let dependencies =
        entries.iter().filter_map(|entry| heir.dependency(entry, &edition, findings)).collect();
    let text = |key, own, of: fn(&_) -> _, findings: &mut Findings| heir.field(key, own, of, findings);
    Some(Package {
        version: version.unwrap_or(semver::Version::new(0, 0, 0)),
        dir: heir.dir.clone(),
        manifest: manifest.file.clone(),
        text: manifest.text.clone(),
        edition,
        rust_version: heir
            .field("rust-version", toml.rust_version.as_ref(), |from| from.rust_version, findings)
            .map(|version| version.to_string()),
        license: text("license", toml.license.as_ref(), |from| from.license.clone(), findings),
        description: text(
            "description",
            toml.description.as_ref(),
            |from| from.description.clone(),
            findings,
        ),
        repository: text("repository", toml.repository.as_ref(), |from| from.repository.clone(), findings),
        homepage: text("homepage", toml.homepage.as_ref(), |from| from.homepage.clone(), findings),
        documentation: text(
            "documentation",
            toml.documentation.as_ref(),
            |from| from.documentation.clone(),
            findings,
        ),
        authors: heir
            .field("authors", toml.authors.as_ref(), |from| from.authors.clone(), findings)
            .unwrap_or_default(),
        default_run: toml.default_run.clone(),
        links: toml.links.clone(),
        is_private: heir
            .field("publish", toml.publish.as_ref(), |from| from.publish.clone(), findings)
            .is_some_and(|publish| match publish {
                VecStringOrBool::Bool(may) => !may,
                VecStringOrBool::VecString(registries) => registries.is_empty(),
            }),
        metadata: metadata(toml.metadata.as_ref(), manifest, "package"),
        targets,
        dependencies,
        features: features(manifest),
        is_member: false,
        is_default_member: false,
        name,
    })
}

/// The `supercargo` table below `metadata`.
pub(super) fn metadata(metadata: Option<&toml::Value>, manifest: &Manifest, table: &str) -> Option<Metadata> {
    let value = metadata?.get("supercargo")?.clone();
    Some(Metadata { value, span: manifest.span(&[table, "metadata", "supercargo"]) })
}

fn edition(heir: &Heir<'_>, toml: &TomlPackage, findings: &mut Findings) -> String {
    let found = heir.field("edition", toml.edition.as_ref(), |from| from.edition.clone(), findings);
    let Some(edition) = found else { return "2015".to_owned() };
    if !EDITIONS.contains(&edition.as_str()) {
        findings.push(
            Diagnostic::warning(format!(
                "`{}` has edition `{edition}`, which is not known",
                heir.manifest.file
            ))
            .at(heir.manifest.span(&["package", "edition"]))
            .hint(format!("known are `{}`", EDITIONS.join("`, `"))),
        );
    }
    edition
}

fn features(manifest: &Manifest) -> std::collections::BTreeMap<String, Vec<String>> {
    let features = manifest.value.features.iter().flatten();
    features.map(|(name, values)| (name.to_string(), values.clone())).collect()
}

fn no_targets(tree: &Tree, heir: &Heir<'_>) -> Diagnostic {
    let manifest = heir.manifest;
    let source = |name: &str| heir.dir.join(name).unwrap_or_default();
    Diagnostic::error(format!(
        "`{}` has nothing to build: there is neither `{}` nor `{}`, and no target is declared",
        manifest.file,
        source("src/lib.rs"),
        source("src/main.rs")
    ))
    .at(Span::line(manifest.file.clone(), manifest.span(&["package"]).start))
    .hints(
        absence::reason(tree, &source("src/main.rs"))
            .or_else(|| absence::reason(tree, &source("src/lib.rs"))),
    )
}
