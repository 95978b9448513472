//! The Dockerfiles that people write, as an expert would write them for one binary.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Result;

use super::contestant::{BUILDER, Kitchen, RUNTIME};
use super::mark;
use super::subject::Subject;

/// Ours. The namespace gives it mounts that no earlier run has filled: procedural macros and build scripts do not get the
/// flag that sets the copies of a project apart.
pub(super) fn supercargo(kitchen: &Kitchen) -> String {
    format!("# syntax={}\n[cache]\nnamespace = \"{}\"\n", kitchen.frontend(), kitchen.run())
}

pub(super) fn cargo_chef(kitchen: &Kitchen, subject: &Subject) -> Result<String> {
    let (chef, Subject { package, binary, .. }) = (kitchen.tool(&super::tool::CARGO_CHEF)?, subject);
    Ok(format!(
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
    ))
}

pub(super) fn cache_mounts(kitchen: &Kitchen, subject: &Subject) -> String {
    let (run, Subject { package, binary, .. }) = (kitchen.run(), subject);
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

/// Manifests first, with an empty file for each target, then the sources.
pub(super) fn two_step(subject: &Subject) -> Result<String> {
    let Subject { package, binary, .. } = subject;
    Ok(format!(
        "FROM {BUILDER} AS build\n\
         WORKDIR /src\n\
         {}\
         RUN cargo build --release --locked --package {package} --bin {binary}\n\
         COPY . .\n\
         # Cargo believes the older time of the real sources otherwise, and ships the empty ones.\n\
         RUN find . -name '*.rs' -not -path './target/*' -exec touch {{}} +\n\
         RUN cargo build --release --locked --package {package} --bin {binary}\n\
         \n{}",
        skeleton(subject)?,
        runtime(binary, &format!("/src/target/release/{binary}"))
    ))
}

pub(super) fn build_dependencies(kitchen: &Kitchen, subject: &Subject) -> Result<String> {
    let (tool, Subject { package, binary, .. }) = (kitchen.tool(&super::tool::BUILD_DEPENDENCIES)?, subject);
    Ok(format!(
        "FROM {tool} AS build\n\
         WORKDIR /src\n\
         {}\
         RUN cargo build-dependencies --release\n\
         COPY . .\n\
         RUN find . -name '*.rs' -not -path './target/*' -exec touch {{}} +\n\
         RUN cargo build --release --locked --package {package} --bin {binary}\n\
         \n{}",
        skeleton(subject)?,
        runtime(binary, &format!("/src/target/release/{binary}"))
    ))
}

pub(super) fn sccache(kitchen: &Kitchen, subject: &Subject) -> Result<String> {
    let (tool, run, Subject { package, binary, .. }) =
        (kitchen.tool(&super::tool::SCCACHE)?, kitchen.run(), subject);
    Ok(format!(
        "FROM {tool} AS build\n\
         WORKDIR /src\n\
         ENV RUSTC_WRAPPER=sccache SCCACHE_DIR=/sccache CARGO_INCREMENTAL=0\n\
         COPY . .\n\
         RUN --mount=type=cache,id=bench-{run}-sccache-registry,target=/usr/local/cargo/registry \\\n\
         \x20   --mount=type=cache,id=bench-{run}-sccache,target=/sccache \\\n\
         \x20   cargo build --release --locked --package {package} --bin {binary}\n\
         \n{}",
        runtime(binary, &format!("/src/target/release/{binary}"))
    ))
}

pub(super) fn naive(subject: &Subject) -> String {
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

/// The manifests, and a file for each target that compiles to nothing.
fn skeleton(subject: &Subject) -> Result<String> {
    let mut lines = vec!["COPY Cargo.toml Cargo.lock ./".to_owned()];
    for manifest in &subject.manifests {
        let path = mark::in_utf8(manifest)?;
        if path != "Cargo.toml" {
            lines.push(format!("COPY {path} {path}"));
        }
    }
    // A compiler flag of the project's counts for its dependencies as well.
    lines.push("COPY .carg[o] .cargo/".to_owned());
    let folders: BTreeSet<&Path> = subject.stubs.iter().filter_map(|file| file.parent()).collect();
    let folders: Vec<&str> = folders.into_iter().map(mark::in_utf8).collect::<Result<_>>()?;
    let files: Vec<&str> = subject.stubs.iter().map(|file| mark::in_utf8(file)).collect::<Result<_>>()?;
    lines.push(format!(
        "RUN mkdir -p ./{} && for file in {}; do echo 'fn main() {{}}' > $file; done",
        folders.join(" ./"),
        files.join(" ")
    ));
    Ok(lines.join("\n") + "\n")
}

/// The last stage of every Dockerfile that is not ours.
fn runtime(binary: &str, from: &str) -> String {
    format!(
        "FROM {RUNTIME}\n\
         COPY --from=build {from} /usr/local/bin/{binary}\n\
         ENTRYPOINT [\"/usr/local/bin/{binary}\"]\n"
    )
}
