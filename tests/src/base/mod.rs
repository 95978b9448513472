//! Images that builds start from, under the names that they have in public registries.
//!
//! The bed does not pull them: it assembles stand-ins from Debian packages and the machine's own Rust toolchain, so
//! that tests run where no registry can be reached and always on the toolchain that the workspace is built with.

mod archive;
mod certificates;
mod debian;
mod distroless;
pub mod foreign;
mod layer;
pub mod node;
mod toolchain;

use std::collections::BTreeMap;
use std::thread;

use anyhow::{Result, anyhow};
use serde_json::{Value, json};

use crate::base::archive::Archive;
use crate::base::certificates::Certificates;
use crate::base::layer::{Layer, Packed};
use crate::base::toolchain::Toolchain;
use crate::docker::Docker;
use crate::machine::apt;
use crate::place::Place;
use crate::progress::{say, step};

/// Where an image looks for programs.
const SYSTEM_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// An image: its names, its platform, its layers from the bottom up, and the `config` part of its OCI configuration.
struct Image {
    names: Vec<String>,
    platform: String,
    layers: Vec<Layer>,
    config: Value,
}

/// Makes sure that the engine has every base image, each in its present recipe.
pub fn provide(place: &Place, docker: &Docker) -> Result<()> {
    let toolchain = Toolchain::find()?;
    load(place, docker, &images(&toolchain, &Certificates::of_machine()?))
}

/// Makes sure that the engine has these images, each of one platform.
fn load(place: &Place, docker: &Docker, images: &[Image]) -> Result<()> {
    let packed = pack(place, &images.iter().collect::<Vec<_>>())?;
    let loaded = loaded(docker)?;
    for image in images {
        let archive = Archive::of(image, &packed)?;
        let missing = image.names.iter().any(|name| loaded.get(name).is_none_or(|id| !archive.has_id(id)));
        if missing {
            let doing = step(format!("loading {}", image.names.join(", ")));
            archive.load(place, docker)?;
            doing.done();
        }
    }
    Ok(())
}

/// The table of base images.
fn images(toolchain: &Toolchain, certificates: &Certificates) -> Vec<Image> {
    let rust = |suffix: &str, version: &str| format!("rust:{version}{suffix}");
    let distroless = |name: &str, layer: Layer, user: &str, workdir: &str| Image {
        names: vec![format!("gcr.io/distroless/{name}")],
        platform: own_platform(),
        layers: vec![layer],
        config: json!({
            "Env": [format!("PATH={SYSTEM_PATH}"), "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt"],
            "User": user,
            "WorkingDir": workdir,
        }),
    };
    let with_shell = |name: &str, layer: Layer| Image {
        layers: vec![layer, distroless::busybox()],
        config: json!({
            "Env": [
                format!("PATH={SYSTEM_PATH}:/busybox"),
                "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt".to_owned(),
            ],
            "User": "65532",
            "WorkingDir": "/home/nonroot",
            "Entrypoint": ["/busybox/sh"],
        }),
        ..distroless(name, distroless::busybox(), "", "")
    };
    vec![
        Image {
            names: vec![
                rust("-bookworm", &toolchain.minor()),
                rust("", &toolchain.minor()),
                rust("-bookworm", toolchain.version()),
            ],
            platform: own_platform(),
            layers: vec![debian::builder(certificates), toolchain.layer()],
            config: json!({
                "Env": [
                    format!("PATH={}:{SYSTEM_PATH}", toolchain::CARGO_BIN),
                    "RUSTUP_HOME=/usr/local/rustup",
                    "CARGO_HOME=/usr/local/cargo",
                    format!("RUST_VERSION={}", toolchain.version()),
                    // The copy of the toolchain is all there is: rustup must not try to bring another one.
                    "RUSTUP_AUTO_INSTALL=0",
                ],
                "Cmd": ["bash"],
            }),
        },
        Image {
            names: vec!["debian:bookworm-slim".into()],
            platform: own_platform(),
            layers: vec![debian::slim(certificates)],
            config: json!({ "Env": [format!("PATH={SYSTEM_PATH}")], "Cmd": ["bash"] }),
        },
        distroless("cc-debian12:latest", distroless::layer(certificates), "0", "/"),
        distroless("cc-debian12:nonroot", distroless::layer(certificates), "65532", "/home/nonroot"),
        distroless(
            "static-debian12:nonroot",
            distroless::without_libraries(certificates),
            "65532",
            "/home/nonroot",
        ),
        with_shell("cc-debian12:debug-nonroot", distroless::layer(certificates)),
        with_shell("static-debian12:debug-nonroot", distroless::without_libraries(certificates)),
    ]
}

/// Every layer of these images as a file; those that are not there yet are assembled, side by side.
fn pack(place: &Place, images: &[&Image]) -> Result<BTreeMap<String, Packed>> {
    let layers: BTreeMap<String, &Layer> =
        images.iter().flat_map(|image| &image.layers).map(|layer| (layer.id(), layer)).collect();
    let mut packed = BTreeMap::new();
    let mut absent = Vec::new();
    for (id, layer) in layers {
        match layer.packed(place)? {
            Some(file) => {
                packed.insert(id, file);
            }
            None => absent.push((id, layer)),
        }
    }
    if absent.is_empty() {
        return Ok(packed);
    }
    apt::install(apt::ASSEMBLY_TOOLS)?;
    say(format!("assembling {} layers of base images; they are kept for the next time", absent.len()));
    thread::scope(|scope| {
        let running: Vec<_> =
            absent.into_iter().map(|(id, layer)| (id, scope.spawn(move || layer.pack(place)))).collect();
        for (id, thread) in running {
            packed.insert(id, thread.join().map_err(|_| anyhow!("the assembly of a layer panicked"))??);
        }
        Ok(packed)
    })
}

/// This machine's platform in OCI's spelling.
fn own_platform() -> String {
    let architecture = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    format!("linux/{architecture}")
}

/// The ids of all images that the engine has, by name.
fn loaded(docker: &Docker) -> Result<BTreeMap<String, String>> {
    let format = "{{.Repository}}:{{.Tag}} {{.ID}}";
    let list = docker.command(["image", "ls", "--no-trunc", "--format", format]).run()?;
    let pairs = list.lines().filter_map(|line| line.split_once(' '));
    Ok(pairs.map(|(name, id)| (name.to_owned(), id.to_owned())).collect())
}
