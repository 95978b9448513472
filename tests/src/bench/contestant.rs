//! Ways to turn a Rust project into an image: one row each.

use anyhow::{Result, bail};

use super::subject::Subject;
use crate::build::Build;
use crate::docker::Docker;
use crate::image::Image;
use crate::progress::step;
use crate::project::Project;

/// The image that the others compile in: the one that Supercargo takes for a project that asks for no toolchain.
pub const BUILDER: &str = "rust:1.95-bookworm";
/// The image that all of them put the binary into.
pub const RUNTIME: &str = "gcr.io/distroless/cc-debian12:nonroot";
/// The release of cargo-chef that takes part.
pub const CARGO_CHEF: &str = "0.1.77";
/// The contestant that the others are compared with.
pub const OURS: &str = "supercargo";
/// The contestant that people know best.
pub const CHEF: &str = "cargo-chef";

/// One way to write the Dockerfile.
#[derive(Debug)]
pub struct Contestant {
    /// What it is called in the tables.
    pub name: &'static str,
    /// What it does, in a few words.
    pub about: &'static str,
    /// False for one that takes part only when it is asked for.
    pub is_usual: bool,
    /// Its Dockerfile.
    dockerfile: fn(&Kitchen, &Subject) -> String,
}

/// Every contestant.
pub const CONTESTANTS: &[Contestant] = &[
    Contestant {
        name: OURS,
        about: "one line",
        is_usual: true,
        dockerfile: |kitchen, _| format!("# syntax={}\n", kitchen.frontend),
    },
    Contestant {
        name: CHEF,
        about: "a layer of dependencies, by way of a recipe",
        is_usual: true,
        dockerfile: cargo_chef,
    },
    Contestant {
        name: "cache-mounts",
        about: "one `RUN` with cache mounts for the registry and the target directory",
        is_usual: true,
        dockerfile: cache_mounts,
    },
    Contestant { name: "naive", about: "`COPY . .` and `cargo build`", is_usual: false, dockerfile: naive },
];

/// What Dockerfiles refer to.
#[derive(Debug, Clone)]
pub struct Kitchen {
    frontend: String,
    builder: Image,
    chef: String,
    /// Keeps cache mounts and flags apart from those of any other run.
    run: String,
}

impl Contestant {
    /// Its Dockerfile for a project.
    #[must_use]
    pub fn dockerfile(&self, kitchen: &Kitchen, subject: &Subject) -> String {
        (self.dockerfile)(kitchen, subject)
    }
}

impl Kitchen {
    /// Makes sure of an image with cargo-chef in it, as cargo-chef's users start from, before any clock runs.
    pub fn prepare(docker: &Docker, frontend: String, run: String) -> Result<Self> {
        let builder = present(docker, BUILDER)?;
        present(docker, RUNTIME)?;
        let short: String = builder.id.trim_start_matches("sha256:").chars().take(12).collect();
        let chef = format!("supercargo-bench-cargo-chef:{CARGO_CHEF}-{short}");
        if Image::inspect(docker, &chef).is_err() {
            let doing = step(format!("installing cargo-chef {CARGO_CHEF} into an image"));
            let text =
                format!("FROM {BUILDER}\nRUN cargo install cargo-chef --locked --version {CARGO_CHEF}\n");
            // In an empty folder: the image needs no file of ours.
            let nothing = tempfile::tempdir()?;
            Build::new(docker, nothing.path()).dockerfile(text).tag(&chef).succeed()?;
            doing.done();
        }
        Ok(Self { frontend, builder, chef, run })
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
        let Self { frontend, chef, run, .. } = self;
        let cargo = "cargo new --quiet --vcs none /warm && cargo build --quiet --release --manifest-path /warm/Cargo.toml";
        let text = format!(
            "FROM {BUILDER} AS builder\nRUN : {run} && {cargo}\n\
             FROM {chef} AS chef\nRUN : {run} && {cargo}\n\
             FROM {RUNTIME}\n\
             COPY --from={frontend} / /frontend/\n\
             COPY --from=builder /warm/Cargo.toml /builder\n\
             COPY --from=chef /warm/Cargo.toml /chef\n"
        );
        let nothing = tempfile::tempdir()?;
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

fn cargo_chef(kitchen: &Kitchen, subject: &Subject) -> String {
    let (chef, Subject { package, binary, .. }) = (&kitchen.chef, subject);
    format!(
        "FROM {chef} AS planner\n\
         WORKDIR /src\n\
         COPY . .\n\
         RUN cargo chef prepare --recipe-path recipe.json\n\
         \n\
         FROM {chef} AS build\n\
         WORKDIR /src\n\
         COPY --from=planner /src/recipe.json .\n\
         RUN cargo chef cook --release --locked --package {package} --recipe-path recipe.json\n\
         COPY . .\n\
         RUN cargo build --release --locked --package {package} --bin {binary}\n\
         \n{}",
        runtime(binary, &format!("/src/target/release/{binary}"))
    )
}

fn cache_mounts(kitchen: &Kitchen, subject: &Subject) -> String {
    let (run, Subject { package, binary, .. }) = (&kitchen.run, subject);
    format!(
        "FROM {BUILDER} AS build\n\
         WORKDIR /src\n\
         COPY . .\n\
         RUN --mount=type=cache,id=bench-{run}-registry,target=/usr/local/cargo/registry \\\n\
         \x20   --mount=type=cache,id=bench-{run}-target,target=/src/target,sharing=locked \\\n\
         \x20   cargo build --release --locked --package {package} --bin {binary} \\\n\
         \x20   && cp target/release/{binary} /{binary}\n\
         \n{}",
        runtime(binary, &format!("/{binary}"))
    )
}

fn naive(_: &Kitchen, subject: &Subject) -> String {
    let Subject { package, binary, .. } = subject;
    format!(
        "FROM {BUILDER} AS build\n\
         WORKDIR /src\n\
         COPY . .\n\
         RUN cargo build --release --locked --package {package} --bin {binary}\n\
         \n{}",
        runtime(binary, &format!("/src/target/release/{binary}"))
    )
}

/// The last stage of every Dockerfile that is not ours.
fn runtime(binary: &str, from: &str) -> String {
    format!(
        "FROM {RUNTIME}\n\
         COPY --from=build {from} /usr/local/bin/{binary}\n\
         ENTRYPOINT [\"/usr/local/bin/{binary}\"]\n"
    )
}
