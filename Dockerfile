# Supercargo's own image: the frontend and its agent, static, on nothing.
#
#   docker buildx build --tag supercargo .
FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
# The workspace names the test bed and the fuzz targets as members. Cargo requires their files to exist, and builds
# nothing of them here.
RUN mkdir -p tests/src tests/e2e tests/fuzz/src && \
    touch tests/src/lib.rs tests/src/main.rs tests/e2e/main.rs tests/fuzz/src/lib.rs tests/fuzz/src/main.rs
# Any profile of Cargo.toml; one that compiles faster is for work on the frontend itself.
ARG PROFILE=release
# The explicit target keeps build scripts and procedural macros dynamic, as they must be, while the binaries are static.
# The target directory outlives this build, and Cargo goes by modification times: without the `touch`, sources of an
# older checkout would pass for what was compiled from a newer one.
RUN --mount=type=cache,id=supercargo-self-registry,target=/usr/local/cargo/registry \
    --mount=type=cache,id=supercargo-self-target,target=/src/target,sharing=locked \
    set -eu; \
    host="$(rustc -vV | sed -n 's/^host: //p')"; \
    find proto llb frontend -type f -exec touch {} +; \
    RUSTFLAGS='-C target-feature=+crt-static' \
        cargo build --locked --profile "$PROFILE" --target "$host" \
        --package supercargo --package supercargo-agent --package supercargo-health --package supercargo-init; \
    case "$PROFILE" in dev) folder=debug ;; *) folder="$PROFILE" ;; esac; \
    mkdir /out; \
    for binary in supercargo supercargo-agent supercargo-health supercargo-init; do \
        cp "target/$host/$folder/$binary" /out/; \
        if readelf --program-headers "/out/$binary" | grep INTERP; then \
            echo "$binary is not static" >&2; exit 1; \
        fi; \
    done; \
    # A layer records the times of its files. With one constant time, equal files give equal layers.
    touch --date=@0 /out/*

FROM scratch
COPY --from=build /out/ /
# What the engine may ask of this frontend; a word that is missing here is an error at the user's.
LABEL moby.buildkit.frontend.caps="moby.buildkit.frontend.inputs,moby.buildkit.frontend.subrequests,moby.buildkit.frontend.contexts,moby.buildkit.frontend.gitquerystring" \
      moby.buildkit.frontend.network.none="true" \
      org.opencontainers.image.title="supercargo" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0"
ENTRYPOINT ["/supercargo"]
