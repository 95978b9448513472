//! The `docker` client, pointed at one engine.

use std::ffi::OsStr;
use std::path::PathBuf;

use anyhow::Result;

use crate::engine::binaries::Client;
use crate::process::{Cmd, find_program};

/// A `docker` program together with the engine and the configuration that it uses.
#[derive(Debug, Clone)]
pub struct Docker {
    program: PathBuf,
    host: String,
    config: Option<PathBuf>,
}

impl Docker {
    /// The bed's own client with the bed's own engine.
    #[must_use]
    pub fn private(client: Client, host: String) -> Self {
        Self { program: client.program, host, config: Some(client.config) }
    }

    /// The machine's own client and configuration with an engine that somebody else runs.
    pub fn external(host: String) -> Result<Self> {
        let Some(program) = find_program("docker") else {
            anyhow::bail!("`{}` is set, and there is no `docker` in `PATH`", crate::bed::DOCKER_HOST);
        };
        Ok(Self { program, host, config: None })
    }

    /// A `docker` command.
    #[must_use]
    pub fn command<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Cmd {
        let mut command = Cmd::new(&self.program);
        for (key, value) in self.variables() {
            command = command.env(key, value);
        }
        // These would choose another engine or builder than the one of the bed.
        for key in ["DOCKER_CONTEXT", "BUILDX_BUILDER", "DOCKER_TLS_VERIFY"] {
            command = command.without_env(key);
        }
        command.args(args)
    }

    /// The environment in which any `docker` program uses this engine.
    #[must_use]
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        let mut variables = vec![("DOCKER_HOST", self.host.clone())];
        if let Some(config) = &self.config {
            variables.push(("DOCKER_CONFIG", config.display().to_string()));
        }
        variables
    }

    /// The `docker` program.
    #[must_use]
    pub fn program(&self) -> &PathBuf {
        &self.program
    }

    /// The engine's own version.
    pub fn server_version(&self) -> Result<String> {
        Ok(self.command(["version", "--format", "{{.Server.Version}}"]).run()?.trim().to_owned())
    }
}
