//! The image of the preset `npm`: Node.js, npm and what both stand on, as Debian has them.

use anyhow::{Context, Result};
use serde_json::json;

use super::certificates::Certificates;
use super::layer::Layer;
use super::{Image, SYSTEM_PATH, load};
use crate::bed::Bed;
use crate::lock::Lock;
use crate::machine::suite::Suite;

/// What the preset asks for.
const NAME: &str = "node:22-bookworm-slim";
/// Rises when the recipe changes.
const REVISION: &str = "1";
const SUITE: &str = "bookworm";
/// With all that they depend on; a shell for npm's scripts.
const PACKAGES: &[&str] = &["base-files", "ca-certificates", "coreutils", "dash", "nodejs", "npm"];
/// Only packages that are compiled would need these.
const LEFT_OUT: &[&str] = &[
    "usr/include",
    "usr/lib/python3",
    "usr/lib/python3.11",
    "usr/share/doc",
    "usr/share/info",
    "usr/share/locale",
    "usr/share/man",
    "usr/share/python3",
    "usr/share/nodejs/webpack",
];

/// Makes sure that the engine has the image. Only the tests that run npm ask for it.
pub fn provide(bed: &Bed) -> Result<()> {
    let _lock = Lock::acquire(bed.place(), "base-node")?;
    let image = Image {
        names: vec![NAME.into()],
        platform: super::own_platform(),
        layers: vec![layer(&Certificates::of_machine()?)],
        config: json!({ "Env": [format!("PATH={SYSTEM_PATH}")], "Cmd": ["node"] }),
    };
    load(bed.place(), bed.docker(), &[image])
}

fn layer(certificates: &Certificates) -> Layer {
    let inputs = vec![REVISION.into(), SUITE.into(), PACKAGES.join(" "), certificates.input()];
    let certificates = certificates.clone();
    Layer::new(
        "node",
        inputs,
        Box::new(move |place, tree| {
            Suite::open(place, SUITE)?.assemble(PACKAGES, tree)?;
            Certificates::bundle(tree, tree)?;
            certificates.install(tree)?;
            for folder in LEFT_OUT.iter().map(|folder| tree.join(folder)).filter(|folder| folder.is_dir()) {
                std::fs::remove_dir_all(&folder)
                    .with_context(|| format!("failed to leave out `{}`", folder.display()))?;
            }
            Ok(())
        }),
    )
}
