//! Ways to turn a Rust project into an image: one row each.

use std::collections::BTreeMap;

use anyhow::{Context, Result, anyhow, bail};

use super::dockerfile;
use super::subject::Subject;
use super::tool::{self, Tool};
use crate::build::Build;
use crate::docker::Docker;
use crate::image::Image;
use crate::progress::{say, step};
use crate::project::Project;

/// The image that the others compile in: the one that Supercargo takes for a project that asks for no toolchain.
pub const BUILDER: &str = "rust:1.95-bookworm";
/// The image that all of them put the binary into.
pub const RUNTIME: &str = "gcr.io/distroless/cc-debian12:nonroot";
/// The contestant that the others are compared with.
pub const OURS: &str = "supercargo";
/// The contestant that people know best.
pub const CHEF: &str = "cargo-chef";
/// The contestant that shows what is possible.
pub const HOST: &str = "host";

/// One way to build.
#[derive(Debug)]
pub struct Contestant {
    /// What it is called in the tables.
    pub name: &'static str,
    /// What it does, in a few words.
    pub about: &'static str,
    /// False for one that takes part only when it is asked for.
    pub is_usual: bool,
    /// How.
    pub way: Way,
    /// What it needs in its image.
    pub tool: Option<&'static Tool>,
}

/// How a contestant builds.
#[derive(Debug, Clone, Copy)]
pub enum Way {
    /// An image, from this Dockerfile.
    Image(fn(&Kitchen, &Subject) -> Result<String>),
    /// A binary, on the machine itself.
    Host,
}

/// Every contestant.
pub const CONTESTANTS: &[Contestant] = &[
    Contestant {
        name: OURS,
        about: "one line",
        is_usual: true,
        way: Way::Image(|kitchen, _| Ok(dockerfile::supercargo(kitchen))),
        tool: None,
    },
    Contestant {
        name: CHEF,
        about: "a layer of dependencies, by way of a recipe",
        is_usual: true,
        way: Way::Image(dockerfile::cargo_chef),
        tool: Some(&tool::CARGO_CHEF),
    },
    Contestant {
        name: "cache-mounts",
        about: "one `RUN` with cache mounts for the registry and the target directory",
        is_usual: false,
        way: Way::Image(|kitchen, subject| Ok(dockerfile::cache_mounts(kitchen, subject))),
        tool: None,
    },
    Contestant {
        name: "two-step",
        about: "manifests and an empty `main.rs` first, then the sources",
        is_usual: false,
        way: Way::Image(|_, subject| dockerfile::two_step(subject)),
        tool: None,
    },
    Contestant {
        name: "build-dependencies",
        about: "the same with `cargo build-dependencies`",
        is_usual: false,
        way: Way::Image(dockerfile::build_dependencies),
        tool: Some(&tool::BUILD_DEPENDENCIES),
    },
    Contestant {
        name: "sccache",
        about: "one `RUN` with sccache, its store and the registry in cache mounts",
        is_usual: false,
        way: Way::Image(dockerfile::sccache),
        tool: Some(&tool::SCCACHE),
    },
    Contestant {
        name: "naive",
        about: "`COPY . .` and `cargo build`",
        is_usual: false,
        way: Way::Image(|_, subject| Ok(dockerfile::naive(subject))),
        tool: None,
    },
    Contestant {
        name: HOST,
        about: "`cargo build --release` on the machine itself, no image: the limit",
        is_usual: true,
        way: Way::Host,
        tool: None,
    },
];

/// The contestant of this name.
pub fn named(name: &str) -> Result<&'static Contestant> {
    CONTESTANTS.iter().find(|contestant| contestant.name == name).with_context(|| {
        let names: Vec<&str> = CONTESTANTS.iter().map(|contestant| contestant.name).collect();
        format!("no contestant is called `{name}`; there are {}", names.join(", "))
    })
}

/// What Dockerfiles refer to.
#[derive(Debug, Clone)]
pub struct Kitchen {
    frontend: String,
    builder: Image,
    /// The images with a tool, or why there is none.
    tools: BTreeMap<&'static str, Result<String, String>>,
    /// Keeps cache mounts and flags apart from those of any other run.
    run: String,
}

impl Kitchen {
    /// Makes sure of the images with the contestants' tools in them before any clock runs.
    pub fn prepare(
        docker: &Docker,
        frontend: String,
        run: String,
        contestants: &[&'static Contestant],
    ) -> Result<Self> {
        let builder = present(docker, BUILDER)?;
        present(docker, RUNTIME)?;
        let mut tools = BTreeMap::new();
        for tool in contestants.iter().filter_map(|contestant| contestant.tool) {
            let image = tool.image(docker, &builder).map_err(|error| format!("{error:#}"));
            if let Err(error) = &image {
                say(format!("{} cannot be had: {error}", tool.name));
            }
            tools.insert(tool.name, image);
        }
        Ok(Self { frontend, builder, tools, run })
    }

    /// The same with mounts and flags that nothing was kept under yet.
    #[must_use]
    pub fn renewed(&self, part: &str) -> Self {
        Self { run: format!("{}_{part}", self.run), ..self.clone() }
    }

    /// The image of [`BUILDER`].
    #[must_use]
    pub fn builder(&self) -> &Image {
        &self.builder
    }

    /// The frontend's image.
    #[must_use]
    pub fn frontend(&self) -> &str {
        &self.frontend
    }

    /// A name that no other run has.
    #[must_use]
    pub fn run(&self) -> &str {
        &self.run
    }

    /// The image of the builder with a tool.
    pub fn tool(&self, tool: &Tool) -> Result<&str> {
        let image = self.tools.get(tool.name).with_context(|| format!("nobody asked for {}", tool.name))?;
        image.as_deref().map_err(|error| anyhow!("{} cannot be had: {error}", tool.name))
    }

    /// Every image that a contestant starts from, besides the base images of the bed.
    #[must_use]
    pub fn images(&self) -> Vec<&str> {
        let tools = self.tools.values().filter_map(|image| image.as_deref().ok());
        std::iter::once(self.frontend()).chain(tools).collect()
    }

    /// Gives a copy of a project a compiler flag that changes nothing but that no other run has: nothing that an
    /// earlier run compiled can be taken for this one's.
    pub fn set_apart(&self, project: &Project) -> Result<()> {
        let file = ".cargo/config.toml";
        if project.path().join(file).exists() {
            bail!(
                "a project with a `{file}` of its own needs an empty cache for its cold build: add `--prune`"
            );
        }
        project.write(file, format!("[build]\nrustflags = [\"--cfg\", \"bench_{}\"]\n", self.run))
    }

    /// Compiles something in every image that a contestant starts from, so that nobody pays for unpacking them or for
    /// reading the toolchain from the disk the first time.
    pub fn warm_up(&self, docker: &Docker) -> Result<()> {
        let doing = step("warming up the base images");
        let Self { frontend, run, .. } = self;
        let builders = std::iter::once(BUILDER).chain(self.images().into_iter().skip(1));
        let stage = |(number, image): (usize, &str)| {
            format!(
                "FROM {image} AS warm{number}\nRUN : {run} && cargo new --quiet --vcs none /warm && \
                 cargo build --quiet --release --manifest-path /warm/Cargo.toml\n"
            )
        };
        let stages: Vec<String> = builders.enumerate().map(stage).collect();
        let copy = |(number, _)| format!("COPY --from=warm{number} /warm/Cargo.toml /warm{number}\n");
        let copies = stages.iter().enumerate().map(copy).collect::<String>();
        let stages = stages.concat();
        let text = format!("{stages}FROM {RUNTIME}\nCOPY --from={frontend} / /frontend/\n{copies}");
        let nothing = tempfile::tempdir().context("failed to create an empty folder")?;
        Build::new(docker, nothing.path()).dockerfile(text).succeed()?;
        doing.done();
        Ok(())
    }
}

/// An image that the engine has; on an engine of somebody else it may have to be pulled first.
fn present(docker: &Docker, reference: &str) -> Result<Image> {
    if let Ok(image) = Image::inspect(docker, reference) {
        return Ok(image);
    }
    let doing = step(format!("pulling {reference}"));
    docker.command(["pull", "--quiet", reference]).run()?;
    doing.done();
    Image::inspect(docker, reference)
}
