//! The machine's own Rust toolchain, laid out as Rust's official images have it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::layer::Layer;
use crate::process::{Cmd, find_program};

/// Rises when the recipe changes.
const REVISION: &str = "1";
/// Where `cargo` is in the image.
pub(super) const CARGO_BIN: &str = "/usr/local/cargo/bin";
/// What an official image does not bring either.
const LEFT_OUT: &[&str] = &["doc", "man", "zsh", "bash-completion"];

/// A toolchain of this machine.
#[derive(Debug, Clone)]
pub(super) struct Toolchain {
    sysroot: PathBuf,
    rustup: Option<PathBuf>,
    about: String,
    version: String,
    host: String,
}

impl Toolchain {
    /// The toolchain that builds the workspace.
    pub(super) fn find() -> Result<Self> {
        let rustc = || Cmd::new("rustc").current_dir(crate::place::workspace_root());
        let sysroot = rustc().args(["--print", "sysroot"]).run()?;
        // The names in rustup's folder may be links to one another.
        let sysroot =
            Path::new(sysroot.trim()).canonicalize().context("failed to find the Rust toolchain")?;
        let about = rustc().arg("-vV").run()?;
        let field = |name: &str| {
            about
                .lines()
                .find_map(|line| line.strip_prefix(name))
                .map(str::trim)
                .map(str::to_owned)
                .with_context(|| format!("failed to find `{name}` in the answer of `rustc -vV`"))
        };
        let (version, host) = (field("release:")?, field("host:")?);
        let rustup = find_program("rustup").map(|rustup| rustup.canonicalize()).transpose()?;
        Ok(Self { sysroot, rustup, about, version, host })
    }

    /// The version in full, such as `1.95.0`.
    pub(super) fn version(&self) -> &str {
        &self.version
    }

    /// The version without its last number, such as `1.95`.
    pub(super) fn minor(&self) -> String {
        self.version.splitn(3, '.').take(2).collect::<Vec<_>>().join(".")
    }

    /// The layer that holds it.
    pub(super) fn layer(&self) -> Layer {
        let components = fs::read_to_string(self.sysroot.join("lib/rustlib/components")).unwrap_or_default();
        let toolchain = self.clone();
        Layer::new(
            "rust-toolchain",
            vec![REVISION.into(), self.about.clone(), components],
            Box::new(move |_, tree| toolchain.lay_out(tree)),
        )
    }

    fn lay_out(&self, tree: &Path) -> Result<()> {
        let name = format!("{}-{}", self.version, self.host);
        let (rustup_home, cargo_home) = (tree.join("usr/local/rustup"), tree.join("usr/local/cargo"));
        let target = rustup_home.join("toolchains").join(&name);
        let bin = cargo_home.join("bin");
        for folder in [&target, &bin] {
            fs::create_dir_all(folder).context("failed to create the folders of the toolchain")?;
        }
        Cmd::new("cp").arg("--archive").arg(self.sysroot.join(".")).arg(&target).run()?;
        for folder in LEFT_OUT {
            let folder = target.join("share").join(folder);
            if folder.is_dir() {
                fs::remove_dir_all(folder).context("failed to leave out documentation")?;
            }
        }
        match &self.rustup {
            Some(rustup) => Self::add_proxies(rustup, &target, &bin)?,
            None => Self::add_links(&name, &target, &bin)?,
        }
        let settings = format!(
            "version = \"12\"\ndefault_toolchain = \"{name}\"\nprofile = \"minimal\"\n\n[overrides]\n"
        );
        fs::write(rustup_home.join("settings.toml"), settings)
            .context("failed to write rustup's settings")?;
        // As in the official images: builds may run as any user.
        Cmd::new("chmod").args(["--recursive", "a+w"]).arg(&rustup_home).arg(&cargo_home).run()?;
        Cmd::new("chown").args(["--recursive", "0:0"]).arg(tree).run().map(drop)
    }

    /// rustup under the name of every program of the toolchain.
    fn add_proxies(rustup: &Path, target: &Path, bin: &Path) -> Result<()> {
        fs::copy(rustup, bin.join("rustup")).context("failed to copy rustup")?;
        for program in programs(target)? {
            symlink("rustup", bin.join(program)).context("failed to add a proxy of rustup")?;
        }
        Ok(())
    }

    /// Without rustup, the programs themselves.
    fn add_links(name: &str, target: &Path, bin: &Path) -> Result<()> {
        for program in programs(target)? {
            let to = format!("/usr/local/rustup/toolchains/{name}/bin/{program}");
            symlink(to, bin.join(program)).context("failed to link a program of the toolchain")?;
        }
        Ok(())
    }
}

fn programs(toolchain: &Path) -> Result<Vec<String>> {
    let bin = toolchain.join("bin");
    let entries = fs::read_dir(&bin).with_context(|| format!("failed to list `{}`", bin.display()))?;
    let names: Vec<String> =
        entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
    if names.is_empty() {
        bail!("the toolchain has no programs in `{}`", bin.display());
    }
    Ok(names)
}
