//! Facts to decisions: everything that one build for one platform will do, as plain data.
//!
//! The plan is the hinge. Above it the words are Cargo's, below it BuildKit's; it names no vertex and does no I/O, it
//! can be printed and compared, and every choice carries its reason.

pub mod access;
pub mod caches;
pub mod cargo;
pub mod command;
mod compile;
pub mod cross;
mod debug;
pub mod files;
pub mod git;
pub mod health;
mod image_keys;
pub mod images;
mod include;
pub mod last;
pub mod libc;
pub mod linker;
pub mod lock;
mod mode;
pub mod mount_id;
pub mod native;
mod parts;
pub mod paths;
pub mod program;

pub mod resolution;
pub mod runtime;
mod rustflags;
pub mod sbom;
pub mod sccache;
mod secrets;
pub mod select;
pub mod subject;
pub mod target;
pub mod task;
pub mod tool;
pub mod toolchain;
pub mod triple;
pub mod trunk;
pub mod tuning;
pub mod vendor;

use std::collections::{BTreeMap, BTreeSet};

use buildkit_llb::Platform;
use serde::{Serialize, Serializer};

use crate::config::{BuildNetwork, CacheTrust, Config, Layers, Origin, When};
use crate::context;
use crate::diagnostic::{Checked, Findings, Span};
use crate::name::RelPath;
use crate::options::Options;
use crate::project::{Package, Project};
use crate::skeleton::{self, Form, Selection, Skeleton, SourceView};
use crate::tree::Tree;

use access::Access;
use caches::{Caches, Namespace};
use cargo::Invocation;
use cross::Cross;
use last::LastStep;
use linker::Linker;
use lock::Resolution;
use mount_id::MountIds;
use native::Native;
use parts::Parts;
use runtime::Runtime;
use sbom::Sbom;
use sccache::Sccache;
use target::Goal;
use task::Task;
use toolchain::Toolchain;
use triple::Names;
use tuning::Tuning;

/// A value and why it was chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Chosen<T> {
    /// The value.
    pub value: T,
    /// The reason, as a fragment: a file and line, a flag, or what was detected.
    pub because: String,
}

impl<T> Chosen<T> {
    /// A value that the user set.
    #[must_use]
    pub fn set(value: T, origin: &Origin) -> Self {
        Self { value, because: origin.to_string() }
    }
}

/// Everything that one build for one platform does.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BuildPlan {
    /// The platform of the image; that of the steps is another one where [`Invocation::cross`] says so.
    #[serde(serialize_with = "displayed")]
    pub platform: Platform,
    /// The package.
    pub package: Chosen<String>,
    /// The binaries of the image; the compile may make more, see [`Invocation::binaries`].
    pub binaries: Chosen<Vec<String>>,
    /// The compiler.
    pub toolchain: Toolchain,
    /// The triple, where it is not that of the platform with glibc.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<Chosen<String>>,
    /// The packages of the system.
    #[serde(skip_serializing_if = "Native::is_empty")]
    pub native: Native,
    /// What all cargo commands have in common.
    pub cargo: Invocation,
    /// Keys of Cargo's profile that the configuration sets.
    #[serde(skip_serializing_if = "Tuning::is_empty")]
    pub profile: Tuning,
    /// What links, if the configuration says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub linker: Option<Linker>,
    /// The network of the compile steps, if they have one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network: Option<Chosen<BuildNetwork>>,
    /// How many compilers run at once, if somebody says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jobs: Option<Chosen<u32>>,
    /// What the last compile is given and no dependency sees.
    #[serde(skip_serializing_if = "LastStep::is_empty")]
    pub last: LastStep,
    /// Commands of the user's own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<Task>,
    /// The dependencies.
    pub dependencies: Dependencies,
    /// The sources.
    pub source: Source,
    /// The cache mounts.
    pub caches: Caches,
    /// Where else compiled code is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sccache: Option<Chosen<Sccache>>,
    /// What `[fetch]` may need to be let in.
    #[serde(skip_serializing_if = "Access::is_empty")]
    pub access: Access,
    /// The ids of the secrets that the last compile reads.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub secrets: BTreeSet<String>,
    /// The image, if one comes out.
    #[serde(skip_serializing_if = "Runtime::is_of_nothing")]
    pub runtime: Runtime,
    /// What Cargo is asked with for a bill of materials, if that is what was asked for.
    #[serde(skip)]
    pub sbom: Option<Sbom>,
    /// The lines that a failing compile points at.
    #[serde(skip)]
    pub anchor: Option<Span>,
}

/// How the dependencies are compiled.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Dependencies {
    /// `flattened`, or why not.
    pub form: String,
    /// True where there is no skeleton: then the crates to download are those that the sources name.
    #[serde(skip_serializing_if = "is_false")]
    pub from_sources: bool,
    /// The skeleton's files.
    #[serde(serialize_with = "as_text")]
    pub files: BTreeMap<RelPath, Vec<u8>>,
    /// The names of its synthetic packages.
    pub stubs: Vec<String>,
    /// Which of its targets are compiled.
    pub selection: Vec<String>,
    /// Directories of the context whose real files are laid over it.
    #[serde(serialize_with = "all_displayed")]
    pub patched: BTreeSet<RelPath>,
    /// Files from which the index is completed, if the user's lockfile names more than the skeleton's.
    #[serde(serialize_with = "names_of", skip_serializing_if = "Option::is_none")]
    pub index: Option<BTreeMap<RelPath, Vec<u8>>>,
    /// What that may need to be let in.
    #[serde(skip_serializing_if = "Access::is_empty")]
    pub index_access: Access,
}

/// What the last compile reads of the context.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Source {
    /// Directories that are left out.
    #[serde(serialize_with = "all_displayed")]
    pub excluded: BTreeSet<RelPath>,
    /// Patterns of files in them that are taken all the same.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub included: Vec<String>,
    /// Files laid over the context.
    #[serde(serialize_with = "as_text")]
    pub overlays: BTreeMap<RelPath, Vec<u8>>,
    /// The files of Cargo's configuration.
    #[serde(skip)]
    pub configuration: Vec<RelPath>,
}

/// What the planner needs to know of the build besides project and configuration.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The options.
    pub options: &'a Options,
    /// The homes of the configuration.
    pub layers: &'a Layers,
    /// What the build ends with.
    pub goal: &'a Goal,
    /// The platform to plan for.
    pub platform: &'a Platform,
    /// The platform that the steps run on.
    pub builder: &'a Platform,
    /// A lockfile that the context lacks, made for this build.
    pub generated_lockfile: Option<&'a str>,
    /// The user's own, if it has to be brought up to date; then the project counts as having none.
    pub outdated_lockfile: Option<&'a [u8]>,
    /// The names of the context's files.
    pub names: &'a Tree,
}

/// A plan, or what is missing for one.
#[derive(Clone, Debug, PartialEq)]
pub enum Planned {
    /// The plan.
    Ready(Box<BuildPlan>),
    /// There is no lockfile, or none that counts: Cargo must write it first.
    NeedsLockfile(Box<Resolution>),
}

/// Plans the build for one platform.
///
/// Errors: an ambiguous or unknown package, binary or feature; a toolchain that has no image or is too old; a
/// platform that Rust does not know.
pub fn plan(project: &Project, request: Request<'_>) -> Checked<Planned> {
    let Request { options, layers, goal, platform, builder, .. } = request;
    let mut findings = Findings::default();
    let Some(subject) = findings.take(subject::choose(project, layers, goal)) else { return findings.fail() };
    let config = &subject.config;
    let cargo_config = project.cargo_config.as_ref();
    let Some((host, target)) = findings.take(triples(builder, platform)) else { return findings.fail() };
    let Some(asked) = findings.take(libc::choose(target.gnu, config, cargo_config)) else {
        return findings.fail();
    };
    let triple = asked.as_ref().map_or(target.gnu, |asked| asked.value.as_str());
    let selection =
        subject.selection(project, (triple, libc::host(host.gnu, config.toolchain_image.as_ref())));
    // What another platform needs is a step of its own.
    let because = asked.as_ref().filter(|_| host == target).map(|asked| asked.because.as_str());
    let Some(toolchain) = findings.take(toolchain_for(project, config, options, &selection, because)) else {
        return findings.fail();
    };
    let Some(parts) = findings.take(parts::choose(project, &selection, request)) else {
        return findings.fail();
    };
    let Parts { mut view, dependencies, access, without_layer } = parts;
    let Some(dependencies) = dependencies else {
        let needed = lock::resolution(project, config, request, toolchain, &view);
        let Some(needed) = findings.take(needed) else { return findings.fail() };
        return findings.finish(Planned::NeedsLockfile(Box::new(needed)));
    };
    let Some(locals) = findings.take(needed(project, &selection)) else { return findings.fail() };
    let Some(given) = findings.take(compile::choose(config, project, request, &locals, &mut view)) else {
        return findings.fail();
    };
    let linkage = libc::statically_linked(triple, &skeleton::target_flags(project, &selection));
    let Some(runtime) = findings.take(subject.runtime(request, linkage.as_deref())) else {
        return findings.fail();
    };
    let mounts =
        MountIds::new(options, Namespace::of(config, project, context::repository(options).as_deref()));
    let trust = config.cache_trust.as_ref().map(|trust| trust.value).unwrap_or_default();
    let sccache = config.sccache.as_ref().filter(|_| trust == CacheTrust::Project);
    let Some(sccache) = findings.take(sccache::choose(sccache, &mounts)) else {
        return findings.fail();
    };
    let image = toolchain.name();
    let identity = caches::Identity { image: &image, triple, profile: &selection.profile };
    let cross = Cross::of((builder, host, &selection.host), (target, triple), cargo_config);
    findings.extend(subject.cannot_run(cross.as_ref()));
    let native = native::of(project, &selection, config, &runtime.base.value, cross.as_ref());
    let Some(native) = findings.take(native) else { return findings.fail() };
    let native = if goal.compiles() { native } else { Native::default() };
    let runtime = Runtime { has_libraries: !native.is_empty(), ..runtime.with_symbols(&subject.tuning) };
    let mode = mode::choose(config, without_layer.as_deref(), goal, &mut findings);
    let plan = BuildPlan {
        platform: platform.clone(),
        sbom: sbom::choose(project, &view, goal),
        access,
        secrets: findings.take(secrets::choose(config.build.secrets.as_ref())).unwrap_or_default(),
        caches: caches::choose(&mounts, (subject.command, subject.owner()), (mode, trust), identity),
        cargo: subject.invocation(project, &selection, view.locked, (given.variables, cross)),
        target: asked,
        network: compile::network(&config.build),
        jobs: compile::jobs(&config.build, project),
        last: given.last,
        tasks: given.tasks,
        dependencies,
        anchor: subject.anchor(),
        source: Source {
            excluded: view.excluded,
            included: given.included,
            overlays: view.overlays,
            configuration: cargo_config.map(|config| config.files.clone()).unwrap_or_default(),
        },
        package: Chosen { value: subject.name(), because: subject.because },
        binaries: subject.binaries,
        profile: subject.tuning,
        linker: subject.linker,
        toolchain,
        native,
        sccache: sccache.filter(|_| goal.compiles()),
        runtime,
    };
    findings.finish(Planned::Ready(Box::new(plan)))
}

/// The local packages that `selection` needs.
fn needed<'a>(project: &'a Project, selection: &Selection) -> Checked<Vec<&'a Package>> {
    let mut findings = Findings::default();
    let Some(needed) = findings.take(skeleton::closure(project, selection)) else { return findings.fail() };
    findings.finish(needed.iter().filter_map(|directory| project.packages.get(directory)).collect())
}

/// The compiler of everything that `selection` needs; `because` is why it compiles for another target than the usual.
fn toolchain_for(
    project: &Project,
    config: &Config,
    options: &Options,
    selection: &Selection,
    because: Option<&str>,
) -> Checked<Toolchain> {
    let mut findings = Findings::default();
    let Some(packages) = findings.take(needed(project, selection)) else { return findings.fail() };
    let chosen = toolchain::choose(project, config, options, &selection.host, &packages);
    let Some(mut toolchain) = findings.take(chosen) else { return findings.fail() };
    if let Some(because) = because {
        toolchain.need_target(&selection.target, &selection.host, because);
    }
    findings.finish(toolchain)
}

/// The names of the platform that steps run on and of the one that they compile for.
fn triples(builder: &Platform, platform: &Platform) -> Checked<(&'static Names, &'static Names)> {
    let target = triple::names_of(platform).map_err(|error| vec![error])?;
    let host = triple::names_of(builder).map_err(|error| vec![error])?;
    Findings::default().finish((host, target))
}

impl BuildPlan {
    /// The platform that the steps run on.
    #[must_use]
    pub fn builder(&self) -> &Platform {
        self.cargo.cross.as_ref().map_or(&self.platform, |cross| &cross.builder)
    }

    /// Paths of the sources that dependencies are compiled from, too.
    #[must_use]
    pub fn pinned(&self) -> Vec<String> {
        let early = self.tasks.iter().filter(|task| task.when == When::BeforeDeps);
        let made = early.flat_map(|task| task.sources().map(|(_, to)| to));
        self.dependencies.patched.iter().chain(made).map(|path| path.as_str().to_owned()).collect()
    }
}

impl Dependencies {
    fn of(project: &Project, skeleton: Skeleton, view: &SourceView) -> Self {
        let mut patched = skeleton.patched;
        patched.extend(skeleton.referenced);
        Self {
            form: match skeleton.form {
                Form::Flattened => "flattened".to_owned(),
                Form::PerMember { because } => format!("per member, because {because}"),
            },
            from_sources: false,
            files: skeleton.files,
            stubs: skeleton.stubs,
            selection: skeleton.arguments,
            patched,
            index: view.needs_index.then(|| resolution::files(project, view)),
            index_access: match &project.lockfile {
                Some(lockfile) if view.needs_index => Access::of_lockfile(project, lockfile.text.as_bytes()),
                _ => Access::default(),
            },
        }
    }

    /// The lockfile that `[fetch]` downloads: the skeleton's, or the project's own where there is no skeleton.
    fn lockfile(&self, project: &Project) -> Vec<u8> {
        let own = || project.lockfile.as_ref().map(|lockfile| lockfile.text.clone().into_bytes());
        let skeleton = self.files.iter().find(|(path, _)| path.as_str() == "Cargo.lock");
        skeleton.map(|(_, text)| text.clone()).or_else(own).unwrap_or_default()
    }

    /// Those of a project for which no skeleton can stand.
    fn of_sources(because: &str) -> Self {
        Self { from_sources: true, ..Self::none(because) }
    }

    /// Those of a command that has no use for any.
    fn none(because: &str) -> Self {
        Self {
            form: format!("none, because {because}"),
            from_sources: false,
            files: BTreeMap::new(),
            stubs: Vec::new(),
            selection: Vec::new(),
            patched: BTreeSet::new(),
            index: None,
            index_access: Access::default(),
        }
    }
}

pub(in crate::plan) fn displayed<S: Serializer>(value: &Platform, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

fn all_displayed<S: Serializer>(values: &BTreeSet<RelPath>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(values.iter().map(ToString::to_string))
}

fn as_text<S: Serializer>(files: &BTreeMap<RelPath, Vec<u8>>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(
        files.iter().map(|(path, contents)| (path.to_string(), String::from_utf8_lossy(contents))),
    )
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature is serde's")]
fn is_false(value: &bool) -> bool {
    !value
}

/// The files' contents are the user's own and long, so a printed plan only names them.
#[expect(clippy::ref_option, reason = "the signature is serde's")]
fn names_of<S: Serializer>(
    files: &Option<BTreeMap<RelPath, Vec<u8>>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(files.iter().flatten().map(|(path, _)| path.to_string()))
}
