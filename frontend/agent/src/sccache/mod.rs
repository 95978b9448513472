//! An sccache server that lives as long as one compile.
//!
//! The server alone has the settings and the credentials. Cargo and all that it starts only learn where the server
//! listens: what a build script prints or hands on holds no secret. `RUSTC_WRAPPER` is in no fingerprint of cargo's, but
//! build scripts may watch it, so it is this program in every compile step, with a storage that answers and with one
//! that does not. Only crates of others go to sccache ([`wrapper`]).

pub(crate) mod credentials;
mod program;
mod server;
pub(crate) mod statistics;
mod wrapper;

use std::path::PathBuf;

use supercargo_report::Sccache;

use crate::console;
use crate::error::Error;
use credentials::Credentials;
use server::Server;
pub(crate) use wrapper::run as wrap;

/// The server beside a compile, or nothing where none was asked for.
#[derive(Debug, Default)]
pub(crate) struct Beside(Option<Running>);

#[derive(Debug)]
struct Running {
    program: PathBuf,
    server: Server,
}

impl Beside {
    /// Starts what the job asks for. A storage on the network that does not answer is a warning: the compile then goes on
    /// without it.
    pub(crate) fn start(job: Option<&Sccache>) -> Result<Self, Error> {
        let Some(job) = job else { return Ok(Self::default()) };
        let program = program::find()?;
        program::check(&program)?;
        let credentials = match &job.secret {
            Some(secret) => Credentials::read(secret)?,
            None => Credentials::default(),
        };
        let mut environment = job.environment.clone();
        environment.extend(credentials.variables());
        let server = match Server::start(&program, &environment) {
            // Without a word, a program that lacks the backend uses a directory that is gone after the step.
            Ok(server) if !job.is_local() && server.is_on_disk(&program) => {
                server.stop(&program);
                return Err(Error::SccacheBackend { path: program });
            }
            Ok(server) => server,
            Err(Error::SccacheServer { reason }) => {
                let reason = credentials.redact(&reason);
                if job.is_local() {
                    return Err(Error::SccacheServer { reason });
                }
                console::warning(&format!("sccache cannot use its storage, compiling without it: {reason}"));
                // A server all the same, so that the compiler is called in the same way as with the storage.
                Server::start_without_storage(&program)?
            }
            Err(error) => return Err(error),
        };
        Ok(Self(Some(Running { program, server })))
    }

    /// What cargo's environment needs to use it.
    pub(crate) fn environment(&self) -> Vec<(&'static str, PathBuf)> {
        let Some(running) = &self.0 else { return Vec::new() };
        vec![
            ("RUSTC_WRAPPER", wrapper::program()),
            (wrapper::SCCACHE, running.program.clone()),
            (wrapper::WORKSPACE, std::env::current_dir().unwrap_or_default()),
            (server::SOCKET, running.server.socket().to_owned()),
            // A server that breaks off in the middle must not break the compile.
            ("SCCACHE_IGNORE_SERVER_IO_ERROR", PathBuf::from("1")),
        ]
    }

    /// Ends it when everything is stored, and gives the line about what it did.
    pub(crate) fn finish(self) -> Option<String> {
        let Running { program, server } = self.0?;
        let statistics = server.statistics(&program);
        server.stop(&program);
        statistics.or_else(|| Some("sccache: its server ended before the compile did".to_owned()))
    }
}
