//! `docker buildx build`, one option per method.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::docker::Docker;
use crate::log::BuildLog;
use crate::process::{Cmd, tail};

/// A build to be run.
///
/// ```no_run
/// # fn main() -> anyhow::Result<()> {
/// use testbed::{bed::Bed, build::Build, project::Project};
///
/// let bed = Bed::ensure()?;
/// let project = Project::of(&[("Dockerfile", "FROM debian:bookworm-slim\nRUN echo hello")])?;
/// let log = Build::new(bed.docker(), project.path()).tag("hello").succeed()?;
/// assert!(!log.vertex("RUN echo")?.is_cached());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Build {
    docker: Docker,
    context: OsString,
    arguments: Vec<OsString>,
    variables: Vec<(OsString, OsString)>,
    dockerfile: Option<String>,
    deadline: Duration,
}

impl Build {
    /// A build of a context: a folder or a URL. Twenty minutes at most.
    pub fn new(docker: &Docker, context: impl AsRef<OsStr>) -> Self {
        Self {
            docker: docker.clone(),
            context: context.as_ref().to_owned(),
            arguments: Vec::new(),
            variables: Vec::new(),
            dockerfile: None,
            deadline: Duration::from_mins(20),
        }
    }

    /// `--file`: where the definition is.
    #[must_use]
    pub fn file(self, file: &Path) -> Self {
        self.arg("--file").arg(file)
    }

    /// `--file -`: the definition itself, without a file for it.
    #[must_use]
    pub fn dockerfile(mut self, text: impl Into<String>) -> Self {
        self.dockerfile = Some(text.into());
        self.arg("--file").arg("-")
    }

    /// `--tag`.
    #[must_use]
    pub fn tag(self, tag: impl AsRef<str>) -> Self {
        self.arg("--tag").arg(tag.as_ref())
    }

    /// `--target`.
    #[must_use]
    pub fn target(self, target: impl AsRef<str>) -> Self {
        self.arg("--target").arg(target.as_ref())
    }

    /// `--build-arg`.
    #[must_use]
    pub fn build_arg(self, name: &str, value: &str) -> Self {
        self.arg("--build-arg").arg(format!("{name}={value}"))
    }

    /// `--build-context`.
    #[must_use]
    pub fn build_context(self, name: &str, value: &str) -> Self {
        self.arg("--build-context").arg(format!("{name}={value}"))
    }

    /// `--platform`.
    #[must_use]
    pub fn platform(self, platform: &str) -> Self {
        self.arg("--platform").arg(platform)
    }

    /// `--no-cache`.
    #[must_use]
    pub fn no_cache(self) -> Self {
        self.arg("--no-cache")
    }

    /// `--no-cache-filter`.
    #[must_use]
    pub fn no_cache_filter(self, targets: &str) -> Self {
        self.arg("--no-cache-filter").arg(targets)
    }

    /// `--output`, such as `type=local,dest=…`.
    #[must_use]
    pub fn output(self, output: impl AsRef<OsStr>) -> Self {
        self.arg("--output").arg(output)
    }

    /// `--output type=local`: the result as files in a folder.
    #[must_use]
    pub fn output_folder(self, folder: &Path) -> Self {
        self.output(format!("type=local,dest={}", folder.display()))
    }

    /// `--cache-to`.
    #[must_use]
    pub fn cache_to(self, cache: &str) -> Self {
        self.arg("--cache-to").arg(cache)
    }

    /// `--cache-from`.
    #[must_use]
    pub fn cache_from(self, cache: &str) -> Self {
        self.arg("--cache-from").arg(cache)
    }

    /// `--secret`, such as `id=token,src=…`.
    #[must_use]
    pub fn secret(self, secret: &str) -> Self {
        self.arg("--secret").arg(secret)
    }

    /// `--label`.
    #[must_use]
    pub fn label(self, name: &str, value: &str) -> Self {
        self.arg("--label").arg(format!("{name}={value}"))
    }

    /// `--call`: ask the frontend for something else than a build.
    #[must_use]
    pub fn call(self, request: &str) -> Self {
        self.arg("--call").arg(request)
    }

    /// `--metadata-file`: where the client writes digests and provenance of the result.
    #[must_use]
    pub fn metadata_file(self, file: &Path) -> Self {
        self.arg("--metadata-file").arg(file)
    }

    /// Any other option.
    #[must_use]
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.arguments.push(arg.as_ref().to_owned());
        self
    }

    /// Sets a variable in the client's environment, such as `SOURCE_DATE_EPOCH`.
    #[must_use]
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.variables.push((name.as_ref().to_owned(), value.as_ref().to_owned()));
        self
    }

    /// Ends the build when it takes longer than this.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Runs the build, however it ends. An error is a client that could not be run or did not end.
    pub fn run(&self) -> Result<BuildLog> {
        let outcome = self.command("rawjson").output()?;
        Ok(BuildLog::parse(&outcome))
    }

    /// Runs the build; a failing one is an error that shows what the user would have seen.
    pub fn succeed(&self) -> Result<BuildLog> {
        let log = self.run()?;
        if !log.is_success() {
            bail!("the build failed:\n{}", log.failure());
        }
        Ok(log)
    }

    /// Runs a build that must fail; a good end is an error.
    pub fn fail(&self) -> Result<BuildLog> {
        let log = self.run()?;
        if log.is_success() {
            bail!("the build must fail, and it did not:\n{}", tail(&log.transcript()));
        }
        Ok(log)
    }

    /// Runs the build with the progress output of the client on the bed's own stderr, as a user sees it.
    pub fn show(&self) -> Result<()> {
        self.command("plain").show()
    }

    fn command(&self, progress: &str) -> Cmd {
        let mut command =
            self.docker.command(["buildx", "build", "--progress", progress]).deadline(self.deadline);
        for (name, value) in &self.variables {
            command = command.env(name, value);
        }
        if let Some(text) = &self.dockerfile {
            command = command.input(text.as_str());
        }
        command.args(&self.arguments).arg(&self.context)
    }
}
