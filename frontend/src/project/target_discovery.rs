//! How Cargo finds the targets of a package.

use std::collections::BTreeSet;

use cargo_util_schemas::manifest::{TomlManifest, TomlPackageBuild, TomlTarget};

use super::target::{CargoTarget, CargoTargetKind};
use crate::absence;
use crate::diagnostic::{Diagnostic, Findings};
use crate::discover::Manifest;
use crate::name::RelPath;
use crate::tree::Tree;

/// The package whose targets are looked for.
pub(super) struct Place<'a> {
    pub(super) tree: &'a Tree,
    pub(super) manifest: &'a Manifest,
    pub(super) dir: &'a RelPath,
    pub(super) name: &'a str,
    pub(super) edition: &'a str,
}

/// Every target of the package, sorted by kind, then by name.
pub(super) fn targets(place: &Place<'_>, findings: &mut Findings) -> Vec<CargoTarget> {
    let mut targets: Vec<_> = library(place, findings).into_iter().collect();
    let has_library = !targets.is_empty();
    for family in families(&place.manifest.value) {
        targets.extend(place.family(&family, has_library, findings));
    }
    targets.extend(build_scripts(place, findings));
    targets.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name)));
    targets
}

/// The targets of one kind that may come in any number.
struct Family<'a> {
    kind: CargoTargetKind,
    declared: Option<&'a [TomlTarget]>,
    /// `autobins` and its kin.
    discover: Option<bool>,
    directory: &'static str,
}

fn families(manifest: &TomlManifest) -> Vec<Family<'_>> {
    let package = manifest.package();
    let family = |kind, declared, discover, directory| Family { kind, declared, discover, directory };
    vec![
        family(
            CargoTargetKind::Bin,
            manifest.bin.as_deref(),
            package.and_then(|package| package.autobins),
            "src/bin",
        ),
        family(
            CargoTargetKind::Example,
            manifest.example.as_deref(),
            package.and_then(|package| package.autoexamples),
            "examples",
        ),
        family(
            CargoTargetKind::Test,
            manifest.test.as_deref(),
            package.and_then(|package| package.autotests),
            "tests",
        ),
        family(
            CargoTargetKind::Bench,
            manifest.bench.as_deref(),
            package.and_then(|package| package.autobenches),
            "benches",
        ),
    ]
}

impl Place<'_> {
    fn exists(&self, path: &str) -> bool {
        self.dir.join(path).is_ok_and(|path| self.tree.is_file(&path))
    }

    fn join(&self, path: &str, kind: CargoTargetKind, findings: &mut Findings) -> Option<RelPath> {
        self.dir
            .join(path)
            .map_err(|error| {
                findings.push(
                    Diagnostic::error(format!("`{}.path` is `{path}`, which {error}", kind.as_str()))
                        .at(self.manifest.span(&[kind.as_str(), "path"])),
                );
            })
            .ok()
    }

    fn family(&self, family: &Family<'_>, has_library: bool, findings: &mut Findings) -> Vec<CargoTarget> {
        let inferred = self.inferred(family);
        let mut targets = Vec::new();
        for (index, declared) in family.declared.unwrap_or_default().iter().enumerate() {
            let name = declared.name.clone().unwrap_or_else(|| self.name.to_owned());
            if family.kind == CargoTargetKind::Bin && !is_crate_name(&name) {
                findings.push(self.name_error(family.kind, &name, index));
                continue;
            }
            let path = match declared.path.as_ref().and_then(|path| path.0.to_str()) {
                Some(path) => Some(path.to_owned()),
                None => self
                    .path_of(family, &name, &inferred, has_library)
                    .or_else(|| self.excluded_path(family, &name)),
            };
            let Some(path) = path else {
                findings.push(self.path_error(family, &name, index));
                continue;
            };
            let Some(path) = self.join(&path, family.kind, findings) else { continue };
            let excluded_by = self.excluded_by(family, &path);
            targets.push(CargoTarget { excluded_by, ..target(family.kind, name, path, Some(declared)) });
        }
        // In the first edition a declared target turns the search for others off.
        let finds_more = family.discover.unwrap_or(family.declared.is_none() || self.edition != "2015");
        if finds_more {
            let names: BTreeSet<String> = targets.iter().map(|target| target.name.clone()).collect();
            let paths: BTreeSet<RelPath> = targets.iter().map(|target| target.path.clone()).collect();
            for (name, path) in inferred {
                let Some(path) = self.join(&path, family.kind, findings) else { continue };
                if !names.contains(&name) && !paths.contains(&path) {
                    targets.push(target(family.kind, name, path, None));
                }
            }
        }
        targets
    }

    /// Names and paths of the targets that the file system implies.
    fn inferred(&self, family: &Family<'_>) -> Vec<(String, String)> {
        let mut found = Vec::new();
        if family.kind == CargoTargetKind::Bin && self.exists("src/main.rs") {
            found.push((self.name.to_owned(), "src/main.rs".to_owned()));
        }
        let Ok(directory) = self.dir.join(family.directory) else { return found };
        let names = self.tree.children(&directory).into_iter();
        // Cargo finds other names too, and rustc refuses them if they are built.
        for name in names.filter(|name| is_crate_name(name.strip_suffix(".rs").unwrap_or(name))) {
            let Ok(path) = directory.join(name) else { continue };
            let is_directory = self.tree.is_directory(&path) && !self.tree.is_link(&path);
            let main = format!("{}/{name}/main.rs", family.directory);
            match name.strip_suffix(".rs") {
                _ if is_directory && self.exists(&main) => found.push((name.to_owned(), main)),
                Some(stem) if !is_directory => {
                    found.push((stem.to_owned(), format!("{}/{name}", family.directory)));
                }
                _ => {}
            }
        }
        found
    }

    fn path_of(
        &self,
        family: &Family<'_>,
        name: &str,
        inferred: &[(String, String)],
        has_library: bool,
    ) -> Option<String> {
        let mut matching = inferred.iter().filter(|(found, _)| found == name).map(|(_, path)| path);
        match (matching.next(), matching.next()) {
            (Some(path), None) => Some(path.clone()),
            _ if self.edition == "2015" => self.legacy_path(family.kind, name, has_library),
            _ => None,
        }
    }

    /// The usual path of a target that no image needs, if the ignore file excludes it.
    fn excluded_path(&self, family: &Family<'_>, name: &str) -> Option<String> {
        let path = format!("{}/{name}.rs", family.directory);
        self.excluded_by(family, &self.dir.join(&path).ok()?).map(|_| path)
    }

    /// Which line excludes the source of a target that no image needs.
    fn excluded_by(&self, family: &Family<'_>, path: &RelPath) -> Option<String> {
        if family.kind == CargoTargetKind::Bin || self.tree.is_file(path) {
            return None;
        }
        self.tree.ignore_file().excluded(path).map(|excluded| excluded.sentence(path))
    }

    /// Where the first edition looked besides.
    fn legacy_path(&self, kind: CargoTargetKind, name: &str, has_library: bool) -> Option<String> {
        let mut candidates = Vec::new();
        match kind {
            CargoTargetKind::Bin => {
                if !has_library {
                    candidates.push(format!("src/{name}.rs"));
                }
                candidates.extend(["src/main.rs".to_owned(), "src/bin/main.rs".to_owned()]);
            }
            CargoTargetKind::Bench if name == "bench" => candidates.push("src/bench.rs".to_owned()),
            _ => {}
        }
        candidates.into_iter().find(|path| self.exists(path))
    }

    fn name_error(&self, kind: CargoTargetKind, name: &str, index: usize) -> Diagnostic {
        let kind = kind.as_str();
        Diagnostic::error(format!(
            "`{}` declares the {kind} `{name}`, which is not a valid name",
            self.manifest.file
        ))
        .at(self.manifest.item_span(&[kind], index))
        .hint("A name consists of letters, digits, `-` and `_`: rustc compiles no crate of another name.")
    }

    fn path_error(&self, family: &Family<'_>, name: &str, index: usize) -> Diagnostic {
        let kind = family.kind.as_str();
        let directory = family.directory;
        let error = Diagnostic::error(format!(
            "`{}` declares the {kind} `{name}`, but there is neither `{directory}/{name}.rs` nor \
             `{directory}/{name}/main.rs`, or there are both",
            self.manifest.file
        ))
        .at(self.manifest.item_span(&[kind], index));
        let file = self.dir.join(&format!("{directory}/{name}.rs")).ok();
        match file.and_then(|file| absence::reason(self.tree, &file)) {
            Some(reason) => error.hint(reason),
            None => error.hint(format!("say where its source is: `path = \"…\"` in `[[{kind}]]`")),
        }
    }
}

/// Whether rustc compiles a target of that name; Cargo gives it `_` for `-`.
fn is_crate_name(name: &str) -> bool {
    !name.is_empty()
        && name.chars().all(|character| character.is_alphanumeric() || matches!(character, '-' | '_'))
}

fn target(kind: CargoTargetKind, name: String, path: RelPath, declared: Option<&TomlTarget>) -> CargoTarget {
    let declared_types = declared.and_then(TomlTarget::crate_types).filter(|types| !types.is_empty());
    let crate_types = match declared_types {
        Some(types) if kind == CargoTargetKind::Example => types.clone(),
        _ => vec!["bin".to_owned()],
    };
    let required_features =
        declared.and_then(|declared| declared.required_features.clone()).unwrap_or_default();
    let by_default = matches!(kind, CargoTargetKind::Bin | CargoTargetKind::Test);
    let is_tested = declared.and_then(|declared| declared.test).unwrap_or(by_default);
    CargoTarget { kind, name, path, crate_types, required_features, is_tested, excluded_by: None }
}

fn library(place: &Place<'_>, findings: &mut Findings) -> Option<CargoTarget> {
    let declared = place.manifest.value.lib.as_ref();
    let is_found = place.exists("src/lib.rs");
    let discover = place.manifest.value.package().and_then(|package| package.autolib).unwrap_or(true);
    if declared.is_none() && !(is_found && discover) {
        return None;
    }
    let name = declared.and_then(|lib| lib.name.clone()).unwrap_or_else(|| place.name.replace('-', "_"));
    if !is_crate_name(&name) {
        findings.push(place.name_error(CargoTargetKind::Lib, &name, 0));
        return None;
    }
    let written = declared.and_then(|lib| lib.path.as_ref()).and_then(|path| path.0.to_str());
    let legacy = format!("src/{name}.rs");
    let path = match written {
        Some(path) => path.to_owned(),
        None if is_found => "src/lib.rs".to_owned(),
        None if place.edition == "2015" && place.exists(&legacy) => legacy,
        None => {
            findings.push(
                Diagnostic::error(format!(
                    "`{}` declares a library, but there is no `src/lib.rs`",
                    place.manifest.file
                ))
                .at(place.manifest.span(&["lib"]))
                .hint("say where its source is: `path = \"…\"` in `[lib]`"),
            );
            return None;
        }
    };
    let crate_types = match declared {
        Some(lib) if lib.proc_macro() == Some(true) => Some(vec!["proc-macro".to_owned()]),
        Some(lib) => lib.crate_types().filter(|types| !types.is_empty()).cloned(),
        None => None,
    };
    let path = place.join(&path, CargoTargetKind::Lib, findings)?;
    let crate_types = crate_types.unwrap_or_else(|| vec!["lib".to_owned()]);
    let is_tested = declared.and_then(|lib| lib.test).unwrap_or(true);
    let required_features = Vec::new();
    let kind = CargoTargetKind::Lib;
    Some(CargoTarget { kind, name, path, crate_types, required_features, is_tested, excluded_by: None })
}

fn build_scripts(place: &Place<'_>, findings: &mut Findings) -> Vec<CargoTarget> {
    let package = place.manifest.value.package();
    let scripts = match package.and_then(|package| package.build.as_ref()) {
        Some(TomlPackageBuild::SingleScript(script)) => vec![script.clone()],
        Some(TomlPackageBuild::MultipleScript(scripts)) => scripts.clone(),
        Some(TomlPackageBuild::Auto(true)) => vec!["build.rs".to_owned()],
        None if place.exists("build.rs") => vec!["build.rs".to_owned()],
        Some(TomlPackageBuild::Auto(false)) | None => Vec::new(),
    };
    scripts
        .into_iter()
        .filter_map(|script| {
            let path = place.join(&script, CargoTargetKind::BuildScript, findings)?;
            let stem =
                path.file_name().map(|name| name.strip_suffix(".rs").unwrap_or(name)).unwrap_or_default();
            let name = format!("build-script-{stem}");
            Some(CargoTarget { name, ..target(CargoTargetKind::BuildScript, String::new(), path, None) })
        })
        .collect()
}
