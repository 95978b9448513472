//! Packages of the machine's own distribution that the bed needs.

use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::process::{Cmd, find_program};
use crate::progress::step;

const DEADLINE: Duration = Duration::from_mins(10);

/// A program and the Debian package that brings it.
#[derive(Debug, Clone, Copy)]
pub struct Tool {
    /// The program's name in `PATH`.
    pub program: &'static str,
    /// The package to install when the program is missing.
    pub package: &'static str,
}

/// What an engine needs from the machine it runs on.
pub const ENGINE_TOOLS: &[Tool] = &[
    Tool { program: "runc", package: "runc" },
    Tool { program: "iptables", package: "iptables" },
    Tool { program: "ip", package: "iproute2" },
    Tool { program: "setsid", package: "util-linux" },
    Tool { program: "umount", package: "mount" },
];

/// What the assembly of base images needs.
pub const ASSEMBLY_TOOLS: &[Tool] = &[
    Tool { program: "debootstrap", package: "debootstrap" },
    Tool { program: "tar", package: "tar" },
    Tool { program: "gzip", package: "gzip" },
];

/// Installs the packages of those tools that are missing, and says so.
pub fn install(tools: &[Tool]) -> Result<()> {
    let missing: Vec<&str> =
        tools.iter().filter(|tool| find_program(tool.program).is_none()).map(|tool| tool.package).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.join(" ");
    if find_program("apt-get").is_none() {
        bail!("`{names}` must be installed, and this machine has no `apt-get` to do it with");
    }
    let doing = step(format!("installing {names} with apt-get"));
    // A fresh machine has no package lists, and lists of old name versions that are gone.
    if apt_install(&missing).run().is_err() {
        apt().arg("update").run().context("failed to update the package lists")?;
        apt_install(&missing).run().with_context(|| format!("failed to install `{names}`"))?;
    }
    doing.done();
    Ok(())
}

fn apt() -> Cmd {
    Cmd::new("apt-get")
        .env("DEBIAN_FRONTEND", "noninteractive")
        .args(["-o", "DPkg::Lock::Timeout=300", "-q"])
        .deadline(DEADLINE)
}

fn apt_install(packages: &[&str]) -> Cmd {
    apt().args(["install", "--yes", "--no-install-recommends"]).args(packages)
}
